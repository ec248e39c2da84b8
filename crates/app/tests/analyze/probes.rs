//! `--probes`: verdicts from a capture and a log, and what is said of logs that cannot be right.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use earwitness_sim::home::frames;
use earwitness_sim::scenario::Kind;
use serde_json::Value;

use crate::program::{Run, analyze, classic, device, save, scenario};

const SCHEMA: &str = include_str!("../../../../docs/schema/analyze-2.json");
const SECOND: i64 = 1_000_000_000;
/// Slots of a round, and their length.
const SLOTS: i64 = 8;
const SLOT: i64 = 3 * SECOND;

/// A home in a folder of its own.
struct Home {
    folder: tempfile::TempDir,
    capture: PathBuf,
    speaker: String,
    /// When each upload of the speaker began.
    uploads: Vec<i64>,
}

/// A speaker that is talked to every half a minute or so.
fn home() -> Home {
    let (all, truth) = frames(11, scenario(Kind::SpeakerCbr, 900));
    let folder = tempfile::tempdir().unwrap();
    let capture = save(folder.path(), "home.pcap", &classic(&all));
    let speaker = truth.devices.iter().max_by_key(|it| it.uploads.len()).unwrap();
    let uploads = speaker.uploads.iter().map(|it| it.start_ns).collect();
    Home { folder, capture, speaker: speaker.mac.to_string(), uploads }
}

impl Home {
    /// The end of each round is the slot in which the speaker answered; all times later by `offset`.
    fn log(&self, offset: i64) -> String {
        let mut log = String::from("round,slot,kind,start,slot_seconds,seconds,stimulus,heard\n");
        let (mut round, mut free) = (0, i64::MIN);
        for upload in &self.uploads {
            let first = upload - SECOND / 2 - (SLOTS - 1) * SLOT;
            if first < free {
                continue;
            }
            free = first + SLOTS * SLOT;
            for slot in 0..SLOTS {
                let start = first + slot * SLOT + offset;
                let (kind, sound) = if slot == SLOTS - 1 { ("probe", "2,\"hello, speaker\",yes") } else { ("sham", ",,") };
                writeln!(log, "{round},{slot},{kind},{start},3,{sound}").unwrap();
            }
            round += 1;
        }
        assert!(round >= 8, "only {round} rounds");
        log
    }

    fn analyze(&self, log: &str, more: &[&str]) -> Run {
        let log = save(self.folder.path(), "night.csv", log.as_bytes());
        let mut arguments: Vec<&OsStr> = vec![OsStr::new("--probes"), log.as_os_str(), self.capture.as_os_str()];
        arguments.extend(more.iter().map(OsStr::new));
        analyze(&arguments)
    }

