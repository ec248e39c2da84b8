//! The payload rule, for whole, cut, oversized and malformed packets.

use super::build::*;
use super::*;

/// Payload octets by the length fields, those captured, and why reading ended.
fn payload<'a>(facts: &Dissection<'a>) -> (u32, &'a [u8], Option<Stop>) {
    (facts.payload_len, facts.payload, facts.stop)
}

/// Every way one packet can reach the reader: alone, and in an Ethernet frame (where a shorter way through the code exists).
fn ways(packet: &[u8]) -> [(Link, Vec<u8>); 2] {
    let kind = if packet[0] >> 4 == 4 { 0x0800 } else { 0x86dd };
    [(Link::RawIp, packet.to_vec()), (Link::Ethernet, ethernet(kind, packet))]
}

#[test]
fn options_of_ip_and_tcp_are_headers() {
    for packet in [ipv4_with(&[1; 8], 0, 6, &tcp_with(&[1; 12], b"audio")), ipv6(6, &tcp_with(&[1; 40], b"audio"))] {
        for (link, frame) in ways(&packet) {
            assert_eq!(payload(&whole(link, &frame)), (5, &b"audio"[..], None));
        }
    }
}

#[test]
fn every_field_of_a_datagram_is_read() {
    let ports = Transport::Udp { source: 50_000, destination: 443, checksum: 0xbeef };
    for (link, frame) in ways(&ipv4(17, &udp(443, b"audio"))) {
        let facts = whole(link, &frame);
        assert_eq!((facts.transport, payload(&facts)), (ports, (5, &b"audio"[..], None)));
        let expected = Ip {
            source: IpAddr::from([192, 168, 1, 17]),
            destination: IpAddr::from([8, 8, 4, 4]),
            protocol: 17,
            identification: 0xabcd,
            fragment: None,
            hops: 64,
        };
        assert_eq!(facts.net, Net::Ip(expected));
    }
    for (link, frame) in ways(&ipv6(17, &udp(443, b"audio"))) {
        let facts = whole(link, &frame);
        assert_eq!((facts.transport, payload(&facts)), (ports, (5, &b"audio"[..], None)));
        assert_eq!((ip(&facts).source, ip(&facts).hops), ("fd00::11".parse().unwrap(), 64));
        assert_eq!(ip(&facts).destination, "2001:db8::44".parse::<IpAddr>().unwrap());
    }
}

#[test]
fn every_field_of_a_segment_is_read() {
    for (link, frame) in ways(&ipv4(6, &tcp(b""))) {
        let expected = Transport::Tcp { source: 50_000, destination: 443, sequence: 1000, acknowledgement: 2000, flags: 0x18 };
        assert_eq!(whole(link, &frame).transport, expected);
    }
}

#[test]
fn a_message_of_icmp_is_payload_from_its_first_octet() {
    for packet in [ipv4(1, &[8, 0, 1, 2, 3, 4, 5, 6, 7]), ipv6(58, &[8, 0, 1, 2, 3, 4, 5, 6, 7])] {
        let facts = whole(Link::RawIp, &packet);
        assert_eq!((facts.transport, facts.payload_len, facts.payload.len()), (Transport::Icmp { kind: 8, code: 0 }, 9, 9));
    }
}

#[test]
fn fragments_count_what_follows_their_ip_header() {
    let first = ipv4_with(&[], 0x2000, 17, &udp(443, &[7; 64]));
    let facts = whole(Link::RawIp, &first);
    assert_eq!((ip(&facts).fragment, facts.payload_len), (Some(0), 64));
    assert!(matches!(facts.transport, Transport::Udp { destination: 443, .. }));

    let later = ipv4_with(&[], 0x2009, 17, &[7; 64]);
    let facts = whole(Link::RawIp, &later);
    assert_eq!((ip(&facts).fragment, payload(&facts)), (Some(72), (64, &[7; 64][..], None)));
    assert_eq!(facts.transport, Transport::Other);

    let last = ipv4_with(&[], 9, 47, &[7; 3]);
    assert_eq!(payload(&whole(Link::RawIp, &last)), (3, &[7; 3][..], None));
}

