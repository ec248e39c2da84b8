//! Mirrors on UDP ports that are known for none: left closed, and nothing else is taken for one.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::build::*;
use super::*;

/// A port that no mirror has.
const PORT: u16 = 50_000;

const HEADERS: [(Layer, &[u8]); 7] = [
    (Layer::Tzsp, &[1, 0, 0, 1, 1]),
    (Layer::Tzsp, &[1, 1, 0, 1, 0, 10, 1, 200, 1]),
    (Layer::Vxlan, &[8, 0, 0, 0, 0, 0, 42, 0]),
    (Layer::Vxlan, &[0x0c, 0, 0, 3, 0, 0, 42, 0]),
    (Layer::Vxlan, &[0x0e, 0, 0, 3, 0, 0, 42, 0]),
    (Layer::Geneve, &[0, 0, 0x65, 0x58, 0, 0, 42, 0]),
    (Layer::Geneve, &[1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 1, 1, 0]),
];

/// A packet whose header checksum is right.
fn summed(mut packet: Vec<u8>) -> Vec<u8> {
    let header = usize::from(packet[0] & 15) * 4;
    let words = packet[..header].chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let sum: u32 = words.sum();
    let folded = u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap();
    packet[10..12].copy_from_slice(&(!folded).to_be_bytes());
    packet
}

/// A datagram between two devices of the home.
fn sent(destination: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = ipv4(17, &udp(destination, payload));
    packet[16..20].copy_from_slice(&[192, 168, 1, 7]);
    ethernet(0x0800, &packet)
}

fn frames() -> Vec<Vec<u8>> {
    let packet = summed(ipv4(6, &tcp(b"audio")));
    vec![
        ethernet(0x0800, &packet),
        ethernet(0x8100, &tagged(0x0800, &packet)),
        ethernet(0x0800, &join(&[&packet, &[0; 6]])),
        ethernet(0x0800, &summed(ipv4_with(&[1; 8], 0, 17, &udp(443, b"quic")))),
        ethernet(0x86dd, &ipv6(17, &udp(443, b"quic"))),
    ]
}

#[test]
fn a_mirror_at_home_on_any_port_stays_closed_and_changes_no_other_fact() {
    for (layer, header) in HEADERS {
        for frame in frames() {
            let outer = sent(PORT, &join(&[header, &frame]));
            let facts = whole(Link::Ethernet, &outer);
            assert_eq!(facts.stop, Some(Stop::Unopened(layer)), "{header:?} {frame:?}");
            assert!(facts.stop.is_some_and(Stop::is_closed_mirror));
            // The same octets but the first, which begins no mirror.
            let other = sent(PORT, &join(&[&[0xff], &header[1..], &frame]));
            let ordinary = Dissection { payload: facts.payload, ..whole(Link::Ethernet, &other) };
            assert_eq!(Dissection { stop: None, ..facts }, ordinary);
        }
    }
}

#[test]
fn to_or_from_the_internet_it_counts_for_its_sender_as_any_datagram_does() {
    for (_, header) in HEADERS {
        for frame in frames() {
            let outward = ethernet(0x0800, &ipv4(17, &udp(PORT, &join(&[header, &frame]))));
            let mut inward = outward.clone();
            inward.copy_within(26..30, 30);
            inward[26..30].copy_from_slice(&[8, 8, 4, 4]);
            for outer in [outward, inward] {
                let facts = whole(Link::Ethernet, &outer);
                assert_eq!((facts.stop, facts.payload.len()), (None, header.len() + frame.len()));
            }
        }
    }
}

#[test]
fn a_datagram_in_which_one_field_does_not_fit_is_none() {
    let frame = &frames()[0];
    for (_, header) in HEADERS {
        let changed = |at: usize, to: u8| {
            let mut frame = frame.clone();
            frame[at] = to;
            join(&[header, &frame])
        };
        let cases = [
            ("a sender of many", changed(6, 1)),
            ("a type", changed(12, 9)),
            ("a version", changed(14, 0x65)),
            ("a checksum", changed(24, frame[24] ^ 1)),
            ("a hop", changed(22, 63)),
            ("a length", changed(17, 200)),
            ("more than a frame", join(&[header, frame, &[0; 40]])),
            ("less than a packet", join(&[header, &frame[..50]])),
            ("no frame", header.to_vec()),
        ];
        for (what, payload) in cases {
            let outer = sent(PORT, &payload);
            let facts = whole(Link::Ethernet, &outer);
            assert_eq!((facts.stop, facts.payload), (None, &payload[..]), "{what}: {header:?}");
        }
    }
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn sound_behind_the_header_of_a_mirror_is_no_mirror(
        header in select(HEADERS.to_vec()),
        addressed in any::<bool>(),
        sound in vec(any::<u8>(), 0..200),
    ) {
        // Behind an Ethernet header as well.
        let frame = if addressed { ethernet(0x0800, &sound) } else { sound };
        let payload = join(&[header.1, &frame]);
        let outer = sent(PORT, &payload);
        let facts = whole(Link::Ethernet, &outer);
        prop_assert_eq!((facts.stop, facts.outer, facts.payload), (None, 0, &payload[..]));
    }

    #[test]
    fn whatever_a_datagram_holds_nobody_but_its_sender_is_seen(
        header in select(HEADERS.to_vec()),
        frame in select(frames()),
        changes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let mut payload = join(&[header.1, &frame]);
        for (at, to) in changes {
            let at = at.index(payload.len());
            payload[at] = to;
        }
        let outer = sent(PORT, &payload);
        let facts = whole(Link::Ethernet, &outer);
        prop_assert_eq!((facts.source, facts.destination, facts.outer), (Some(DEVICE), Some(GATEWAY), 0));
        prop_assert_eq!(ip(&facts).source.to_string(), "192.168.1.17");
    }
}
