//! The architecture as a test: which module may import which, that no files import each other, how large a file may grow, and what a
//! pure crate never touches. `ARCHITECTURE.md` says why.

#![expect(clippy::unwrap_used, reason = "a source tree that cannot be read fails the test")]

mod cycles;
mod imports;
mod source;
mod table;

use std::fs;

use self::source::{crates, dependencies, is_for_tests, sources};

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
fn pure_crates_touch_nothing_outside() {
    let mut found = Vec::new();
    for source in ["core/src", "sim/src", "ledger/src", "lab/src", "skill/src"] {
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
