//! Whole captures of strangers: no panic, every frame counted, every table within its bound.
#![no_main]

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::pcap::{Decoder, Step};
use earwitness_core::roster;
use libfuzzer_sys::fuzz_target;

/// Few of everything, so that the bounds are reached.
fn small() -> AnalysisSettings {
    AnalysisSettings {
        roster: roster::RosterSettings { devices: 6, ..roster::RosterSettings::default() },
        flows: 5,
        sightings: 3,
        ..AnalysisSettings::default()
    }
}

fuzz_target!(|file: &[u8]| {
    let (mut decoder, mut analysis) = (Decoder::new(), Analysis::new(small()));
    let (mut at, mut frames, mut octets) = (0, 0_u64, 0_u64);
    while let Ok(step) = decoder.next(&file[at..]) {
        match step {
            Step::Frame { frame, used } => {
                analysis.frame(&frame);
                frames += 1;
                octets += u64::from(frame.wire_len);
                at += used;
            }
            Step::Skip { used, .. } => at += used,
            Step::More { .. } => break,
        }
    }
    let findings = analysis.finish();
    let capture = &findings.capture;
    assert_eq!((capture.frames, capture.wire_octets), (frames, octets));
    assert!(findings.devices.len() <= 6);
    assert!(capture.stopped.values().sum::<u64>() <= frames && capture.others <= frames);
    let mut sightings = 0;
    for device in &findings.devices {
        let (first, last) = (capture.first.expect("devices need frames"), capture.last.expect("devices need frames"));
        assert!(first <= device.seen.from && device.seen.until <= last);
        for direction in [&device.sent, &device.received] {
            assert!(direction.bins.iter().map(|bin| u64::from(bin.frames)).sum::<u64>() <= frames);
            assert!(direction.bins.iter().is_sorted_by(|a, b| a.index < b.index));
        }
        for sighting in device.sightings.iter().chain(&device.continuous).chain(&device.local_sightings) {
            sightings += 1;
            assert!(sighting.window.from <= sighting.window.until && sighting.octets_audio <= sighting.octets_total);
            if let Some(seconds) = sighting.audio_seconds {
                assert!(seconds.low <= seconds.value && seconds.value <= seconds.high && seconds.high.is_finite());
            }
        }
    }
    assert!(sightings <= 3);
});
