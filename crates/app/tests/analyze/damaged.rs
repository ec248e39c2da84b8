//! Bad input: one clear line each, everything readable is reported, status 2 only if there was nothing.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::{Description, write};
use earwitness_core::time::Timestamp;
use earwitness_sim::file::Captured;
use earwitness_sim::home::frames;
use earwitness_sim::scenario::Kind;
use serde_json::Value;

use crate::program::{Run, analyze, analyze_with, classic, save, scenario};

/// A second and a bit of a home.
fn some() -> Vec<Captured> {
    let mut all = frames(3, scenario(Kind::Sample, 60)).0;
    all.truncate(200);
    all
}

/// Frames that the report counts.
fn counted(run: &Run) -> u64 {
    let report: Value = serde_json::from_str(&run.out).unwrap();
    report["capture"]["frames"].as_u64().unwrap()
}

/// What a capture leads to: it must be read to this many frames and told in one line that holds these words.
fn check(what: &str, octets: &[u8], frames: u64, words: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "bad.pcap", octets);
    for run in [analyze(&[OsStr::new("--json"), path.as_os_str()]), analyze_with(&["--json", "-"], octets)] {
        let lines: Vec<&str> = run.err.lines().filter(|it| !it.ends_with("there is no report")).collect();
        if words.is_empty() {
            assert_eq!(lines, [""; 0], "{what}");
        } else {
            assert!(lines.len() == 1 && lines[0].contains(words) && lines[0].len() < 320, "{what}: {lines:#?}");
            assert!(lines[0].contains("bad.pcap: ") || lines[0].contains("standard input: "), "{what}: {lines:#?}");
        }
        if frames == 0 && !words.is_empty() {
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{what}");
        } else {
            assert_eq!(run.status, 0, "{what}: {}", run.err);
            assert_eq!(counted(&run), frames, "{what}");
            let report: Value = serde_json::from_str(&run.out).unwrap();
            assert_eq!(report["capture"]["troubles"].as_array().unwrap().len(), lines.len(), "{what}");
        }
    }
}

/// A pcapng block.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &length].concat()
}

/// A pcapng with one interface and these frames.
fn ng(all: &[Captured]) -> Vec<u8> {
    earwitness_sim::file::pcapng(all)
}

#[test]
fn what_is_no_capture_is_status_2_and_one_line() {
    let good = classic(&some());
    check("empty", &[], 0, "octet 0, after 0 frames: the file is empty");
    check("wrong magic", b"GET / HTTP/1.1\r\n\r\n........................", 0, "not a capture file");
    check("a header cut off", &good[..11], 0, "file header (11 of 24 octets)");
    check("a first packet cut off", &good[..24 + 16 + 5], 0, "octet 24, after 0 frames: the file ends inside a packet");
    check("gzip that breaks off at once", &[0x1f, 0x8b, 8, 0, 0, 0], 0, "octet 0");
}

#[test]
fn an_intact_capture_of_nothing_is_a_report_about_nothing() {
    check("no packets", &classic(&[]), 0, "");
    check("no packets, pcapng", &ng(&[]), 0, "");
}

#[test]
fn a_capture_cut_anywhere_is_reported_up_to_there() {
    let all = some();
    let (old, new) = (classic(&all), ng(&all));
    for share in [3, 5, 7, 9] {
        for whole in [&old, &new] {
            let cut = whole.len() * share / 10 + 1;
            let run = analyze_with(&["--json", "-"], &whole[..cut]);
            assert_eq!((run.status, run.err.lines().count()), (0, 1), "{}", run.err);
            assert!(run.err.contains("everything before it was read"), "{}", run.err);
            assert!((30..200).contains(&counted(&run)));
        }
    }
}

#[test]
fn lengths_that_lie_end_the_reading_where_they_stand() {
    let all = some();
    let (good, half) = (classic(&all), classic(&all[..100]));
    let mut lying = good.clone();
    lying[half.len() + 8..half.len() + 12].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    check(
        "a packet of 2 GB",
        &lying,
        100,
        &format!("octet {}, after 100 frames: a packet announces 2147483647 octets", half.len()),
    );
    let half = ng(&all[..100]);
    let huge = [&half[..], &6_u32.to_le_bytes(), &u32::MAX.to_le_bytes(), &[0; 64]].concat();
    check("a block of 4 GB", &huge, 100, "after 100 frames: a block announces 4294967295 octets");
    let zero = [&half[..], &6_u32.to_le_bytes(), &[0; 64]].concat();
    check("a block of length zero", &zero, 100, "after 100 frames: a block announces 0 octets");
}

#[test]
fn a_packet_of_an_interface_that_is_not_there_is_left_out() {
    let all = some();
    let mut body = vec![9, 0, 0, 0];
    body.extend([0; 8]);
    body.extend([4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]);
    let missing = [ng(&all[..50]), block(6, &body), block(6, &body)].concat();
    check("interface 9", &missing, 50, "a packet names interface 9, but only 1 are described");
}

#[test]
fn clocks_that_go_backwards_or_jump_centuries_cost_nothing() {
    let mut all = some();
    all[50].at -= 20 * 365 * 86_400 * 1_000_000_000;
    all[150].at += 200 * 365 * 86_400 * 1_000_000_000;
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "jump.pcapng", &ng(&all));
    let run = analyze(&[OsStr::new("--json"), path.as_os_str()]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((report["capture"]["frames"].as_u64(), report["capture"]["clock_back"].as_u64()), (Some(200), Some(2)));
    assert!(run.out.len() < 100_000);
}

