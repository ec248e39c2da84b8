//! What the program says, where it writes, and how it ends.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use earwitness_sim::home::home;
use earwitness_sim::scenario::Kind;

use crate::program::{analyze, analyze_with, save, scenario};

/// The names of the files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn sample() -> Vec<u8> {
    home(3, scenario(Kind::Sample, 120)).0
}

#[test]
fn the_table_answers_first_and_status_1_is_given_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "home.pcapng", &sample());
    let run = analyze(&[&path]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("1 of 4 devices sent what looks like sound to the internet"), "{}", run.out);
    assert_eq!(analyze(&[OsStr::new("--exit-code"), path.as_os_str()]).status, 1);
    let quiet = save(folder.path(), "quiet.pcapng", &home(3, scenario(Kind::Plug, 120)).0);
    assert_eq!(analyze(&[OsStr::new("--exit-code"), quiet.as_os_str()]).status, 0);
    let counting = analyze(&[OsStr::new("--exit-code"), OsStr::new("--detector"), OsStr::new("none"), path.as_os_str()]);
    assert_eq!(counting.status, 0, "{}", counting.out);
}

#[test]
fn every_report_goes_where_it_is_sent_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).into_os_string();
    let path = save(folder.path(), "home.pcapng", &sample()).into_os_string();
    let mut json = OsStr::new("--json=").to_owned();
    json.push(at("a.json"));
    let run = analyze(&[
        path,
        json,
        "--html".into(),
        at("a.html"),
        "--series".into(),
        at("a.parquet"),
        "--annotate".into(),
        at("a.pcapng"),
        "-o".into(),
        at("a.txt"),
    ]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    assert_eq!(files(folder.path()), ["a.html", "a.json", "a.parquet", "a.pcapng", "a.txt", "home.pcapng"]);
    let start = |name: &str| String::from_utf8_lossy(&std::fs::read(at(name)).unwrap()[..4]).into_owned();
    assert_eq!([start("a.html"), start("a.json"), start("a.parquet"), start("a.txt")], ["<!DO", "{\n  ", "PAR1", "1 of"]);
}

#[test]
fn a_report_never_overwrites_a_capture_or_another_report() {
    let folder = tempfile::tempdir().unwrap();
    let capture = sample();
    let path = save(folder.path(), "home.pcapng", &capture);
    for option in ["-o", "--html", "--annotate"] {
        let run = analyze(&[path.as_os_str(), OsStr::new(option), path.as_os_str()]);
        assert_eq!(run.status, 2, "{option}");
        assert!(run.err.contains("is one of the captures"), "{}", run.err);
    }
    let run = analyze(&[path.as_os_str(), OsStr::new("--json"), OsStr::new("--html"), OsStr::new("-")]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("two reports would go to standard output"), "{}", run.err);
    assert_eq!(std::fs::read(&path).unwrap(), capture);
}

#[test]
fn wrong_arguments_are_told_with_what_would_be_right() {
    for (arguments, hint) in [
        (vec!["--device", "kitchen", "x"], "write it like 02:42:ac:11:00:02"),
        (vec!["--local", "home", "x"], "write it like 192.168.1.0/24"),
        (vec!["--burst-window", "0", "x"], "seconds from 0.01 to 3600"),
        (vec!["--max-seconds", "nan", "x"], "not a number above 0"),
        (vec!["--detector", "none,clock", "x"], "name one or the other"),
        (vec!["--annotate", "y", "-"], "standard input does not allow"),
        (vec!["--follow", "a", "b"], "only one file can be followed"),
        (vec!["--geo", "/nowhere.mmdb", "x"], "cannot read /nowhere.mmdb"),
        (vec![], "required"),
    ] {
        let run = analyze(&arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(hint), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_trouble_but_the_others_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "home.pcapng", &sample());
    let run = analyze(&[path.as_os_str(), OsStr::new("--html"), OsStr::new("/nowhere/a.html")]);
    assert_eq!(run.status, 2);
    assert!(run.out.starts_with("1 of 4") && run.err.contains("cannot create /nowhere/a.html"), "{}", run.err);
}

#[test]
fn only_the_devices_asked_for_are_listed() {
    let capture = sample();
    let run = analyze_with(&["--json", "-", "--device", "02:00:00:00:00:99"], &capture);
    assert_eq!(run.status, 0);
    assert!(run.err.contains("no device 02:00:00:00:00:99 was seen"), "{}", run.err);
    let report: serde_json::Value = serde_json::from_str(&analyze_with(&["--json", "-"], &capture).out).unwrap();
    let one = report["devices"].as_array().unwrap().iter().find(|it| it["sightings"] != serde_json::json!([])).unwrap();
    for id in [&one["mac"], &one["addresses"][0]] {
        let run = analyze_with(&["--json", "-", "--device", id.as_str().unwrap()], &capture);
        let only: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(only["devices"], serde_json::json!([one]));
        assert_eq!(only["capture"]["options"][0], format!("--device {}", id.as_str().unwrap()));
    }
}

#[test]
fn a_gateway_named_by_its_address_is_found_by_its_mac() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "home.pcapng", &sample());
    let by_itself = analyze(&[OsStr::new("--json"), path.as_os_str()]);
    let report: serde_json::Value = serde_json::from_str(&by_itself.out).unwrap();
    let gateway = report["devices"].as_array().unwrap().iter().find(|it| it["role"] == "gateway").unwrap();
    let address = gateway["addresses"][0].as_str().unwrap();
    let named = analyze(&[OsStr::new("--json"), OsStr::new("--gateway"), OsStr::new(address), path.as_os_str()]);
    let named: serde_json::Value = serde_json::from_str(&named.out).unwrap();
    assert_eq!(named["devices"], report["devices"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "home.pcapng", &sample());
    let mut child = Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args([OsStr::new("analyze"), path.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
}
