use proptest::prelude::*;

use super::super::{Decoder, Format, Note, Step};
use super::build::Build;
use super::{read, read_in_pieces};
use crate::frame::Link;

#[test]
fn sections_of_both_byte_orders_follow_each_other() {
    let mut file = Build::default();
    for (n, big) in [false, true, false].into_iter().enumerate() {
        file = file.section(big).interface(1, 0, &[]).interface(113, 0, &[]);
        file = file.packet(1, 1_000_000 * n as u64, 60, b"abcde", &[]);
    }
    let reading = read(&file.out);
    assert_eq!((&reading.notes[..], reading.stop), (&[][..], None));
    let seen: Vec<_> = reading.frames.iter().map(|frame| (frame.at, frame.interface, frame.link)).collect();
    let second = 1_000_000_000;
    assert_eq!(seen, [(0, 1, Link::LinuxSll), (second, 3, Link::LinuxSll), (2 * second, 5, Link::LinuxSll)]);
}

#[test]
fn interfaces_have_their_own_links_resolutions_and_names() {
    for big in [false, true] {
        let hour = if big { 3600_i64.to_be_bytes() } else { 3600_i64.to_le_bytes() };
        let file = Build::default()
            .section(big)
            .interface(1, 96, &[(2, b"eth0"), (3, b"the port upstairs"), (9, &[9])])
            .interface(127, 0, &[(9, &[0x8a]), (14, &hour)])
            .packet(0, 5, 60, b"abc", &[])
            .packet(1, 1536, 60, b"", &[]);
        let mut decoder = Decoder::new();
        let (mut rest, mut seen) = (&file.out[..], vec![]);
        while let Ok(Step::Frame { used, .. } | Step::Skip { used, .. }) = decoder.next(rest).inspect(|step| {
            if let Step::Frame { frame, .. } = step {
                seen.push((frame.at.nanos(), frame.link));
            }
        }) {
            rest = &rest[used..];
        }
        assert_eq!(seen, [(5, Link::Ethernet), (3_601_500_000_000, Link::Radiotap)]);
        assert_eq!(decoder.format(), Some(Format::Pcapng));
        let [first, second] = decoder.interfaces() else { panic!("two interfaces") };
        assert_eq!((first.name.as_str(), first.description.as_str(), first.snaplen), ("eth0", "the port upstairs", 96));
        assert_eq!((second.link_type, second.name.as_str()), (127, ""));
    }
}

#[test]
fn simple_packets_take_the_time_before_them_and_the_snap_length_of_interface_0() {
    let file = Build::default().section(true).interface(1, 4, &[]).packet(0, 3, 60, b"abcd", &[]);
    let at = file.out.len() as u64;
    let file = file.simple(60, b"efgh").simple(2, b"ij").interface(1, 0, &[]).simple(60, b"klmn");
    let reading = read(&file.out);
    assert_eq!(reading.notes, [Note::NoTime { offset: at }], "said once");
    let seen: Vec<_> = reading.frames.iter().map(|frame| (frame.at, frame.wire_len, frame.bytes.as_slice())).collect();
    assert_eq!(seen, [(3000, 60, &b"abcd"[..]), (3000, 60, b"efgh"), (3000, 2, b"ij"), (3000, 60, b"klmn")]);
}

#[test]
fn a_simple_packet_never_reaches_past_its_block() {
    let file = Build::default().section(false).interface(1, 0, &[]).simple(u32::MAX, b"abcd").simple(1, b"e");
    let reading = read(&file.out);
    assert_eq!((reading.frames.len(), reading.stop), (2, None));
    assert_eq!((reading.frames[0].wire_len, reading.frames[0].bytes.as_slice()), (u32::MAX, &b"abcd"[..]));
}

#[test]
fn the_obsolete_packet_block_is_read_with_its_losses() {
    for big in [false, true] {
        let file = Build::default().section(big).interface(1, 0, &[]).interface(1, 0, &[]);
        let reading = read(&file.obsolete(1, 5, 9, 60, b"abc").obsolete(0, 0xffff, 9, 60, b"d").out);
        assert_eq!(reading.notes, [Note::Drops { interface: 1, dropped: 5 }]);
        assert_eq!(reading.frames.iter().map(|frame| frame.interface).collect::<Vec<_>>(), [1, 0]);
        assert_eq!((reading.frames[0].at, reading.frames[0].bytes.as_slice()), (9000, &b"abc"[..]));
    }
}

