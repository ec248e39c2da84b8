//! The report against its schema.

use std::collections::BTreeSet;
use std::net::IpAddr;

use earwitness_core::findings::Estimate;
use serde_json::Value;

use super::*;
use crate::report::sample;

/// The published schema, as it is in the repository.
const SCHEMA: &str = include_str!("../../../../../docs/schema/analyze-1.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn written(findings: &Findings) -> Value {
    let mut out = Vec::new();
    write(findings, &sample::context(&["a.pcap: breaks off at octet 812".to_owned()]), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
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
        it.pre_roll_seconds = f64::NAN;
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
    for findings in [sample::sample(), extreme(), Findings::default()] {
        let report = written(&findings);
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
            assert_eq!(schema["required"].as_array().unwrap().len(), properties.len(), "{schema}");
            for (key, it) in properties {
                let told = it.get("description").is_some() || it.get("$ref").is_some() || it.get("const").is_some();
                assert!(told, "{key} is not explained");
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
    keys(&written(&sample::sample()), &mut emitted);
    explained(&schema(), &mut known);
    known.remove("not_read");
    assert_eq!(emitted, known);
}

#[test]
fn the_keys_that_programs_rely_on_are_what_they_were() {
    let report = written(&sample::sample());
    assert_eq!(report["version"], 1);
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
    assert_eq!((&camera["sightings"][0]["kind"], &camera["sightings"][0]["audio_seconds"]), (&"recording".into(), &Value::Null));
    assert_eq!(devices.iter().filter(|it| it["role"] == "gateway").count(), 1);
}

#[test]
fn a_device_of_raw_ip_has_an_address_and_no_mac() {
    let report = written(&extreme());
    let last = report["devices"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["mac"], &last["addresses"][0]), (&Value::Null, &"2001:db8::1".into()));
    assert!(last["sightings"].as_array().unwrap().iter().all(|it| it["end_ns"].as_i64() >= it["start_ns"].as_i64()));
}
