//! `earwitness compare` through the program: a short simulated home, labelled captures, and what is said of wrong ones.

#![expect(clippy::unwrap_used, reason = "a program that does not run fails the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../../docs/schema/compare-1.json");

/// A home of an hour with a speaker that reacts and a plug that does not.
const HOME: &str = r#"
title = "An hour"
description = "Two devices."
start = 2026-03-02T22:00:00Z
hours = 1.2

[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]

[[device]]
name = "plug"
kind = "plug"
"#;

fn compare(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_earwitness")).arg("compare").args(arguments).current_dir(folder).output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// The report of a comparison that must succeed, held against the schema.
fn report(folder: &Path, arguments: &[&str]) -> Value {
    let output = compare(folder, arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&report).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    report
}

fn row<'a>(rows: &'a Value, detector: &str) -> &'a Value {
    rows.as_array().unwrap().iter().find(|it| it["detector"].as_str().unwrap().starts_with(detector)).unwrap()
}

/// A folder with the project's sample capture and labels made from its truth.
fn labelled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    fs::copy(docs.join("sample.pcapng"), folder.path().join("sample.pcapng")).unwrap();
    let truth: Value = serde_json::from_slice(&fs::read(docs.join("sample.truth.json")).unwrap()).unwrap();
    // The first frame of the sample.
    let first = 1_767_268_800_776_470_465_i64;
    let entry = |device: &Value| {
        let upload = |it: &Value| {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a short capture")]
            let at = |key: &str| (it[key].as_i64().unwrap() - first).max(0) as f64 / 1e9;
            json!([at("start_ns"), at("end_ns"), it["kind"]])
        };
        let uploads: Vec<Value> = device["uploads"].as_array().unwrap().iter().map(upload).collect();
        json!({"file": "sample.pcapng", "device_mac": device["mac"], "role": device["name"], "uploads": uploads})
    };
    let entries: Vec<Value> = truth["devices"].as_array().unwrap().iter().map(entry).collect();
    fs::write(folder.path().join("labels.json"), json!({"files": entries}).to_string()).unwrap();
    folder
}

