//! The map of the house as a test: which room may import which, how large a file may grow, and what a pure crate never touches.
//! `ARCHITECTURE.md` says why.

#![expect(clippy::unwrap_used, reason = "a source tree that cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the crate, each with those it may import; only rooms further up in the table.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("mac", &[]),
    ("private", &[]),
    ("scope", &[]),
    ("table", &[]),
    ("lot", &[]),
    ("sound", &["time", "lot"]),
    ("frame", &["time"]),
    ("pcap", &["frame", "time"]),
    ("dissect", &["frame", "mac", "scope"]),
    ("names", &["mac"]),
    ("bins", &[]),
    ("findings", &["bins", "mac", "private", "time"]),
    ("probe", &["time"]),
    ("measure", &["findings", "time"]),
    ("visibility", &["findings", "time"]),
    ("detect", &["findings", "lot", "time"]),
    ("stream", &["time"]),
    ("roster", &["findings", "mac", "scope", "table"]),
    ("meter", &["bins", "findings", "time"]),
    (
        "analysis",
        &[
            "time", "bins", "mac", "private", "scope", "table", "frame", "dissect", "names", "findings", "measure", "detect",
            "stream", "roster", "meter",
        ],
    ),
    ("samples", &["time", "frame", "dissect", "findings", "detect"]),
    ("schedule", &["time", "lot", "probe"]),
    ("trial", &["time", "findings", "probe", "measure", "detect"]),
    ("plan", &["lot", "schedule", "trial"]),
    ("verdict", &["time", "private", "findings", "probe", "measure", "detect", "samples", "trial", "visibility"]),
    ("record", &["time", "findings", "probe", "schedule", "trial", "plan"]),
    ("experiment", &["time", "frame", "findings", "probe", "measure", "analysis", "schedule", "trial", "plan", "record"]),
];

/// Crates that bring a clock, chance, threads, sockets, files or a C library with them.
const BANNED: &[&str] = &[
    "async-std",
    "chrono",
    "crossbeam",
    "fastrand",
    "getrandom",
    "jiff",
    "libc",
    "memmap2",
    "mio",
    "nix",
    "pcap",
    "pnet",
    "rand",
    "rayon",
    "rustix",
    "smol",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "walkdir",
    "windows-sys",
];

/// What reads a clock, opens a file or a connection, starts a thread, or looks around.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::process",
    "std::thread",
    "std::env",
    "std::io::stdin",
    "Instant::now",
    "SystemTime",
];

/// Most lines of a source file.
const MOST_LINES: usize = 800;

