//! Files whose fields hold what no writer writes.

use std::io::Write;

use earwitness_sim::file::{pcap, pcapng};
use serde_json::Value;

use crate::common;
use crate::home::speaker;

/// Runs the program with a capture on standard input; its report, if there is one, and what it said.
fn report(octets: &[u8]) -> (i32, Option<Value>, String) {
    let output = common::analyze_with(&["--json", "-"], octets);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).ok(), said)
}

#[test]
fn every_resolution_of_time_is_read_or_refused_in_a_sentence() {
    let all = speaker(400).0;
    let good = pcapng(&all[..20]);
    // The value of if_tsresol: the ninth octet of ten decimal places, behind code 9 and length 1.
    let place = good.windows(5).position(|octets| octets == [9, 0, 1, 0, 9]).unwrap() + 4;
    for resolution in 0..=255 {
        let mut octets = good.clone();
        octets[place] = resolution;
        let (status, report, said) = report(&octets);
        assert_eq!(status, 0, "{resolution}: {said}");
        let report = report.unwrap();
        assert_eq!(report["capture"]["frames"], 20, "{resolution}: {said}");
    }
}

#[test]
fn every_cut_of_packed_captures_is_told_and_loses_only_the_rest() {
    let octets = pcap(&speaker(400).0[..300]);
    let mut gz = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    gz.write_all(&octets).unwrap();
    for packed in [gz.finish().unwrap(), zstd::encode_all(&octets[..], 1).unwrap()] {
        let (_, whole, said) = report(&packed);
        // The frames end in the middle of an upload, which is told of a whole capture as well.
        let is_of_the_end = |line: &&str| line.contains("reaches the last second of the capture");
        assert_eq!((&whole.unwrap()["capture"]["frames"], said.lines().find(|it| !is_of_the_end(it))), (&300.into(), None));
        for cut in (1..packed.len()).step_by(packed.len() / 60) {
            let (status, report, said) = report(&packed[..cut]);
            assert!(said.lines().any(|line| !is_of_the_end(&line)), "cut after {cut}: {said:?}");
            assert_eq!(status == 2, report.is_none(), "cut after {cut}: {said}");
        }
    }
}

#[test]
fn bombs_are_read_as_they_come() {
    // 200 MB of empty frames in a few hundred kB.
    let mut frame = pcap(&speaker(400).0[..1])[24..].to_vec();
    frame.truncate(16);
    frame[8..16].fill(0);
    let header = &pcap(&[])[..];
    let mut octets = zstd::Encoder::new(vec![], 1).unwrap();
    octets.write_all(header).unwrap();
    let piece = frame.repeat(1 << 12);
    for _ in 0..100 {
        octets.write_all(&piece).unwrap();
    }
    let packed = octets.finish().unwrap();
    assert!(packed.len() < 100_000);
    let (status, report, said) = report(&packed);
    assert_eq!((status, said.as_str()), (0, ""));
    assert_eq!(report.unwrap()["capture"]["frames"], 409_600);
}