#[test]
fn a_short_night_is_compared_the_same_way_twice() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hour.toml"), HOME).unwrap();
    let arguments = ["hour.toml", "--seeds", "2", "--json", "--html", "page.html"];
    let found = report(folder.path(), &arguments);
    assert_eq!(found, report(folder.path(), &arguments), "one seed, one report");
    assert_eq!((&found["material"]["recordings"], &found["material"]["devices"]), (&json!(2), &json!(4)));
    assert!(found["material"]["uploads"].as_u64().unwrap() > 0);
    // The speaker's codec keeps a beat that nothing else in this home has.
    let clock = row(&found["events"], "clock");
    assert!(clock["recall"]["value"].as_f64().unwrap() > 0.8, "{clock}");
    assert_eq!(clock["false_alarms"], 0, "{clock}");
    let lottery = row(&found["sessions"], "lottery");
    assert_eq!((&lottery["recall"]["all"], &lottery["false_alarms"]["all"]), (&json!(2), &json!(2)), "{lottery}");
    assert_eq!(lottery["false_alarms"]["some"], 0, "{lottery}");
    assert_eq!(found["sweeps"]["burst"].as_array().unwrap().len(), 56);
    // Two seeds of one home are one home, and say so.
    assert_eq!(found["material"]["configurations"], 1);
    assert!(
        found["notes"].as_array().unwrap().iter().any(|it| it.as_str().unwrap().contains("one configuration")),
        "{}",
        found["notes"]
    );
    let forests = found["forests"].as_array().unwrap();
    assert!(forests.iter().any(|it| it["detector"] == "forest, other types"), "{forests:?}");
    // Each detector at one false alarm a device week, and at equal false accusations.
    let names = |list: &Value| -> std::collections::BTreeSet<String> {
        list.as_array().unwrap().iter().map(|it| it["detector"].as_str().unwrap().to_owned()).collect()
    };
    let uploads = names(&found["matched"]["uploads"]);
    for wanted in ["burst n=1", "burst n=5", "clock", "clock + bulk", "forest, other types", "forest, same types"] {
        assert!(uploads.contains(wanted), "{uploads:?}");
    }
    for it in found["matched"]["uploads"].as_array().unwrap().iter().filter(|it| !it["found"].is_null()) {
        let rate = it["found"]["false_alarms_per_week"]["value"].as_f64().unwrap();
        assert!(rate <= it["per_week"].as_f64().unwrap(), "{it}");
    }
    let devices = names(&found["matched"]["devices"]);
    for wanted in ["lottery", "ttest size/idle, 3 of 3", "ttest gap/pooled, 5 of 5", "ttest size+gap/pooled, share of positives"]
    {
        assert!(devices.contains(wanted), "{devices:?}");
    }
    let all = found["seconds"].as_array().unwrap();
    assert!(all.iter().any(|it| it["kind"] == "speaker" && it["found"]["some"].as_u64() > Some(0)), "{all:?}");
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(
        page.contains("<svg")
            && page.contains("Uploads found against false alarms")
            && page.contains("Devices found at equal false accusations")
            && !page.contains("<script")
    );
    for forbidden in ["src=", "http://", "https://", "url(", "@import"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn labelled_captures_are_found_beside_their_labels_or_by_name() {
    let folder = labelled();
    let beside = report(folder.path(), &["--labels", "labels.json", "--json"]);
    let named = report(folder.path(), &["sample.pcapng", "--labels", "labels.json", "--json"]);
    assert_eq!(beside["events"], named["events"]);
    let clock = row(&beside["events"], "clock + bulk");
    assert_eq!(clock["recall"]["some"], clock["recall"]["all"], "{clock}");
    assert_eq!(beside["sessions"], json!([]), "nothing was probed");
    let shown = compare(folder.path(), &["--labels", "labels.json", "--sweeps"]);
    let shown = text(&shown.stdout);
    assert!(shown.contains("burst n=3 (default)") && shown.contains("Sweep of n and B_audio"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "a pipe gets no escape codes");
}

#[test]
fn a_device_whose_uploads_are_not_known_leaves_the_others_of_its_capture() {
    let folder = labelled();
    let mut labels: Value = serde_json::from_slice(&fs::read(folder.path().join("labels.json")).unwrap()).unwrap();
    let devices = labels["files"].as_array().unwrap().len();
    labels["files"][devices - 1]["uploads"] = Value::Null;
    fs::write(folder.path().join("labels.json"), labels.to_string()).unwrap();
    let found = report(folder.path(), &["--labels", "labels.json", "--json"]);
    assert_eq!(found["material"]["devices"], devices - 1);
    assert!(found["notes"].to_string().contains("of 1 of its labelled devices it is not known"), "{}", found["notes"]);
}

/// A folder as another generator leaves it: two captures that differ in their seed, with the seconds of each upload.
fn generated() -> tempfile::TempDir {
    let folder = labelled();
    let path = |name: &str| folder.path().join(name);
    let labels: Value = serde_json::from_slice(&fs::read(path("labels.json")).unwrap()).unwrap();
    fs::remove_file(path("labels.json")).unwrap();
    fs::copy(path("sample.pcapng"), path("odd.pcapng")).unwrap();
    for (name, file, seed) in [("even.json", "sample.pcapng", 2), ("odd.json", "odd.pcapng", 3)] {
        let mut own = labels.clone();
        for entry in own["files"].as_array_mut().unwrap() {
            (entry["file"], entry["seed"], entry["configuration"]) = (json!(file), json!(seed), json!("a generator"));
            for upload in entry["uploads"].as_array_mut().unwrap() {
                // The truth says nothing of seconds; any number will do to be held against.
                upload.as_array_mut().unwrap().push(json!(3.0));
            }
        }
        fs::write(path(name), own.to_string()).unwrap();
    }
    folder
}

#[test]
fn captures_of_another_generator_are_split_by_their_seeds() {
    let folder = generated();
    let material = |more: &[&str]| report(folder.path(), &[&["--captures", ".", "--json"], more].concat());
    let measured = material(&[]);
    assert_eq!(measured["material"]["recordings"], 1);
    assert!(measured["notes"].to_string().contains("kept out of tuning"), "{}", measured["notes"]);
    let kinds = measured["seconds"].as_array().unwrap();
    assert!(kinds[0]["found"]["all"].as_u64() > Some(0) && kinds[0]["held"]["all"].is_u64(), "{kinds:?}");
    assert_eq!(material(&["--split", "develop"])["material"]["recordings"], 1);
    assert_eq!(material(&["--split", "all"])["material"]["recordings"], 2);
    fs::remove_file(folder.path().join("even.json")).unwrap();
    for (arguments, expected) in [
        (&["--captures", "."][..], "none of its 1 captures has a seed of this part"),
        (&["--captures", "nowhere"], "the folder cannot be read"),
        (&["--split", "all"], "--captures"),
    ] {
        let output = compare(folder.path(), arguments);
        assert!(
            output.status.code() == Some(2) && text(&output.stderr).contains(expected),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn wrong_labels_are_told_before_anything_is_read() {
    let folder = labelled();
    let refused_with = |arguments: &[&str]| {
        let output = compare(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        text(&output.stderr)
    };
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let entry = |file: &str, mac: &str, more: &str| format!(r#"[{{"file": "{file}", "device_mac": "{mac}"{more}}}]"#);
    write("else.json", &entry("else.pcap", "00:00:5e:00:53:02", ", \"uploads\": []"));
    write("open.json", &entry("sample.pcapng", "00:00:5e:00:53:02", ""));
    write("gone.json", &entry("sample.pcapng", "02:ff:ff:ff:ff:ff", ", \"uploads\": []"));
    write("late.json", &entry("sample.pcapng", "00:00:5e:00:53:02", ", \"uploads\": [], \"t0_ns\": 5"));
    write("broken.json", "[{\"file\": }]");
    for (arguments, expected) in [
        (vec!["sample.pcapng"], "sample.pcapng has no labels"),
        (vec!["sample.pcapng", "--labels", "labels.json", "--labels", "else.json"], "else.json match none of the captures"),
        (vec!["--labels", "else.json"], "match no capture"),
        (vec!["--labels", "open.json"], "in no capture is it known"),
        (vec!["--labels", "gone.json"], "which sends nothing in it"),
        (vec!["--labels", "late.json"], "are not of this capture"),
        (vec!["--labels", "broken.json"], "line 1 column"),
        (vec!["--labels", "nowhere.json"], "nowhere.json cannot be opened"),
        (vec!["nohome"], "neither a file nor one of the scenarios"),
        (vec!["nowhere.pcap"], "neither a scenario that comes with the program nor a file"),
        (vec!["--labels", "labels.json", "--json=labels.json"], "would be overwritten"),
    ] {
        let error = refused_with(&arguments);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
    assert!(compare(folder.path(), &["--seeds", "0"]).status.code() == Some(2));
}
