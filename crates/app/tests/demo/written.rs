//! The three files of `simulate`, and what others read in them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{folder, judged, printed, text};

/// Simulates the short home.
fn simulated(folder: &Path, prefix: &str) -> [Vec<u8>; 3] {
    printed(folder, &["simulate", "hour.toml", "--quiet", "--seed", "2", "-o", prefix]);
    ["pcapng", "probes.jsonl", "truth.json"].map(|end| fs::read(folder.join(format!("{prefix}.{end}"))).unwrap())
}

#[test]
fn one_seed_gives_the_same_three_files() {
    let folder = folder();
    let first = simulated(folder.path(), "a");
    assert!(first.iter().all(|file| !file.is_empty()));
    assert!(first == simulated(folder.path(), "b"), "the files differ");
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 7, "nothing else is left behind: {names:?}");
}

#[test]
fn the_files_prove_what_the_demo_proves() {
    let folder = folder();
    simulated(folder.path(), "home");
    let analysed = printed(folder.path(), &["analyze", "home.pcapng", "--probes", "home.probes.jsonl", "--json", "--quiet"]);
    let analysed: Value = serde_json::from_str(&analysed).unwrap();
    let shown: Value =
        serde_json::from_str(&printed(folder.path(), &["demo", "hour.toml", "--seed", "2", "--json", "--quiet"])).unwrap();
    let (from_files, from_demo) = (judged(&analysed), judged(&shown));
    assert_eq!((from_files.len(), from_demo.len()), (3, 3));
    for (one, other) in from_files.iter().zip(&from_demo) {
        for key in ["mac", "verdict", "evidence", "sightings"] {
            assert_eq!(one[key], other[key], "{key} of {}", other["name"]);
        }
    }
    assert!(from_demo.iter().any(|it| it["verdict"] == "streams what it hears"), "nothing was proven");
    assert_eq!(analysed["probing"]["trials"], shown["probing"]["trials"]);
}

#[test]
fn the_truth_names_each_device_and_what_it_did() {
    let folder = folder();
    let [_, log, truth] = simulated(folder.path(), "home");
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let names: Vec<_> = truth["devices"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["assistant", "lamp", "plug"]);
    for line in text(&log).lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap().is_object());
    }
}

#[test]
fn other_programs_read_the_capture() {
    let run = |program: &str, arguments: &[&str], folder: &Path| {
        let output = Command::new(program).args(arguments).current_dir(folder).output().ok()?;
        assert!(output.status.success(), "{program}: {}", text(&output.stderr));
        Some(text(&output.stdout))
    };
    let folder = folder();
    simulated(folder.path(), "home");
    let report = printed(folder.path(), &["analyze", "home.pcapng", "--json", "--quiet"]);
    let frames = serde_json::from_str::<Value>(&report).unwrap()["capture"]["frames"].as_u64().unwrap();
    match run("capinfos", &["-M", "-c", "home.pcapng"], folder.path()) {
        Some(output) => assert!(output.contains(&frames.to_string()), "{output}"),
        None => eprintln!("skipped: capinfos is not installed"),
    }
    let malformed = ["-r", "home.pcapng", "-Y", "_ws.malformed || ip.checksum.status == 0", "-o", "ip.check_checksum:TRUE"];
    match run("tshark", &malformed, folder.path()) {
        Some(output) => assert_eq!(output, ""),
        None => eprintln!("skipped: tshark is not installed"),
    }
}

#[test]
fn what_is_printed_is_a_scenario_again() {
    let folder = folder();
    let scenario = printed(folder.path(), &["simulate", "demo", "--print"]);
    let short = scenario.replace("\nhours = 8\n", "\nhours = 0.2\n");
    assert_ne!(scenario, short);
    fs::write(folder.path().join("mine.toml"), short).unwrap();
    printed(folder.path(), &["simulate", "mine.toml", "--quiet"]);
    assert!(folder.path().join("mine.pcapng").exists(), "named like the scenario");
}
