//! More frames never take a finding back: what is found in the beginning of a capture is found in all of it, or has become a part of something longer.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Sighting, SightingKind};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::pcap::each_frame;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_sim::home;
use earwitness_sim::packet::{ACK, Ends, PSH, TcpHeader, tcp};
use earwitness_sim::scenario::{Kind, Scenario};

/// What an analysis finds after each so many nanoseconds of a capture, and in all of it.
fn found_by(capture: &[u8], every: i64) -> Vec<Findings> {
    let mut frames: Vec<(Frame<'_>, i64)> = Vec::new();
    each_frame(capture, |frame| frames.push((*frame, frame.at.nanos()))).unwrap();
    let (first, last) = (frames[0].1, frames.iter().map(|it| it.1).max().unwrap());
    let ends = (1..).map(|part| first + part * every).take_while(|end| *end < last).chain([last]);
    ends.map(|end| {
        let mut analysis = Analysis::new(AnalysisSettings::default());
        frames.iter().filter(|it| it.1 <= end).for_each(|it| analysis.frame(&it.0));
        analysis.finish()
    })
    .collect()
}

fn all(device: &DeviceFindings) -> impl Iterator<Item = &Sighting> {
    device.sightings.iter().chain(&device.continuous).chain(&device.local_sightings).filter(|it| it.kind == SightingKind::Audio)
}

/// Sightings of live sound in `before` of which nothing is left in `after`.
fn taken_back(before: &Findings, after: &Findings) -> Vec<(DeviceId, Sighting)> {
    let mut lost = Vec::new();
    for device in &before.devices {
        let later = after.devices.iter().find(|it| it.id == device.id);
        for sighting in all(device) {
            let goes_on = |it: &Sighting| {
                it.flow == sighting.flow && it.window.from <= sighting.window.until && it.window.until >= sighting.window.from
            };
            if !later.is_some_and(|later| all(later).any(goes_on)) {
                lost.push((device.id, sighting.clone()));
            }
        }
    }
    lost
}

#[test]
fn what_has_ended_in_a_prefix_is_found_in_the_whole() {
    let homes = [
        Kind::Sample,
        Kind::SpeakerPcm,
        Kind::SpeakerLossy,
        Kind::SpeakerQuic,
        Kind::CameraClips,
        Kind::CameraStream,
        Kind::Call,
        Kind::Console,
    ];
    for (seed, kind) in (20..).zip(homes) {
        let (capture, _) = home(seed, Scenario { kind, seconds: 130 });
        let found = found_by(&capture, 13 * SECOND);
        let whole = found.last().unwrap();
        for (part, prefix) in found.iter().enumerate() {
            let end = prefix.capture.last.unwrap();
            let mut lost = taken_back(prefix, whole);
            // What was cut in the midst may turn out to be an even stretch of something else.
            lost.retain(|it| end.since(it.1.window.until) > SECOND);
            assert!(lost.is_empty(), "seed {seed}, {kind:?}, part {part}: {lost:#?}");
        }
    }
}

/// What is found of the octets that a device sends, each part at its nanoseconds.
fn sent(parts: impl Iterator<Item = (i64, Vec<u8>)>) -> Findings {
    let ends = Ends {
        source_mac: Mac([0x02, 0, 0, 0, 0, 0x77]),
        target_mac: Mac([0x02, 0, 0, 0, 0, 0x01]),
        source: [192, 168, 1, 77].into(),
        target: [203, 0, 113, 99].into(),
        source_port: 40_000,
        target_port: 443,
        hops: 64,
    };
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let mut sequence = 1_u32;
    for (after, octets) in parts {
        for part in octets.chunks(1_448) {
            let header = TcpHeader { sequence, acknowledged: 1, flags: ACK | PSH, window: 8_192, options: &[] };
            let bytes = &tcp(&ends, 1, &header, part)[..];
            let at = Timestamp::from_nanos(1_700_000_000 * SECOND + after);
            let wire_len = u32::try_from(bytes.len()).unwrap();
            analysis.frame(&Frame { at, link: Link::Ethernet, wire_len, bytes, interface: 0 });
            sequence += u32::try_from(part.len()).unwrap();
        }
    }
    analysis.finish()
}

/// A TLS record of so many octets, header included.
fn record(octets: u16) -> Vec<u8> {
    let mut record = vec![0x55; usize::from(octets)];
    let [high, low] = (octets - 5).to_be_bytes();
    record[..5].copy_from_slice(&[23, 3, 3, high, low]);
    record
}

/// A piece of samples every 64 ms, each late by up to 16 ms: a microphone that never stops. A record holds 64 ms of 16 bits at 16 kHz.
fn always_on(seconds: i64) -> Findings {
    let mut chance = 7_u64;
    sent((0..seconds * 1_000 / 64).map(|piece| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let late = i64::try_from(chance >> 33).unwrap() % (16 * MILLISECOND);
        (piece * 64 * MILLISECOND + late, record(2_070))
    }))
}

#[test]
fn a_log_in_thousands_of_tiny_records_is_neither_sound_nor_a_large_upload() {
    let kinds = |octets: u16, in_one_go: usize, times: i64| {
        let found = sent((0..times).map(|turn| (turn * 5 * MILLISECOND, record(octets).repeat(in_one_go))));
        found.devices.iter().flat_map(|device| &device.sightings).map(|it| it.kind).collect::<Vec<_>>()
    };
    for (octets, in_one_go) in [(37, 39), (29, 50), (101, 14)] {
        assert_eq!(kinds(octets, in_one_go, 300), [], "records of {octets} octets");
    }
    assert_eq!(kinds(8_214, 1, 60), [SightingKind::LargeUpload], "a file");
}

#[test]
fn a_microphone_that_never_stops_streams_all_the_time_however_long_it_is_watched() {
    for seconds in [30, 89, 95, 300, 600, 1_500] {
        let found = always_on(seconds);
        let device = found.devices.iter().find(|it| it.id == DeviceId::Mac(Mac([0x02, 0, 0, 0, 0, 0x77]))).unwrap();
        let list = if seconds < 60 { &device.sightings } else { &device.continuous };
        let [one] = &list[..] else { panic!("{seconds} s: {device:#?}") };
        assert!(all(device).count() == 1, "{seconds} s: nothing else");
        let sound = one.audio_seconds.unwrap();
        #[expect(clippy::cast_precision_loss, reason = "minutes")]
        let sent = seconds as f64;
        assert!((sound.value / sent - 1.0).abs() < 0.01 && sound.low <= sent && sent <= sound.high, "{seconds} s: {sound:?}");
    }
}
