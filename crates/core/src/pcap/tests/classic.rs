use proptest::prelude::*;

use super::super::{Decoder, Format, MAX_FRAME, Reason};
use super::build::Build;
use super::{Owned, read, read_in_pieces};
use crate::frame::Link;

const MICRO: u32 = 0xa1b2_c3d4;
const NANO: u32 = 0xa1b2_3c4d;

#[test]
fn both_byte_orders_and_both_resolutions_read_alike() {
    for big in [false, true] {
        for (magic, fraction) in [(MICRO, 250_000), (NANO, 250_000_000)] {
            let file = Build::new(big).classic(magic, 1).record(7, fraction, 60, b"abc").record(8, 0, 5, b"defgh");
            let reading = read(&file.out);
            assert_eq!(reading.stop, None);
            let frame =
                |at, wire_len, bytes: &[u8]| Owned { at, link: Link::Ethernet, wire_len, bytes: bytes.to_vec(), interface: 0 };
            assert_eq!(reading.frames, [frame(7_250_000_000, 60, b"abc"), frame(8_000_000_000, 5, b"defgh")]);
        }
    }
}

#[test]
fn the_modified_format_is_read_in_both_byte_orders_and_tells_what_was_sent() {
    for big in [false, true] {
        let record = |file: Build, seconds, kind, bytes: &[u8]| {
            let file = file.u32(seconds).u32(500_000).u32(bytes.len() as u32).u32(60);
            file.u32(3).u16(0x0800).octets(&[kind, 0]).octets(bytes)
        };
        let file = record(record(Build::new(big).classic(0xa1b2_cd34, 1), 7, 0, b"abc"), 8, 4, b"defg");
        let reading = read(&file.out);
        assert_eq!(reading.stop, None);
        let frame = |at, link, bytes: &[u8]| Owned { at, link, wire_len: 60, bytes: bytes.to_vec(), interface: 0 };
        let expected = [frame(7_500_000_000, Link::Ethernet, b"abc"), frame(8_500_000_000, Link::EthernetSent, b"defg")];
        assert_eq!(reading.frames, expected);
        for cut in 25..48 {
            let stop = read(&file.out[..cut]).stop.unwrap();
            assert_eq!((stop.offset, stop.frames), (24, 0));
        }
    }
}

#[test]
fn a_frame_check_sequence_in_the_link_type_does_not_hide_the_link() {
    let reading = read(&Build::new(false).classic(MICRO, 0x4400_0001).record(1, 0, 1, b"a").out);
    assert_eq!(reading.frames[0].link, Link::Ethernet);
}

#[test]
fn more_than_a_second_of_microseconds_is_carried_over() {
    let reading =
        read(&Build::new(false).classic(MICRO, 1).record(10, 2_500_000, 1, b"a").record(u32::MAX, u32::MAX, 1, b"a").out);
    assert_eq!(reading.frames[0].at, 12_500_000_000);
    assert_eq!(reading.frames[1].at, i64::from(u32::MAX) * 1_000_000_000 + i64::from(u32::MAX) * 1000);
}

#[test]
fn lengths_that_contradict_each_other_are_left_as_they_are() {
    // More captured than was on the wire, and more than the snap length of 65,535.
    let long = vec![7; 100_000];
    let reading = read(&Build::new(true).classic(NANO, 1).record(1, 0, 3, b"abcdef").record(2, 0, 100_000, &long).out);
    assert_eq!(reading.stop, None);
    assert_eq!((reading.frames[0].wire_len, reading.frames[0].bytes.len()), (3, 6));
    assert_eq!(reading.frames[1].bytes, long);
}

#[test]
fn a_frame_of_64_kib_and_one_of_the_limit_are_read_and_one_above_is_not() {
    let file = Build::new(false).classic(MICRO, 1);
    let file = file.record(1, 0, 65_536, &vec![1; 65_536]).record(2, 0, MAX_FRAME, &vec![2; MAX_FRAME as usize]);
    let offset = file.out.len() as u64;
    let file = file.u32(3).u32(0).u32(MAX_FRAME + 1).u32(60).octets(&vec![0; 300_000]);
    let reading = read_in_pieces(&file.out, 1000);
    assert_eq!(reading.frames.len(), 2);
    let stop = reading.stop.unwrap();
    assert_eq!(stop.reason, Reason::FrameTooLong { announced: MAX_FRAME + 1, limit: MAX_FRAME });
    assert_eq!((stop.offset, stop.frames), (offset, 2));
}

#[test]
fn old_versions_have_their_lengths_the_other_way_round() {
    for (minor, swapped) in [(2, true), (3, true), (3, false), (4, false)] {
        let file = Build::new(false).u32(MICRO).u16(2).u16(minor).u32(0).u32(0).u32(65_535).u32(1);
        let (first, second) = if swapped { (60, 3) } else { (3, 60) };
        let reading = read(&file.u32(1).u32(0).u32(first).u32(second).octets(b"abc").out);
        assert_eq!(reading.stop, None, "2.{minor}");
        assert_eq!((reading.frames[0].wire_len, reading.frames[0].bytes.as_slice()), (60, &b"abc"[..]));
    }
    let ancient = Build::new(false).u32(MICRO).u16(1).u16(0).u32(0).u32(0).u32(65_535).u32(1);
    assert_eq!(read(&ancient.out).stop.unwrap().reason, Reason::Version { major: 1, minor: 0 });
}

#[test]
fn the_interface_of_a_classic_file_is_described() {
    let file = Build::new(true).classic(MICRO, 50);
    let mut decoder = Decoder::new();
    assert_eq!(decoder.format(), None);
    decoder.next(&file.out).unwrap();
    assert_eq!(decoder.format(), Some(Format::Pcap));
    assert_eq!((decoder.interfaces()[0].link_type, decoder.interfaces()[0].snaplen), (50, 65_535));
}

proptest! {
    #[test]
    fn every_cut_keeps_exactly_the_whole_frames_before_it(
        big: bool,
        nano: bool,
        sizes in prop::collection::vec(0_usize..40, 0..6),
        piece in 1_usize..50,
    ) {
        let mut file = Build::new(big).classic(if nano { NANO } else { MICRO }, 1);
        let mut ends = vec![];
        for (n, size) in sizes.iter().enumerate() {
            file = file.record(n as u32, 0, 100, &vec![n as u8; *size]);
            ends.push(file.out.len());
        }
        let whole = read(&file.out);
        prop_assert_eq!(whole.frames.len(), sizes.len());
        prop_assert_eq!(whole.stop, None);
        for cut in 0..=file.out.len() {
            let reading = read_in_pieces(&file.out[..cut], piece);
            let kept = ends.iter().filter(|end| **end <= cut).count();
            prop_assert_eq!(&reading.frames[..], &whole.frames[..kept]);
            let clean = cut == 24 || ends.contains(&cut);
            prop_assert_eq!(reading.stop.is_none(), clean, "cut at {}", cut);
            if let Some(stop) = reading.stop {
                prop_assert_eq!(stop.frames, kept as u64);
                prop_assert_eq!(stop.offset, if cut < 24 { 0 } else { ends[..kept].last().copied().unwrap_or(24) as u64 });
            }
        }
    }
}