#[test]
fn a_fragment_header_of_ipv6_tells_the_same() {
    let fragmented = |position: [u8; 2], body: &[u8]| ipv6(44, &join(&[&[17, 0], &position, &[0xde, 0xad, 0xbe, 0xef], body]));
    let packet = fragmented([0, 1], &udp(443, b"audio"));
    let facts = whole(Link::RawIp, &packet);
    assert_eq!((ip(&facts).fragment, ip(&facts).identification, facts.payload_len), (Some(0), 0xdead_beef, 5));
    let packet = fragmented([0, 0], &udp(443, b"audio"));
    assert_eq!(ip(&whole(Link::RawIp, &packet)).fragment, None, "an atomic fragment is a whole packet");
    let packet = fragmented([0, 0x48], &[7; 30]);
    let facts = whole(Link::RawIp, &packet);
    assert_eq!((ip(&facts).fragment, ip(&facts).protocol, facts.payload_len), (Some(72), 17, 30));
    assert_eq!(facts.transport, Transport::Other);
}

#[test]
fn extension_headers_are_headers() {
    let authenticated = join(&[&[6, 4], &[0; 22], &tcp(b"audio")]);
    let long = join(&[&[51, 1], &[0; 14], &authenticated]);
    let packet = ipv6(0, &extension(43, &extension(60, &long)));
    for (link, frame) in ways(&packet) {
        let facts = whole(link, &frame);
        assert_eq!((ip(&facts).protocol, payload(&facts)), (6, (5, &b"audio"[..], None)));
    }
}

#[test]
fn a_hundred_extension_headers_are_too_deep_and_sixteen_are_not() {
    let nested = |count| (1..count).fold(extension(6, &tcp(b"audio")), |body, _| extension(60, &body));
    assert_eq!(whole(Link::RawIp, &ipv6(60, &nested(16))).payload, b"audio");
    let deep = ipv6(60, &nested(100));
    let facts = whole(Link::RawIp, &deep);
    assert_eq!(facts.stop, Some(Stop::TooDeep(Layer::Ipv6Extension)));
    assert_eq!((facts.transport, facts.payload.len()), (Transport::Other, 0));
}

#[test]
fn a_length_of_zero_leaves_it_to_the_frame() {
    for mut packet in [ipv4(6, &tcp(b"audio")), ipv4_with(&[1; 4], 0, 17, &udp(443, b"audio"))] {
        packet[2..4].fill(0);
        for (link, frame) in ways(&packet) {
            assert_eq!(payload(&whole(link, &frame)), (5, &b"audio"[..], None));
        }
        let tagged = ethernet(0x8100, &tagged(0x0800, &packet));
        assert_eq!(payload(&whole(Link::Ethernet, &tagged)), (5, &b"audio"[..], None));
    }
    let mut packet = ipv6(6, &tcp(b"audio"));
    packet[4..6].fill(0);
    for (link, frame) in ways(&packet) {
        assert_eq!(payload(&whole(link, &frame)), (5, &b"audio"[..], None));
        let on_wire = u32::try_from(frame.len()).unwrap() + 150_000;
        assert_eq!(dissect(link, &frame, on_wire).payload_len, 150_005, "larger than any length field can say");
    }
}

#[test]
fn a_jumbo_datagram_has_no_length_of_its_own_either() {
    let mut packet = ipv6(17, &udp(443, b"audio"));
    packet[4..6].fill(0);
    packet[44..46].fill(0);
    assert_eq!(payload(&whole(Link::RawIp, &packet)), (5, &b"audio"[..], None));
    packet[5] = 13;
    assert_eq!(payload(&whole(Link::RawIp, &packet)), (0, &b""[..], Some(Stop::Malformed(Layer::Udp))));
}

#[test]
fn an_ipv6_packet_that_ends_with_its_header_has_no_payload() {
    let padded = join(&[&ethernet(0x86dd, &ipv6(59, &[])), &[0; 6]]);
    assert_eq!(payload(&whole(Link::Ethernet, &padded)), (0, &b""[..], None));
}

