//! Headers that nest, lie, and run backwards.

use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::time::Timestamp;
use earwitness_sim::file::Captured;
use earwitness_sim::packet::udp;

use crate::home::{SECOND, analyzed, device, speaker, speaker_is_found, stranger, whole};

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 9];

/// Octets put behind the Ethernet addresses.
fn inserted(frame: &[u8], more: &[u8]) -> Vec<u8> {
    [&frame[..12], more, &frame[12..]].concat()
}

#[test]
fn sixty_four_vlan_tags_are_given_up_on_and_said() {
    let plain = udp(&stranger(MAC, 1_024), 1, b"hello");
    for (tags, read) in [(1, true), (2, true), (64, false)] {
        let octets = inserted(&plain, &[0x81, 0, 0, 7].repeat(tags));
        let findings = analyzed([whole(&Captured { at: 0, octets })]);
        assert_eq!(device(&findings, Mac(MAC)).upstream.frames == 1, read, "{tags} tags");
        assert_eq!(findings.capture.stopped.is_empty(), read, "{tags} tags");
    }
}

#[test]
fn a_hundred_ipv6_extension_headers_are_given_up_on_and_said() {
    let mut ends = stranger(MAC, 1_024);
    (ends.source, ends.target) = ("2001:db8::2".parse().unwrap(), "2001:db8:9::1".parse().unwrap());
    let plain = udp(&ends, 1, b"hello");
    for (headers, read) in [(1_u16, true), (3, true), (100, false)] {
        let (mut chain, mut octets) = (vec![], plain.clone());
        for n in 1..=headers {
            // Destination options (60) that hold padding; the last one leads to UDP.
            chain.extend([if n == headers { 17 } else { 60 }, 0, 1, 4, 0, 0, 0, 0]);
        }
        octets[20] = 60;
        octets[18..20].copy_from_slice(&(headers * 8 + 13).to_be_bytes());
        octets.splice(54..54, chain);
        let findings = analyzed([whole(&Captured { at: 0, octets })]);
        let device = device(&findings, Mac(MAC));
        assert_eq!((device.upstream.payload_octets == 5, findings.capture.stopped.is_empty()), (read, read), "{headers} headers");
    }
}

#[test]
fn a_length_on_the_wire_that_lies_costs_nothing_but_the_frame() {
    let (all, truth) = speaker(400);
    let strange = udp(&stranger(MAC, 1_024), 1, b"hello");
    let (mut lying, mut expected) = (vec![], 0);
    for wire_len in [0, 1, 13, u32::MAX] {
        for cut in [0, 1, 13, 14, 33, strange.len()] {
            let at = Timestamp::from_nanos(all[100].at);
            lying.push(Frame { at, link: Link::Ethernet, wire_len, bytes: &strange[..cut], interface: 0 });
            expected += u64::from(wire_len);
        }
    }
    expected += all.iter().map(|it| it.octets.len() as u64).sum::<u64>();
    let (before, after) = all.split_at(101);
    let findings = analyzed(before.iter().map(whole).chain(lying).chain(after.iter().map(whole)));
    speaker_is_found(&findings, &truth);
    assert_eq!(findings.capture.wire_octets, expected);
}

#[test]
fn a_clock_that_hops_230_years_with_every_packet_costs_no_memory_and_finds_nothing() {
    let (all, _) = speaker(400);
    let span = 230 * 365 * 86_400 * SECOND;
    let hopping: Vec<_> = (0_i64..)
        .zip(&all)
        .map(|(n, it)| Captured { at: it.at - all[0].at + (n % 2) * span, octets: it.octets.clone() })
        .collect();
    let findings = analyzed(hopping.iter().map(whole));
    let jumps = findings.capture.clock_back.min(findings.capture.clock_ahead);
    assert!(jumps * 3 > all.len() as u64, "{jumps}");
    let bins: usize = findings.devices.iter().map(|it| it.sent.bins.len() + it.received.bins.len()).sum();
    assert!(bins < 4 * 2 * 400 * findings.devices.len(), "{bins}");
}

#[test]
fn the_ends_of_time_are_times() {
    let (all, truth) = speaker(400);
    for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        let mut odd = whole(&all[0]);
        odd.at = Timestamp::from_nanos(at);
        let (before, after) = all.split_at(all.len() / 2);
        let findings = analyzed(before.iter().map(whole).chain([odd]).chain(after.iter().map(whole)));
        assert!(device(&findings, truth.devices[0].mac).sightings.len() >= truth.devices[0].uploads.len() - 1, "{at}");
    }
}

#[test]
fn frames_of_64_kib_are_counted_as_put_together() {
    let payload = vec![0; 65_000];
    let mut all = vec![];
    for n in 0..100 {
        all.push(Captured { at: n * SECOND, octets: udp(&stranger(MAC, 1_024), 1, &payload) });
    }
    let findings = analyzed(all.iter().map(whole));
    assert_eq!(findings.capture.oversized, 100);
    assert_eq!(device(&findings, Mac(MAC)).upstream.payload_octets, 6_500_000);
}
