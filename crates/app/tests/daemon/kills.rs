//! Killed at any moment, it goes on with the same session.

use std::time::Duration;

use earwitness_base::clock;
use earwitness_store::SessionRow;

use earwitness_core::probe::Void;

use super::feed::{Feed, HOME};
use super::run::{PROBING, Place, until, until_for};

fn session(place: &Place) -> SessionRow {
    let mut sessions = place.reader().sessions().unwrap();
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    sessions.remove(0)
}

#[test]
fn a_session_goes_on_after_kills_and_scores_further_rounds() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["run", "--verbose"]);
    running.line("frames come from");
    // Rounds are scored when what they caused is over, 65 s after them.
    running.nth_within(Duration::from_secs(120), "scored", 2);
    let before = session(&place);
    running.kill();
    place.check();
    let rounds = place.reader().trials(before.id).unwrap().len();
    assert!(rounds >= 2);
    let seed = u64::from(std::process::id());
    eprintln!("kills at moments drawn from {seed}");
    for kill in 0..10_u64 {
        let mut running = place.start(&["run"]);
        clock::sleep(Duration::from_millis(
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(kill * 1_442_695_040) >> 20 & 0x7ff,
        ));
        assert!(running.child.try_wait().unwrap().is_none(), "{}", running.said());
        running.kill();
        place.check();
    }
    let mut running = place.start(&["run", "--verbose"]);
    // Rounds that a kill cut short count as well: their scores are unknown.
    let line = running.line("the session goes on after ").text;
    let after: usize = line.rsplit("after ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(after >= rounds, "{line}");
    let (id, seed) = (before.id, before.design.seed);
    assert_eq!((session(&place).id, session(&place).design.seed), (id, seed));
    running.nth_within(Duration::from_secs(120), "scored", 1);
    until_for(Duration::from_secs(30), "more rounds are stored", || place.reader().trials(id).unwrap().len() > after);
    let numbers: Vec<u32> = place.reader().trials(id).unwrap().iter().map(|trial| trial.round.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    running.stop();
    until("it is closed", || session(&place).id == id);
    place.check();
}

#[test]
fn rounds_that_stops_broke_off_are_as_written() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let broken_off = || {
        let trials = place.reader().trials(session(&place).id).unwrap();
        trials.iter().filter(|trial| trial.round.void == Some(Void::Interrupted)).count()
    };
    for stops in 1..=20 {
        let mut running = place.start(&["run", "--verbose"]);
        running.nth_within(Duration::from_secs(60), "played", 1);
        running.stop();
        // What is sent from now on falls into slots of the round as well.
        if broken_off() >= 3 {
            eprintln!("three rounds were broken off by {stops} stops");
            break;
        }
    }
    assert!(broken_off() >= 3);
    let mut running = place.start(&["run", "--verbose"]);
    running.nth_within(Duration::from_secs(120), "scored", 1);
    running.stop();
    place.check();
}
