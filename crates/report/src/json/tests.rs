//! The report against its schema.

use std::collections::BTreeSet;
use std::net::IpAddr;

use earwitness_core::detect::ttest;
use earwitness_core::findings::Estimate;
use earwitness_core::samples::Tested;
use earwitness_core::verdict::{After, Late, NotTested, Outcome, Undecided, Verdict};
use earwitness_core::visibility::Unseen;
use serde_json::Value;

use super::*;
use crate::published::{Asked, Published};
use crate::sample;
use crate::verdicts::Probing;

/// Keys that are there only after a session of probes.
const WITH_PROBES: [&str; 6] = ["probing", "ttest", "verdict", "reason", "expected", "evidence"];

/// The published schema, as it is in the repository.
const SCHEMA: &str = include_str!("../../../../docs/schema/analyze-2.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn written(findings: &Findings) -> Value {
    report_of(findings, None)
}

fn report_of(findings: &Findings, probing: Option<&Probing>) -> Value {
    let mut out = Vec::new();
    let troubles = ["a.pcap: breaks off at octet 812".to_owned()];
    let published = probing.map(published);
    let context = Context { probing, published: published.as_ref(), ..sample::context(&troubles) };
    write(findings, &context, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// The published test after the first probe.
fn published(probing: &Probing) -> Published {
    let asked = Asked { settings: ttest::TtestSettings::default(), repeats: 1, step: None, shown: true };
    let said = |verdict: &Verdict| (verdict.device, ttest::Evidence { p: Some(0.2), ..ttest::Evidence::default() });
    let tested = Tested { devices: probing.verdicts.devices.iter().map(said).collect(), cut: false };
    Published::of_probes(asked, &probing.verdicts.trials, &[(0, tested)].into())
}

/// Every verdict with every kind of evidence, and numbers that are none.
fn probed() -> Probing {
    let mut probing = verdicts::sample::truthful();
    let lag = earwitness_core::detect::lottery::Lag { shift: 60_000_000_000, stretch: 0 };
    let first = &mut probing.verdicts.devices[0].evidence;
    first.unseen = [(Unseen::OneWay, 3)].into();
    (first.ttest, first.late) = (Some((3, 12)), Some(Late { lag, ln_e: f64::NEG_INFINITY }));
    let other = probing.verdicts.devices[1].device;
    probing.verdicts.devices[0].evidence.after =
        Some(After { device: other, together: 9, moved: 9, other_moved: 12, lag: 3_000_000_000 });
    let fourth = &mut probing.verdicts.devices[3].evidence;
    (fourth.p, fourth.limit_octets, fourth.bound) = (f64::NAN, Some(f64::INFINITY), f64::NAN);
    probing
}

/// What a program may be given at worst.
fn extreme() -> Findings {
    let mut findings = sample::sample();
    let worst = Estimate { value: f64::NAN, low: f64::NEG_INFINITY, high: f64::INFINITY };
    let raw = DeviceId::Address("2001:db8::1".parse::<IpAddr>().unwrap());
    let mut first = findings.devices[0].clone();
    (first.id, first.addresses) = (raw, vec![]);
    findings.devices.push(first);
    findings.capture.frames = u64::MAX;
    findings.capture.last = Some(Timestamp::MAX);
    for it in findings.devices.iter_mut().flat_map(|it| &mut it.sightings) {
        it.window = Window { from: Timestamp::MAX, until: Timestamp::MIN };
        it.audio_seconds = Some(worst);
        it.pre_roll_seconds = worst;
        it.bit_rate = Some(f64::INFINITY);
        it.receiver.country = None;
        it.receiver.system = None;
        it.octets_total = u64::MAX;
    }
    findings
}

#[test]
fn every_report_obeys_the_published_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let plain = [sample::sample(), extreme(), Findings::default()].map(|findings| written(&findings));
    for report in plain.into_iter().chain([report_of(&verdicts::sample::home(), Some(&probed()))]) {
        let errors: Vec<_> = validator.iter_errors(&report).map(|it| format!("{} at {}", it, it.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut report = written(&sample::sample());
    report["devices"][0]["surprise"] = 1.into();
    assert!(!validator.is_valid(&report));
    let mut report = written(&sample::sample());
    report.as_object_mut().unwrap().remove("version");
    assert!(!validator.is_valid(&report));
}

#[test]
fn every_key_is_explained_in_the_schema_and_every_object_is_closed() {
    fn keys(value: &Value, out: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().filter(|(key, _)| *key != "not_read").for_each(|(key, value)| {
                out.insert(key.clone());
                keys(value, out);
            }),
            Value::Array(list) => list.iter().for_each(|it| keys(it, out)),
            _ => {}
        }
    }
    fn explained(schema: &Value, out: &mut BTreeSet<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            assert_eq!(schema["additionalProperties"], false, "{schema}");
            let required = schema["required"].as_array().unwrap();
            for (key, it) in properties {
                assert!(required.contains(&key.as_str().into()) || WITH_PROBES.contains(&key.as_str()), "{key} is not required");
                let explained = it.get("description").is_some() || it.get("$ref").is_some() || it.get("const").is_some();
                assert!(explained, "{key} is not explained");
                out.insert(key.clone());
            }
        }
        match schema {
            Value::Object(map) => map.values().for_each(|it| explained(it, out)),
            Value::Array(list) => list.iter().for_each(|it| explained(it, out)),
            _ => {}
        }
    }
    let (mut emitted, mut known) = (BTreeSet::new(), BTreeSet::new());
    keys(&report_of(&verdicts::sample::home(), Some(&probed())), &mut emitted);
    keys(&report_of(&sample::sample(), Some(&undecided())), &mut emitted);
    explained(&schema(), &mut known);
    known.remove("not_read");
    assert_eq!(emitted, known);
}

#[test]
fn the_keys_that_programs_rely_on_are_what_they_were() {
    let report = written(&sample::sample());
    assert_eq!(report["version"], 2);
    let devices = report["devices"].as_array().unwrap();
    let echo = devices.iter().find(|it| it["mac"] == "44:65:0d:1b:2f:07").unwrap();
    let sighting = &echo["sightings"][2];
    assert_eq!(sighting["kind"], "audio");
    assert_eq!(sighting["start_ns"].as_i64().unwrap(), sample::START.nanos() + 4_466_000_000_000);
    assert_eq!(sighting["audio_seconds"], 6.4);
    assert_eq!(sighting["receiver"], "bob-dispatch-prod-eu.amazon.com");
    assert_eq!(sighting["beat_ms"], 20.0);
    assert_eq!(sighting["detectors"][0]["name"], "clock");
    let camera = devices.iter().find(|it| it["name"] == "Front door").unwrap();
    assert_eq!(
        (&camera["sightings"][0]["kind"], &camera["sightings"][0]["audio_seconds"]),
        (&"large_upload".into(), &Value::Null)
    );
    assert_eq!(devices.iter().filter(|it| it["role"] == "gateway").count(), 1);
}

#[test]
fn a_device_of_raw_ip_has_an_address_and_no_mac() {
    let report = written(&extreme());
    let last = report["devices"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["mac"], &last["addresses"][0]), (&Value::Null, &"2001:db8::1".into()));
    assert!(last["sightings"].as_array().unwrap().iter().all(|it| it["end_ns"].as_i64() >= it["start_ns"].as_i64()));
}

/// The same session, undecided for each reason and not tested for each.
fn undecided() -> Probing {
    let mut probing = probed();
    let outcomes = [
        Outcome::Undecided(Undecided::Promising),
        Outcome::Undecided(Undecided::FewRounds),
        Outcome::Undecided(Undecided::NoLot),
        Outcome::NotTested(NotTested::NoRounds),
        Outcome::NotTested(NotTested::Unheard),
        Outcome::NotTested(NotTested::Absent),
    ];
    for (verdict, outcome) in probing.verdicts.devices.iter_mut().zip(outcomes) {
        verdict.outcome = outcome;
    }
    probing
}

#[test]
fn a_verdict_is_a_word_beside_all_that_was_there_without_it() {
    let report = report_of(&verdicts::sample::home(), Some(&probed()));
    let without = written(&verdicts::sample::home());
    let devices = report["devices"].as_array().unwrap();
    let echo = devices.iter().find(|it| it["mac"] == "44:65:0d:1b:2f:07").unwrap();
    assert_eq!((&echo["verdict"], &echo["expected"]), (&"streams what it hears".into(), &"streams what it hears".into()));
    assert!(echo["evidence"]["p"].as_f64().unwrap() <= 0.01);
    assert_eq!(echo["evidence"]["receivers"][0], "bob-dispatch-prod-eu.amazon.com");
    assert_eq!(report["probing"]["trials"].as_array().unwrap().len(), 24);
    for (with, without) in devices.iter().zip(without["devices"].as_array().unwrap()) {
        let mut with = with.clone();
        with.as_object_mut().unwrap().retain(|key, _| !WITH_PROBES.contains(&key.as_str()));
        assert_eq!(&with, without);
    }
}

#[test]
fn every_reason_is_in_the_schema_and_a_gateway_has_no_verdict() {
    let report = report_of(&sample::sample(), Some(&undecided()));
    assert!(jsonschema::validator_for(&schema()).unwrap().is_valid(&report));
    let with = |key: &str| report["devices"].as_array().unwrap().iter().filter(|it| it.get(key).is_some()).count();
    assert_eq!((with("verdict"), with("reason")), (6, 6));
}
