//! Who is sending sound now is known soon after an upload begins, and the question changes nothing.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings, SightingKind};
use earwitness_core::frame::Frame;
use earwitness_core::pcap::each_frame;
use earwitness_core::time::{MILLISECOND, SECOND, Window};
use earwitness_sim::home;
use earwitness_sim::scenario::{Kind, Scenario};

/// How often is asked.
const EVERY: i64 = 250 * MILLISECOND;

/// When each device was said to be sending, and what was found in the end.
fn watched(capture: &[u8], ask: bool) -> (Vec<(DeviceId, Window)>, Findings) {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let mut lit: Vec<(DeviceId, Window)> = Vec::new();
    let mut next = None;
    each_frame(capture, |frame: &Frame<'_>| {
        let due = next.get_or_insert(frame.at);
        while ask && frame.at >= *due {
            let now = *due;
            analysis.settle(now);
            for device in analysis.sending(now) {
                match lit.iter_mut().find(|it| it.0 == device && now.since(it.1.until) <= EVERY) {
                    Some(lamp) => lamp.1.until = now,
                    None => lit.push((device, Window { from: now, until: now })),
                }
            }
            *due = now.plus(EVERY);
        }
        analysis.frame(frame);
    })
    .unwrap();
    (lit, analysis.finish())
}

/// Uploads of sound to the internet.
fn uploads(findings: &Findings) -> Vec<(DeviceId, Window)> {
    let of = |it: &earwitness_core::findings::DeviceFindings| {
        let all = it.sightings.iter().chain(&it.continuous).filter(|it| it.kind == SightingKind::Audio);
        all.map(|found| (it.id, found.window)).collect::<Vec<_>>()
    };
    findings.devices.iter().flat_map(of).collect()
}

const KINDS: [Kind; 8] = [
    Kind::Sample,
    Kind::SpeakerPcm,
    Kind::SpeakerLossy,
    Kind::SpeakerQuic,
    Kind::CameraClips,
    Kind::CameraStream,
    Kind::Call,
    Kind::Console,
];

#[test]
fn an_upload_shows_within_a_second_and_a_half_and_little_else_does() {
    let (mut all, mut seen, mut late, mut lamps, mut alone) = (0, 0, Vec::new(), 0, 0);
    for (seed, kind) in (40..).zip(KINDS) {
        let (capture, _) = home(seed, Scenario { kind, seconds: 180 });
        let (lit, findings) = watched(&capture, true);
        let uploads = uploads(&findings);
        for (device, upload) in uploads.iter().filter(|it| it.1.length() >= 2 * SECOND) {
            all += 1;
            let lamp = lit.iter().filter(|it| it.0 == *device && it.1.until >= upload.from && it.1.from <= upload.until);
            if let Some(first) = lamp.map(|it| it.1.from).min() {
                seen += 1;
                late.push(first.since(upload.from) / MILLISECOND);
            }
        }
        let is_alone = |it: &&(DeviceId, Window)| {
            !uploads.iter().any(|upload| upload.0 == it.0 && upload.1.overlaps(it.1) || upload.1.until == it.1.from)
        };
        lamps += lit.len();
        let without: Vec<_> = lit.iter().filter(is_alone).collect();
        alone += without.len();
        println!("seed {seed} {kind:?}: {} uploads, {} lamps, {} without an upload", uploads.len(), lit.len(), without.len());
    }
    late.sort_unstable();
    println!(
        "{seen} of {all} seen; first after {:?} ms (median), {:?} (most); {alone} of {lamps} lamps without an upload",
        late[late.len() / 2],
        late.last()
    );
    assert!(seen * 10 >= all * 9 && late[late.len() / 2] <= 1_500);
}

#[test]
fn who_asks_changes_nothing() {
    for (seed, kind) in (60..).zip(KINDS) {
        let (capture, _) = home(seed, Scenario { kind, seconds: 100 });
        assert_eq!(watched(&capture, true).1, watched(&capture, false).1, "seed {seed}, {kind:?}");
    }
}
