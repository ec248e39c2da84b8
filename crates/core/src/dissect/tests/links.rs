//! Every link but 802.11, around one and the same packet.

use std::net::Ipv4Addr;

use super::build::*;
use super::*;

/// That the frame holds the packet of [`packet`], whole.
fn holds_the_packet(facts: &Dissection) {
    assert_eq!(ip(facts).source, Ipv4Addr::new(192, 168, 1, 17));
    assert_eq!(ip(facts).destination, Ipv4Addr::new(8, 8, 4, 4));
    assert!(matches!(facts.transport, Transport::Tcp { source: 50_000, destination: 443, sequence: 1000, .. }));
    assert_eq!((facts.payload_len, facts.payload, facts.stop), (5, &b"audio"[..], None));
}

fn packet() -> Vec<u8> {
    ipv4(6, &tcp(b"audio"))
}

/// The same cargo in IPv6.
fn packet6() -> Vec<u8> {
    ipv6(6, &tcp(b"audio"))
}

#[test]
fn ethernet_names_both_ends_and_padding_is_no_payload() {
    let frame = join(&[&ethernet(0x0800, &packet()), &[0; 9]]);
    let facts = whole(Link::Ethernet, &frame);
    holds_the_packet(&facts);
    assert_eq!((facts.source, facts.destination, facts.sent), (Some(DEVICE), Some(GATEWAY), None));
}

#[test]
fn tags_of_any_kind_change_nothing_but_the_offset() {
    let once = ethernet(0x8100, &tagged(0x0800, &packet()));
    let twice = ethernet(0x88a8, &tagged(0x8100, &tagged(0x0800, &packet())));
    let old = ethernet(0x9100, &tagged(0x8100, &tagged(0x0800, &packet())));
    for frame in [once, twice, old] {
        let facts = whole(Link::Ethernet, &frame);
        holds_the_packet(&facts);
        assert_eq!(facts.source, Some(DEVICE));
    }
}

#[test]
fn sixty_four_tags_are_too_deep_and_sixteen_are_not() {
    let nested = |tags| (0..tags).fold((0x0800, packet()), |(kind, body), _| (0x8100, tagged(kind, &body)));
    let (kind, body) = nested(64);
    assert_eq!(whole(Link::Ethernet, &ethernet(kind, &body)).stop, Some(Stop::TooDeep(Layer::Vlan)));
    let (kind, body) = nested(ethernet::MOST_VLAN_TAGS);
    holds_the_packet(&whole(Link::Ethernet, &ethernet(kind, &body)));
}

#[test]
fn a_length_in_place_of_a_type_leads_through_llc_and_snap() {
    let inside = snap(0x0800, &packet());
    let length = u16::try_from(inside.len()).unwrap();
    holds_the_packet(&whole(Link::Ethernet, &ethernet(length, &inside)));
    holds_the_packet(&whole(Link::Ethernet, &ethernet(0x8100, &tagged(length, &inside))));
    let spanning_tree = ethernet(3, &[0x42, 0x42, 3, 0, 0, 0]);
    let facts = whole(Link::Ethernet, &spanning_tree);
    assert_eq!((facts.net, facts.stop), (Net::Other(0), None));
    // The tag of a switch that is no length of what follows.
    let tagged = ethernet(1, &[&[0, 1, 8, 0][..], &packet(), &[0; 60]].concat());
    assert_eq!(whole(Link::Ethernet, &tagged).stop, Some(Stop::UnknownType(1)));
}

#[test]
fn a_pppoe_session_is_opened_and_its_discovery_is_not() {
    for protocol in [&[0x00, 0x21][..], &[0x21]] {
        let inside = join(&[&[0x11, 0, 0, 7, 0, 47], protocol, &packet()]);
        holds_the_packet(&whole(Link::Ethernet, &ethernet(0x8864, &inside)));
        holds_the_packet(&whole(Link::PppEther, &inside));
    }
    let discovery = ethernet(0x8863, &[0x11, 9, 0, 0, 0, 0]);
    let facts = whole(Link::Ethernet, &discovery);
    assert_eq!((facts.net, facts.payload_len, facts.stop), (Net::Other(0x8863), 0, None));
}

#[test]
fn ppp_comes_with_and_without_framing_and_in_short() {
    for start in [&[0xff, 3, 0, 0x21][..], &[0xff, 3, 0x21], &[0, 0x21], &[0x21], &[0x0f, 0, 8, 0]] {
        holds_the_packet(&whole(Link::Ppp, &join(&[start, &packet()])));
    }
    let facts = [0xff, 3, 0, 0x57].iter().copied().chain(packet6()).collect::<Vec<_>>();
    assert_eq!(whole(Link::Ppp, &facts).payload, b"audio");
    assert_eq!(whole(Link::Ppp, &[0xff, 3, 0, 0xfd, 1, 2]).stop, Some(Stop::Unopened(Layer::Ppp)));
    assert_eq!(whole(Link::Ppp, &[0xff, 3, 0xc0, 0x21, 1, 2]).stop, None, "link control is just not IP");
}