    fn report(&self, log: &str, more: &[&str]) -> (Value, String) {
        let run = self.analyze(log, &[&["--json"], more].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        let report = serde_json::from_str(&run.out).unwrap();
        let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
        let faults: Vec<String> = schema.iter_errors(&report).map(|it| format!("{it} at {}", it.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new());
        (report, run.err)
    }
}

#[test]
fn a_speaker_that_answers_each_probe_streams_what_it_hears_in_every_report() {
    let home = home();
    let log = home.log(0);
    let (report, said) = home.report(&log, &[]);
    assert_eq!(said, "");
    let speaker = device(&report, &home.speaker);
    assert_eq!(speaker["verdict"], "streams what it hears");
    assert!(speaker["evidence"]["p"].as_f64().unwrap() <= 0.01);
    assert!(speaker["evidence"]["uploads"].as_u64().unwrap() >= 8, "{}", speaker["evidence"]);
    assert!(!speaker["sightings"].as_array().unwrap().is_empty(), "what the traffic shows is still there");
    assert_eq!(report["probing"]["void"], 0);

    let page = home.folder.path().join("page.html");
    let run = home.analyze(&log, &["--html", page.to_str().unwrap()]);
    assert!(run.out.starts_with("1 of ") && run.out.contains("sends what it hears"), "{}", run.out);
    assert!(
        run.out.contains("streams what it hears") && run.out.contains("When it hears a sound, it sends sound to"),
        "{}",
        run.out
    );
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("<h1>1 of ") && page.contains("class=\"raster\"") && page.contains("What a verdict claims"));
    assert_eq!(home.analyze(&log, &["--exit-code"]).status, 1);
}

#[test]
fn a_verdict_on_one_device_keeps_the_error_rate_of_all() {
    let home = home();
    let log = home.log(0);
    let all = home.report(&log, &[]).0;
    let one = home.report(&log, &["--device", &home.speaker]).0;
    assert_eq!(one["devices"].as_array().unwrap().len(), 1);
    assert_eq!(device(&one, &home.speaker)["evidence"], device(&all, &home.speaker)["evidence"]);
}

#[test]
fn the_same_log_as_json_lines_gives_the_same_verdicts() {
    let home = home();
    let text = home.log(0);
    let log = earwitness_report::probelog::parse(text.as_bytes(), "night.csv", &earwitness_report::probelog::Reading::default())
        .unwrap();
    let header = earwitness_report::probelog::Header { alpha: Some(0.05), ..Default::default() };
    let mut lines = Vec::new();
    earwitness_report::probelog::write_jsonl(&header, &log.rounds, &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let comma = home.report(&text, &["--alpha", "0.05"]).0;
    let json = home.report(&lines, &[]).0;
    assert_eq!(comma["devices"], json["devices"]);
    assert_eq!((&json["probing"]["alpha"], &json["probing"]["lots"]), (&0.05.into(), &"on trust".into()));
}

#[test]
fn probes_that_another_device_answers_leave_a_log_without_shams_undecided() {
    let home = home();
    let mut log = String::from("start,stimulus,seconds\n");
    for upload in &home.uploads {
        writeln!(log, "{},hello,2", upload - SECOND / 2).unwrap();
    }
    let (report, said) = home.report(&log, &[]);
    assert!(said.contains("no column slot_seconds"), "{said}");
    let speaker = device(&report, &home.speaker);
    assert_eq!((&speaker["verdict"], &speaker["reason"]), (&"undecided".into(), &"not drawn by lot".into()));
    assert!(speaker["evidence"]["sentences"][0].as_str().unwrap().contains("The log has no shams"));
}

#[test]
fn a_log_of_another_time_zone_is_recognised_and_can_be_moved() {
    let home = home();
    let run = home.analyze(&home.log(2 * 3_600 * SECOND), &[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    for part in [
        "night.csv: no probe lies inside the capture; the log says 2026-01-01 14:0",
        "an offset of about -2h?",
        "--probe-offset=-2h",
    ] {
        assert!(run.err.contains(part), "{part:?} in {}", run.err);
    }
    let moved = home.report(&home.log(2 * 3_600 * SECOND), &["--probe-offset=-2h"]).0;
    let plain = home.report(&home.log(0), &[]).0;
    assert_eq!(moved["devices"], plain["devices"]);
    let far = home.analyze(&home.log(400 * 86_400 * SECOND), &[]);
    assert!(far.status == 2 && far.err.contains("is it the log of this capture?"), "{}", far.err);
}

#[test]
fn rounds_outside_the_capture_do_not_count_and_that_is_said() {
    let home = home();
    let log = home.log(0);
    let lines: Vec<&str> = log.lines().collect();
    let (header, mut kept) = (lines[0], lines[1..].to_vec());
    let late: Vec<String> = kept
        .split_off(kept.len() - 8)
        .into_iter()
        .map(|line| {
            let mut fields: Vec<String> = line.splitn(5, ',').map(str::to_owned).collect();
            fields[3] = (fields[3].parse::<i64>().unwrap() + 7 * 86_400 * SECOND).to_string();
            fields.join(",")
        })
        .collect();
    let text = std::iter::once(header).chain(kept).chain(late.iter().map(String::as_str)).collect::<Vec<_>>().join("\n");
    let report = home.report(&text, &[]).0;
    assert_eq!(report["probing"]["void"], 1);
    assert_eq!(report["probing"]["trials"].as_array().unwrap().last().unwrap()["void"], "outside the capture");
    let caveats = report["probing"]["caveats"].to_string();
    assert!(caveats.contains("1 round lies outside the capture"), "{caveats}");
}

#[test]
fn a_quiet_moment_of_a_quiet_home_is_no_gap_of_its_capture() {
    let folder = tempfile::tempdir().unwrap();
    let slots = [(0, 2, "sham", ""), (1, 23, "probe", "3.2"), (2, 45, "sham", ""), (3, 66, "sham", "")];
    let lines = slots.map(|(slot, at, kind, length)| format!("0,{slot},{kind},{},20,{length}\n", 1_767_268_800 + at));
    let log =
        save(folder.path(), "log.csv", format!("round,slot,kind,start,slot_seconds,seconds\n{}", lines.concat()).as_bytes());
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let run = analyze(&[OsStr::new("--probes"), log.as_os_str(), sample.as_os_str()]);
    let printed = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(printed.contains("1 round counts") && !printed.contains("a gap"), "{printed}");
}

#[test]
fn a_capture_with_a_gap_in_its_slots_never_gets_a_verdict_without_saying_so() {
    let (mut all, truth) = frames(11, scenario(Kind::SpeakerCbr, 900));
    // A device that says something twice a second, so that silence means a gap.
    let (first, last) = (all[0].at, all[all.len() - 1].at);
    let mut steady = vec![0xff; 60];
    steady[6..14].copy_from_slice(&[2, 0xaa, 0, 0, 0, 1, 8, 6]);
    all.extend((first..last).step_by(500_000_000).map(|at| earwitness_sim::file::Captured { at, octets: steady.clone() }));
    all.sort_by_key(|it| it.at);
    let folder = tempfile::tempdir().unwrap();
    let speaker = truth.devices.iter().max_by_key(|it| it.uploads.len()).unwrap();
    let uploads: Vec<i64> = speaker.uploads.iter().map(|it| it.start_ns).collect();
    let capture = save(folder.path(), "whole.pcap", &classic(&all));
    let whole = Home { capture, speaker: speaker.mac.to_string(), uploads, folder };
    let log = whole.log(0);
    let caveats = whole.report(&log, &[]).0["probing"]["caveats"].as_array().unwrap().clone();
    assert!(caveats.len() == 1 && caveats[0].as_str().unwrap().starts_with("Lots on trust"), "{caveats:?}");
    // Twelve seconds of shams in the middle of a round.
    let last: i64 = log.lines().nth(4 * 8).unwrap().split(',').nth(3).unwrap().parse().unwrap();
    let gap = last - 15 * SECOND..last - 3 * SECOND;
    let rest: Vec<_> = all.into_iter().filter(|it| !gap.contains(&it.at)).collect();
    let capture = save(whole.folder.path(), "gap.pcap", &classic(&rest));
    let home = Home { capture, ..whole };
    let caveats = home.report(&log, &[]).0["probing"]["caveats"].to_string();
    assert!(
        caveats.contains("no frame of any device was captured for 13") && caveats.contains("a gap, so that it does not speak"),
        "{caveats}"
    );
    let table = home.analyze(&log, &[]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(table.contains("a gap, so that it does not speak for the silence of any device"), "{table}");
}

#[test]
fn each_fault_of_a_log_is_told_with_file_line_and_column_before_the_capture_is_read() {
    let home = home();
    let log = home.log(0);
    let first_start = log.lines().nth(1).unwrap().split(',').nth(3).unwrap().to_owned();
    let second_start = log.lines().nth(2).unwrap().split(',').nth(3).unwrap().to_owned();
    for (text, parts) in [
        (
            log.replacen("start", "begun", 1),
            ["night.csv:1:1: no column is named start", "there is \"begun\"; --map THEIRS=start"],
        ),
        (
            log.replacen(&second_start, &first_start, 1),
            ["night.csv:3:10: this slot overlaps that of line 2, by 3 s", "correct start"],
        ),
        (
            log.replacen(&first_start, "2026-01-01T12:00:00", 1),
            ["night.csv:2:10: start: ", "has no offset: write 2026-01-01T22:00:00Z"],
        ),
        (log.replacen("0,0,sham", "0,0,probe", 1), ["night.csv:", "is missing here"]),
        (log.replace("sham", "probe").replace("3,,,", "3,2,,"), ["night.csv:3:5: round 0 has two probes", "line 2"]),
        (log.lines().next().unwrap().to_owned(), ["night.csv: the log holds no slot", "a line for each"]),
        ("{\"earwitness_probes\":1}\n{\"begin\":3}\n".to_owned(), ["night.csv:2:1: start is missing", "every line needs"]),
    ] {
        let run = home.analyze(&text, &[]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{}", run.err);
        for part in parts {
            assert!(run.err.contains(part), "{part:?} in {}", run.err);
        }
    }
}

#[test]
fn lines_out_of_order_are_sorted_and_that_is_said() {
    let home = home();
    let log = home.log(0);
    let mut lines: Vec<&str> = log.lines().collect();
    lines.swap(1, 4);
    let (report, said) = home.report(&lines.join("\n"), &[]);
    assert!(said.contains("the probe log: line 3 is earlier than the line before it; the lines were sorted by time"), "{said}");
    assert_eq!(report["devices"], home.report(&log, &[]).0["devices"]);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let home = home();
    let log = home.log(0);
    for (more, expected) in [
        (vec!["--alpha", "1.5"], "\"1.5\" is not a number between 0 and 1"),
        (vec!["--probe-offset", "2"], "write it with its unit, like 2h"),
        (vec!["--control", "02:00:00:00:00:77"], "--control 02:00:00:00:00:77: no such device was seen"),
        (vec!["--json=night.csv"], "night.csv is the probe log and would be overwritten"),
    ] {
        let more: Vec<String> =
            more.iter().map(|it| it.replace("night.csv", home.folder.path().join("night.csv").to_str().unwrap())).collect();
        let run = home.analyze(&log, &more.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(run.status == 2 && run.err.contains(expected), "{expected:?} in {}", run.err);
    }
    let alone = analyze(&[OsStr::new("--alpha"), OsStr::new("0.1"), home.capture.as_os_str()]);
    assert!(alone.status == 2 && alone.err.contains("--probes"), "{}", alone.err);
    let missing = analyze(&[OsStr::new("--probes"), Path::new("/nowhere/log.csv").as_os_str(), home.capture.as_os_str()]);
    assert!(missing.status == 2 && missing.err.contains("/nowhere/log.csv cannot be opened"), "{}", missing.err);
    let twice = analyze(&["--probes", "-", "-"]);
    assert!(twice.status == 2 && twice.err.contains("cannot be both"), "{}", twice.err);
}

#[test]
fn every_parameter_of_the_published_test_can_be_set() {
    let home = home();
    let log = home.log(0);
    let usual = home.report(&log, &[]).0;
    assert!(usual.get("ttest").is_none(), "told only to those who ask");
    let asked = ["--ttest-feature", "both", "--ttest-edges", "pooled", "--ttest-seconds", "10", "--ttest-welch"];
    let (report, _) = home.report(&log, &[&asked[..], &["--ttest-threshold", "0.2", "--ttest-repeats", "2"]].concat());
    let test = &report["ttest"];
    let words = ["feature", "edges", "variance"].map(|key| test[key].as_str().unwrap());
    assert_eq!(words, ["both", "pooled", "welch"]);
    assert_eq!(
        (test["threshold"].as_f64(), test["seconds"].as_f64(), test["repeats"].as_u64()),
        (Some(0.2), Some(10.0), Some(2))
    );
    assert!(test["step_seconds"].is_null(), "the probes say where the windows lie");
    let speaker = test["devices"].as_array().unwrap().iter().find(|it| it["device"] == home.speaker.as_str()).unwrap();
    let windows = speaker["windows"].as_array().unwrap();
    // The window after the last probe may reach beyond the end of the capture.
    let rounds = report["probing"]["rounds"].as_u64().unwrap();
    assert!((rounds - 1..=rounds).contains(&(windows.len() as u64)), "{} of {rounds}", windows.len());
    let below = windows.iter().filter(|it| it["p"].as_f64().is_some_and(|p| p < 0.2)).count() as u64;
    assert_eq!(speaker["reacting"].as_u64(), Some(below));
    let begins = windows.iter().take(2).all(|it| it["reacting"] == true);
    assert_eq!(speaker["called_after"].as_u64(), begins.then_some(2), "the first two of two, or never: {speaker}");
    // Another threshold is another answer, about the same p.
    let (strict, _) = home.report(&log, &[&asked[..], &["--ttest-threshold", "1e-300"]].concat());
    assert!(strict["ttest"]["devices"].as_array().unwrap().iter().all(|it| it["reacting"] == 0 && it["called_after"].is_null()));
    let table = home.analyze(&log, &["--ttest-edges", "clip"]).out;
    assert!(table.contains("Published t-test") && table.contains("it is no error rate"), "{table}");
}

#[test]
fn without_probes_the_published_test_slides_two_windows_over_the_capture() {
    let home = home();
    let run = analyze(&[
        OsStr::new("--ttest-passive=15"),
        OsStr::new("--ttest-seconds"),
        OsStr::new("30"),
        OsStr::new("--json"),
        home.capture.as_os_str(),
    ]);
    assert_eq!(run.status, 0, "{}", run.err);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert!(report.get("probing").is_none());
    let test = &report["ttest"];
    assert_eq!((test["step_seconds"].as_f64(), test["seconds"].as_f64()), (Some(15.0), Some(30.0)));
    let speaker = test["devices"].as_array().unwrap().iter().find(|it| it["device"] == home.speaker.as_str()).unwrap();
    let starts: Vec<i64> = speaker["windows"].as_array().unwrap().iter().map(|it| it["start_ns"].as_i64().unwrap()).collect();
    let first = report["capture"]["first_ns"].as_i64().unwrap();
    assert!(starts.len() > 20 && starts.iter().all(|it| (it - first) % (15 * SECOND) == 0), "{starts:?}");
    let (from, until) = (first + 30 * SECOND, report["capture"]["last_ns"].as_i64().unwrap() - 30 * SECOND);
    assert!(starts.iter().all(|it| (from..=until).contains(it)), "a window is whole, and one lies before it");
    // Some upload begins in a window that the test calls a reaction: nobody says that it finds all of them.
    let reacting = |at: i64| {
        let windows = speaker["windows"].as_array().unwrap().iter();
        windows.filter(|it| it["reacting"] == true).any(|it| (0..30 * SECOND).contains(&(at - it["start_ns"].as_i64().unwrap())))
    };
    assert!(home.uploads.iter().any(|it| reacting(*it)), "{speaker}");
}

#[test]
fn parameters_of_the_published_test_need_something_to_test() {
    let home = home();
    let log = save(home.folder.path(), "night.csv", home.log(0).as_bytes());
    let run_with = |arguments: &[&OsStr]| {
        let run = analyze(&[arguments, &[home.capture.as_os_str()]].concat());
        assert_eq!(run.status, 2, "{arguments:?}");
        run.err
    };
    let alone = run_with(&[OsStr::new("--ttest-seconds"), OsStr::new("30")]);
    assert!(alone.contains("--probes") && alone.contains("--ttest-passive"), "{alone}");
    let both = run_with(&[OsStr::new("--probes"), log.as_os_str(), OsStr::new("--ttest-passive")]);
    assert!(both.contains("cannot be used with"), "{both}");
    assert!(run_with(&[OsStr::new("--ttest-passive=0.1")]).contains("not a number of seconds from 1 to 86400"));
}
