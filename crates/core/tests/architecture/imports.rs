//! No module and no crate imports what the tables do not allow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::source::dependencies;
use super::source::{crates, is_for_tests, sources, without_tests};
use super::table::{MAY_DEPEND, MAY_IMPORT, Modules};

/// The names that a path continues with: one, or those in braces.
fn next_names(rest: &str) -> Vec<String> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let Some(list) = rest.strip_prefix('{') else { return vec![rest.chars().take_while(|&letter| is_name(letter)).collect()] };
    let (mut depth, mut names, mut begins) = (0_usize, Vec::new(), true);
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' => begins |= depth == 0,
            letter if begins && is_name(letter) => {
                names.push(list[at..].chars().take_while(|&letter| is_name(letter)).collect());
                begins = false;
            }
            _ => {}
        }
    }
    names
}

/// The modules that the text of a module imports; `depth` is how far the module lies below the crate.
fn imports(text: &str, depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let begins_path = |at: usize| {
        !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':' || letter == '$')
    };
    for (at, root) in text.match_indices("crate::") {
        if begins_path(at) {
            found.extend(next_names(&text[at + root.len()..]));
        }
    }
    for (at, _) in text.match_indices("super::") {
        let mut rest = &text[at..];
        let mut steps = 0;
        while let Some(after) = rest.strip_prefix("super::") {
            (rest, steps) = (after, steps + 1);
        }
        if (begins_path(at) || text[..at].ends_with("self::")) && steps >= depth {
            found.extend(next_names(rest));
        }
    }
    found
}

/// Where a file of a crate's source belongs: its module, and how deep it lies.
fn place(path: &Path) -> (String, usize) {
    let mut parts: Vec<String> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    (parts.first().cloned().unwrap_or_default(), parts.len())
}

/// Every import that the table does not allow, in words.
fn wrong_imports(modules: Modules, files: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| !is_for_tests(path, files)) {
        let (module, depth) = place(path);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = modules.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: the module `{module}` is not in the table", path.display()));
            continue;
        };
        for import in imports(&without_tests(text).0, depth) {
            // What is no module stands in the root of the crate, which is open to all.
            let is_module = modules.iter().any(|it| it.0 == import);
            if is_module && import != module && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: `{module}` must not import `{import}`", path.display()));
            }
        }
    }
    wrong
}

#[test]
fn modules_import_only_what_the_table_allows() {
    for (name, modules) in MAY_IMPORT {
        let source = crates().join(name).join("src");
        let files: BTreeMap<PathBuf, String> =
            sources(&source).into_iter().map(|(path, text)| (path.strip_prefix(&source).unwrap().to_owned(), text)).collect();
        let wrong = wrong_imports(modules, &files);
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
        let there: BTreeSet<String> = files.keys().map(|path| place(path).0).collect();
        let gone: Vec<_> = modules.iter().filter(|(module, _)| !there.contains(*module)).collect();
        assert!(gone.is_empty(), "{name}: modules in the table that are not there: {gone:?}");
    }
}

#[test]
fn the_tables_lead_only_upwards() {
    for (name, modules) in MAY_IMPORT.iter().chain(&[("the workspace", MAY_DEPEND)]) {
        for (at, (module, allowed)) in modules.iter().enumerate() {
            let above: Vec<&str> = modules[..at].iter().map(|(name, _)| *name).collect();
            let below: Vec<_> = allowed.iter().filter(|import| !above.contains(import)).collect();
            assert!(below.is_empty(), "{name}: `{module}` leads down to {below:?}");
        }
    }
}

#[test]
fn a_manifest_names_only_the_crates_that_the_table_allows() {
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(crates()).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let (_, allowed) =
            MAY_DEPEND.iter().find(|it| it.0 == name).unwrap_or_else(|| panic!("the crate `{name}` is not in the table"));
        let ours = dependencies(&manifest);
        let ours: BTreeSet<&str> = ours.iter().filter_map(|it| it.strip_prefix("earwitness-")).collect();
        assert_eq!(ours, allowed.iter().copied().collect(), "{name}");
        there.insert(name);
    }
    assert_eq!(there.len(), MAY_DEPEND.len());
    assert!(there.iter().all(|name| MAY_IMPORT.iter().any(|it| it.0 == name)));
}

#[test]
fn a_wrong_import_is_named() {
    let wrong_in =
        |path: &str, text: &str| wrong_imports(MAY_IMPORT[0].1, &BTreeMap::from([(PathBuf::from(path), text.to_owned())]));
    for (path, text) in [
        ("detect/clock/judge.rs", "use crate::dissect::Ip;\n"),
        ("detect/mod.rs", "fn f() { let x = crate::dissect::dissect(); }\n"),
        ("detect/line.rs", "use crate::{time::{SECOND, Window}, dissect::{self, Ip}};\n"),
        ("detect/clock/mod.rs", "use super::super::dissect::Ip;\n"),
        ("detect.rs", "use super::dissect;\n"),
        ("detect.rs", "#[cfg(test)]\nmod tests {\n    fn f() {\n    }\n}\n\nuse crate::dissect;\n"),
        ("detect.rs", "#[cfg(test)]\nuse crate::roster::Roster;\nuse crate::dissect;\n"),
    ] {
        let wrong = wrong_in(path, text);
        assert!(wrong.len() == 1 && wrong[0].ends_with("`detect` must not import `dissect`"), "{text}: {wrong:?}");
    }
    for (path, text) in [
        ("detect/clock/judge.rs", "use super::super::line::Line;\nuse crate::detect::line;\nuse crate::time::SECOND;\n"),
        ("detect/line.rs", "// use crate::dissect::Ip;\n#[cfg(test)]\nmod tests {\n    use crate::dissect::Ip;\n}\n"),
        ("detect/tests.rs", "use crate::dissect::Ip;\n"),
    ] {
        assert_eq!(wrong_in(path, text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(wrong_in("unknown.rs", ""), ["unknown.rs: the module `unknown` is not in the table"]);
}
