//! Folders of captures that become a dataset.

use std::path::Path;
use std::process::Command;

use earwitness_sim::home::frames;
use earwitness_sim::scenario::Kind;
use serde_json::Value;

use crate::program::{analyze, classic, save, scenario};

const SCHEMA: &str = include_str!("../../../../docs/schema/places-1.json");

/// Two homes of several files each.
fn homes(folder: &Path) {
    for (seed, name) in [(5, "one"), (6, "two")] {
        let home = folder.join(name);
        std::fs::create_dir(&home).unwrap();
        let (all, _) = frames(seed, scenario(Kind::Sample, 240));
        for (number, piece) in all.chunks(all.len() / 3 + 1).enumerate() {
            save(&home, &format!("{}.pcap", 9 - number), &classic(piece));
        }
    }
}

/// The summary of a run, held against its schema.
fn summary(folder: &Path, more: &[&str], status: i32) -> (Value, String) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (one, two, lake) = (path("one"), path("two"), path("lake"));
    let mut arguments = vec!["--place", &one, &two, "--dataset", &lake, "--json"];
    arguments.extend(more);
    let run = analyze(&arguments);
    assert_eq!(run.status, status, "{}", run.err);
    let told: Value = serde_json::from_str(&run.out).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    assert_eq!(schema.iter_errors(&told).map(|it| it.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    (told, run.err)
}

fn states(told: &Value) -> Vec<&str> {
    told["places"].as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap()).collect()
}

#[test]
fn places_side_by_side_become_homes_of_a_dataset_once() {
    let folder = tempfile::tempdir().unwrap();
    homes(folder.path());
    let (told, said) = summary(folder.path(), &[], 0);
    assert_eq!(states(&told), ["written", "written"]);
    assert!(said.contains("one: ") && said.contains("from 3 files"), "{said}");
    assert!(told["places"][0]["rows"]["sightings"].as_u64().unwrap() > 0, "{told}");
    assert_eq!(told["places"][0]["rows"]["captures"], 3);
    let (again, _) = summary(folder.path(), &["--jobs", "1"], 0);
    assert_eq!(states(&again), ["unchanged", "unchanged"]);
    // A place whose files are no captures fails by itself.
    save(&folder.path().join("two"), "9.pcap", b"");
    save(&folder.path().join("two"), "8.pcap", b"no capture");
    save(&folder.path().join("two"), "7.pcap", b"no capture either");
    let (broken, _) = summary(folder.path(), &[], 2);
    assert_eq!(states(&broken), ["unchanged", "failed"]);
    assert!(broken["places"][1]["error"].as_str().unwrap().contains("9.pcap"), "{broken}");
}

#[test]
fn what_contradicts_itself_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    homes(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, two, lake) = (path("one"), path("two"), path("lake"));
    for (arguments, said) in [
        (vec!["--place", &one, &one, "--dataset", &lake], "two places are called one"),
        (vec!["--place", &one, "--dataset", &lake, "--home", "07"], "write home-07 for 07"),
        (vec!["--place", &one, &two, "--dataset", &lake, "--home", "a", "--home", "a"], "two places are called a"),
        (vec!["--place", &one], "--dataset"),
        (vec!["--place", &one, "--dataset", &lake, "--html", "x.html"], "cannot be used with"),
    ] {
        let run = analyze(&arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn two_thousand_files_are_not_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("many");
    std::fs::create_dir(&home).unwrap();
    let (all, _) = frames(5, scenario(Kind::Sample, 120));
    for (number, piece) in all.chunks(all.len() / 2_000 + 1).enumerate() {
        save(&home, &format!("{number}.pcap"), &classic(piece));
    }
    let script = "ulimit -n 40; exec \"$0\" analyze --place \"$1\" --dataset \"$2\" -q --json";
    let run = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_earwitness")])
        .args([&home, &folder.path().join("lake")])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let told: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(told["places"][0]["troubles"].as_array().unwrap().len(), 0, "{told}");
}
