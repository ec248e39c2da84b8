//! Clocks that are set while it runs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::probe::Void;

use super::feed::{Feed, HOME};
use super::run::{PROBING, Place, Running, until};

/// What sets the clock of one process; `None` where it is not installed.
fn library() -> Option<String> {
    let found = Command::new("sh").args(["-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1"]).output().unwrap();
    let path = String::from_utf8(found.stdout).unwrap().trim().to_owned();
    if path.is_empty() {
        eprintln!("skipped: faketime sets the clock of a process; apt-get install faketime");
    }
    (!path.is_empty()).then_some(path)
}

fn set(file: &Path, offset: &str) {
    let next = file.with_extension("next");
    std::fs::write(&next, format!("{offset}\n")).unwrap();
    std::fs::rename(next, file).unwrap();
}

#[test]
fn a_clock_that_is_set_makes_rounds_void_and_nothing_waits_for_years() {
    let Some(library) = library() else { return };
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let file = place.path("clock");
    set(&file, "+0");
    let mut command = place.command(&["run"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &file).env("FAKETIME_NO_CACHE", "1");
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("FAKETIME_DISABLE_SHM", "1");
    let mut running = Running::spawn(command);
    running.line("frames come from");
    until("a round is in progress", || place.status()["probing"] == true);
    // Stamps of frames stay as they are, as with a router whose clock is right.
    set(&file, "+3600");
    let line = running.line("the clock was set forward by 60 minutes");
    assert!(line.text.contains("void"), "{}", line.text);
    running.line("the clock that stamps frames differs from this one by 60 minutes");
    let played = place.played();
    until("it goes on", || place.played() > played);
    until("a round is in progress", || place.status()["probing"] == true);
    set(&file, "-86400");
    running.line("the clock was set back by 25 hours");
    let played = place.played();
    until("it goes on", || place.played() > played);
    let status = place.status();
    assert!(status["held"].as_array().unwrap().is_empty(), "{status}");
    clock::sleep(Duration::from_secs(1));
    running.stop();
    let trials = place.reader().trials(place.reader().sessions().unwrap()[0].id).unwrap();
    let stepped = trials.iter().filter(|trial| trial.round.void == Some(Void::ClockStepped)).count();
    assert!(stepped >= 2, "{:?}", trials.iter().map(|trial| trial.round.void).collect::<Vec<_>>());
    place.check();
}
