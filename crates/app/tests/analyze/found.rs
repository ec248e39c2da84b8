//! What is found in captures whose truth is known, and that it is the same however they come.

use std::ffi::OsStr;
use std::io::Write;

use earwitness_sim::home::{frames, home};
use earwitness_sim::scenario::Kind;
use earwitness_sim::truth::Kind as Sort;
use serde_json::Value;

use crate::program::{analyze, analyze_with, classic, device, report, save, scenario};

const SCHEMA: &str = include_str!("../../../../docs/schema/analyze-2.json");
const SECOND: i64 = 1_000_000_000;

#[test]
fn every_upload_of_a_speaker_is_found_and_dated_to_a_second() {
    let (capture, truth) = home(11, scenario(Kind::SpeakerCbr, 400));
    let folder = tempfile::tempdir().unwrap();
    let (report, said) = report(&[&save(folder.path(), "home.pcapng", &capture)]);
    assert_eq!(said, "");
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    assert_eq!(schema.iter_errors(&report).map(|it| it.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    for known in &truth.devices {
        let found = device(&report, &known.mac.to_string())["sightings"].as_array().unwrap();
        assert_eq!(found.len(), known.uploads.len(), "{}", known.name);
        for (it, upload) in found.iter().zip(&known.uploads) {
            assert_eq!(it["kind"], "audio");
            assert!((it["start_ns"].as_i64().unwrap() - upload.start_ns).abs() < SECOND, "{it}");
            assert!((it["end_ns"].as_i64().unwrap() - upload.end_ns).abs() < SECOND, "{it}");
            assert_eq!(it["receiver_details"]["name_source"], "tls");
        }
    }
    assert!(truth.devices.iter().any(|it| it.uploads.len() >= 3), "the home is too quiet to show anything");
}

#[test]
fn a_home_with_clips_and_speech_is_told_apart_by_kind() {
    let (capture, truth) = home(3, scenario(Kind::Sample, 180));
    let folder = tempfile::tempdir().unwrap();
    let (report, _) = report(&[&save(folder.path(), "home.pcapng", &capture)]);
    for known in &truth.devices {
        let kinds: Vec<&str> = device(&report, &known.mac.to_string())["sightings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["kind"].as_str().unwrap())
            .collect();
        let expected: Vec<&str> =
            known.uploads.iter().map(|it| if it.kind == Sort::Recording { "large_upload" } else { "audio" }).collect();
        assert_eq!(kinds, expected, "{}", known.name);
    }
}

#[test]
fn packed_piped_and_split_captures_give_the_same_devices() {
    let scenario = scenario(Kind::Sample, 120);
    let (plain, _) = home(5, scenario);
    let (all, _) = frames(5, scenario);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str, octets: &[u8]| save(folder.path(), name, octets);
    let devices = |report: &Value| report["devices"].clone();
    let expected = devices(&report(&[&place("a.pcapng", &plain)]).0);
    assert!(expected.as_array().unwrap().len() >= 4);

    let mut gz = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    gz.write_all(&plain).unwrap();
    assert_eq!(devices(&report(&[&place("b.pcapng", &gz.finish().unwrap())]).0), expected, "gzip");
    assert_eq!(devices(&report(&[&place("c", &zstd::encode_all(&plain[..], 1).unwrap())]).0), expected, "zstd");
    assert_eq!(devices(&report(&[&place("d.pcapng", &classic(&all))]).0), expected, "classic");

    let (early, late) = all.split_at(all.len() / 2);
    let (early, late) = (place("early.pcap", &classic(early)), place("late.pcap", &classic(late)));
    assert_eq!(devices(&report(&[&late, &early]).0), expected, "two files, merged by time");
    let run = analyze(&[OsStr::new("--json"), OsStr::new("--sequential"), early.as_os_str(), late.as_os_str()]);
    assert_eq!(devices(&serde_json::from_str(&run.out).unwrap()), expected, "two files, one after the other");

    let run = analyze_with(&["--json", "-"], &plain);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(devices(&serde_json::from_str(&run.out).unwrap()), expected, "standard input");
}

#[test]
fn a_frame_stamped_before_the_first_moves_the_windows_of_the_burst_detector() {
    let (mut all, _) = frames(5, scenario(Kind::SpeakerCbr, 200));
    let folder = tempfile::tempdir().unwrap();
    let straight = report(&[&save(folder.path(), "straight.pcap", &classic(&all))]).0;
    // The earliest frame comes second.
    all.swap(0, 1);
    let swapped = save(folder.path(), "swapped.pcap", &classic(&all));
    let starts = |report: &Value| -> Vec<Value> {
        let devices = report["devices"].as_array().unwrap().iter();
        devices.flat_map(|it| it["bursts"].as_array().unwrap()).map(|it| it["start_ns"].clone()).collect()
    };
    assert!(!starts(&straight).is_empty());
    assert_eq!(starts(&report(&[&swapped]).0), starts(&straight));
    let run = analyze_with(&["--json", "-"], &std::fs::read(&swapped).unwrap());
    assert!(run.err.contains("save it to a file first"), "{}", run.err);
    assert_eq!(run.status, 0);
}

#[test]
fn a_flood_of_addresses_leaves_the_known_devices_alone() {
    let (mut all, truth) = frames(11, scenario(Kind::SpeakerCbr, 200));
    let speaker = truth.devices.iter().find(|it| !it.uploads.is_empty()).unwrap();
    let middle = all.len() / 4;
    let at = all[middle].at;
    let flood = (0..60_000_u32).map(|n| {
        let mut octets = vec![0xff; 60];
        octets[6] = 0x02;
        octets[7] = 0xaa;
        octets[8..12].copy_from_slice(&n.to_be_bytes());
        earwitness_sim::file::Captured { at, octets }
    });
    let flood: Vec<_> = flood.collect();
    all.splice(middle..middle, flood);
    let folder = tempfile::tempdir().unwrap();
    let (report, _) = report(&[&save(folder.path(), "flood.pcap", &classic(&all))]);
    assert_eq!(device(&report, &speaker.mac.to_string())["sightings"].as_array().unwrap().len(), speaker.uploads.len());
    assert!(report["capture"]["others"].as_u64().unwrap() > 59_000);
    assert_eq!(report["devices"].as_array().unwrap().len(), 512);
}
