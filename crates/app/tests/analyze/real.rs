//! Real captures with known uploads, where they are present: `../shared/data/captures` beside the project, or
//! `EARWITNESS_CAPTURES`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::report;

/// A detection counts for an upload, or against an idle stretch, within so much, nanoseconds.
const SLACK: i64 = 1_000_000_000;

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("EARWITNESS_CAPTURES").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/captures"));
    folder.join("truth.json").is_file().then_some(folder)
}

/// How a group of files was scored.
#[derive(Default, Debug)]
struct Score {
    files: u32,
    uploads: usize,
    found: usize,
    /// Of which start and end are within a second of the truth.
    dated: usize,
    false_alarms: usize,
    hours: f64,
    /// Distance of start and end from the truth, seconds, worst first.
    worst: f64,
    kinds: BTreeMap<String, usize>,
}

fn group(file: &str) -> &str {
    let group = file.split(['-', '.']).next().unwrap_or(file);
    if file.contains("hub-01") { "hub" } else { group }
}

fn nanos(t0: i64, seconds: &Value) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a capture lasts less than 292 years")]
    let offset = (seconds.as_f64().unwrap() * 1e9).round() as i64;
    t0 + offset
}

/// Scores one file whose uploads are known.
#[expect(clippy::cast_precision_loss, reason = "seconds with a few digits")]
fn score(truth: &Value, report: &Value, score: &mut Score) {
    let t0 = truth["t0_ns"].as_i64().unwrap();
    let span = |it: &Value| (nanos(t0, &it[0]), nanos(t0, &it[1]));
    let uploads: Vec<_> = truth["uploads"].as_array().unwrap().iter().map(span).collect();
    let sightings: Vec<(i64, i64, &str)> = report["devices"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["sightings"].as_array().unwrap())
        .map(|it| (it["start_ns"].as_i64().unwrap(), it["end_ns"].as_i64().unwrap(), it["kind"].as_str().unwrap()))
        .collect();
    let touches = |a: (i64, i64), b: (i64, i64)| a.0 <= b.1 + SLACK && b.0 <= a.1 + SLACK;
    score.files += 1;
    score.uploads += uploads.len();
    for upload in &uploads {
        let hits: Vec<_> = sightings.iter().filter(|it| touches((it.0, it.1), *upload)).collect();
        let (Some(from), Some(until)) = (hits.iter().map(|it| it.0).min(), hits.iter().map(|it| it.1).max()) else { continue };
        score.found += 1;
        let off = ((from - upload.0).abs()).max((until - upload.1).abs()) as f64 / 1e9;
        score.worst = score.worst.max(off);
        score.dated += usize::from(off <= 1.0);
    }
    for it in &sightings {
        *score.kinds.entry(it.2.to_owned()).or_default() += 1;
    }
    let idle: Vec<_> = truth["idle"].as_array().unwrap().iter().map(span).collect();
    score.hours += idle.iter().map(|it| (it.1 - it.0) as f64 / 3.6e12).sum::<f64>();
    let alarm = |it: &&(i64, i64, &str)| {
        idle.iter().any(|idle| it.0 < idle.1 && idle.0 < it.1) && !uploads.iter().any(|upload| touches((it.0, it.1), *upload))
    };
    score.false_alarms += sightings.iter().filter(alarm).count();
}

#[test]
fn real_uploads_are_found_and_idle_hours_are_silent() {
    let Some(folder) = folder() else {
        println!("SKIPPED: no real captures; put them into ../shared/data/captures or name their folder in EARWITNESS_CAPTURES");
        return;
    };
    let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for file in truth["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        if file["uploads"].is_null() || file["truth_source"] == "none" || name.starts_with("echodot2") {
            continue;
        }
        let report = report(&[&folder.join(name)]).0;
        score(file, &report, scores.entry(group(name).to_owned()).or_default());
    }
    println!(
        "{:12} {:>5} {:>7} {:>5} {:>5} {:>12} {:>10} {:>8}  sightings",
        "group", "files", "uploads", "found", "dated", "false alarms", "idle hours", "worst s"
    );
    for (name, it) in &scores {
        let Score { files, uploads, found, dated, false_alarms, hours, worst, kinds } = it;
        println!("{name:12} {files:5} {uploads:7} {found:5} {dated:5} {false_alarms:12} {hours:10.2} {worst:8.2}  {kinds:?}");
    }
    let echo = &scores["echo"];
    assert!(echo.uploads == 316 && echo.found >= 315 && echo.dated >= 315, "{echo:?}");
    assert_eq!((scores["homepod"].uploads, scores["homepod"].dated), (2, 2));
    let blink = &scores["blink"];
    assert_eq!((blink.uploads, blink.found), (31, 31));
    assert_eq!(blink.kinds.keys().collect::<Vec<_>>(), ["large_upload"]);
    assert_eq!(scores["hub"].kinds.len(), 0, "{:?}", scores["hub"]);
    for (name, it) in &scores {
        assert_eq!(it.false_alarms, 0, "{name}: {it:?}");
    }
}
