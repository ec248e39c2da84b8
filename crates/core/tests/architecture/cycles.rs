//! No files that import each other, but those whose functions truly call each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::source::{crates, is_for_tests, sources, without_tests};

/// Files that may import each other, because what they read is nested without end: a frame in a tunnel in a frame.
const RECURSIVE: &[&[&str]] = &[&["dissect/ethernet.rs", "dissect/ppp.rs"], &["dissect/layered.rs", "dissect/wrapped.rs"]];

/// A module of a crate, by the names that lead to it.
type Module = Vec<String>;

/// The paths that a text names: those of `use`, taken apart, and those written out.
fn paths(text: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let begins = rest[..at].chars().next_back().is_none_or(|before| before.is_whitespace() || before == ')');
        rest = &rest[at + 4..];
        if begins {
            let end = rest.find(';').unwrap_or(rest.len());
            take_apart(&rest[..end], &mut Vec::new(), &mut found);
        }
    }
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    for word in text.split(|letter: char| !is_path(letter)).filter(|word| word.contains("::")) {
        found.insert(word.trim_matches(':').split("::").map(str::to_owned).collect());
    }
    found
}

/// The paths of a tree of names as it stands in `use`.
fn take_apart(tree: &str, before: &mut Vec<String>, found: &mut BTreeSet<Vec<String>>) {
    let tree = tree.trim();
    if let Some(inner) = tree.strip_prefix('{') {
        let (mut depth, mut from) = (0_usize, 0);
        let inner = inner.strip_suffix('}').unwrap_or(inner);
        for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    take_apart(&inner[from..at], before, found);
                    from = (at + 1).min(inner.len());
                }
                _ => {}
            }
        }
        return;
    }
    match tree.split_once("::") {
        Some((name, rest)) => {
            before.push(name.trim().to_owned());
            take_apart(rest, before, found);
            before.pop();
        }
        None if !tree.is_empty() => {
            let name = tree.split(" as ").next().unwrap_or(tree).trim();
            found
                .insert(before.iter().cloned().chain([name.to_owned()]).filter(|it| it != "self" || before.is_empty()).collect());
        }
        None => {}
    }
}

/// A crate as modules: the text of each file without its tests.
struct Sources {
    texts: BTreeMap<Module, (PathBuf, String)>,
}

impl Sources {
    fn read(source: &Path) -> Self {
        let files: BTreeMap<PathBuf, String> =
            sources(source).into_iter().map(|(path, text)| (path.strip_prefix(source).unwrap().to_owned(), text)).collect();
        Self::of(&files)
    }

    fn of(files: &BTreeMap<PathBuf, String>) -> Self {
        let real = files.iter().filter(|(path, _)| !is_for_tests(path, files));
        let module = |path: &Path| -> Module {
            let mut names: Vec<String> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                names.pop();
            }
            names
        };
        Self { texts: real.map(|(path, text)| (module(path), (path.clone(), without_tests(text).0))).collect() }
    }

    /// The module in which the last name of a path is defined, seen from a module; `None` when the path leaves the crate.
    fn defines(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = from.clone();
        let mut names = path.iter().peekable();
        match names.peek()?.as_str() {
            "crate" => {
                at.clear();
                names.next();
            }
            "self" => {
                names.next();
            }
            "super" => {
                while names.peek().is_some_and(|name| *name == "super") {
                    at.pop()?;
                    names.next();
                }
            }
            first => {
                at.push(first.to_owned());
                if !self.texts.contains_key(&at) {
                    return None;
                }
                names.next();
            }
        }
        while let Some(name) = names.peek() {
            at.push((*name).clone());
            if self.texts.contains_key(&at) {
                names.next();
            } else {
                at.pop();
                break;
            }
        }
        let Some(name) = names.next() else { return Some(at) };
        if depth > 8 {
            return Some(at);
        }
        // What the module only passes on is defined elsewhere.
        let text = &self.texts.get(&at)?.1;
        let defined = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro_rules!"].iter().any(|kind| {
            text.match_indices(&format!("{kind} {name}")).any(|(place, found)| {
                !text[place + found.len()..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            })
        });
        if !defined {
            for path in paths(text).iter().filter(|path| path.last() == Some(name) && path.len() > 1) {
                if let Some(elsewhere) = self.defines(&at, path, depth + 1).filter(|elsewhere| *elsewhere != at) {
                    return Some(elsewhere);
                }
            }
        }
        Some(at)
    }

    /// For each module, those that it takes names from.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of = |module: &Module, text: &str| {
            // A module that only passes on what its parts define does not use it.
            let used = text.lines().filter(|line| !line.trim_start().starts_with("pub use ")).collect::<Vec<_>>().join("\n");
            let found = paths(&used);
            // What a module defines for its own parts is theirs as well: only modules that lie apart can form a cycle.
            let found = found.iter().filter_map(|path| self.defines(module, path, 0)).filter(|it| !module.starts_with(it));
            found.collect::<BTreeSet<_>>()
        };
        self.texts.iter().map(|(module, (_, text))| (module.clone(), of(module, text))).collect()
    }

    /// Files that reach each other, in order.
    fn cycles(&self) -> Vec<Vec<String>> {
        let imports = self.imports();
        let reach = |from: &Module| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(next) = open.pop() {
                for to in imports.get(&next).into_iter().flatten() {
                    if seen.insert(to.clone()) {
                        open.push(to.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<Module>> = imports.keys().map(|module| (module, reach(module))).collect();
        let mut cycles = BTreeSet::new();
        for (module, seen) in &reached {
            if seen.contains(*module) {
                let members = seen.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*module)));
                let names = members.filter_map(|it| self.texts.get(it)).map(|(path, _)| path.display().to_string());
                cycles.insert(names.collect::<Vec<_>>());
            }
        }
        cycles.into_iter().collect()
    }
}

#[test]
fn no_files_import_each_other_but_those_that_read_what_is_nested() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(crates()).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let files = Sources::read(&folder.join("src"));
        let imports = files.imports();
        for cycle in files.cycles() {
            if RECURSIVE.iter().any(|allowed| allowed.iter().copied().eq(cycle.iter().map(String::as_str))) {
                continue;
            }
            wrong.push(format!("{name}: {}", cycle.join(", ")));
            for (module, (path, _)) in &files.texts {
                if cycle.contains(&path.display().to_string()) {
                    let to = imports[module].iter().filter_map(|it| files.texts.get(it)).map(|it| it.0.display().to_string());
                    let to: Vec<String> = to.filter(|it| cycle.contains(it)).collect();
                    wrong.push(format!("    {} -> {}", path.display(), to.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "files import each other:\n{}", wrong.join("\n"));
}

#[test]
fn a_cycle_is_named() {
    let cycles_of = |files: &[(&str, &str)]| {
        Sources::of(&files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect()).cycles()
    };
    let first = ("a/mod.rs", "mod one;\nmod two;\npub use one::One;\npub struct Both;\n");
    let cycle = cycles_of(&[
        first,
        ("a/one.rs", "use super::two::Two;\npub struct One;\n"),
        ("a/two.rs", "pub struct Two(super::One);\n"),
    ]);
    assert_eq!(cycle, [["a/one.rs", "a/two.rs"]], "also through what their parent passes on");
    let apart =
        [first, ("a/one.rs", "use super::{two::Two, Both};\npub struct One;\n"), ("a/two.rs", "// one::One\npub struct Two;\n")];
    assert_eq!(cycles_of(&apart), Vec::<Vec<String>>::new());
}
