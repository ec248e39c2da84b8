//! Lines against their schema, and against what Suricata's readers expect.

use std::collections::BTreeSet;

use earwitness_core::findings::{Estimate, SightingKind};
use earwitness_core::mac::Mac;
use earwitness_core::verdict::{NotTested, Undecided};
use serde_json::Value;

use super::*;
use crate::{sample, verdicts};

const SCHEMA: &str = include_str!("../../../../docs/schema/eve-1.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn name(device: DeviceId) -> String {
    format!("Kitchen {}", labels::id(device))
}

const OUTCOMES: [Outcome; 8] = [
    Outcome::Streams,
    Outcome::SendsMore,
    Outcome::Reacts,
    Outcome::SendsLess,
    Outcome::NoReaction,
    Outcome::StreamsAlways,
    Outcome::Undecided(Undecided::FewRounds),
    Outcome::NotTested(NotTested::Absent),
];

const SIGNS: [SenderSign; 7] = [
    SenderSign::Forwards,
    SenderSign::Addresses,
    SenderSign::HopLimits,
    SenderSign::TcpOptions,
    SenderSign::Identification,
    SenderSign::AfterReset,
    SenderSign::Ports,
];

/// What a program that runs writes: everything that can be in it, and numbers that are none.
fn of_run() -> Vec<Value> {
    let device = DeviceId::Mac(Mac([0x02, 0, 0x5e, 0, 0x53, 1]));
    let mut sightings: Vec<Sighting> = sample::sample().devices.iter().flat_map(|it| it.sightings.clone()).collect();
    let worst = Estimate { value: f64::NAN, low: f64::NEG_INFINITY, high: f64::INFINITY };
    let mut odd = sightings[0].clone();
    (odd.kind, odd.audio_seconds, odd.bit_rate) = (SightingKind::Recording, Some(worst), Some(f64::NAN));
    (odd.receiver.country, odd.receiver.system) = (None, None);
    (odd.flow.protocol, odd.flow.source) = (FlowKey::UDP, "2001:db8::7".parse().unwrap());
    sightings.push(odd);
    let sighted = sightings.into_iter().map(|it| What::Sighted { device, sighting: Box::new(it) });
    let judged = OUTCOMES.into_iter().zip([0.001, f64::NAN].into_iter().cycle());
    let verdicts = judged.map(|(outcome, p)| What::Verdict { device, outcome, rounds: 12, p, senders: vec![] });
    let proven = [vec![], SIGNS.to_vec()].map(|senders| What::Proven { device, rounds: 9, senders });
    let at = Timestamp::from_nanos(1_795_288_446_123_456_789);
    let zone = TimeZone::fixed(jiff::tz::offset(-3));
    let line = |what: What| event(&what.at(at), &name, &zone).unwrap();
    sighted.chain(verdicts).chain(proven).map(|what| parsed(&line(what))).collect()
}

/// What an analysis with probes writes.
fn of_analysis() -> Vec<Value> {
    let mut findings = verdicts::sample::home();
    findings.devices.iter_mut().for_each(|it| it.sender_signs = SIGNS[..2].to_vec());
    let probing = verdicts::sample::truthful();
    let mut out = Vec::new();
    write(&findings, &Context { probing: Some(&probing), ..sample::context(&[]) }, &mut out).unwrap();
    String::from_utf8(out).unwrap().split_inclusive('\n').map(parsed).collect()
}

/// One line, which has one line feed, at its end.
fn parsed(line: &str) -> Value {
    assert!(line.ends_with('\n') && line.matches('\n').count() == 1, "{line:?}");
    serde_json::from_str(line).unwrap()
}

fn all() -> Vec<Value> {
    let plain = {
        let mut out = Vec::new();
        write(&sample::sample(), &sample::context(&[]), &mut out).unwrap();
        String::from_utf8(out).unwrap().split_inclusive('\n').map(parsed).collect::<Vec<_>>()
    };
    of_run().into_iter().chain(of_analysis()).chain(plain).collect()
}