#[test]
fn frames_that_were_cut_or_are_very_long_are_counted_and_said() {
    let all = some();
    let mut out = vec![];
    write::classic_header(&mut out, 1, 96);
    for it in &all {
        let wire_len = u32::try_from(it.octets.len()).unwrap();
        let bytes = &it.octets[..it.octets.len().min(96)];
        write::classic_record(
            &mut out,
            &Frame { at: Timestamp::from_nanos(it.at), link: Link::Ethernet, wire_len, bytes, interface: 0 },
        );
    }
    let report: Value = serde_json::from_str(&analyze_with(&["--json", "-"], &out).out).unwrap();
    let long = all.iter().filter(|it| it.octets.len() > 96).count();
    assert_eq!(report["capture"]["cut"].as_u64().unwrap(), long as u64);

    let mut huge = all.clone();
    huge[7].octets.resize(65_536, 0);
    let report: Value = serde_json::from_str(&analyze_with(&["--json", "-"], &classic(&huge)).out).unwrap();
    assert_eq!((&report["capture"]["oversized"], &report["capture"]["frames"]), (&1.into(), &200.into()));
}

#[test]
fn compression_that_breaks_off_keeps_what_came_before() {
    let octets = classic(&frames(3, scenario(Kind::SpeakerCbr, 300)).0);
    assert!(octets.len() > 500_000, "several blocks of either format");
    let mut gz = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    gz.write_all(&octets).unwrap();
    let gz = gz.finish().unwrap();
    let zst = zstd::encode_all(&octets[..], 1).unwrap();
    for cut in [&gz[..gz.len() / 2], &zst[..zst.len() * 3 / 4]] {
        let run = analyze_with(&["--json", "-"], cut);
        let broken = run.err.lines().filter(|line| line.contains("everything before it was read"));
        assert_eq!((run.status, broken.count()), (0, 1), "{}", run.err);
        assert!(counted(&run) > 50);
    }
}

#[test]
fn what_cannot_be_opened_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let good = save(folder.path(), "good.pcap", &classic(&some()));
    let gone = folder.path().join("gone.pcap");
    let paths: [&Path; 3] = [folder.path(), &good, &gone];
    let run = analyze(&[&[Path::new("--json")], &paths[..]].concat());
    assert_eq!((run.status, counted(&run)), (0, 200));
    let lines: Vec<&str> = run.err.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].contains("this is a directory") && lines[1].contains("gone.pcap: No such file"),
        "{lines:#?}"
    );
    let run = analyze(&[folder.path(), &gone]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("this is a directory") && run.err.contains("check the name"), "{}", run.err);
}

#[test]
fn a_link_that_is_not_read_is_said_in_the_report() {
    let mut out = vec![];
    write::section(&mut out, "a test");
    let text = String::new;
    write::interface(&mut out, &Description { link_type: 195, snaplen: 0, name: text(), description: text() });
    let frame = Frame { at: Timestamp::from_nanos(1), link: Link::Other(195), wire_len: 4, bytes: &[1, 2, 3, 4], interface: 0 };
    write::packet(&mut out, &frame, &write::Remarks::default());
    let run = analyze_with(&["--json", "-"], &out);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["capture"]["not_read"]["link type 195 (IEEE 802.15.4) not read"], 1);
}

#[test]
fn a_name_that_would_move_the_cursor_is_made_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let run = analyze(&[PathBuf::from("\x1b[2Jgone.pcap"), folder.path().to_owned()]);
    assert!(!run.err.contains('\x1b') && run.err.contains("gone.pcap"), "{:?}", run.err);
}

#[test]
fn what_follows_damage_is_not_told_as_if_it_had_been_read() {
    let folder = tempfile::tempdir().unwrap();
    let whole = ng(&some());
    let damaged = |name: &str, at: usize, with: u8, packed: bool| {
        let mut octets = whole.clone();
        octets[at..at + 4_000].fill(with);
        if packed {
            octets = zstd::encode_all(octets.as_slice(), 1).unwrap();
        }
        analyze(&[OsStr::new("--exit-code"), OsStr::new("--json"), save(folder.path(), name, &octets).as_os_str()])
    };
    for (with, packed) in [(0, false), (0xff, false), (0, true)] {
        let run = damaged("early.pcapng", whole.len() / 4, with, packed);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(run.status, 2, "{with} {packed}: {}{}", run.err, report["capture"]);
        let behind = report["capture"]["octets_behind_damage"].as_u64().unwrap();
        let (whole, behind) = (whole.len(), usize::try_from(behind).unwrap());
        assert!((whole / 2..whole * 3 / 4 + 2_000).contains(&behind), "{behind} of {whole}");
    }
    let run = damaged("late.pcapng", whole.len() * 3 / 4, 0, false);
    assert_ne!(run.status, 2);
    // Where only zeros follow, nothing is known to be lost.
    let mut zeros = whole.clone();
    zeros.resize(whole.len() * 3, 0);
    let path = save(folder.path(), "zeros.pcapng", &zeros);
    let run = analyze(&[OsStr::new("--exit-code"), OsStr::new("--json"), path.as_os_str()]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["capture"]["octets_behind_damage"], 0);
    assert_ne!(run.status, 2);
}
