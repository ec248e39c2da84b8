//! The same traffic on every kind of link, and in networks of every kind of address: the same sightings of the same device.

use std::sync::LazyLock;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Role};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::Timestamp;
use earwitness_sim::home;
use earwitness_sim::scenario::{Kind, Scenario};

const SCENARIO: Scenario = Scenario { kind: Kind::SpeakerCbr, seconds: 120 };
const SEED: u64 = 21;

/// Sightings of the only device that has any, and whether it is no gateway.
fn sightings(link: Link, rewrite: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<(DeviceId, usize)> {
    let (frames, _) = home::frames(SEED, SCENARIO);
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for frame in &frames {
        if let Some(bytes) = rewrite(&frame.octets) {
            let wire_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            analysis.frame(&Frame { at: Timestamp::from_nanos(frame.at), link, wire_len, bytes: &bytes, interface: 0 });
        }
    }
    let devices = analysis.finish().devices;
    let sending = devices.into_iter().filter(|device| device.role == Role::Device && !device.sightings.is_empty());
    sending.map(|device| (device.id, device.sightings.len())).collect()
}

/// The speaker and the number of its uploads.
fn speaker() -> (DeviceId, usize) {
    static SPEAKER: LazyLock<(DeviceId, usize)> = LazyLock::new(|| {
        let truth = home::frames(SEED, SCENARIO).1;
        let speaker = &truth.devices[0];
        (DeviceId::Mac(speaker.mac), speaker.uploads.len())
    });
    *SPEAKER
}

fn has_ip(frame: &[u8]) -> bool {
    matches!(frame.get(12..14), Some([8, 0] | [0x86, 0xdd]))
}

/// Whether the speaker sent it.
fn is_upstream(frame: &[u8]) -> bool {
    speaker().0 == DeviceId::Mac(earwitness_core::mac::Mac([frame[6], frame[7], frame[8], frame[9], frame[10], frame[11]]))
}

#[test]
fn ethernet_and_its_tags() {
    assert!(speaker().1 >= 2);
    assert_eq!(sightings(Link::Ethernet, |frame| Some(frame.to_vec())), [speaker()]);
    let tagged = |frame: &[u8]| Some([&frame[..12], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 7], &frame[12..]].concat());
    assert_eq!(sightings(Link::Ethernet, tagged), [speaker()]);
}

#[test]
fn a_link_without_addresses_has_devices_by_ip_address() {
    let found = sightings(Link::RawIp, |frame| has_ip(frame).then(|| frame[14..].to_vec()));
    let [(DeviceId::Address(address), count)] = found.as_slice() else { panic!("{found:?}") };
    assert!(address.to_string().starts_with("192.168.") && *count == speaker().1, "{found:?}");
}

#[test]
fn linux_cooked_captures() {
    let head = |frame: &[u8]| if is_upstream(frame) { 0_u8 } else { 4 };
    let version_1 = |frame: &[u8]| {
        let mut cooked = vec![0, head(frame), 0, 1, 0, 6];
        cooked.extend_from_slice(&frame[6..12]);
        cooked.extend_from_slice(&[0, 0]);
        cooked.extend_from_slice(&frame[12..]);
        Some(cooked)
    };
    assert_eq!(sightings(Link::LinuxSll, version_1), [speaker()]);
    let version_2 = |frame: &[u8]| {
        let mut cooked = frame[12..14].to_vec();
        cooked.extend_from_slice(&[0, 0, 0, 0, 0, 2, 0, 1, head(frame), 6]);
        cooked.extend_from_slice(&frame[6..12]);
        cooked.extend_from_slice(&[0, 0]);
        cooked.extend_from_slice(&frame[14..]);
        Some(cooked)
    };
    assert_eq!(sightings(Link::LinuxSll2, version_2), [speaker()]);
}

#[test]
fn unencrypted_wireless_frames() {
    let radio = |frame: &[u8]| {
        let (to, from) = (&frame[..6], &frame[6..12]);
        let (flags, first, second, third) = if is_upstream(frame) { (1, to, from, to) } else { (2, to, from, from) };
        let mut air = vec![0, 0, 8, 0, 0, 0, 0, 0, 8, flags, 0, 0];
        for part in [first, second, third, &[0, 0], &[0xaa, 0xaa, 3, 0, 0, 0], &frame[12..]] {
            air.extend_from_slice(part);
        }
        Some(air)
    };
    assert_eq!(sightings(Link::Radiotap, radio), [speaker()]);
}

#[test]
fn one_direction_alone() {
    assert_eq!(sightings(Link::Ethernet, |frame| is_upstream(frame).then(|| frame.to_vec())), [speaker()]);
}

#[test]
fn frames_cut_by_a_snap_length_of_96_octets() {
    let (frames, _) = home::frames(SEED, SCENARIO);
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for frame in &frames {
        let wire_len = u32::try_from(frame.octets.len()).unwrap_or(u32::MAX);
        let bytes = frame.octets.get(..96).unwrap_or(&frame.octets);
        analysis.frame(&Frame { at: Timestamp::from_nanos(frame.at), link: Link::Ethernet, wire_len, bytes, interface: 0 });
    }
    let found: usize = analysis.finish().devices.iter().map(|device| device.sightings.len()).sum();
    assert_eq!(found, speaker().1);
}

#[test]
fn a_network_of_public_addresses() {
    // 192.168.x.y becomes 130.37.x.y: no address tells who is at home.
    let public = |frame: &[u8]| {
        let mut frame = frame.to_vec();
        for at in [26, 30] {
            if frame[12..14] == [8, 0] && frame[at..at + 2] == [192, 168] {
                frame[at..at + 2].copy_from_slice(&[130, 37]);
            }
        }
        Some(frame)
    };
    // With two networks to talk to, the gateway is named or the home is.
    let (frames, _) = home::frames(SEED, SCENARIO);
    let mut settings = AnalysisSettings::default();
    settings.roster.local = vec!["130.37.0.0/16".parse().unwrap()];
    let mut analysis = Analysis::new(settings);
    for frame in &frames {
        let bytes = public(&frame.octets).unwrap();
        let wire_len = u32::try_from(bytes.len()).unwrap();
        analysis.frame(&Frame {
            at: Timestamp::from_nanos(frame.at),
            link: Link::Ethernet,
            wire_len,
            bytes: &bytes,
            interface: 0,
        });
    }
    let found: Vec<_> = analysis
        .finish()
        .devices
        .into_iter()
        .filter(|device| !device.sightings.is_empty())
        .map(|device| (device.id, device.sightings.len()))
        .collect();
    assert_eq!(found, [speaker()]);
}
