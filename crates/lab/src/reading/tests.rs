use std::net::IpAddr;

use earwitness_core::findings::{
    Bin, CaptureFacts, DeviceFindings, FlowKey, Mark, Passage, Receiver, Role, Seen, Series, Sighting, SightingKind, TrainShape,
};
use earwitness_core::mac::Mac;
use earwitness_core::time::Window;

use super::*;

const DEVICE: DeviceId = DeviceId::Mac(Mac([2, 0, 0, 0, 0, 7]));

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_nanos(milliseconds * MILLISECOND)
}

fn series(bins: impl IntoIterator<Item = (i64, u64)>) -> Series {
    let bin = |(index, payload_octets)| Bin { index, frames: 1, payload_octets };
    Series { origin: at(0), width: SECOND, bins: bins.into_iter().map(bin).collect() }
}

/// An upload of 4.2 s of sound that begins and ends so many milliseconds after the start, 1.4 s of it a backlog.
fn upload(from: i64, until: i64) -> Sighting {
    let address = IpAddr::from([198, 51, 100, 1]);
    let estimate = |value: f64| Estimate { value, low: value - 0.1, high: value + 0.1 };
    let mark = |at, audio| Mark { at, length: 118, audio };
    Sighting {
        kind: SightingKind::Audio,
        window: Window { from: at(from), until: at(until) },
        flow: FlowKey { source: address, destination: address, protocol: 6, source_port: 1, destination_port: 443 },
        receiver: Receiver { address, port: 443, name: None, local: false, country: None, system: None },
        audio_seconds: Some(estimate(4.2)),
        pre_roll_seconds: estimate(1.4),
        tail_seconds: Estimate::default(),
        bit_rate: None,
        octets_total: 20_000,
        octets_audio: 18_000,
        detectors: vec![Seen::Clock {
            shape: TrainShape::Constant,
            beat: 20 * MILLISECOND,
            records: 210,
            regularity: 1.0,
            unevenness: 0.0,
        }],
        marks: vec![mark(at(from), false), mark(at(from + 50), true)],
    }
}

/// A device that sends something every five seconds for five minutes, and so much sound.
fn found(sightings: Vec<Sighting>) -> Findings {
    let mut device = DeviceFindings::new(DEVICE, Role::Device, Window { from: at(0), until: at(300_000) });
    let beats = || series((0..60).map(|beat| (beat * 5, 100)));
    device.sent = beats();
    device.passage =
        Some(Passage { upstream: beats(), downstream: beats(), missed: Series::default(), affected: Series::default() });
    device.sightings = sightings;
    Findings { devices: vec![device], ..Findings::default() }
}

/// A wake word at 100 s, the end of what is said at 102.3 s; watching ends at 130 s.
fn trial() -> Sounded {
    Sounded { from: at(99_000), wake: Some(at(100_000)), sound_end: Some(at(102_300)), watched_until: at(130_000) }
}

fn read(findings: &Findings) -> DeviceReadings {
    readings(findings, &[trial()], &[DEVICE], &Rules::default()).remove(0)
}

#[test]
fn an_upload_gives_seconds_pre_roll_and_tail() {
    let Reading { seconds, octets, upload_octets, pre_roll_seconds, tail_seconds, uploads, begins, unknown, .. } =
        read(&found(vec![upload(100_850, 102_900)])).readings[0];
    assert_eq!((uploads, unknown, begins), (Some(1), None, Some(at(100_850))));
    assert_eq!(seconds, Some(Estimate { value: 4.2, low: 4.2 - 0.1, high: 4.2 + 0.1 }));
    // Seconds 98 to 129, in which something was sent at 100, 105, to 125.
    assert_eq!((octets, upload_octets), (Some(600), Some(20_000)));
    // The first sound went 0.9 s after the start of the wake word, and 1.4 s had waited.
    assert!((pre_roll_seconds.unwrap().value - 0.5).abs() < 1e-9 && (tail_seconds.unwrap() - 0.6).abs() < 1e-9);
}

