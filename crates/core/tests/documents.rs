//! Documents name files that are there: a link, or a path in code marks, that leads nowhere fails the test, which names its document.

#![expect(clippy::unwrap_used, reason = "a document that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All Markdown files of the project's root and of `docs`.
fn documents() -> Vec<PathBuf> {
    let mut folders = vec![root()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && (folder.ends_with("docs") || folder.ends_with("docs/guide") || entry.ends_with("docs")) {
                folders.push(entry);
            } else if entry.extension().is_some_and(|end| end == "md") {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

/// What stands between two marks, for each pair of them.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split_once(close).map(|it| it.0))
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() > 15, "only {documents:?}");
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for link in between(&text, "](", ")").filter(|link| !link.contains("://")) {
            let path = link.split('#').next().unwrap_or_default();
            let place = document.parent().unwrap().join(path);
            assert!(path.is_empty() || place.exists(), "{}: {link} leads nowhere", document.display());
        }
    }
}

/// Documents in which code marks hold paths from the root, and, in the second column, where else a path may begin.
const WITH_PATHS: &[(&str, &[&str])] =
    &[("SECURITY.md", &["crates/core/src", "crates/app"]), ("CONTRIBUTING.md", &[]), ("docs/glossary.md", &["crates/core/src"])];

fn ends_like_code(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| ["rs", "sh", "toml"].iter().any(|it| end == *it))
}

#[test]
fn every_path_in_code_marks_is_there() {
    let root = root();
    for (document, beginnings) in WITH_PATHS {
        let text = fs::read_to_string(root.join(document)).unwrap();
        let outside = text.split("```").step_by(2).collect::<Vec<_>>().join("\n");
        for path in outside.split('`').skip(1).step_by(2) {
            let is_path = (ends_like_code(path) || path.starts_with("crates/"))
                && !path.contains(['*', ' '])
                && !path.contains("NAME")
                && path.contains('/');
            let is_there = || root.join(path).exists() || beginnings.iter().any(|it| root.join(it).join(path).exists());
            assert!(!is_path || is_there(), "{document}: {path} is not there");
        }
    }
}
