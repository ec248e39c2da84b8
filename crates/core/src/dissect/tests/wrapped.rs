//! Headers of capturing programs, tags of switches, and what is not read at all.

use super::build::*;
use super::*;

fn wireless() -> Vec<u8> {
    data_frame(0, 1, [CELL, DEVICE, GATEWAY], &snap(0x0800, &ipv4(6, &tcp(b"audio"))))
}

fn is_whole(facts: &Dissection) {
    assert_eq!((facts.source, facts.payload, facts.stop), (Some(DEVICE), &b"audio"[..], None));
}

#[test]
fn the_headers_of_prism_and_avs_are_taken_off() {
    for length in [144_u32.to_le_bytes(), 144_u32.to_be_bytes()] {
        let header = join(&[&[0x44, 0, 0, 0], &length, b"wlan0", &[0; 131]]);
        is_whole(&whole(Link::Prism, &join(&[&header, &wireless()])));
    }
    let avs = join(&[&[0x80, 0x21, 0x10, 1], &64_u32.to_be_bytes(), &[0; 56], &wireless()]);
    is_whole(&whole(Link::Prism, &avs));
    is_whole(&whole(Link::Avs, &avs));
    let lies = join(&[&[0x44, 0, 0, 0], &[0xff; 4], &[0; 200]]);
    assert_eq!(whole(Link::Prism, &lies).stop, Some(Stop::Malformed(Layer::Prism)));
}

#[test]
fn a_ppi_header_names_the_link_behind_it_and_whether_a_check_sequence_ends_the_frame() {
    let plain = join(&[&[0, 0, 8, 0], &105_u32.to_le_bytes(), &wireless()]);
    is_whole(&whole(Link::Ppi, &plain));
    let common = join(&[&[2, 0, 20, 0], &[0; 8], &[1, 0], &[0; 10]]);
    let checked = join(&[&[0, 0, 32, 0], &105_u32.to_le_bytes(), &common, &wireless(), &[1, 2, 3, 4]]);
    is_whole(&whole(Link::Ppi, &checked));
    let wired = join(&[&[0, 0, 8, 0], &1_u32.to_le_bytes(), &ethernet(0x0800, &ipv4(6, &tcp(b"audio")))]);
    is_whole(&whole(Link::Ppi, &wired));
    let endless = join(&[&[0, 0, 8, 0], &192_u32.to_le_bytes()]).repeat(100);
    assert_eq!(whole(Link::Ppi, &endless).stop, Some(Stop::UnknownLink(192)));
}

#[test]
fn the_packet_of_nflog_is_found_in_either_byte_order() {
    let packet = ipv4(6, &tcp(b"audio"));
    for big in [false, true] {
        let half = |value: usize| {
            let value = u16::try_from(value).unwrap();
            if big { value.to_be_bytes() } else { value.to_le_bytes() }
        };
        let attribute = |kind: usize, body: &[u8]| {
            let padding = body.len().next_multiple_of(4) - body.len();
            join(&[&half(4 + body.len()), &half(kind), body, &[0; 3][..padding]])
        };
        let address = join(&[&[0, 6, 0, 0], &DEVICE.0, &[0, 0]]);
        let frame = join(&[&[2, 0, 0, 0], &attribute(10, b"lan\0"), &attribute(8, &address), &attribute(9, &packet)]);
        is_whole(&whole(Link::Nflog, &frame));
    }
    assert_eq!(whole(Link::Nflog, &[2, 0, 0, 0, 1, 0, 9, 0]).stop, Some(Stop::Malformed(Layer::Nflog)));
}

#[test]
fn a_pktap_header_tells_link_and_direction() {
    for (flags, sent) in [(1_u32, false), (2, true)] {
        let head = [108_u32, 1, 1].map(u32::to_le_bytes).concat();
        let frame = ethernet(0x0800, &ipv4(6, &tcp(b"audio")));
        let frame = join(&[&head, &[0; 24], &flags.to_le_bytes(), &[0; 68], &frame]);
        let facts = whole(Link::Pktap, &frame);
        is_whole(&facts);
        assert_eq!(facts.sent, Some(sent));
    }
}

