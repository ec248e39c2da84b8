//! Frames inside mirrors: read as if they had been captured there, and only those.

use proptest::prelude::*;
use proptest::sample::select;

use super::build::*;
use super::*;
use crate::dissect::layered::MOST_MIRRORS;

/// The router that mirrors and the machine that collects, as an outer IPv4 packet between them.
fn sent_home(protocol: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = ipv4(protocol, body);
    packet[12..20].copy_from_slice(&[192, 168, 88, 1, 192, 168, 88, 7]);
    join(&[&[0xb8, 0x27, 0xeb, 0, 0, 2], &[0x48, 0xa9, 0x8a, 0, 0, 1], &[8, 0], &packet])
}

/// The same in IPv6, between unique local addresses.
fn sent_home6(next: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = ipv6(next, body);
    packet[24..40].copy_from_slice(&[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12]);
    join(&[&[0xb8, 0x27, 0xeb, 0, 0, 2], &[0x48, 0xa9, 0x8a, 0, 0, 1], &[0x86, 0xdd], &packet])
}

const TZSP: u16 = 37008;

/// What stands between the outer packet and the frame: protocol of IP, port of UDP (0 for GRE), octets.
fn headers() -> Vec<(&'static str, u8, u16, Vec<u8>)> {
    let gre = |flags: u8, kind: u16, more: &[u8]| join(&[&[flags, 0], &kind.to_be_bytes(), more]);
    vec![
        ("VXLAN", 17, 4789, vec![8, 0, 0, 0, 0, 0, 42, 0]),
        ("VXLAN of Linux", 17, 8472, vec![8, 0, 0, 0, 0, 0, 42, 0]),
        ("VXLAN-GPE", 17, 4790, vec![0x0c, 0, 0, 3, 0, 0, 42, 0]),
        ("VXLAN-GPE to many", 17, 4790, vec![0x0e, 0, 0, 3, 0, 0, 42, 0]),
        ("VXLAN-GPE without a next protocol", 17, 4790, vec![8, 0, 0, 0, 0, 0, 42, 0]),
        ("Geneve", 17, 6081, vec![0, 0, 0x65, 0x58, 0, 0, 42, 0]),
        ("Geneve with options", 17, 6081, join(&[&[2, 0, 0x65, 0x58, 0, 0, 42, 0], &[1; 8]])),
        ("TZSP", 17, TZSP, vec![1, 0, 0, 1, 1]),
        ("TZSP with tags", 17, TZSP, vec![1, 1, 0, 1, 0, 10, 1, 200, 18, 2, 1, 1, 0, 41, 2, 0, 60, 1]),
        ("HP ERM", 17, 7932, vec![7; 12]),
        ("bridged GRE", 47, 0, gre(0, 0x6558, &[])),
        ("NVGRE", 47, 0, gre(0x20, 0x6558, &[0, 0, 42, 1])),
        ("GRE with all fields", 47, 0, gre(0xb0, 0x6558, &[9; 12])),
        ("ERSPAN I", 47, 0, gre(0, 0x88be, &[])),
        ("ERSPAN II", 47, 0, gre(0x10, 0x88be, &[0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0])),
        ("ERSPAN III", 47, 0, gre(0x10, 0x22eb, &[0, 0, 0, 1, 0x20, 1, 0, 1, 1, 2, 3, 4, 0, 0, 0, 0])),
        (
            "ERSPAN III with a platform's header",
            47,
            0,
            gre(0x10, 0x22eb, &[0, 0, 0, 1, 0x20, 1, 0, 1, 1, 2, 3, 4, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9]),
        ),
    ]
}

