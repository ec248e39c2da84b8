//! `earwitness check` and `earwitness export` as their users run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use earwitness_core::event::What;
use earwitness_core::findings::{DeviceId, SenderSign};
use earwitness_core::time::Window;
use earwitness_core::verdict::{self, judge};
use earwitness_store::{FILE, JournalLine, Record, Reply, SessionId, Store};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

use crate::sample::{at, begun, id, minute};
use earwitness_core::record::Entry;

pub(crate) fn earwitness(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_earwitness")).args(arguments).env("TZ", "UTC").output().unwrap()
}

pub(crate) fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A store with a session whose scores follow from its series, and with verdicts that follow from both.
pub(crate) fn made(folder: &Path) -> PathBuf {
    let place = folder.join("store");
    let (mut store, _) = Store::open(&place).unwrap();
    let Entry::Begun { at: from, design, alpha } = begun() else { unreachable!() };
    let design = earwitness_core::schedule::Design { slots: 4, ..design };
    store.write(&[Entry::Begun { at: from, design: design.clone(), alpha }]).unwrap();
    for number in 0..20 {
        let mut part = minute(number, 4, |device| i64::from(device) * 5 + 1);
        if number >= 3 {
            part.devices[1].sender_signs = vec![SenderSign::HopLimits, SenderSign::Ports];
        }
        if number == 3 {
            part.devices[2].sightings.push(crate::sample::sighting(at(200)));
        }
        store.write(&[Entry::Watched(Box::new(part))]).unwrap();
    }
    // Rounds whose scores are those that the store itself computes.
    let whole = store.material().unwrap().findings;
    let rounds = (0..8).map(|number| {
        let mut trial = crate::sample::trial(number, 0);
        let ordered = design.round(number, at(60 + i64::from(number) * 120));
        trial.round.played.onset = ordered.slots[ordered.drawn].from.plus(1_000);
        (trial.round.slots, trial.round.drawn) = (ordered.slots, ordered.drawn);
        trial.round
    });
    let settings = verdict::VerdictSettings { seed: 11, ..verdict::VerdictSettings::default() };
    let scored = judge(&whole, rounds.collect(), &std::collections::BTreeMap::new(), &settings);
    store.write(&scored.trials.into_iter().map(Entry::Trial).collect::<Vec<_>>()).unwrap();
    let material = store.material().unwrap();
    let verdicts = judge(&material.findings, material.rounds.clone(), &material.tested, &settings);
    store.write_verdicts(at(1_300), &material, &verdicts, &settings).unwrap();
    let line = JournalLine {
        device: Some(id(3)),
        ..JournalLine::new(&What::FramesLost { frames: 3 }.at(at(5)), "away for \"3 s\"".into())
    };
    let reply = Reply { round: 2, window: Window { from: at(7), until: at(9) }, level_db: -30.25 };
    store.append(&[Record::Journal(&line), Record::Reply(&reply)]).unwrap();
    place
}