#[test]
fn a_snap_length_does_not_change_the_payload() {
    let packet = ipv4_with(&[1; 4], 0, 6, &tcp_with(&[1; 12], &[7; 400]));
    for (link, frame) in ways(&packet) {
        let on_wire = u32::try_from(frame.len()).unwrap();
        let packet_at = frame.len() - packet.len();
        for kept in 0..=frame.len() {
            let facts = dissect(link, &frame[..kept], on_wire);
            // Lengths of packet and IP header, then the fixed part of the TCP header, whose offset ends the headers.
            let expected = match kept.saturating_sub(packet_at) {
                0..4 => 0,
                4..44 => 432,
                _ => 400,
            };
            assert_eq!(facts.payload_len, expected, "{kept} octets kept");
            assert_eq!(facts.payload.len(), kept.saturating_sub(packet_at + 56));
            assert_eq!(facts.stop.is_none(), kept >= packet_at + 56);
        }
    }
}

#[test]
fn a_cut_ipv6_packet_counts_what_follows_the_headers_that_were_read() {
    let packet = ipv6(60, &extension(17, &udp(443, &[7; 100])));
    for kept in 0..=packet.len() {
        let facts = dissect(Link::RawIp, &packet[..kept], 156);
        let expected = match kept {
            0..6 => 0,
            6..48 => 116,
            48..56 => 108,
            _ => 100,
        };
        assert_eq!(facts.payload_len, expected, "{kept} octets kept");
    }
}

#[test]
fn the_parts_of_a_cut_header_are_named() {
    let frame = ethernet(0x0800, &ipv4(17, &udp(443, b"audio")));
    let cut = |kept: usize| dissect(Link::Ethernet, &frame[..kept], 47).stop;
    assert_eq!(cut(33), Some(Stop::Truncated { layer: Layer::Ipv4, need: 20, have: 19 }));
    assert_eq!(cut(40), Some(Stop::Truncated { layer: Layer::Udp, need: 8, have: 6 }));
    assert_eq!(cut(42), None);
    let packet = ipv6(17, &udp(443, b"audio"));
    let stop = Stop::Truncated { layer: Layer::Ipv6, need: 40, have: 39 };
    assert_eq!(dissect(Link::RawIp, &packet[..39], 53).stop, Some(stop));
}

#[test]
fn lengths_that_contradict_each_other_never_give_less_than_nothing() {
    let stop = |layer| Some(Stop::Malformed(layer));
    let mut short_ip = ipv4(6, &tcp(b"audio"));
    short_ip[3] = 19;
    assert_eq!(payload(&whole(Link::RawIp, &short_ip)), (0, &b""[..], stop(Layer::Ipv4)));
    short_ip[3] = 30;
    assert_eq!(payload(&whole(Link::RawIp, &short_ip)), (0, &b""[..], stop(Layer::Tcp)));
    let mut long_offset = ipv4(6, &tcp(b"audio"));
    long_offset[32] = 0xf0;
    assert_eq!(payload(&whole(Link::RawIp, &long_offset)), (0, &b""[..], stop(Layer::Tcp)));
    let mut short_udp = ipv4(17, &udp(443, b"audio"));
    short_udp[25] = 7;
    assert_eq!(payload(&whole(Link::RawIp, &short_udp)), (0, &b""[..], stop(Layer::Udp)));
    short_udp[25] = 10;
    assert_eq!(payload(&whole(Link::RawIp, &short_udp)), (2, &b"au"[..], None));
    short_udp[25] = 200;
    assert_eq!(payload(&whole(Link::RawIp, &short_udp)), (192, &b"audio"[..], None), "the field decides");
    let mut no_header = ipv4(6, &tcp(b"audio"));
    no_header[0] = 0x44;
    let facts = whole(Link::RawIp, &no_header);
    assert_eq!((facts.net, payload(&facts)), (Net::Other(0), (0, &b""[..], stop(Layer::Ipv4))));
}
