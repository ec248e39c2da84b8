//! The page in a real browser, and its API under schemathesis. Tried where `EARWITNESS_BROWSER` names a Python that has what `scripts/browser.txt` lists.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use super::feed::{Feed, HOME, uploaded};
use super::measured::EXPERIMENT;
use super::run::{PROBING, PROGRAM, Place, Running, until};

const WEB: &str = "[web]\nlisten = \"127.0.0.1:0\"\n";
/// By this status the scripts say that they could not be tried.
const NOT_TRIED: i32 = 77;

fn python() -> Option<PathBuf> {
    let python = env::var_os("EARWITNESS_BROWSER").map(PathBuf::from);
    if python.is_none() {
        eprintln!("skipped: no Python with Playwright and schemathesis (scripts/test.sh browser makes one)");
    }
    python
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts").join(name)
}

/// Runs a script; `heard` is given each line that it prints.
fn run(mut command: Command, mut heard: impl FnMut(&str)) {
    let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        println!("{line}");
        heard(&line);
    }
    let status = child.wait().unwrap();
    if status.code() == Some(NOT_TRIED) {
        eprintln!("skipped: what the browser is driven with is not there");
    } else {
        assert!(status.success(), "a claim does not hold: see above");
    }
}

/// An experiment of which one trial of four is done, beside the store.
fn begun(place: &Place) {
    let folder = place.state().join("gap-experiment");
    std::fs::create_dir_all(&folder).unwrap();
    let line = |at: u64, mut it: serde_json::Value| {
        it["at_ns"] = (1_780_000_000_000_000_000_u64 + at * 1_000_000_000).into();
        format!("{it}\n")
    };
    let head = json!({ "record": "experiment", "format": 1, "version": "1", "file": EXPERIMENT, "set": [], "blocks": 2, "recordings": {} });
    let journal = [
        line(0, head),
        line(1, json!({ "record": "night", "night": 0 })),
        line(20, json!({ "record": "began", "trial": 0, "attempt": 1 })),
        line(40, json!({ "record": "done", "trial": 0 })),
        line(50, json!({ "record": "ended", "why": "it was stopped" })),
    ];
    std::fs::write(folder.join("journal.jsonl"), journal.concat()).unwrap();
}

/// A simulated home, and the program that watches it.
fn watched() -> (Place, Feed, Running) {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}{WEB}", place.wav()));
    begun(&place);
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    (place, feed, running)
}

#[test]
fn a_browser_finds_every_page_the_lamp_and_the_way_from_a_click_to_the_verdict() {
    let Some(python) = python() else { return };
    let (place, feed, mut running) = watched();
    let link = place.tell("link");
    // A session to look at, and a device with an upload.
    feed.say(3);
    uploaded(&feed, 1);
    until("a round is over", || place.reader().sessions_with_rounds(None).unwrap() > 0);
    let mut command = Command::new(&python);
    command.arg(script("browser.py")).args(["page", &link, "--waits"]);
    if let Some(folder) = env::var_os("EARWITNESS_PICTURES") {
        command.arg("--pictures").arg(folder);
    }
    run(command, |line| match line {
        "now: a device sends" => feed.say(6),
        "now: a test begins" => feed.hears(&place.path("played.wav")),
        _ => {}
    });
    running.stop();
    place.check();
}

#[test]
fn what_programs_may_ask_is_answered_as_it_is_described() {
    let Some(python) = python() else { return };
    let (place, feed, mut running) = watched();
    let made = Command::new(PROGRAM)
        .args(["page", "token", "add", "tests", "--scope", "control", "-c"])
        .arg(place.config())
        .output()
        .unwrap();
    let said = String::from_utf8(made.stdout).unwrap();
    let token = said.split_whitespace().find(|it| it.len() == 32).unwrap().to_owned();
    feed.say(3);
    uploaded(&feed, 1);
    let link = place.tell("link");
    let mut command = Command::new(&python);
    command.arg(script("api.py")).arg(link.split("/?").next().unwrap()).env("EARWITNESS_TOKEN", token);
    run(command, |_| {});
    running.stop();
}