#[test]
fn a_sound_store_passes_and_its_report_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let (writing, _) = Store::open(&place).unwrap();
    let output = earwitness(&["check", path(&place)]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
    assert!(printed.contains("all is as it was written") && printed.contains("as written"), "{printed}");
    let output = earwitness(&["check", path(&place), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/check-1.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert!(schema.is_valid(&report), "{:?}", schema.iter_errors(&report).map(|it| it.to_string()).collect::<Vec<_>>());
    let session = &report["stores"][0]["sessions"][0];
    assert_eq!((&session["rounds"], &session["differing"], &session["tellings"]), (&8.into(), &0.into(), &1.into()));
    assert!(session["scores"].as_u64().unwrap() >= 96 && session["verdicts"] == 4, "{session}");
    drop(writing);
}

#[test]
fn the_uploads_of_a_store_are_matched_with_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let history = folder.path().join("history.csv");
    let second = at(200).nanos() / 1_000_000_000;
    let later = at(200 + 86_400).nanos() / 1_000_000_000;
    std::fs::write(&history, format!("time,seconds\n{second},1\n{later},1\n")).unwrap();
    let told = || -> Value {
        let output = earwitness(&["ledger", "--uploads", path(&place), "--history", path(&history), "--json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    };
    let first = told();
    let totals = &first["totals"];
    assert_eq!((&totals["uploads"], &totals["sounds"], &totals["sounds_heard"]), (&1.into(), &8.into(), &1.into()), "{totals}");
    assert_eq!(
        (&totals["records"], &totals["records_outside"]),
        (&1.into(), &1.into()),
        "of a day on which nobody watched: {totals}"
    );
    assert_eq!(
        (&first["entries"][0]["record"]["seconds"], &first["entries"][0]["device"]),
        (&1.0.into(), &"00:16:3e:00:00:02".into())
    );
    // The session goes on in that night, without an upload.
    let (mut store, _) = Store::open(&place).unwrap();
    store.write(&[Entry::Watched(Box::new(minute(1_443, 4, |_| 1)))]).unwrap();
    drop(store);
    let totals = &told()["totals"];
    assert_eq!((&totals["records"], &totals["records_without_upload"]), (&2.into(), &1.into()), "{totals}");
}

#[test]
fn what_was_changed_is_named_and_the_status_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let change = |sql: &str| rusqlite::Connection::open(place.join(FILE)).unwrap().execute_batch(sql).unwrap();
    change("UPDATE verdicts SET ln_e = ln_e + 9 WHERE device = 2; UPDATE rounds SET drawn = (drawn + 1) % 4 WHERE number = 5");
    let output = earwitness(&["check", path(&place)]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(
        printed.contains("round 5, drawn slot of the lot") && printed.contains("device 00:16:3e:00:00:01, ln_e: written"),
        "{printed}"
    );
    change("CREATE TABLE extra (a)");
    let output = earwitness(&["check", path(&place), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["stores"][0]["wrong"][0].as_str().unwrap().contains("extra"), "{report}");
}

#[test]
fn a_damaged_file_and_a_missing_one_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let file = place.join(FILE);
    let octets = std::fs::read(&file).unwrap();
    std::fs::write(&file, &octets[..octets.len() / 2]).unwrap();
    let output = earwitness(&["check", path(&file), path(&folder.path().join("nowhere"))]);
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{printed}{said}");
    assert!(said.contains("nowhere") && printed.matches("NOT all").count() == 2, "{printed}{said}");
}

#[test]
fn every_table_is_written_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let rows = [
        ("sessions", 1),
        ("rounds", 8),
        ("segments", 0),
        ("scores", 8 * 4 * 4),
        ("series", 1),
        ("sightings", 1),
        ("verdicts", 4),
        ("journal", 1),
        ("replies", 1),
    ];
    for (what, least) in rows {
        let output = earwitness(&["export", what, path(&place)]);
        assert_eq!(output.status.code(), Some(0), "{what}: {}", text(&output.stderr));
        let mut lines = csv::Reader::from_reader(output.stdout.as_slice());
        let columns = lines.headers().unwrap().len();
        let count = lines.records().map(Result::unwrap).inspect(|row| assert_eq!(row.len(), columns)).count();
        assert!(count >= least && (what == "series" || count == least), "{what}: {count}");
        let json = folder.path().join(format!("{what}.json"));
        let parquet = folder.path().join(format!("{what}.parquet"));
        for file in [&json, &parquet] {
            let output = earwitness(&["export", what, path(&place), "-o", path(file)]);
            assert_eq!(output.status.code(), Some(0), "{what}: {}", text(&output.stderr));
        }
        let value: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
        assert_eq!(value["rows"].as_array().unwrap().len(), count, "{what}");
        let file = SerializedFileReader::new(std::fs::File::open(parquet).unwrap()).unwrap();
        assert_eq!(usize::try_from(file.metadata().file_metadata().num_rows()).unwrap(), count, "{what}");
    }
}

#[test]
fn a_verdict_is_written_with_the_signs_of_several_senders() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let output = earwitness(&["export", "verdicts", path(&place)]);
    let mut lines = csv::Reader::from_reader(output.stdout.as_slice());
    let headers = lines.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|it| it == name).unwrap();
    let [device, senders] = ["device", "several_senders"].map(column);
    let written = lines.records().map(Result::unwrap).map(|row| (row[device].to_owned(), row[senders].to_owned()));
    let written: std::collections::BTreeMap<_, _> = written.collect();
    let DeviceId::Mac(others) = id(1) else { unreachable!() };
    for (device, signs) in &written {
        let expected = if *device == others.to_string() { "several hop limits; several ports at once" } else { "" };
        assert_eq!(signs, expected, "{device}");
    }
    assert_eq!(written.len(), 4);
}

#[test]
fn a_part_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let seconds = |arguments: &[&str]| {
        let output = earwitness(&[&["export", "series", path(&place)], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = seconds(&[]);
    let (from, until) = ("2026-05-28T20:30:00Z", "2026-05-28T20:32:30Z");
    let part = seconds(&["--from", from, "--until", until]);
    let inside = |line: &&String| (from..until).contains(&line.split(',').nth(1).unwrap());
    assert_eq!(part, all.iter().filter(inside).cloned().collect::<Vec<_>>());
    assert!(part.len() > 100 && part.len() < all.len(), "{} {}", part.len(), all.len());
    let output = earwitness(&["export", "rounds", path(&place), "--session", "7"]);
    assert!(output.status.code() == Some(2) && text(&output.stderr).contains("known: 1"), "{}", text(&output.stderr));
}

#[test]
fn the_probe_log_of_a_session_reads_back_as_its_rounds() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let reader = earwitness_store::Reader::open(&place).unwrap();
    let rounds: Vec<_> = reader.trials(SessionId(1)).unwrap().into_iter().map(|trial| trial.round).collect();
    for name in ["log.jsonl", "log.csv"] {
        let file = folder.path().join(name);
        let output = earwitness(&["export", "probes", path(&place), "--session", "1", "-o", path(&file)]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(
            earwitness_report::probelog::read(&file, &earwitness_report::probelog::Reading::default()).unwrap().rounds,
            rounds
        );
    }
}

#[test]
fn a_store_of_version_1_is_checked_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let packed = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/tests/store/fixtures/version-1.db.gz");
    let mut unpacked = flate2::read::GzDecoder::new(std::fs::File::open(packed).unwrap());
    std::io::copy(&mut unpacked, &mut std::fs::File::create(&path).unwrap()).unwrap();
    let output = earwitness(&["check", path.to_str().unwrap()]);
    let printed = text(&output.stdout);
    assert!(output.status.success() && printed.contains("scored by an earlier version's rules"), "{printed}");
}

/// `RUST_LOG` is `wanted`; what is said on standard error.
fn logged(wanted: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_earwitness"));
    command.args(["run", "-c", "run.toml", "--no-probing", "--state", "state", "--source", "true"]).current_dir(folder.path());
    std::fs::write(folder.path().join("run.toml"), "").unwrap();
    let mut running =
        command.env("RUST_LOG", wanted).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let said = std::io::BufReader::new(running.stderr.take().unwrap());
    let mut lines = String::new();
    for line in std::io::BufRead::lines(said) {
        lines += &line.unwrap();
        lines.push('\n');
        if lines.contains("written down") {
            running.kill().unwrap();
        }
    }
    (running.wait().unwrap().code(), lines)
}

#[test]
fn the_diagnostic_log_says_what_was_asked_for_and_what_is_wrong_with_the_asking() {
    let (_, lines) = logged("earwitness_store=debug");
    assert!(lines.contains("DEBUG earwitness_store") && !lines.contains("earwitness_traffic"), "{lines}");
    let (status, lines) = logged("earwitness=loud");
    assert_eq!(status, Some(2), "{lines}");
    assert!(lines.starts_with("earwitness: RUST_LOG is \"earwitness=loud\"; write a level"), "{lines}");
}

#[test]
fn a_question_is_answered_from_the_store_and_its_answer_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let ask = |words: &[&str]| earwitness(&[&["ask", "--state", path(&place)], words].concat());
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/answer-1.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let told = |words: &[&str]| -> Value {
        let told = serde_json::from_slice(&ask(&[&["--json"], words].concat()).stdout).unwrap();
        assert!(schema.is_valid(&told), "{told}");
        told
    };
    let answer = told(&["which", "devices", "reacted?"]);
    assert_eq!(answer["intent"], "Reacted");
    assert!(
        answer["answer"]
            .as_str()
            .unwrap()
            .starts_with("In the session that began on 28 May at 20:26 no device was shown to react"),
        "{answer}"
    );
    let paused = told(&["is", "it", "paused"]);
    assert_eq!(paused["answer"], "Nothing is watched: earwitness does not run.");
    let strange = ask(&["order a pizza"]);
    assert_eq!((strange.status.code(), told(&["order a pizza"])["intent"].is_null()), (Some(2), true));
    assert!(text(&strange.stdout).contains("You can ask who is listening"));
    let order = ask(&["pause for an hour"]);
    assert_eq!(order.status.code(), Some(2));
    assert!(text(&order.stderr).contains("start `earwitness run`"), "{}", text(&order.stderr));
    assert_eq!(ask(&[&"who ".repeat(3_000)]).status.code(), Some(2));
}

#[test]
fn a_session_is_reported_again_as_its_verdicts_were_told() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let page = folder.path().join("report.html");
    let output = earwitness(&["report", path(&place), "--json", "--html", path(&page)]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = Store::open(&place).unwrap().0.reader().unwrap().verdicts(SessionId(1)).unwrap().pop().unwrap();
    let found = report["devices"].as_array().unwrap();
    let mut verdicts: Vec<&str> = found.iter().filter_map(|it| it["verdict"].as_str()).collect();
    let mut before: Vec<&str> = told.devices.iter().map(|it| it.outcome.key()).collect();
    verdicts.sort_unstable();
    before.sort_unstable();
    assert_eq!(verdicts, before);
    assert!(std::fs::read_to_string(&page).unwrap().contains("<h1>"));
    let none = earwitness(&["report", path(&place), "--session", "9"]);
    assert!(none.status.code() == Some(2) && text(&none.stderr).contains("there are: 1"), "{}", text(&none.stderr));
}

#[test]
fn a_device_is_called_what_a_person_called_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = made(folder.path());
    let devices = || -> Vec<Value> {
        let output = earwitness(&["report", path(&place), "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["devices"].as_array().unwrap().clone()
    };
    let mac = devices()[0]["mac"].as_str().unwrap().to_owned();
    let told = |arguments: &[&str]| {
        let output = earwitness(&[&["name", "--state", path(&place)], arguments].concat());
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    assert_eq!(told(&[&mac, "Grandma's radio"]).0, Some(0));
    assert_eq!(told(&[]), (Some(0), format!("{mac}  Grandma's radio\n")));
    assert_eq!(devices()[0]["name"], "Grandma's radio");
    assert_eq!(told(&[&mac, "--forget"]).0, Some(0));
    assert_ne!(devices()[0]["name"], "Grandma's radio");
    let (status, said) = told(&["kitchen", "Radio"]);
    assert!(status == Some(2) && said.contains("is no MAC address"), "{said}");
}
