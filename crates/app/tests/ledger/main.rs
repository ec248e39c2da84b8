//! `earwitness ledger` as its users run it.

#![expect(clippy::unwrap_used, reason = "a program that does not run fails the test")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../../docs/schema/ledger-1.json");

/// When the first upload began, seconds since 1970: 2026-01-01T22:00:00Z.
const START: i64 = 1_767_304_800;

/// How far the vendor's clock is ahead, milliseconds.
const AHEAD: i64 = 7_250;

const SPEAKER: &str = "02:00:5e:10:00:01";
const CAMERA: &str = "02:00:5e:10:00:02";

/// Moments of uploads, seconds since 1970.
fn moments() -> Vec<i64> {
    (0..30).map(|it| START + it * 240 + it * it % 37).collect()
}

/// A report with an upload of 4 s at each moment, after a sound; and a camera, which sent a recording, something large, and a stream.
fn report(folder: &Path) -> PathBuf {
    let nanos = |at: i64| at * 1_000_000_000;
    let sighting = |at: &i64| json!({"kind": "audio", "start_ns": nanos(*at), "audio_seconds": 4.0, "audio_seconds_low": 3.8, "audio_seconds_high": 4.2, "octets_total": 20_000});
    let in_one_go = |kind: &str, after: i64| json!({"kind": kind, "start_ns": nanos(START + after), "octets_total": 240_000});
    let trial = |at: &i64| json!({"onset_ns": nanos(*at - 2), "seconds": 3.0, "stimulus": "computer"});
    let report = json!({
        "version": 2,
        "capture": {"first_ns": nanos(START - 60), "last_ns": nanos(START + 8_000)},
        "probing": {"trials": moments().iter().map(trial).collect::<Vec<_>>()},
        "devices": [
            {"mac": SPEAKER, "addresses": ["192.168.1.5"], "sightings": moments().iter().map(sighting).collect::<Vec<_>>(), "continuous": []},
            {"mac": CAMERA, "addresses": [], "sightings": [in_one_go("recording", 900), in_one_go("large_upload", 2_000)], "continuous": [in_one_go("audio", 4_000)]}
        ]
    });
    written(folder, "report.json", &report.to_string())
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// Alexa's history of all uploads but the eighth, the newest first, with one record to which nothing was uploaded and one of another year.
fn history() -> String {
    let record =
        |at: i64, kind: &str| json!({"timestamp": at * 1_000 + AHEAD, "utteranceType": kind, "title": "what time is it"});
    let mut records: Vec<Value> = moments().into_iter().map(|at| record(at, "GENERAL")).collect();
    records[3]["utteranceType"] = "FALSE_WAKE_WORD".into();
    records.remove(7);
    records.push(record(START + 7_700, "WAKE_WORD_ONLY"));
    records.insert(0, record(START - 40_000_000, "GENERAL"));
    records.reverse();
    json!({"alexaHistoryRecords": records}).to_string()
}

fn ledger(uploads: &Path, history: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_earwitness"));
    command.arg("ledger").arg("--uploads").arg(uploads).arg("--history").arg(history).args(more);
    command.env("TZ", "UTC").output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

#[test]
fn what_does_not_match_is_named_and_the_report_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let (uploads, history) = (report(folder.path()), written(folder.path(), "history.json", &history()));
    let output = ledger(&uploads, &history, &["--json", "--exit-code", "--device", "192.168.1.5"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    assert!(schema.is_valid(&told), "{:?}", schema.iter_errors(&told).map(|it| it.to_string()).collect::<Vec<_>>());
    let totals = &told["totals"];
    assert_eq!((&totals["matched"], &totals["uploads_without_record"]), (&29.into(), &1.into()), "{totals}");
    assert_eq!((&totals["records_without_upload"], &totals["records_outside"]), (&1.into(), &1.into()), "{totals}");
    assert_eq!(totals["seconds_per_false_wake"], 4.0);
    let offset = told["clock"]["offset_ns"].as_i64().unwrap();
    assert!((offset - AHEAD * 1_000_000).abs() < 100_000_000, "{}", told["clock"]);
    assert!(told["chance"]["p"].as_f64().unwrap() <= 0.005, "{}", told["chance"]);
    let lost: Vec<_> = told["entries"].as_array().unwrap().iter().filter(|it| it["outcome"] == "upload_without_record").collect();
    assert_eq!(lost[0]["start_ns"].as_i64(), Some(moments()[7] * 1_000_000_000));
    assert_eq!((&lost[0]["sound"]["stimulus"], &lost[0]["record"]), (&"computer".into(), &Value::Null));
    let again = ledger(&uploads, &history, &["--json", "--device", SPEAKER]);
    assert_eq!(told, serde_json::from_slice::<Value>(&again.stdout).unwrap());
}

#[test]
fn the_table_says_what_is_missing_first() {
    let folder = tempfile::tempdir().unwrap();
    let (uploads, history) = (report(folder.path()), written(folder.path(), "history.json", &history()));
    let output = ledger(&uploads, &history, &["--device", SPEAKER]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
    assert!(!printed.contains(SPEAKER), "a column that says the same everywhere: {printed}");
    for part in [
        "1 upload without a record (4.0 s)",
        "off by +7.",
        "p = 0.005",
        "4.0 s were uploaded for each of 1 false wake",
        "! 2026-01-01 22:",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
}

#[test]
fn a_recording_is_an_upload_and_what_may_be_anything_is_one_if_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (uploads, history) = (report(folder.path()), written(folder.path(), "history.json", &history()));
    for (more, all, large) in [(None, 31, 1), (Some("--large-uploads"), 32, 0)] {
        let output = ledger(&uploads, &history, &["--json"].into_iter().chain(more).collect::<Vec<_>>());
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        assert_eq!(told["totals"]["uploads"], all, "{told}");
        assert_eq!(told["left_aside"], json!({"large_uploads": large, "continuous": 1}));
        let of_camera: Vec<_> = told["entries"].as_array().unwrap().iter().filter(|it| it["device"] == CAMERA).collect();
        let recording = of_camera.first().unwrap();
        assert_eq!((&recording["upload"], &recording["seconds"]), (&"recording".into(), &Value::Null));
        assert_eq!(recording["outcome"], "upload_without_record");
    }
    let printed = text(&ledger(&uploads, &history, &[]).stdout);
    for part in [
        "2 uploads without a record (4.0 s, and 1 of unknown length)",
        "recording, 240 kB",
        CAMERA,
        "more than one device",
        "1 large upload left aside",
        "1 stream left aside",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
}

#[test]
fn the_history_in_an_archive_is_read_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = report(folder.path());
    let mut archive = zip::ZipWriter::new(fs::File::create(folder.path().join("takeout.zip")).unwrap());
    for (name, content) in [("../../history.json", history()), ("index.html", "<html></html>".to_owned())] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    for more in [&[][..], &["--member", "history.json"]] {
        let output = ledger(&uploads, &folder.path().join("takeout.zip"), more);
        assert!(text(&output.stderr).contains("../../history.json was read"), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("29 matched"), "{}", text(&output.stdout));
    }
    let output = ledger(&uploads, &folder.path().join("takeout.zip"), &["--member", "index.html"]);
    assert!(text(&output.stderr).contains("no activity"), "{}", text(&output.stderr));
}

#[test]
fn a_table_of_minutes_is_read_by_its_own_names_and_a_wrong_zone_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = report(folder.path());
    let line = |at: i64| format!("{};3\n", jiff::Timestamp::from_second(at / 60 * 60).unwrap().strftime("%d.%m.%Y %H:%M"));
    let table = format!("Datum;Dauer\n{}", moments().into_iter().map(line).collect::<String>());
    let history = written(folder.path(), "history.csv", &table);
    let output =
        ledger(&uploads, &history, &["--map", "Datum=time,Dauer=seconds", "--time-zone", "UTC", "--json", "--device", SPEAKER]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    assert_eq!(
        (&told["totals"]["shorter"], &told["clock"]["unit_ns"]),
        (&30.into(), &60_000_000_000_i64.into()),
        "{}",
        told["totals"]
    );
    let output = ledger(&uploads, &history, &["--map", "Datum=time", "--time-zone", "Asia/Tokyo"]);
    let refused = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{refused}");
    assert!(refused.contains("if they were 9 h later") && refused.contains("--time-zone"), "{refused}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = report(folder.path());
    let half = history();
    for (name, content, parts) in [
        ("half.json", half.get(..half.len() / 2).unwrap(), ["half.json:1:", "download it again"]),
        ("takeout.zip", "PK\u{3}\u{4}\u{14}", ["takeout.zip: ", "download it again"]),
        ("night.csv", "time\n2026-10-25 02:30\n", ["night.csv:2:1: ", "twice"]),
    ] {
        let output = ledger(&uploads, &written(folder.path(), name, content), &["--time-zone", "Europe/Berlin"]);
        let refused = text(&output.stderr);
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{refused}");
        assert!(parts.iter().all(|part| refused.contains(part)), "{refused}");
    }
    let good = written(folder.path(), "good.json", &history());
    let output = ledger(&uploads, &good, &["--device", "02:00:5e:10:00:09"]);
    let refused = text(&output.stderr);
    assert!(refused.contains("no such device") && refused.contains(SPEAKER), "{refused}");
    let output = ledger(&good, &good, &[]);
    assert!(text(&output.stderr).contains("no report for programs"), "{}", text(&output.stderr));
}