#[test]
fn tags_of_switches_lie_between_addresses_and_type() {
    let packet = ipv4(6, &tcp(b"audio"));
    let frame = ethernet(0x0800, &packet);
    let tagged = join(&[&frame[..12], &[0x20, 0, 0, 3], &frame[12..]]);
    is_whole(&whole(Link::SwitchTag, &tagged));
    is_whole(&whole(Link::SwitchTagFirst, &join(&[&[0x20, 0, 0, 3], &frame])));
    for (kind, tag) in [(0xdada, &[0, 0, 0xc0, 1, 0, 0][..]), (0x8899, &[4, 0, 0, 0, 0, 2]), (0x8899, &[0xa0, 2])] {
        is_whole(&whole(Link::Ethernet, &ethernet(kind, &join(&[tag, &[8, 0], &packet]))));
    }
}

#[test]
fn a_frame_that_the_capturing_host_sent_is_one_of_ethernet_with_a_direction() {
    let frame = ethernet(0x0800, &ipv4(6, &tcp(b"audio")));
    let facts = whole(Link::EthernetSent, &frame);
    is_whole(&facts);
    assert_eq!(facts.sent, Some(true));
}

#[test]
fn what_is_not_read_is_named_and_what_manages_the_link_is_not() {
    let stop = |kind| whole(Link::Ethernet, &ethernet(kind, &[1; 40])).stop;
    for (kind, words) in [
        (0x8899, "EtherType 0x8899 (Realtek) not read"),
        (0x88e5, "EtherType 0x88e5 (MACsec) not read"),
        (0x7777, "EtherType 0x7777 not read"),
    ] {
        assert_eq!(stop(kind).map(Stop::kind).as_deref(), Some(words));
    }
    for kind in [0x88cc, 0x888e, 0x8863, 0x88e1, 0x8809] {
        assert_eq!(stop(kind), None, "{kind:#x}");
    }
    assert_eq!(whole(Link::from_number(249), &[0; 40]).stop.map(Stop::kind).as_deref(), Some("link type 249 (USB) not read"));
    assert_eq!(whole(Link::from_number(60_000), &[0; 40]).stop.map(Stop::kind).as_deref(), Some("link type 60000 not read"));
}

#[test]
fn data_behind_llc_snap_and_other_numbers_is_named_and_what_keeps_the_link_going_is_not() {
    let kind = |link, frame: &[u8]| whole(link, frame).stop.map(Stop::kind);
    let in_llc = |header: &[u8]| {
        let body = join(&[header, &ipv4(6, &tcp(b"audio"))]);
        kind(Link::Ethernet, &ethernet(u16::try_from(body.len()).unwrap(), &body))
    };
    let cooked = |protocol: u8, body: &[u8]| join(&[&[0, 0, 0, 1, 0, 6], &DEVICE.0, &[0, 0, 0, protocol], body]);
    for (seen, words) in [
        (in_llc(&[0xe0, 0xe0, 3]), "LLC 0xe0 (IPX) not read"),
        (in_llc(&[0x54, 0x54, 3]), "LLC 0x54 not read"),
        (in_llc(&[0, 0, 3]), "LLC 0x00 not read"),
        (in_llc(&[0xaa, 0xaa, 3, 0x12, 0x34, 0x56, 8, 0]), "SNAP 123456 not read"),
        (in_llc(&[0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7]), "SNAP 0080c2 (bridged frames) not read"),
        (in_llc(&[0xaa, 0xaa, 3, 0, 0, 0x0c, 0x77, 7]), "SNAP 00000c (Cisco) not read"),
        (kind(Link::LinuxSll, &cooked(4, &packet_of_nobody())), "LLC 0x45 not read"),
        (kind(Link::LinuxSll, &cooked(12, &[0; 16])), "Linux cooked protocol 0x000c (CAN bus) not read"),
        (kind(Link::BsdNull, &join(&[&[99, 0, 0, 0], &packet_of_nobody()])), "address family 99 not read"),
        (kind(Link::Ppp, &[0xff, 3, 0, 0x2b, 1, 2]), "PPP protocol 0x002b (IPX) not read"),
    ] {
        assert_eq!(seen.as_deref(), Some(words));
    }
    for quiet in [
        &[0x42, 0x42, 3][..],
        &[0, 1, 0xaf],
        &[0, 1, 0xf3],
        &[0xfe, 0xfe, 3, 0x83],
        &[0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0],
        &[0xaa, 0xaa, 3, 0, 0, 0x0c, 1, 0x0b],
        &[0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 0x0e],
        &[0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0xcc],
    ] {
        assert_eq!(in_llc(quiet), None, "{quiet:x?}");
    }
}

/// A packet where no packet is expected.
fn packet_of_nobody() -> Vec<u8> {
    ipv4(6, &tcp(b"audio"))
}