#[test]
fn several_uploads_are_added_and_those_of_something_else_are_not() {
    let other = Sighting { kind: SightingKind::LargeUpload, audio_seconds: None, ..upload(104_000, 104_500) };
    let it = read(&found(vec![upload(100_850, 102_900), other, upload(110_000, 112_000)])).readings[0];
    assert_eq!((it.uploads, it.others), (Some(2), Some(1)));
    let seconds = it.seconds.unwrap();
    assert!((seconds.value - 8.4).abs() < 1e-9 && (seconds.high - seconds.low - 0.4).abs() < 1e-9);
}

#[test]
fn without_a_backlog_nothing_tells_the_pre_roll() {
    let late = Sighting { pre_roll_seconds: Estimate { value: 0.03, low: 0.0, high: 0.1 }, ..upload(100_850, 105_000) };
    let it = read(&found(vec![late])).readings[0];
    assert_eq!((it.pre_roll_seconds, it.tail_seconds, it.uploads), (None, None, Some(1)));
}

#[test]
fn no_upload_is_zero_seconds_and_one_before_or_after_is_beside() {
    let before = read(&found(vec![upload(90_000, 93_000), upload(130_000, 132_000)]));
    assert_eq!((before.beside, before.readings[0].uploads), (2, Some(0)));
    assert_eq!(before.readings[0].seconds, Some(Estimate::default()));
    let into = read(&found(vec![upload(97_000, 99_500)]));
    assert_eq!((into.beside, into.readings[0].unknown, into.readings[0].seconds), (1, Some(Unknown::Busy), None));
}

#[test]
fn octets_that_were_missing_in_the_window_leave_it_unknown_and_without_an_upload_those_soon_after() {
    let why = |second: i64, uploads: Vec<Sighting>| {
        let mut findings = found(uploads);
        findings.devices[0].passage.as_mut().unwrap().missed = series([(second, 400)]);
        read(&findings).readings[0].unknown
    };
    let missed = Some(Unknown::Missed);
    // The window is from 98.5 to 130 s; a hole may show a minute later.
    for (second, without, with) in [
        (97, None, None),
        (98, missed, missed),
        (129, missed, missed),
        (130, missed, None),
        (189, missed, None),
        (190, None, None),
    ] {
        assert_eq!(why(second, Vec::new()), without, "missing in second {second}, no upload");
        assert_eq!(why(second, vec![upload(100_850, 102_900)]), with, "missing in second {second}, an upload");
    }
}

#[test]
fn what_a_hole_may_have_changed_is_unknown() {
    // A second that is noted stands for five.
    for (second, why) in [(93, None), (95, Some(Unknown::Missed)), (125, Some(Unknown::Missed)), (130, None)] {
        let mut findings = found(vec![upload(100_850, 102_900)]);
        findings.devices[0].passage.as_mut().unwrap().affected = series([(second, 0)]);
        assert_eq!(read(&findings).readings[0].unknown, why, "affected from second {second} on");
    }
}

#[test]
fn what_could_not_be_seen_or_was_left_out_is_unknown() {
    let mut nobody_noted = found(Vec::new());
    nobody_noted.devices[0].passage = None;
    assert_eq!(read(&nobody_noted).readings[0].unknown, Some(Unknown::NotNoted));
    let left_out = Findings { capture: CaptureFacts { sightings_left_out: 1, ..CaptureFacts::default() }, ..found(Vec::new()) };
    assert_eq!(read(&left_out).readings[0].unknown, Some(Unknown::LeftOut));
    let mut gone = found(Vec::new());
    gone.devices[0].passage.as_mut().unwrap().upstream = series((0..20).map(|beat| (beat * 5, 100)));
    let it = read(&gone).readings[0];
    assert!(matches!(it.unknown, Some(Unknown::Unseen(_))) && it.seconds.is_none() && it.octets.is_none(), "{it:?}");
    assert_eq!(read(&Findings::default()).readings[0].unknown, Some(Unknown::NotFound));
}