/// Half of the source files, tests aside, are shorter.
const MEDIAN_LINES: usize = 150;

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Rust files below a directory, with their text.
fn sources(directory: &Path) -> BTreeMap<PathBuf, String> {
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
fn without_tests(text: &str) -> (String, Vec<String>) {
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
fn is_for_tests(path: &Path, all: &BTreeMap<PathBuf, String>) -> bool {
    let named = path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = path.parent().unwrap();
    let parents = [folder.with_extension("rs"), folder.join("mod.rs"), folder.join("lib.rs"), folder.join("main.rs")];
    let declared =
        |parent: &PathBuf| all.get(parent).is_some_and(|text| without_tests(text).1.iter().any(|module| module == name));
    named || parents.iter().any(declared)
}

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

/// The rooms that the text of a module imports; `depth` is how far the module lies below the crate.
fn doors(text: &str, depth: usize) -> BTreeSet<String> {
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

/// Where a file of a crate's source belongs: its room, and how deep it lies.
fn place(path: &Path) -> (String, usize) {
    let mut parts: Vec<String> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    (parts.first().cloned().unwrap_or_default(), parts.len())
}

/// Every import that the table does not allow, in words.
fn wrong_doors(files: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| !is_for_tests(path, files)) {
        let (room, depth) = place(path);
        if room == "lib" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: the room `{room}` is not in the table", path.display()));
            continue;
        };
        for door in doors(&without_tests(text).0, depth) {
            if door != room && !allowed.contains(&door.as_str()) {
                wrong.push(format!("{}: `{room}` must not import `{door}`", path.display()));
            }
        }
    }
    wrong
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let source = crates().join("core/src");
    let files: BTreeMap<PathBuf, String> =
        sources(&source).into_iter().map(|(path, text)| (path.strip_prefix(&source).unwrap().to_owned(), text)).collect();
    let wrong = wrong_doors(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rooms: BTreeSet<String> = files.keys().map(|path| place(path).0).collect();
    let gone: Vec<_> = MAY_IMPORT.iter().filter(|(room, _)| !rooms.contains(*room)).collect();
    assert!(gone.is_empty(), "rooms in the table that are not there: {gone:?}");
}

#[test]
fn the_table_leads_only_upwards() {
    for (at, (room, allowed)) in MAY_IMPORT.iter().enumerate() {
        let above: Vec<&str> = MAY_IMPORT[..at].iter().map(|(name, _)| *name).collect();
        let below: Vec<_> = allowed.iter().filter(|door| !above.contains(door)).collect();
        assert!(below.is_empty(), "`{room}` leads down to {below:?}");
    }
}

#[test]
fn a_wrong_door_is_named() {
    let house = |path: &str, text: &str| wrong_doors(&BTreeMap::from([(PathBuf::from(path), text.to_owned())]));
    for (path, text) in [
        ("detect/clock/judge.rs", "use crate::dissect::Ip;\n"),
        ("detect/mod.rs", "fn f() { let x = crate::dissect::dissect(); }\n"),
        ("detect/line.rs", "use crate::{time::{SECOND, Window}, dissect::{self, Ip}};\n"),
        ("detect/clock/mod.rs", "use super::super::dissect::Ip;\n"),
        ("detect.rs", "use super::dissect;\n"),
        ("detect.rs", "#[cfg(test)]\nmod tests {\n    fn f() {\n    }\n}\n\nuse crate::dissect;\n"),
        ("detect.rs", "#[cfg(test)]\nuse crate::roster::Roster;\nuse crate::dissect;\n"),
    ] {
        let wrong = house(path, text);
        assert!(wrong.len() == 1 && wrong[0].ends_with("`detect` must not import `dissect`"), "{text}: {wrong:?}");
    }
    for (path, text) in [
        ("detect/clock/judge.rs", "use super::super::line::Line;\nuse crate::detect::line;\nuse crate::time::SECOND;\n"),
        ("detect/line.rs", "// use crate::dissect::Ip;\n#[cfg(test)]\nmod tests {\n    use crate::dissect::Ip;\n}\n"),
        ("detect/tests.rs", "use crate::dissect::Ip;\n"),
    ] {
        assert_eq!(house(path, text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(house("cellar.rs", ""), ["cellar.rs: the room `cellar` is not in the table"]);
}

#[test]
fn files_stay_short() {
    let (mut lines, mut long) = (Vec::new(), Vec::new());
    let all = sources(&crates());
    for (path, text) in &all {
        let count = text.lines().count();
        if count > MOST_LINES {
            long.push(format!("{}: {count} lines", path.display()));
        }
        if path.components().any(|part| part.as_os_str() == "src") && !is_for_tests(path, &all) {
            lines.push(count);
        }
    }
    assert!(long.is_empty(), "more than {MOST_LINES} lines:\n{}", long.join("\n"));
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(median < MEDIAN_LINES, "half of the {} source files have {median} lines or more", lines.len());
}

/// The names in the `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.lines().skip_while(|line| line.trim() != "[dependencies]").skip(1);
    let section = section.take_while(|line| !line.starts_with('['));
    let names = section.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().trim_matches('"'));
    names.map(|name| name.split('.').next().unwrap_or(name).to_owned()).collect()
}

#[test]
fn the_pure_crate_depends_on_nothing_impure() {
    let manifest = fs::read_to_string(crates().join("core/Cargo.toml")).unwrap();
    let names = dependencies(&manifest);
    assert!(names.iter().any(|name| name == "hashbrown"), "the manifest was not understood: {names:?}");
    let banned: Vec<_> = names.iter().filter(|name| BANNED.contains(&name.as_str())).collect();
    assert!(banned.is_empty(), "the core depends on {banned:?}");
    let made_up = "[dependencies]\nrand.workspace = true\n\"tokio\" = { version = \"1\" }\n[dev-dependencies]\nlibc = \"0.2\"\n";
    assert_eq!(dependencies(made_up), ["rand", "tokio"]);
}

#[test]
fn core_and_simulation_touch_nothing_outside() {
    let mut found = Vec::new();
    for source in ["core/src", "sim/src"] {
        for (path, text) in sources(&crates().join(source)) {
            for (number, line) in text.lines().enumerate() {
                for word in IMPURE.iter().filter(|word| line.contains(*word)) {
                    found.push(format!("{}:{}: {word}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
