//! A search for words with a device that hears and sends, in real time.

use std::process::Command;

use super::feed::{Feed, HOME};
use super::run::{PROGRAM, Place, Running, until};

struct Room {
    place: Place,
    feed: Feed,
}

impl Room {
    fn new() -> Self {
        let place = Place::new();
        let feed = Feed::start(place.folder.path(), HOME);
        feed.hears(&place.path("played.wav"));
        place.write(&[&feed.command()], &place.wav());
        Self { place, feed }
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["words", "search", "computer", "--device", "02:00:5e:00:00:07", "-c"]).arg(self.place.config());
        command.arg("--state").arg(self.place.path("words")).args(more);
        command.env("TZ", "UTC").env_remove("PULSE_SERVER").stdin(std::process::Stdio::null());
        command
    }

    fn journal(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.place.path("words").join("words.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The records of a kind, by the numbers of their rounds.
    fn rounds(&self, kind: &str) -> Vec<u64> {
        self.journal().iter().filter(|it| it["record"] == kind).filter_map(|it| it["number"].as_u64()).collect()
    }
}

#[test]
fn a_search_that_is_stopped_or_killed_goes_on_and_what_was_broken_off_counts_for_nothing() {
    if Command::new("espeak-ng").arg("--version").output().is_err() {
        eprintln!("skipped: no espeak-ng to say words with");
        return;
    }
    let room = Room::new();
    let mut first = Running::spawn(room.command(&[]));
    first.line("round 1: 11 words in 96 s");
    until("a word has sounded", || room.place.played() > 0);
    first.signal("TERM");
    assert_eq!(first.ended(), 0, "{}", first.said());
    assert!(first.said().contains("(it was stopped)"), "{}", first.said());
    assert_eq!(room.rounds("round"), [0]);
    // What it plays next is another round, drawn anew.
    room.feed.begin_again();
    let mut second = Running::spawn(room.command(&[]));
    second.line("round 2: ");
    assert_eq!((room.rounds("round"), room.rounds("void")), (vec![0, 1], vec![0]));
    second.signal("KILL");
    second.ended();
    room.feed.begin_again();
    // Another search does not go on with the words of this one.
    let refused = room.command(&["--plays", "50"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("holds another search"), "{said}");
    room.feed.begin_again();
    let mut third = Running::spawn(room.command(&[]));
    third.line("round 3: ");
    third.signal("TERM");
    assert_eq!(third.ended(), 0, "{}", third.said());
    assert_eq!(room.rounds("round"), [0, 1, 2]);
    let void = room.rounds("void");
    assert!(void.starts_with(&[0, 1]), "{void:?}");
}
