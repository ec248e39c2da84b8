//! Files put together with `cat`, and files that a power cut ended.

use proptest::prelude::*;

use super::super::{Note, Reason};
use super::build::Build;
use super::{read, read_in_pieces};
use crate::frame::Link;

const MICRO: u32 = 0xa1b2_c3d4;
const NANO: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

/// A file of one of seven kinds with frames at the given seconds.
fn file(kind: u8, seconds: &[u32]) -> Vec<u8> {
    let big = kind % 2 == 1;
    let magic = [MICRO, MICRO, NANO, NANO, MODIFIED][usize::from(kind.min(4))];
    if kind > 4 {
        let start = Build::default().section(kind == 6).interface(101, 0, &[]);
        return seconds.iter().fold(start, |file, at| file.packet(0, u64::from(*at) * 1_000_000, 60, b"abcd", &[])).out;
    }
    let start = Build::new(big).classic(magic, u32::from(kind) * 50 + 1);
    seconds
        .iter()
        .fold(start, |file, at| {
            let file = file.u32(*at).u32(0).u32(3).u32(60);
            let file = if magic == MODIFIED { file.octets(&[0; 8]) } else { file };
            file.octets(b"abc")
        })
        .out
}

#[test]
fn a_file_that_follows_another_is_read_with_its_own_clock_and_link() {
    let joined = [file(0, &[1, 2]), file(3, &[3]), file(5, &[4, 5]), file(4, &[6])].concat();
    let reading = read(&joined);
    assert_eq!(reading.stop, None);
    let seen: Vec<_> = reading.frames.iter().map(|it| (it.at / 1_000_000_000, it.interface)).collect();
    assert_eq!(seen, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 2), (6, 3)]);
    assert_eq!(reading.frames[3].link, Link::RawIp);
    assert_eq!(reading.notes.len(), 3);
    assert_eq!(reading.notes[0], Note::Joined { offset: file(0, &[1, 2]).len() as u64 });
    assert!(reading.notes[0].to_string().contains("another capture file begins here"));
}

#[test]
fn a_file_that_follows_one_that_breaks_off_inside_a_packet_is_read_all_the_same() {
    for (one, other) in (0..7).flat_map(|one| (0..7).map(move |other| (one, other))) {
        let (first, second) =
            (file(one, &[1_000_000_000, 1_000_000_001]), file(other, &[1_000_000_002, 1_000_000_003, 1_000_000_004]));
        for torn in [1, 2, 5] {
            let front = &first[..first.len() - torn];
            let reading = read(&[front, &second].concat());
            let seen: Vec<_> = reading.frames.iter().map(|it| it.at / 1_000_000_000 - 1_000_000_000).collect();
            // Of a pcapng file the last octets belong to the length of its last block, so that the packet itself is whole, but not known to be.
            assert_eq!((seen, reading.stop), (vec![0, 2, 3, 4], None), "{one}, {other}, {torn}");
            let [Note::Torn { offset, lost }] = reading.notes[..] else { panic!("{one}, {other}, {torn}: {:?}", reading.notes) };
            assert_eq!(offset, front.len() as u64);
            assert!(lost > 3 && reading.notes[0].to_string().contains("breaks off inside a packet"));
        }
    }
}

#[test]
fn a_capture_file_inside_a_packet_is_what_the_packet_holds() {
    let inner = file(0, &[1_000_000_000]);
    let length = u32::try_from(inner.len()).unwrap();
    let packet = |file: Build, at: u32| file.u32(at).u32(0).u32(length).u32(length).octets(&inner);
    let start = Build::new(false).classic(MICRO, 1);
    let reading = read(&packet(packet(start, 1_000_000_000), 1_000_000_001).out);
    assert_eq!((reading.frames.len(), reading.notes.len(), reading.stop), (2, 0, None));
}

#[test]
fn a_packed_file_that_was_joined_is_named_and_all_before_it_read() {
    for (packed, by) in [
        (&b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xec\xbd\x7f\x7c\x1d\x55"[..], "gzip"),
        (b"\x28\xb5\x2f\xfd\xa4\x50\xa1\x06\x00\xa4\x91\x02\x99\x88\x77\x66", "zstd"),
        (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\0\x21\x01", "xz"),
    ] {
        for before in (0..7).map(|kind| file(kind, &[1])) {
            let offset = before.len() as u64;
            let reading = read(&[&before, packed].concat());
            assert_eq!(reading.frames.len(), 1);
            let stop = reading.stop.unwrap();
            assert_eq!((stop.offset, stop.reason), (offset, Reason::Packed { by }));
            assert!(stop.to_string().contains(&format!("{by} data begins here")), "{stop}");
        }
    }
}

#[test]
fn two_pcapng_files_are_sections_of_one() {
    let reading = read(&[file(5, &[1]), file(6, &[2])].concat());
    assert_eq!((reading.frames.len(), reading.notes.len(), reading.stop), (2, 0, None));
}

#[test]
fn frames_of_1970_are_read_and_a_tail_of_zeros_is_none() {
    for kind in 0..7 {
        let front = file(kind, &[0, 7]);
        for zeros in [16, 24, 48, 4_096] {
            let reading = read(&[front.clone(), vec![0; zeros]].concat());
            assert_eq!(reading.frames.len(), 2, "{kind}, {zeros}");
            let stop = reading.stop.unwrap();
            assert_eq!(stop.offset, front.len() as u64, "{kind}, {zeros}");
            if zeros >= 24 {
                assert_eq!(stop.reason, Reason::Zeros);
                assert!(stop.to_string().contains("zeros here instead of a packet"), "{stop}");
            }
        }
    }
}

proptest! {
    #[test]
    fn files_joined_give_what_they_give_one_by_one(
        parts in prop::collection::vec((0_u8..7, prop::collection::vec(any::<u32>(), 0..4)), 1..5),
        piece in 1_usize..60,
    ) {
        let files: Vec<Vec<u8>> = parts.iter().map(|(kind, seconds)| file(*kind, seconds)).collect();
        let alone: Vec<_> = files.iter().flat_map(|it| read(it).frames).map(|it| (it.at, it.link, it.bytes)).collect();
        let joined = read_in_pieces(&files.concat(), piece);
        prop_assert_eq!(joined.stop, None);
        prop_assert_eq!(joined.frames.into_iter().map(|it| (it.at, it.link, it.bytes)).collect::<Vec<_>>(), alone);
    }
}
