//! What was played comes back to the sample.

use earwitness_core::probe::{Heard, Played, Void};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::SECOND;
use earwitness_core::timeline::{
    Arrangement, Condition, Decibels, Digest, Factor, NoiseKind, Placed, Segment, Sound, Source, Timeline,
};
use earwitness_core::trial::Trial;
use earwitness_store::{FILE, Reader, Store};

use super::sample::{begun, trial};

fn timeline(seed: u64) -> Timeline {
    let digest = Digest::of(&[1, i16::from_le_bytes([seed.to_le_bytes()[0], 0])]);
    let sound = |source| Sound { source, whole: 60_000, level: Decibels::from_hundredths(-2_604), digest };
    let text = "I think I am having some trouble hearing what people say. ".repeat(8);
    let segments = vec![
        Segment::sound(48_001, sound(Source::Utterance { text, voice: "en-gb-x-rp".into(), speed: "160".into() })).unwrap(),
        Segment::gap(9_600).unwrap(),
        Segment::sound(60_000, sound(Source::Noise { kind: NoiseKind::Pink, seed })).unwrap(),
        Segment::silence(3).unwrap(),
        Segment::sound(1, sound(Source::File { name: "Küche/musik.flac".into() })).unwrap(),
    ];
    Timeline::new(48_000.try_into().unwrap(), segments, 200_000, digest).unwrap()
}

/// A trial of which it is known what was played: so many timelines, in a condition.
pub(crate) fn played(number: u32, timelines: u32) -> Trial {
    let mut trial = trial(number, 10);
    let placed = (0..timelines)
        .map(|place| Placed { offset: i64::from(place) * 4 * SECOND, timeline: timeline(u64::MAX - u64::from(place)) });
    trial.round.played.timelines = (timelines > 0).then(|| Arrangement::new(placed.collect()).unwrap());
    trial.round.played.condition = Condition::new([("postfix_s", "0.5"), ("voice", "en-gb, „rp“")]).unwrap();
    trial
}

#[test]
fn timelines_and_conditions_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    let trials = [trial(0, 10), played(1, 1), played(2, 0), played(3, 3)];
    store.write(&[begun()]).unwrap();
    for trial in &trials {
        store.write(&[Entry::Trial(trial.clone())]).unwrap();
        store.write(&[Entry::Trial(trial.clone())]).unwrap();
    }
    let session = store.current().unwrap();
    let mut other = trials[3].clone();
    other.round.played.timelines = None;
    let refused = store.write(&[Entry::Trial(other)]).unwrap_err().to_string();
    assert!(refused.contains("round 3") && refused.contains("another one"), "{refused}");
    drop(store);
    let reader = Reader::open(folder.path()).unwrap();
    assert_eq!(reader.trials(session).unwrap(), trials);
    assert_eq!(reader.integrity().unwrap(), Vec::<String>::new());
}

#[test]
fn what_was_planned_gives_way_to_what_was_played() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun()]).unwrap();
    let session = store.current().unwrap();
    let over = played(0, 2);
    let mut drawn = over.round.clone();
    drawn.void = Some(Void::Interrupted);
    drawn.played = Played { timelines: None, heard: Heard::Unknown, ..drawn.played };
    store.write(&[Entry::Drawn(drawn.clone())]).unwrap();
    assert_eq!(store.reader().unwrap().unfinished(session).unwrap(), [drawn.clone()], "its condition is known before it sounds");
    let sounded = earwitness_core::probe::Round { played: over.round.played.clone(), ..drawn };
    store.write(&[Entry::Drawn(sounded.clone())]).unwrap();
    assert_eq!(store.reader().unwrap().unfinished(session).unwrap(), [sounded]);
    store.write(&[Entry::Trial(over.clone())]).unwrap();
    assert_eq!(store.reader().unwrap().trials(session).unwrap(), [over]);
}

#[test]
fn what_an_experiment_varies_is_part_of_its_layout() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    let Entry::Begun { at, design, alpha } = begun() else { panic!("not the beginning") };
    let factors = vec![Factor::new("wake", ["echo", "alexa"]).unwrap(), Factor::new("postfix_s", ["0", "0.5", "1"]).unwrap()];
    let design = Design { factors, ..design };
    store.write(&[Entry::Begun { at, design: design.clone(), alpha }]).unwrap();
    assert_eq!(store.reader().unwrap().sessions().unwrap()[0].design, design);
}

#[test]
fn a_damaged_timeline_is_told_and_crashes_nothing() {
    let damage = [
        "UPDATE segments SET samples = 0",
        "UPDATE segments SET samples = -1",
        "UPDATE segments SET kind = 'hum'",
        "UPDATE segments SET text = 'hum' WHERE kind = 'noise'",
        "UPDATE segments SET sha256 = x'00' WHERE sha256 NOT NULL",
        "UPDATE segments SET whole = 1 WHERE whole NOT NULL",
        "UPDATE timelines SET rate = 0",
        "UPDATE timelines SET begins = -1",
        "UPDATE timelines SET planned = 1",
        "UPDATE factors SET level = ''",
    ];
    for sql in damage {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(folder.path()).unwrap();
        store.write(&[begun(), Entry::Trial(played(0, 2))]).unwrap();
        let session = store.current().unwrap();
        drop(store);
        rusqlite::Connection::open(folder.path().join(FILE)).unwrap().execute_batch(sql).unwrap();
        assert!(Reader::open(folder.path()).unwrap().trials(session).is_err(), "{sql}");
    }
}
