//! Events against their schema.

use std::collections::BTreeSet;

use earwitness_core::findings::{DeviceId, SenderSign, SightingKind};
use earwitness_core::mac::Mac;
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{NotTested, Outcome, Undecided};
use serde_json::Value;

use super::*;
use crate::sample;

const SCHEMA: &str = include_str!("../../../../../docs/schema/event-1.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The place of a variant in its enum: one that is added does not compile until the sample has it.
fn number(what: &What) -> usize {
    match what {
        What::Started { .. } => 0,
        What::Share { .. } => 1,
        What::Committed { .. } => 2,
        What::Joined { .. } => 3,
        What::Sighted { .. } => 4,
        What::Played { .. } => 5,
        What::Scored { .. } => 6,
        What::Proven { .. } => 7,
        What::Verdict { .. } => 8,
        What::NoFurtherRound(_) => 9,
        What::Presence { .. } => 10,
        What::Held(_) => 11,
        What::Freed(_) => 12,
        What::ClockStepped { .. } => 13,
        What::SourceClock { .. } => 14,
        What::FramesLost { .. } => 15,
        What::Gap(Gap::Deaf { .. }) => 16,
        What::Gap(Gap::NoCapture { .. }) => 17,
        What::Gap(Gap::Ended { .. }) => 18,
        What::Gap(Gap::Silent { .. }) => 19,
        What::Fault(Fault::NotPlayed { .. }) => 20,
        What::Fault(Fault::Loudspeaker { .. }) => 21,
        What::Fault(Fault::Microphone { .. }) => 22,
        What::Fault(Fault::Source { .. }) => 23,
        What::Fault(Fault::FramesNotKept { .. }) => 24,
        What::Fault(Fault::StoreRefuses { .. }) => 25,
        What::Fault(Fault::Store { .. }) => 26,
        What::Fault(Fault::NoVerdicts { .. }) => 27,
        What::Fault(Fault::Settings { .. }) => 28,
        What::Fault(Fault::Channel { .. }) => 29,
        What::Mended(Mended::FramesCome { .. }) => 30,
        What::Mended(Mended::Microphone) => 31,
        What::Mended(Mended::FramesKept) => 32,
        What::Mended(Mended::Store { .. }) => 33,
        What::SetAside { .. } => 34,
        What::Upgraded { .. } => 35,
        What::Swept { .. } => 36,
        What::Reloaded => 37,
        What::Stopped(_) => 38,
        What::Said { .. } => 39,
        What::Mended(Mended::Channel { .. }) => 40,
    }
}

const VARIANTS: usize = 41;

/// One of everything that can happen, and numbers that are none.
fn everything() -> Vec<What> {
    let device = DeviceId::Mac(Mac([0x02, 0, 0x5e, 0, 0x53, 1]));
    let said = || "Permission denied".to_owned();
    let source = || "ssh router".to_owned();
    let mut sightings: Vec<Sighting> = sample::sample().devices.iter().flat_map(|it| it.sightings.clone()).collect();
    let mut unknown = sightings[0].clone();
    (unknown.kind, unknown.audio_seconds, unknown.bit_rate) = (SightingKind::Recording, None, Some(f64::NAN));
    sightings.push(unknown);
    let sighted = sightings.into_iter().map(|it| What::Sighted { device, sighting: Box::new(it) });
    let played = [(Heard::Yes, Some(-31.5)), (Heard::Yes, Some(f64::NEG_INFINITY)), (Heard::No, None), (Heard::Unknown, None)];
    let onset = Timestamp::from_nanos(1_795_288_445_000_000_000);
    let played =
        played.map(|(heard, level)| What::Played { round: 3, onset, onset_error: 5_000, length: 2_000_000_000, heard, level });
    let outcomes = [
        Outcome::Streams,
        Outcome::SendsMore,
        Outcome::Reacts,
        Outcome::SendsLess,
        Outcome::NoReaction,
        Outcome::StreamsAlways,
        Outcome::Undecided(Undecided::FewRounds),
        Outcome::NotTested(NotTested::Absent),
    ];
    let verdicts = outcomes.into_iter().zip([0.001, f64::NAN].into_iter().cycle());
    let verdicts = verdicts.map(|(outcome, p)| What::Verdict { device, outcome, rounds: 12, p, senders: vec![] });
    let holds = [Hold::Person, Hold::Settings, Hold::Source, Hold::Store, Hold::Voice];
    let mut all = vec![
        What::Started { version: "0.1.0".into(), sources: vec![source()], resumed: None },
        What::Started { version: "0.1.0".into(), sources: vec!["eth0".into(), source()], resumed: Some(7) },
        What::Share { session: 2, whole: 0.01, alpha: 0.0025, next: 0.001_25 },
        What::Committed { commitment: "0f".repeat(32) },
        What::Joined { device },
        What::Joined { device: DeviceId::Address("192.0.2.7".parse().unwrap()) },
        What::Scored { round: 3, counted: true },
        What::Scored { round: 4, counted: false },
        What::Proven { device, rounds: 9, senders: vec![] },
        What::Presence { somebody: true },
        What::Presence { somebody: false },
        What::ClockStepped { by: 3_600_000_000_000 },
        What::ClockStepped { by: -90_000_000_000 },
        What::SourceClock { by: -7_200_000_000_000 },
        What::FramesLost { frames: 12 },
        What::Gap(Gap::Deaf { said: said() }),
        What::Gap(Gap::NoCapture { source: source(), said: said() }),
        What::Gap(Gap::Ended { source: source(), said: said() }),
        What::Gap(Gap::Silent { sources: vec![source()], seconds: 60, waits: true }),
        What::Gap(Gap::Silent { sources: vec![source(), "eth0".into()], seconds: 2, waits: false }),
        What::Fault(Fault::NotPlayed { round: 5, stored: true }),
        What::Fault(Fault::NotPlayed { round: 6, stored: false }),
        What::Fault(Fault::Loudspeaker { round: 7, said: said() }),
        What::Fault(Fault::Microphone { said: said() }),
        What::Fault(Fault::Source { said: said() }),
        What::Fault(Fault::FramesNotKept { said: said() }),
        What::Fault(Fault::StoreRefuses { said: said() }),
        What::Fault(Fault::Store { said: said() }),
        What::Fault(Fault::NoVerdicts { said: said() }),
        What::Fault(Fault::Settings { said: said() }),
        What::Fault(Fault::Channel { channel: "ntfy".to_owned(), said: said() }),
        What::Mended(Mended::FramesCome { source: source() }),
        What::Mended(Mended::Microphone),
        What::Mended(Mended::FramesKept),
        What::Mended(Mended::Channel { channel: "ntfy".to_owned() }),
        What::Mended(Mended::Store { lost: 0 }),
        What::Mended(Mended::Store { lost: 3 }),
        What::SetAside { path: "/var/lib/earwitness/earwitness.db.corrupt.1".into(), found: "malformed".into() },
        What::Upgraded { from: 4, to: 5 },
        What::Swept { stretches: 3, sightings: 1 },
        What::Reloaded,
        What::Said { source: Some(source()), said: said() },
        What::Said { source: None, said: said() },
    ];
    all.extend(sighted.chain(played).chain(verdicts));
    let signs = [
        SenderSign::Forwards,
        SenderSign::Addresses,
        SenderSign::HopLimits,
        SenderSign::TcpOptions,
        SenderSign::Identification,
        SenderSign::AfterReset,
        SenderSign::Ports,
    ];
    all.push(What::Proven { device, rounds: 9, senders: signs.to_vec() });
    all.push(What::Verdict { device, outcome: Outcome::NoReaction, rounds: 12, p: 1.0, senders: signs.to_vec() });
    all.extend([Done::Played, Done::Decided, Done::NoRoom, Done::Stopped].map(What::NoFurtherRound));
    all.extend(holds.map(What::Held).into_iter().chain(holds.map(What::Freed)));
    all.extend([Stop::Done, Stop::Asked, Stop::NothingCaptured].map(What::Stopped));
    all
}

fn name(device: DeviceId) -> String {
    format!("Kitchen {}", labels::id(device))
}

fn written(stored: bool) -> Vec<Value> {
    let at = Timestamp::from_nanos(1_795_288_446_000_000_000);
    let line = |what: What| event(&what.at(at), &name, stored);
    everything().into_iter().map(|what| serde_json::from_str(&line(what)).unwrap()).collect()
}

#[test]
fn the_sample_has_everything_that_can_happen() {
    let there: BTreeSet<usize> = everything().iter().map(number).collect();
    assert_eq!(there, (0..VARIANTS).collect());
}

#[test]
fn every_event_obeys_the_published_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for line in written(true).into_iter().chain(written(false)) {
        let errors: Vec<_> = validator.iter_errors(&line).map(|it| format!("{it} at {}", it.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{line}");
    }
    let mut line = written(true).remove(0);
    line["surprise"] = 1.into();
    assert!(!validator.is_valid(&line), "objects are closed");
}

#[test]
fn every_key_and_every_word_of_the_schema_is_produced_and_explained() {
    let schema = schema();
    let lines: Vec<Value> = written(true).into_iter().chain(written(false)).collect();
    for shape in schema["oneOf"].as_array().unwrap() {
        let what = &shape["properties"]["what"]["const"];
        assert_eq!(shape["additionalProperties"], false, "{what}");
        let of_it: Vec<&Value> = lines.iter().filter(|line| line["what"] == *what).collect();
        assert!(!of_it.is_empty(), "{what} is never produced");
        for (key, property) in shape["properties"].as_object().unwrap() {
            let property = property["$ref"].as_str().map_or(property, |name| &schema["$defs"][name.rsplit('/').next().unwrap()]);
            assert!(property["description"].as_str().is_some_and(|it| !it.is_empty()), "{what}: {key} is not explained");
            assert!(of_it.iter().any(|line| line.get(key).is_some()), "{what}: {key} is never produced");
            assert!(shape["required"].as_array().unwrap().contains(&key.as_str().into()) == (key != "stored"), "{what}: {key}");
            for word in property["enum"].as_array().into_iter().flatten() {
                assert!(of_it.iter().any(|line| line[key] == *word), "{what}: {key} is never {word}");
            }
        }
    }
    let mut bare = lines.iter().filter(|line| line["text"].as_str().unwrap().is_empty());
    assert_eq!(bare.next(), None, "each has a sentence");
}

#[test]
fn what_is_said_of_a_device_says_that_others_send_under_its_address() {
    let signs = vec![SenderSign::HopLimits];
    let device = DeviceId::Mac(Mac([0x02, 0, 0x5e, 0, 0x53, 1]));
    let verdict = What::Verdict { device, outcome: Outcome::NoReaction, rounds: 12, p: 1.0, senders: signs.clone() };
    let proven = What::Proven { device, rounds: 9, senders: signs };
    for what in [verdict, proven] {
        let line: Value = serde_json::from_str(&event(&what.at(Timestamp::from_nanos(1)), &name, true)).unwrap();
        assert_eq!(line["several_senders"], serde_json::json!(["several hop limits"]), "{line}");
        let text = line["text"].as_str().unwrap();
        assert!(text.ends_with("sends under this MAC address: different hop limits at the same time"), "{text}");
    }
}

#[test]
fn the_keys_that_programs_rely_on_are_what_they_were() {
    let lines = written(true);
    let of = |event: &str| lines.iter().find(|line| line["event"] == event).unwrap_or_else(|| panic!("{event}"));
    for event in ["upload", "proven", "verdict", "joined", "trouble", "played", "scored", "note", "ended"] {
        let line = of(event);
        assert!(line["at_ns"].is_i64() && line["text"].is_string() && line.get("stored").is_none(), "{line}");
    }
    for event in ["upload", "proven", "verdict", "joined"] {
        assert!(of(event)["device"] == "02:00:5e:00:53:01" && of(event)["name"].is_string());
    }
    let keys =
        ["kind", "start_ns", "end_ns", "audio_seconds", "bit_rate", "octets", "receiver", "receiver_address", "receiver_port"];
    assert!(keys.iter().all(|key| of("upload").get(key).is_some()), "{}", of("upload"));
    assert_eq!((of("verdict")["verdict"].clone(), of("verdict")["rounds"].clone()), ("streams what it hears".into(), 12.into()));
    assert!(
        ["round", "onset_ns", "onset_error_ns", "length_ns", "heard", "level_dbfs"]
            .iter()
            .all(|key| of("played").get(key).is_some())
    );
}