#[test]
fn losses_are_reported_once_by_how_much_they_grew() {
    for big in [false, true] {
        let three = if big { 3_u64.to_be_bytes() } else { 3_u64.to_le_bytes() };
        let file = Build::default().section(big).interface(1, 0, &[]).packet(0, 1, 1, b"a", &[(1, b"hm"), (4, &three)]);
        let file = file.lost(0, 3).lost(0, 10).lost(0, 10).lost(0, 12).lost(9, 100);
        let notes = read(&file.out).notes;
        assert_eq!(notes, [3, 7, 2].map(|dropped| Note::Drops { interface: 0, dropped }));
    }
}

#[test]
fn unknown_and_custom_blocks_and_options_are_passed_over() {
    let file = Build::default().section(false).block(0x0bad, b"12345678").interface(1, 0, &[(0x8001, b"mine")]);
    let file = file.block(4, &[0; 4]).block(0xbad, &[0, 0, 126, 217, 1, 2, 3, 4]).block(0x4000_0bad, &[]).block(10, b"keys");
    let reading = read(&file.packet(0, 1, 4, b"abcd", &[(1, b"a comment"), (2, &[1, 0, 0, 0])]).out);
    assert_eq!((reading.frames.len(), reading.notes.len(), reading.stop), (1, 0, None));
    assert_eq!(reading.frames[0].bytes, b"abcd");
}

#[test]
fn frames_of_64_kib_and_of_nothing_are_frames() {
    let big = vec![3; 65_536];
    let file = Build::default().section(true).interface(1, 0, &[]);
    let reading = read_in_pieces(&file.packet(0, 1, 65_536, &big, &[]).packet(0, 2, 0, &[], &[]).out, 4096);
    assert_eq!((reading.stop, reading.frames.len()), (None, 2));
    assert_eq!((reading.frames[0].bytes.len(), reading.frames[1].bytes.len()), (65_536, 0));
}

#[test]
fn a_length_without_the_padding_is_understood() {
    // The length says 35, the file holds 36 octets; and the padding left out of both.
    for padding in [&[0][..], &[]] {
        let file = Build::default().section(false).interface(1, 0, &[]);
        let file = file.u32(6).u32(35).u32(0).u32(0).u32(7).u32(3).u32(3).octets(b"abc").octets(padding).u32(35);
        let reading = read(&file.packet(0, 8, 1, b"d", &[]).out);
        assert_eq!((reading.notes.len(), reading.stop), (0, None));
        assert_eq!(reading.frames.iter().map(|frame| frame.at).collect::<Vec<_>>(), [7000, 8000]);
        assert_eq!(reading.frames[0].bytes, b"abc");
    }
}

/// A file with two sections and everything in it, with where its frames end and where its blocks end.
fn everything(big: bool) -> (Vec<u8>, Vec<usize>, Vec<usize>) {
    let (mut blocks, mut frames) = (vec![], vec![]);
    let mut end = |file: Build, frame: bool| {
        blocks.push(file.out.len());
        if frame {
            frames.push(file.out.len());
        }
        file
    };
    let mut file = end(Build::default().section(big), false);
    file = end(file.interface(1, 0, &[(2, b"eth0"), (9, &[6])]), false);
    file = end(file.packet(0, 1, 60, b"abcde", &[]), true);
    file = end(file.packet(0, 2, 60, b"", &[(1, b"well")]), true);
    file = end(file.lost(0, 4), false);
    file = end(file.obsolete(0, 1, 3, 60, b"xyz"), true);
    file = end(file.section(!big), false);
    file = end(file.interface(101, 8, &[]), false);
    file = end(file.block(77, b"what"), false);
    file = end(file.simple(6, b"abcdef"), true);
    file = end(file.packet(0, 4, 60, b"abcd", &[]), true);
    (file.out, frames, blocks)
}

proptest! {
    #[test]
    fn every_cut_keeps_exactly_the_whole_frames_before_it(big: bool, piece in 1_usize..80) {
        let (file, frames, blocks) = everything(big);
        let whole = read(&file);
        prop_assert_eq!((whole.frames.len(), whole.stop), (frames.len(), None));
        for cut in 0..=file.len() {
            let reading = read_in_pieces(&file[..cut], piece);
            let kept = frames.iter().filter(|end| **end <= cut).count();
            prop_assert_eq!(&reading.frames[..], &whole.frames[..kept]);
            prop_assert_eq!(reading.stop.is_none(), blocks.contains(&cut), "cut at {}", cut);
            if let Some(stop) = reading.stop {
                prop_assert_eq!(stop.frames, kept as u64);
                prop_assert_eq!(stop.offset, blocks.iter().rfind(|end| **end <= cut).copied().unwrap_or(0) as u64);
            }
        }
    }
}
