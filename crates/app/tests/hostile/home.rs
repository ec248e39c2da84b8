//! A home with a speaker, and what is found in it.

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::time::Timestamp;
use earwitness_sim::file::Captured;
use earwitness_sim::home::frames;
use earwitness_sim::packet::Ends;
use earwitness_sim::scenario::{Kind, Scenario};
use earwitness_sim::truth::Truth;

/// Nanoseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// Begins of uploads are dated to within this, nanoseconds.
const NEAR: i64 = SECOND;

/// A home with a speaker, and what it uploads.
pub(crate) fn speaker(seconds: u32) -> (Vec<Captured>, Truth) {
    let (all, truth) = frames(11, Scenario { kind: Kind::SpeakerCbr, seconds });
    assert!(truth.devices[0].uploads.len() >= 3, "the home is too quiet to show anything");
    (all, truth)
}

/// A frame that nothing was cut off.
pub(crate) fn whole(it: &Captured) -> Frame<'_> {
    let wire_len = u32::try_from(it.octets.len()).unwrap();
    Frame { at: Timestamp::from_nanos(it.at), link: Link::Ethernet, wire_len, bytes: &it.octets, interface: 0 }
}

/// What the analysis makes of frames; as a whole, each is counted.
pub(crate) fn analyzed<'a>(all: impl IntoIterator<Item = Frame<'a>>) -> Findings {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let mut count = 0;
    for frame in all {
        analysis.frame(&frame);
        count += 1;
    }
    let findings = analysis.finish();
    assert_eq!(findings.capture.frames, count);
    findings
}

pub(crate) fn device(findings: &Findings, mac: Mac) -> &DeviceFindings {
    findings.devices.iter().find(|it| it.id == DeviceId::Mac(mac)).unwrap()
}

/// All uploads of the speaker are found at their time, and nothing else.
pub(crate) fn speaker_is_found(findings: &Findings, truth: &Truth) {
    let known = &truth.devices[0];
    let found: Vec<i64> = device(findings, known.mac).sightings.iter().map(|it| it.window.from.nanos()).collect();
    let expected: Vec<i64> = known.uploads.iter().map(|it| it.start_ns).collect();
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < NEAR), "{found:?} {expected:?}");
    let others: usize = findings.devices.iter().map(|it| it.sightings.len()).sum();
    assert_eq!(others, expected.len(), "something else was taken for an upload");
}

/// A stranger in the home who sends to the internet.
pub(crate) fn stranger(mac: [u8; 6], port: u16) -> Ends {
    Ends {
        source_mac: Mac(mac),
        target_mac: Mac([0x02, 0, 0, 0, 0, 0x01]),
        source: [192, 168, 1, 200].into(),
        target: [203, 0, 113, 99].into(),
        source_port: port,
        target_port: 443,
        hops: 64,
    }
}

/// Both captures in order of time.
pub(crate) fn mixed(mut all: Vec<Captured>, more: impl IntoIterator<Item = Captured>) -> Vec<Captured> {
    all.extend(more);
    all.sort_by_key(|it| it.at);
    all
}
