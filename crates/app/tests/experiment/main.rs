//! `earwitness experiment` through the program: what is listed and planned, and what is said of files that are wrong.

#![expect(clippy::unwrap_used, reason = "a program that does not run fails the test; what is skipped is said")]

mod answers;
mod aside;
mod files;
mod keys;
mod list;
mod plan;
mod run;
mod wrong;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// `earwitness experiment` with these arguments, in this folder.
fn experiment(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_earwitness"));
    command.arg("experiment").args(arguments).current_dir(folder).env("TZ", "UTC").output().unwrap()
}

/// What it prints when nothing goes wrong.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = experiment(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {:?} {}", output.status.code(), text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

/// What it says when something is wrong.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = experiment(folder, arguments);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{arguments:?}");
    text(&output.stderr)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

/// An object that its schema allows, of which every key is named there.
fn valid(printed: &str, schema: &str) -> Value {
    let value: Value = serde_json::from_str(printed).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema").join(schema);
    let schema = jsonschema::validator_for(&serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).unwrap();
    let wrong: Vec<String> = schema.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    value
}

/// A folder with 30 minutes of television, as far as its header says, and its subtitles.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (rate, seconds) = (8_000_u32, 1_800_u32);
    let octets = rate * seconds;
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(octets + 36).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend_from_slice(&rate.to_le_bytes());
    wav.extend_from_slice(&rate.to_le_bytes());
    wav.extend_from_slice(b"\x01\0\x08\0data");
    wav.extend_from_slice(&octets.to_le_bytes());
    wav.resize(44 + octets as usize, 128);
    std::fs::write(folder.path().join("show.wav"), wav).unwrap();
    std::fs::write(folder.path().join("show.srt"), "1\n00:00:01,000 --> 00:00:04,000\nGood evening, Alexander.\n").unwrap();
    folder
}