#[test]
fn every_line_obeys_the_published_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for line in all() {
        let errors: Vec<_> = validator.iter_errors(&line).map(|it| format!("{it} at {}", it.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{line}");
    }
    let mut line = of_run().remove(0);
    line["earwitness"]["surprise"] = 1.into();
    assert!(!validator.is_valid(&line), "objects are closed");
}

#[test]
fn every_key_and_every_word_of_the_schema_is_produced_and_explained() {
    let (schema, lines) = (schema(), all());
    for shape in schema["oneOf"].as_array().unwrap() {
        let event = &shape["properties"]["earwitness"]["properties"]["event"]["const"];
        let of_it: Vec<&Value> = lines.iter().filter(|line| line["earwitness"]["event"] == *event).collect();
        assert!(!of_it.is_empty(), "{event} is never produced");
        let ours: Vec<&Value> = of_it.iter().map(|line| &line["earwitness"]).collect();
        explained(&schema, shape, &of_it);
        explained(&schema, &shape["properties"]["earwitness"], &ours);
    }
}

/// Whether each key of a closed object is explained, there in some of these lines, and always there where it is required.
fn explained(schema: &Value, shape: &Value, lines: &[&Value]) {
    assert_eq!(shape["additionalProperties"], false);
    let required = shape["required"].as_array().unwrap();
    for (key, property) in shape["properties"].as_object().unwrap() {
        let property = property["$ref"].as_str().map_or(property, |name| &schema["$defs"][name.rsplit('/').next().unwrap()]);
        assert!(property["description"].as_str().is_some_and(|it| !it.is_empty()), "{key} is not explained");
        let there = lines.iter().filter(|line| line.get(key).is_some()).count();
        assert!(there > 0, "{key} is never produced");
        assert!(required.contains(&key.as_str().into()) || there < lines.len() || lines.len() < 3, "{key} is always there");
        let produced: BTreeSet<String> = lines
            .iter()
            .filter_map(|line| line.get(key))
            .flat_map(|it| it.as_array().cloned().unwrap_or_else(|| vec![it.clone()]))
            .map(|it| it.to_string())
            .collect();
        let words = property["enum"].as_array().or_else(|| property["items"]["enum"].as_array());
        // Which verdicts uploads and which signs verdicts can have depends on the sample.
        if let Some(words) = words.filter(|_| !matches!(key.as_str(), "verdict" | "several_senders")) {
            assert_eq!(produced, words.iter().map(ToString::to_string).collect(), "{key}");
        }
    }
}

#[test]
fn all_verdicts_and_signs_are_words_of_the_schema() {
    let schema = schema();
    let words =
        |at: &Value| -> BTreeSet<String> { at.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect() };
    assert_eq!(words(&schema["$defs"]["verdict"]["enum"]), OUTCOMES.map(|it| it.words().to_owned()).into());
    assert_eq!(words(&schema["$defs"]["several_senders"]["items"]["enum"]), SIGNS.map(|it| senders::word(it).to_owned()).into());
}

#[test]
fn what_suricatas_readers_look_at_is_there_and_as_suricata_has_it() {
    // `etc/schema.json` of Suricata: these keys with these types, and the time with an offset without a colon.
    for line in all() {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(text("event_type"), "earwitness");
        assert!(line["earwitness"].is_object(), "what is ours stands below the type");
        let time = text("timestamp");
        assert!(time.len() == 31 && time.as_bytes()[10] == b'T' && time.as_bytes()[19] == b'.', "{time}");
        if line["earwitness"]["event"] != "upload" {
            assert!(line.get("src_ip").is_none() && line.get("flow_id").is_none(), "a verdict is of no flow");
            continue;
        }
        for key in ["src_ip", "dest_ip", "proto", "community_id"] {
            assert!(!text(key).is_empty(), "{key}");
        }
        for key in ["src_port", "dest_port", "flow_id"] {
            assert!(line[key].is_u64(), "{key}");
        }
        assert!(line["flow_id"].as_u64().unwrap() < 1 << 51);
    }
    let line = of_run().remove(0);
    assert_eq!(line["timestamp"], "2026-11-21T16:14:06.123456-0300");
}

#[test]
fn what_is_not_for_such_systems_has_no_line() {
    let at = Timestamp::from_nanos(0);
    assert_eq!(event(&What::Reloaded.at(at), &name, &TimeZone::UTC), None);
    assert_eq!(event(&What::FramesLost { frames: 1 }.at(at), &name, &TimeZone::UTC), None);
}

#[test]
fn strangers_names_do_not_break_a_line() {
    let device = DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1]));
    let what = What::Proven { device, rounds: 9, senders: vec![] };
    let line =
        event(&what.at(Timestamp::from_nanos(0)), &|_| "a\n{\"event_type\":\"alert\"}\r\u{2028}".to_owned(), &TimeZone::UTC);
    assert_eq!(parsed(&line.unwrap())["event_type"], "earwitness");
}
