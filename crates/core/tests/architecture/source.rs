//! The source files of the workspace, and what of them is program and not test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Rust files below a directory, with their text.
pub(crate) fn sources(directory: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.insert(path, text);
        }
    }
    found
}

/// The text without comments and without items for tests only; the modules that are declared for tests only.
pub(crate) fn without_tests(text: &str) -> (String, Vec<String>) {
    let (mut kept, mut modules) = (String::new(), Vec::new());
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push_str(line.split(" //").next().unwrap_or(line));
            kept.push('\n');
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        // The item ends at its semicolon or at the closing brace below its first letter.
        for line in lines.by_ref() {
            let words = line.trim();
            if let Some(name) = words.strip_suffix(';').and_then(|words| words.rsplit_once("mod ")) {
                modules.push(name.1.to_owned());
            }
            let outer = line.len() - line.trim_start().len() == indent;
            if outer && (words.ends_with(';') || words == "}" || words.ends_with("{}")) {
                break;
            }
        }
    }
    (kept, modules)
}

/// Files that hold only tests: named so, or declared so by their parent.
pub(crate) fn is_for_tests(path: &Path, all: &BTreeMap<PathBuf, String>) -> bool {
    let named = path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = path.parent().unwrap();
    let parents = [folder.with_extension("rs"), folder.join("mod.rs"), folder.join("lib.rs"), folder.join("main.rs")];
    let declared =
        |parent: &PathBuf| all.get(parent).is_some_and(|text| without_tests(text).1.iter().any(|module| module == name));
    named || parents.iter().any(declared)
}

/// The names in the `[dependencies]` of a manifest.
pub(crate) fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.lines().skip_while(|line| line.trim() != "[dependencies]").skip(1);
    let section = section.take_while(|line| !line.starts_with('['));
    let names = section.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().trim_matches('"'));
    names.map(|name| name.split('.').next().unwrap_or(name).to_owned()).collect()
}
