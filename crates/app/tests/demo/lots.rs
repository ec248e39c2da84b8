//! `analyze --probes` draws the lots of a log again from its seed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use earwitness_core::mac::Mac;
use earwitness_core::pcap::each_frame;
use serde_json::{Value, json};

use crate::{earwitness, folder, printed, text};

/// The header of a log, and the slots of each round.
type Log = (Value, BTreeMap<u64, Vec<Value>>);

/// The short home, simulated, and its log.
fn simulated(folder: &Path) -> Log {
    printed(folder, &["simulate", "hour.toml", "--quiet", "--seed", "8", "-o", "home"]);
    let log = fs::read_to_string(folder.join("home.probes.jsonl")).unwrap();
    let mut lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let header = lines.next().unwrap();
    let mut rounds: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for line in lines {
        rounds.entry(line["round"].as_u64().unwrap()).or_default().push(line);
    }
    assert!(rounds.len() > 12, "{}", rounds.len());
    (header, rounds)
}

fn write(folder: &Path, (header, rounds): &Log) {
    let lines = std::iter::once(header).chain(rounds.values().flatten()).map(|line| format!("{line}\n"));
    fs::write(folder.join("log.jsonl"), lines.collect::<String>()).unwrap();
}

/// Status, standard output and standard error.
fn analyzed(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let output = earwitness(folder, &[&["analyze", "home.pcapng", "--probes", "log.jsonl", "--quiet"], more].concat());
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Calls another slot of a round the probe.
fn name(slots: &mut [Value], new: usize) {
    let old = slots.iter().position(|it| it["kind"] == "probe").unwrap();
    if old == new {
        return;
    }
    let keys = ["seconds", "stimulus", "sound", "heard"];
    let moved: Vec<Value> =
        keys.iter().map(|key| slots[old].as_object_mut().unwrap().remove(*key).unwrap_or(Value::Null)).collect();
    for gone in ["onset", "void", "timelines", "factors"] {
        slots[old].as_object_mut().unwrap().remove(gone);
    }
    (slots[old]["kind"], slots[new]["kind"]) = (json!("sham"), json!("probe"));
    for (key, value) in keys.iter().zip(moved) {
        slots[new][*key] = value;
    }
}

/// The frames of a device by the second in which they passed: their octets.
fn sent(folder: &Path, device: &str) -> Vec<(i64, u64)> {
    let device: Mac = device.parse().unwrap();
    let mut sent = Vec::new();
    let stopped = each_frame(&fs::read(folder.join("home.pcapng")).unwrap(), |frame| {
        if frame.bytes.get(6..12) == Some(&device.0[..]) {
            sent.push((frame.at.nanos() / 1_000_000_000, u64::from(frame.wire_len)));
        }
    });
    assert!(stopped.is_ok() && sent.len() > 10);
    sent
}

fn seconds(moment: &str) -> i64 {
    moment.parse::<jiff::Timestamp>().unwrap().as_second()
}

#[test]
fn a_log_that_names_the_slots_in_which_a_device_sent_most_is_an_error() {
    let folder = folder();
    let (header, mut rounds) = simulated(folder.path());
    let report: Value = serde_json::from_str(&printed(
        folder.path(),
        &["analyze", "home.pcapng", "--probes", "home.probes.jsonl", "--json", "--quiet"],
    ))
    .unwrap();
    assert_eq!(report["probing"]["lots"], "as the seed draws them");
    let truth: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("home.truth.json")).unwrap()).unwrap();
    let plug = truth["devices"].as_array().unwrap().iter().find(|it| it["name"] == "plug").unwrap()["mac"].as_str().unwrap();
    let sent = sent(folder.path(), plug);
    for slots in rounds.values_mut() {
        let most = |slot: &Value| -> u64 {
            let from = seconds(slot["start"].as_str().unwrap());
            sent.iter().filter(|it| (from..from + 20).contains(&it.0)).map(|it| it.1).sum()
        };
        let new = (0..slots.len()).max_by_key(|place| most(&slots[*place])).unwrap();
        name(slots, new);
    }
    write(folder.path(), &(header, rounds));
    let (status, out, err) = analyzed(folder.path(), &[]);
    assert_eq!((status, out.as_str()), (2, ""), "{err}");
    for part in ["log.jsonl", "rounds are not what the seed 8 draws", "names slot", "drawn is slot", "no verdict"] {
        assert!(err.contains(part), "{part:?} in {err}");
    }
}

#[test]
fn a_log_whose_probes_are_all_in_one_slot_is_an_error_that_counts_the_rounds() {
    let folder = folder();
    let (header, mut rounds) = simulated(folder.path());
    let all = rounds.len();
    let wrong = rounds.values().filter(|slots| slots[3]["kind"] != "probe").count();
    for slots in rounds.values_mut() {
        name(slots, 3);
    }
    write(folder.path(), &(header, rounds));
    let (status, out, err) = analyzed(folder.path(), &["--json"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains(&format!("{wrong} of {all} rounds are not what the seed 8 draws")), "{err}");
}

#[test]
fn rounds_that_are_missing_or_out_of_order_are_no_error_and_missing_ones_are_told() {
    let folder = folder();
    let (header, mut rounds) = simulated(folder.path());
    let (first, last) = (rounds.keys().next().copied().unwrap(), rounds.keys().last().copied().unwrap());
    rounds.remove(&(first + 2));
    rounds.remove(&(first + 5));
    // The last round stands at the beginning.
    let moved = rounds.remove(&last).unwrap();
    let lines: Vec<&Value> = std::iter::once(&header).chain(&moved).chain(rounds.values().flatten()).collect();
    fs::write(folder.path().join("log.jsonl"), lines.iter().fold(String::new(), |text, it| text + &it.to_string() + "\n"))
        .unwrap();
    let (status, out, err) = analyzed(folder.path(), &["--json"]);
    assert_eq!(status, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["probing"]["lots"], "as the seed draws them");
    let caveats = report["probing"]["caveats"].to_string();
    assert!(caveats.contains("2 rounds between the first and the last are missing"), "{caveats}");
}

#[test]
fn rounds_that_were_numbered_anew_are_told_apart_from_a_forgery() {
    let folder = folder();
    let (header, mut rounds) = simulated(folder.path());
    for slot in rounds.values_mut().flatten() {
        slot["round"] = json!(slot["round"].as_u64().unwrap() + 1);
    }
    write(folder.path(), &(header, rounds));
    let (status, _, err) = analyzed(folder.path(), &[]);
    assert!(status == 2 && err.contains("if each number in round were smaller by 1"), "{err}");
}

#[test]
fn a_log_without_a_seed_has_its_lots_on_trust_in_every_report() {
    let folder = folder();
    let (mut header, rounds) = simulated(folder.path());
    header.as_object_mut().unwrap().remove("seed");
    write(folder.path(), &(header, rounds));
    let (status, table, err) = analyzed(folder.path(), &["--html", "page.html", "--json=report.json"]);
    assert_eq!(status, 0, "{err}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    let said = "Lots on trust: the log names no seed";
    assert!(words(&table).contains(said), "{table}");
    assert!(words(&page).contains(said));
    assert!(report["probing"]["caveats"][0].as_str().unwrap().starts_with(said));
    assert_eq!((&report["probing"]["lots"], &report["probing"]["seed"]), (&json!("on trust"), &Value::Null));
}
