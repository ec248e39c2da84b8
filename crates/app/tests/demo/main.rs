//! `earwitness demo` and `simulate` through the program: the truth, the same every time, and clear words for what cannot be done.

#![expect(clippy::unwrap_used, reason = "a program that does not run fails the test; what is skipped is said")]

mod lots;
mod served;
mod truth;
mod written;
mod wrong;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// An hour and a bit with a speaker, a lamp and a plug.
const HOME: &str = r#"
title = "An hour"
description = "Three devices."
start = 2026-03-02T22:00:00Z
hours = 1.1

[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]

[[device]]
name = "lamp"
kind = "lamp"
reacts_to = ["noise", "speech"]

[[device]]
name = "plug"
kind = "plug"
"#;

/// The program with these arguments, in this folder.
fn earwitness(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_earwitness")).args(arguments).current_dir(folder).env("TZ", "UTC").output().unwrap()
}

/// What it says on standard output when nothing goes wrong.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = earwitness(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {:?} {}", output.status.code(), text(&output.stderr));
    text(&output.stdout)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

/// A folder with the short home in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hour.toml"), HOME).unwrap();
    folder
}

/// The devices of a report that were judged.
fn judged(report: &Value) -> Vec<&Value> {
    report["devices"].as_array().unwrap().iter().filter(|it| it["verdict"].is_string()).collect()
}
