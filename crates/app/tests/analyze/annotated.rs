//! `--annotate`, read back by ourselves and by Wireshark.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use earwitness_core::frame::Link;
use earwitness_core::pcap::write;
use earwitness_sim::home::frames;
use earwitness_sim::scenario::Kind;
use serde_json::Value;

use crate::program::{analyze, classic, save, scenario, whole};

/// The lines that a program prints; `None`, and a word about it, where it is not installed.
fn lines(program: &str, arguments: &[&OsStr]) -> Option<Vec<String>> {
    let Ok(output) = Command::new(program).args(arguments).output() else {
        println!("SKIPPED: {program} is not installed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// The same frames as a pcapng with a named interface, as raw IP.
fn raw(all: &[earwitness_sim::file::Captured]) -> Vec<u8> {
    let mut out = vec![];
    write::section(&mut out, "a test");
    let name = "wlan7".to_owned();
    let description = "the attic".to_owned();
    let link_type = Link::RawIp.number();
    write::interface(&mut out, &earwitness_core::pcap::Description { link_type, snaplen: 0, name, description });
    for it in all {
        let frame = whole(it);
        if frame.bytes[12..14] == [8, 0] {
            let bytes = &frame.bytes[14..];
            let frame = earwitness_core::frame::Frame { bytes, link: Link::RawIp, wire_len: frame.wire_len - 14, ..frame };
            write::packet(&mut out, &frame, &write::Remarks::default());
        }
    }
    out
}

#[test]
fn the_frames_of_each_sighting_are_there_with_comments_in_order_of_time() {
    let (all, truth) = frames(11, scenario(Kind::SpeakerCbr, 200));
    let (mut later, _) = frames(12, scenario(Kind::SpeakerCbr, 200));
    for it in &mut later {
        it.at += 1_500_000_000;
    }
    let folder = tempfile::tempdir().unwrap();
    let one = save(folder.path(), "one.pcap", &classic(&all));
    let two = save(folder.path(), "two.pcapng", &raw(&later));
    let out = folder.path().join("out.pcapng");
    let run = analyze(&[OsStr::new("--json"), OsStr::new("--annotate"), out.as_os_str(), one.as_os_str(), two.as_os_str()]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let count = |it: &Value| it["sightings"].as_array().unwrap().len();
    let sightings: usize = report["devices"].as_array().unwrap().iter().map(count).sum();
    assert!(sightings > truth.devices.iter().map(|it| it.uploads.len()).sum(), "both captures have some");
    check_with_wireshark(&out, sightings);
    assert_eq!(std::fs::read(&out).unwrap()[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
}

fn check_with_wireshark(out: &Path, sightings: usize) {
    let fields = ["-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"].map(OsStr::new);
    let mut arguments = vec![OsStr::new("-r"), out.as_os_str()];
    arguments.extend(fields);
    let Some(comments) = lines("tshark", &arguments) else { return };
    let summaries: Vec<_> = comments.iter().filter(|it| it.contains("of what looks like sound")).collect();
    assert_eq!(summaries.len(), sightings, "{comments:#?}");
    assert!(summaries.iter().all(|it| it.starts_with("earwitness: audio sighting ")), "{summaries:#?}");
    let records = comments.iter().filter(|it| it.contains(": record 1 of ") || it.contains("; record 1 of ")).count();
    assert_eq!(records, sightings, "{comments:#?}");
    let Some(facts) = lines("capinfos", &[out.as_os_str()]) else { return };
    let facts = facts.join("\n");
    for fact in ["earwitness 0.1.0", "Number of interfaces in file: 2", "Name = wlan7", "Strict time order:   True"] {
        assert!(facts.contains(fact), "{fact} in {facts}");
    }
    assert!(facts.contains("Description = the attic; frames of the sightings that earwitness 0.1.0 found in"), "{facts}");
    assert!(facts.contains("Encapsulation = Raw IP") && facts.contains("Encapsulation = Ethernet"), "{facts}");
}