/// A frame in a mirror.
fn mirrored((_, protocol, port, header): &(&'static str, u8, u16, Vec<u8>), frame: &[u8], six: bool) -> Vec<u8> {
    let inside = join(&[header, frame]);
    let body = if *protocol == 17 { udp(*port, &inside) } else { inside };
    if six { sent_home6(*protocol, &body) } else { sent_home(*protocol, &body) }
}

fn plain_frame() -> Vec<u8> {
    ethernet(0x0800, &ipv4(6, &tcp(b"audio")))
}

#[test]
fn a_frame_in_any_mirror_is_read_as_the_frame_itself() {
    for frame in [plain_frame(), ethernet(0x8100, &tagged(0x86dd, &ipv6(17, &udp(443, b"quic")))), ethernet(0x0806, &arp())] {
        let alone = whole(Link::Ethernet, &frame);
        for header in headers() {
            for six in [false, true] {
                let outer = mirrored(&header, &frame, six);
                let facts = whole(Link::Ethernet, &outer);
                assert_eq!(Dissection { outer: 0, ..facts }, alone, "{}, {six}", header.0);
                assert_eq!(facts.outer as usize, outer.len() - frame.len(), "{}", header.0);
            }
        }
    }
}

#[test]
fn a_mirror_between_public_addresses_of_one_link_is_opened_and_any_other_is_not() {
    let frame = plain_frame();
    let alone = whole(Link::Ethernet, &frame);
    for header in headers() {
        let mut outer = mirrored(&header, &frame, true);
        let neighbours = |outer: &mut [u8], receiver: u8| {
            outer[22..30].copy_from_slice(&[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1]);
            outer[38..46].copy_from_slice(&[0x20, 1, 0x0d, 0xb8, 0, 0, 0, receiver]);
        };
        neighbours(&mut outer, 1);
        assert_eq!(Dissection { outer: 0, ..whole(Link::Ethernet, &outer) }, alone, "{}", header.0);
        neighbours(&mut outer, 2);
        assert!(whole(Link::Ethernet, &outer).stop.is_some_and(Stop::is_closed_mirror), "{}", header.0);
    }
}

#[test]
fn a_mirror_to_or_from_the_internet_stays_closed() {
    for header in headers() {
        let inside = join(&[&header.3, &plain_frame()]);
        let body = if header.1 == 17 { udp(header.2, &inside) } else { inside };
        let outer = ethernet(0x0800, &ipv4(header.1, &body));
        let facts = whole(Link::Ethernet, &outer);
        assert!(facts.stop.is_some_and(Stop::is_closed_mirror), "{}: {:?}", header.0, facts.stop);
        assert_eq!((facts.source, ip(&facts).protocol, facts.outer), (Some(DEVICE), header.1, 0), "{}", header.0);
    }
}

#[test]
fn tunnels_of_packets_stay_closed_wherever_they_lead() {
    let inside = ipv4(6, &tcp(b"audio"));
    let gre = sent_home(47, &join(&[&[0, 0, 8, 0], &inside]));
    let pptp = sent_home(47, &join(&[&[0x30, 1, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1], &inside]));
    let eoip = sent_home(47, &join(&[&[0x20, 1, 0x64, 0, 0, 9, 1, 0], &plain_frame()]));
    for frame in [gre, pptp, eoip] {
        let facts = whole(Link::Ethernet, &frame);
        assert_eq!((facts.stop, facts.outer), (Some(Stop::Unopened(Layer::Gre)), 0));
        assert!(!facts.stop.is_some_and(Stop::is_closed_mirror), "what it holds was sent by its sender");
    }
    let packets = sent_home(17, &udp(6081, &join(&[&[0, 0, 8, 0, 0, 0, 42, 0], &inside])));
    assert_eq!(whole(Link::Ethernet, &packets).stop, None, "a datagram like any other");
    for other in [[0x0c, 0, 0, 1, 0, 0, 42, 0], [0x0d, 0, 0, 3, 0, 0, 42, 0], [0x1c, 0, 0, 3, 0, 0, 42, 0]] {
        let packets = sent_home(17, &udp(4790, &join(&[&other, &plain_frame()])));
        assert_eq!(whole(Link::Ethernet, &packets).stop, None, "packets, management, another version");
    }
}

#[test]
fn what_only_uses_the_port_of_a_mirror_is_a_datagram() {
    for port in [4789, 4790, 8472, 6081, TZSP, 7932] {
        for payload in [&[0; 60][..], &[0xff; 60], b"hello", &[]] {
            let frame = sent_home(17, &udp(port, payload));
            let facts = whole(Link::Ethernet, &frame);
            let cut_header = matches!(facts.stop, Some(Stop::Truncated { .. }));
            assert!(facts.payload == payload && !cut_header && facts.outer == 0, "{port}: {facts:?}");
        }
    }
}

#[test]
fn mirrors_inside_mirrors_are_opened_up_to_a_depth() {
    let header = &headers()[headers().iter().position(|it| it.0 == "TZSP").unwrap()];
    let nested = |depth: usize| (0..depth).fold(plain_frame(), |frame, _| mirrored(header, &frame, false));
    for depth in 1..=MOST_MIRRORS {
        let outer = nested(depth);
        let facts = whole(Link::Ethernet, &outer);
        assert_eq!((facts.source, facts.stop), (Some(DEVICE), None), "{depth}");
    }
    assert_eq!(whole(Link::Ethernet, &nested(MOST_MIRRORS + 1)).stop, Some(Stop::TooDeep(Layer::Tzsp)));
    assert_eq!(whole(Link::Ethernet, &nested(500)).stop, Some(Stop::TooDeep(Layer::Tzsp)));
}

#[test]
fn the_first_part_of_a_fragmented_mirror_is_read_by_the_lengths_of_the_packet_inside() {
    let frame = ethernet(0x0800, &ipv4(6, &tcp(&[7; 1_400])));
    let whole_datagram = udp(TZSP, &join(&[&[1, 0, 0, 1, 1], &frame]));
    let mut packet = ipv4_with(&[], 0x2000, 17, &whole_datagram[..1_000]);
    packet[12..20].copy_from_slice(&[192, 168, 88, 1, 192, 168, 88, 7]);
    let outer = ethernet(0x0800, &packet);
    let facts = whole(Link::Ethernet, &outer);
    assert_eq!((facts.source, facts.payload_len, facts.stop), (Some(DEVICE), 1_400, None));
}

#[test]
fn wireless_frames_come_in_tzsp() {
    let frame = data_frame(0, 1, [CELL, DEVICE, GATEWAY], &snap(0x0800, &ipv4(6, &tcp(b"audio"))));
    let outer = sent_home(17, &udp(TZSP, &join(&[&[1, 0, 0, 18, 1], &frame])));
    let facts = whole(Link::Ethernet, &outer);
    assert_eq!((facts.source, facts.destination, facts.payload), (Some(DEVICE), Some(GATEWAY), &b"audio"[..]));
}

#[test]
fn frames_in_a_mesh_are_opened_and_its_own_packets_are_named() {
    let mesh = |header: &[u8], frame: &[u8]| ethernet(0x4305, &join(&[header, frame]));
    let unicast = [0x40, 15, 50, 1, 2, 0, 0, 0, 0, 9];
    let four = [0x42, 15, 50, 1, 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 1, 0];
    let broadcast = [0x01, 15, 50, 0, 0, 0, 0, 7, 2, 0, 0, 0, 0, 9];
    let mut inner = plain_frame();
    inner[6..12].copy_from_slice(&CELL.0);
    for header in [&unicast[..], &four, &broadcast] {
        let outer = mesh(header, &inner);
        let facts = whole(Link::Ethernet, &outer);
        assert_eq!((facts.source, facts.payload, facts.stop), (Some(CELL), &b"audio"[..], None));
        assert_eq!(facts.outer as usize, 14 + header.len());
    }
    let own = mesh(&[0, 15, 50, 0, 0, 0, 0, 7, 2, 0, 0, 0, 0, 9], &[0; 20]);
    assert_eq!(whole(Link::Ethernet, &own).stop, Some(Stop::Unopened(Layer::Batman)));
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn a_mirror_changes_no_fact_of_any_frame(
        payload in proptest::collection::vec(any::<u8>(), 0..80),
        kind in select(vec![6u8, 17, 58, 50, 4]),
        header in select(headers()),
        six: bool,
        cut in 0_usize..400,
    ) {
        let body = match kind { 6 => tcp(&payload), 17 => udp(443, &payload), _ => payload };
        let frame = ethernet(0x0800, &ipv4(kind, &body));
        let outer = mirrored(&header, &frame, six);
        let (front, all) = (outer.len() - frame.len(), u32::try_from(outer.len()).unwrap());
        let cut = cut.min(outer.len());
        let facts = dissect(Link::Ethernet, &outer[..cut], all);
        // Cut inside the frame, it reads as the frame does when cut there; cut before it, it says so.
        if cut >= front + 14 {
            let alone = dissect(Link::Ethernet, &outer[front..cut], u32::try_from(frame.len()).unwrap());
            prop_assert_eq!(Dissection { outer: 0, ..facts }, alone);
        } else {
            prop_assert!(facts.outer == 0);
        }
    }
}
