use proptest::prelude::*;

use super::super::{MAX_BLOCK, Note, Part, Reason, Stop};
use super::build::Build;
use super::{read, read_in_pieces};

/// One section, one interface, one frame.
fn good(big: bool) -> Build {
    Build::default().section(big).interface(1, 0, &[]).packet(0, 1, 60, b"abcd", &[])
}

#[test]
fn an_empty_file_is_called_empty() {
    let stop = read(&[]).stop.unwrap();
    assert_eq!(stop, Stop { offset: 0, frames: 0, reason: Reason::Empty });
    assert!(stop.to_string().starts_with("octet 0, after 0 frames: the file is empty"));
}

#[test]
fn what_is_no_capture_is_named_where_it_can_be() {
    for (start, words) in [
        (&b"hello world, this is text"[..], "pcap and pcapng do not begin with 68 65 6c 6c"),
        (b"snoop\0\0\0", "a snoop capture (first octets 73 6e 6f 6f)"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive (first octets 37 7a bc af), not pcap or pcapng; unpack it first, with `7z x FILE`"),
        (b"\0\0\0\0\0\0\0\0", "not a capture file"),
    ] {
        let stop = read(start).stop.unwrap();
        assert!(stop.to_string().contains(words), "{stop}");
    }
}

#[test]
fn less_than_a_magic_is_a_cut_header() {
    let stop = read(&[0xd4, 0xc3]).stop.unwrap();
    assert_eq!(stop.reason, Reason::Truncated { part: Part::FileHeader, need: 4, have: 2 });
}

#[test]
fn impossible_block_lengths_stop_the_reading_and_keep_what_came_before() {
    for big in [false, true] {
        for announced in [0, 4, 8, 11, MAX_BLOCK as u32 + 1, 0xffff_fff0, u32::MAX] {
            let file = good(big);
            let offset = file.out.len() as u64;
            let reading = read(&file.u32(6).u32(announced).octets(&[0; 64]).packet(0, 2, 60, b"lost", &[]).out);
            assert_eq!(reading.frames.len(), 1);
            let stop = reading.stop.unwrap();
            assert_eq!((stop.offset, stop.frames), (offset, 1));
            match stop.reason {
                Reason::BlockTooShort { announced: said, least: 12 } => assert!(said == announced && announced < 12),
                Reason::BlockTooLong { announced: said } => assert!(said == announced && announced > 12),
                other => panic!("{other:?}"),
            }
            assert!(stop.to_string().contains("everything before it was read, nothing after it"), "{stop}");
        }
    }
}

#[test]
fn a_section_without_byte_order_stops_the_reading() {
    let file = good(false).u32(0x0a0d_0d0a).u32(28).octets(b"????").octets(&[0; 16]);
    let reading = read(&file.out);
    assert_eq!((reading.frames.len(), reading.stop.unwrap().reason), (1, Reason::ByteOrder { magic: *b"????" }));
}

#[test]
fn a_section_of_another_version_stops_the_reading() {
    let section = |big| Build::new(big).u32(0x0a0d_0d0a).u32(28).u32(0x1a2b_3c4d).u16(2).u16(5).octets(&[0xff; 8]).u32(28);
    for big in [false, true] {
        assert_eq!(read(&section(big).out).stop.unwrap().reason, Reason::Version { major: 2, minor: 5 });
    }
}

#[test]
fn a_missing_interface_costs_only_its_own_packet() {
    let file = good(true);
    let offset = file.out.len() as u64;
    let reading = read(&file.packet(7, 2, 60, b"lost", &[]).packet(0, 3, 60, b"kept", &[]).out);
    assert_eq!(reading.notes, [Note::MissingInterface { offset, interface: 7, known: 1 }]);
    assert!(reading.notes[0].loses_a_packet());
    assert_eq!((reading.frames.len(), reading.stop), (2, None));
    let none = read(&Build::default().section(false).simple(1, b"a").out);
    assert_eq!(none.notes, [Note::MissingInterface { offset: 28, interface: 0, known: 0 }]);
}

#[test]
fn a_packet_longer_than_its_block_costs_only_itself() {
    let file = good(false);
    let offset = file.out.len() as u64;
    let mut body = Build::new(false).u32(0).u32(0).u32(0).u32(5).u32(60).octets(b"abcd");
    let reading = read(&file.clone().block(6, &body.out).packet(0, 3, 60, b"kept", &[]).out);
    assert_eq!(reading.notes, [Note::PacketOutsideBlock { offset, announced: 5, room: 4 }]);
    assert_eq!((reading.frames.len(), reading.stop), (2, None));
    body.out.truncate(16);
    let reading = read(&file.block(6, &body.out).packet(0, 3, 60, b"kept", &[]).out);
    assert_eq!(reading.notes, [Note::FieldsMissing { offset, kind: 6, have: 16, need: 20 }]);
    assert!(reading.notes[0].loses_a_packet());
    assert_eq!((reading.frames.len(), reading.stop), (2, None));
}

#[test]
fn a_length_that_differs_behind_is_noted_and_the_packet_kept() {
    let file = Build::default().section(true).interface(1, 0, &[]);
    let offset = file.out.len() as u64;
    let mut file = file.packet(0, 1, 60, b"abcd", &[]).packet(0, 2, 60, b"efgh", &[]).out;
    file[offset as usize + 35] ^= 8;
    let reading = read(&file);
    assert_eq!(reading.notes, [Note::LengthsDiffer { offset, leading: 36, trailing: 44 }]);
    assert!(!reading.notes[0].loses_a_packet());
    assert_eq!((reading.frames.len(), reading.stop), (2, None));
}

#[test]
fn an_interface_without_fields_still_takes_its_number() {
    let file = Build::default().section(false).block(1, &[1, 0, 0, 0]).interface(101, 0, &[]).packet(1, 1, 4, b"abcd", &[]);
    let reading = read(&file.out);
    assert_eq!(reading.notes, [Note::FieldsMissing { offset: 28, kind: 1, have: 4, need: 8 }]);
    assert_eq!(reading.frames[0].link, crate::frame::Link::RawIp);
}

#[test]
fn more_interfaces_than_are_kept_are_said() {
    let mut file = Build::default().section(false);
    for _ in 0..=65_536 {
        file = file.interface(1, 0, &[]);
    }
    let reading = read(&file.packet(65_535, 1, 1, b"a", &[]).packet(65_536, 1, 1, b"a", &[]).out);
    assert!(matches!(reading.notes[..], [Note::TooManyInterfaces { .. }, Note::MissingInterface { .. }]), "{:?}", reading.notes);
    assert_eq!(reading.frames[0].interface, 65_535);
}

#[test]
fn a_block_that_announces_4_gb_asks_for_no_memory() {
    let file = Build::default().section(false).u32(6).u32(0xffff_fffc).out;
    assert_eq!(read(&file).stop.unwrap().reason, Reason::Truncated { part: Part::BlockHeader, need: 12, have: 8 });
    let file = Build::default().section(false).u32(6).u32(0xffff_fffc).u32(0).out;
    assert_eq!(read(&file).stop.unwrap().reason, Reason::BlockTooLong { announced: 0xffff_fffc });
}

#[test]
fn a_long_block_of_no_interest_is_passed_over_without_being_held() {
    for big in [false, true] {
        let long =
            Build::new(big).u32(0x0bad).u32(MAX_BLOCK as u32 + 4).octets(&vec![6; MAX_BLOCK - 8]).u32(MAX_BLOCK as u32 + 4);
        let file = good(big).octets(&long.out).packet(0, 2, 60, b"kept", &[]).out;
        let reading = read_in_pieces(&file, 1 << 20);
        assert_eq!((reading.frames.len(), reading.notes.len(), reading.stop), (2, 0, None));
        let cut = &file[..file.len() - 100];
        let reading = read_in_pieces(cut, 1 << 20);
        let stop = reading.stop.unwrap();
        assert_eq!((reading.frames.len(), stop.offset), (1, cut.len() as u64));
        assert_eq!(stop.reason, Reason::Truncated { part: Part::Block, need: 64, have: 0 });
    }
}

fn starts() -> impl Strategy<Value = Vec<u8>> {
    let classic = |big, magic| Build::new(big).classic(magic, 1).record(1, 1, 60, b"abc").out;
    prop_oneof![
        Just(vec![]),
        Just(classic(false, 0xa1b2_c3d4)),
        Just(classic(true, 0xa1b2_3c4d)),
        Just(good(false).out),
        Just(good(true).out),
    ]
}

proptest! {
    #[test]
    fn any_octets_are_read_without_panic_and_alike_in_any_pieces(
        start in starts(),
        noise in prop::collection::vec(any::<u8>(), 0..300),
        piece in 1_usize..100,
    ) {
        let file = [start, noise].concat();
        prop_assert_eq!(read(&file), read_in_pieces(&file, piece));
    }

    #[test]
    fn overwritten_octets_lose_nothing_before_them(
        big: bool,
        at in 0_usize..300,
        value in prop_oneof![Just(0), Just(u32::MAX), Just(0x7fff_ffff), any::<u32>()],
    ) {
        let mut file = good(big);
        for n in 0..6 {
            file = file.packet(0, n, 60, &[n as u8; 5], &[(1, b"note")]);
        }
        let whole = read(&file.out);
        let at = at.min(file.out.len() - 4);
        file.out[at..at + 4].copy_from_slice(&value.to_be_bytes());
        let reading = read(&file.out);
        // 28 octets of section, 20 of interface, 36 of the first frame, then 52 each.
        let before = if at < 84 { 0 } else { 1 + (at - 84) / 52 };
        prop_assert_eq!(&reading.frames[..before], &whole.frames[..before]);
        // Fewer frames are never given without a word.
        prop_assert!(reading.frames.len() >= 7 || reading.stop.is_some() || !reading.notes.is_empty() || at < 48 || changed_kind(at));
    }
}

/// Whether the octets at `at` may turn a packet block into one of another type, which is skipped like any other.
fn changed_kind(at: usize) -> bool {
    let inside = |start: usize| at + 4 > start && at < start + 4;
    inside(48) || (0..6).any(|n| inside(84 + 52 * n))
}