#[test]
fn a_loopback_family_counts_in_either_byte_order() {
    for link in [Link::BsdNull, Link::BsdLoop] {
        for family in [2u32.to_be_bytes(), 2u32.to_le_bytes()] {
            holds_the_packet(&whole(link, &join(&[&family, &packet()])));
        }
        for family in [10u32, 23, 24, 28, 30].map(u32::to_le_bytes) {
            let frame = join(&[&family, &packet6()]);
            assert_eq!(whole(link, &frame).payload, b"audio");
        }
        let facts = [7, 0, 0, 0, 1, 2, 3];
        assert_eq!((whole(link, &facts).net, whole(link, &facts).source), (Net::Other(0), None));
    }
}

#[test]
fn raw_packets_tell_their_version() {
    holds_the_packet(&whole(Link::RawIp, &packet()));
    assert_eq!(whole(Link::RawIp, &packet6()).payload, b"audio");
    assert_eq!(whole(Link::RawIp, &[0x50; 60]).stop, Some(Stop::Malformed(Layer::Ipv4)));
}

#[test]
fn a_cooked_frame_names_its_sender_and_whether_that_was_the_host() {
    for (packet_type, sent) in [(0u16, false), (1, false), (4, true)] {
        let head = join(&[&packet_type.to_be_bytes(), &[0, 1, 0, 6], &DEVICE.0, &[0, 0, 8, 0]]);
        let frame = join(&[&head, &packet()]);
        let facts = whole(Link::LinuxSll, &frame);
        holds_the_packet(&facts);
        assert_eq!((facts.source, facts.destination, facts.sent), (Some(DEVICE), None, Some(sent)));

        let kind = u8::try_from(packet_type).unwrap();
        let head = join(&[&[8, 0, 0, 0, 0, 0, 0, 3, 0, 1, kind, 6], &DEVICE.0, &[0, 0]]);
        let frame = join(&[&head, &packet()]);
        let facts = whole(Link::LinuxSll2, &frame);
        holds_the_packet(&facts);
        assert_eq!((facts.source, facts.destination, facts.sent), (Some(DEVICE), None, Some(sent)));
    }
}

#[test]
fn a_cooked_frame_without_an_address_of_six_octets_names_nobody() {
    let frame = join(&[&[0, 4, 0x02, 0x00, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0], &packet()]);
    let facts = whole(Link::LinuxSll, &frame);
    holds_the_packet(&facts);
    assert_eq!(facts.source, None);
    let netlink = [0, 4, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    assert_eq!(whole(Link::LinuxSll, &netlink).net, Net::Other(0));
}

#[test]
fn arp_says_who_has_which_address() {
    let frame = ethernet(0x0806, &arp());
    let facts = whole(Link::Ethernet, &frame);
    assert_eq!(facts.net, Net::Arp { mac: DEVICE, address: Ipv4Addr::new(192, 168, 1, 17) });
    assert_eq!((facts.payload_len, facts.payload.len(), facts.stop), (0, 0, None));

    let mut probe = frame.clone();
    probe[28..32].fill(0);
    assert_eq!(whole(Link::Ethernet, &probe).net, Net::Arp { mac: DEVICE, address: Ipv4Addr::UNSPECIFIED });

    let mut token_ring = frame.clone();
    token_ring[18] = 8;
    assert_eq!(whole(Link::Ethernet, &token_ring).net, Net::Other(0x0806), "an address of 8 octets is no MAC");
}

#[test]
fn what_stays_closed_says_so() {
    let closed = |frame: &[u8]| {
        let facts = whole(Link::Ethernet, frame);
        (facts.payload_len, facts.stop)
    };
    let unopened = |layer| Some(Stop::Unopened(layer));
    assert_eq!(closed(&ethernet(0x8847, &packet())), (0, unopened(Layer::Mpls)));
    assert_eq!(closed(&ethernet(0x0800, &ipv4(47, &[0; 30]))), (30, unopened(Layer::Gre)));
    assert_eq!(closed(&ethernet(0x0800, &ipv4(4, &packet()))), (45, unopened(Layer::IpInIp)));
    assert_eq!(closed(&ethernet(0x0800, &ipv4(41, &packet6()))), (65, unopened(Layer::IpInIp)));
    assert_eq!(closed(&ethernet(0x86dd, &ipv6(50, &[0; 24]))), (24, unopened(Layer::Esp)));
    assert_eq!(whole(Link::Other(147), &packet()).stop, Some(Stop::UnknownLink(147)));
}

#[test]
fn a_frame_without_a_whole_header_says_how_much_was_there() {
    let frame = ethernet(0x0800, &packet());
    let facts = dissect(Link::Ethernet, &frame[..13], 59);
    assert_eq!(facts.source, Some(DEVICE), "the addresses were there");
    assert_eq!(facts.stop, Some(Stop::Truncated { layer: Layer::Ethernet, need: 2, have: 1 }));
    let runt = dissect(Link::Ethernet, &frame[..5], 5);
    assert_eq!(runt.stop, Some(Stop::Malformed(Layer::Ethernet)), "not the capture: the frame itself is too short");
}

#[test]
fn a_stop_says_what_is_missing() {
    let frame = ethernet(0x0800, &packet());
    let stop = dissect(Link::Ethernet, &frame[..20], 59).stop.unwrap();
    assert!(stop.to_string().starts_with("IPv4 header cut off: 20 octets needed, 6 captured"), "{stop}");
    assert!(Stop::Unopened(Layer::Gre).to_string().starts_with("GRE is encrypted or a tunnel"));
}
