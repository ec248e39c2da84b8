//! Labelled captures as subjects of a comparison.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Context, bail};
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, SightingKind};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::gather::Gatherer;
use super::labels::Label;
use super::pairs::{Chosen, Pair, Pairs};
use super::spans::seconds;
use super::subject::{Subject, seen};
use earwitness_traffic::files::{Capture, Captures, Order};

/// How far the first packet that labels name may lie from that of the capture.
const CLOCKS: i64 = SECOND;

/// A capture, analysed and cut into its labelled devices; and what to say about its reading.
///
/// # Errors
/// When it cannot be read, or the labels are of another capture.
pub fn subjects(path: &PathBuf, labels: &[&Label], fold: usize) -> anyhow::Result<(Vec<Subject>, Vec<String>)> {
    let mut captures = Captures::open(std::slice::from_ref(path), Order::Merged, None)?;
    let wanted: BTreeSet<DeviceId> = labels.iter().map(|it| DeviceId::Mac(it.device)).collect();
    let (mut analysis, mut gatherer) = (Analysis::new(AnalysisSettings::default()), Gatherer::new(Some(wanted)));
    let flow = captures.for_each(&mut |_| {}, |frame, _| {
        analysis.frame(frame);
        gatherer.frame(frame);
        ControlFlow::Continue(())
    });
    debug_assert!(flow.is_continue());
    analysis.lost(captures.files().iter().map(|file: &Capture| file.dropped).fold(0, u64::saturating_add));
    let mut notes: Vec<String> = captures.troubles().iter().map(ToString::to_string).collect();
    let findings = analysis.finish();
    let (mut kept, cut) = gatherer.finish();
    let name = path.display();
    if cut {
        notes.push(format!("{name} holds more frames than the t-test keeps; the last ones are left out there"));
    }
    let Some((first, last)) = findings.capture.first.zip(findings.capture.last) else {
        bail!("{name} holds no frame, so the labels cannot be compared with it");
    };
    let mut found = Vec::new();
    for label in labels {
        check(label, first).with_context(|| format!("the labels of {name} are not of this capture"))?;
        let id = DeviceId::Mac(label.device);
        let Some(device) = findings.devices.iter().find(|it| it.id == id) else {
            bail!("the labels of {name} name the device {}, which sends nothing in it; check device_mac", label.device);
        };
        let watched = Window { from: label.first.unwrap_or(first), until: last };
        let own = kept.remove(&id).unwrap_or_default();
        let uploads = label.uploads(watched.from);
        let (audio, counted) = seen(device, SightingKind::Audio);
        let pairs = Pairs::new(&own.frames, |length| choose(&uploads, &label.idle(watched), length));
        found.push(Subject {
            recording: label.file.clone(),
            device: id,
            configuration: label.configuration.clone(),
            kind: label.role.clone(),
            fold,
            watched,
            uploads,
            truths: label.truths.clone(),
            aside: Vec::new(),
            sent: device.sent.clone(),
            audio,
            counted,
            large_uploads: seen(device, SightingKind::LargeUpload).0,
            seconds: own.seconds,
            pairs,
            probed: None,
        });
    }
    Ok((found, notes))
}

fn check(label: &Label, first: Timestamp) -> anyhow::Result<()> {
    let apart = label.first.map_or(0, |labelled| first.since(labelled));
    if apart.saturating_abs() > CLOCKS {
        bail!("t0_ns lies {:.3} s from its first packet, at {}", seconds(apart), first.nanos());
    }
    Ok(())
}

/// After uploads, compared with the end of the latest idle stretch before; and idle stretches, each half with the other.
fn choose(uploads: &[Window], idle: &[Window], length: i64) -> Chosen {
    let before = |upload: &Window| idle.iter().rev().find(|it| it.until <= upload.from && it.length() >= length);
    let pair = |upload: &Window| {
        let idle = before(upload)?.until.plus(-length);
        // A second earlier than the upload: labels are no more exact than that.
        Some((Pair { idle, after: upload.from.plus(-SECOND) }, 0, true))
    };
    let both = length.saturating_mul(2);
    let halves = |stretch: &Window| {
        let (from, count) = (stretch.from, stretch.length() / both);
        (0..count).map(move |number| from.plus(number * both)).map(move |from| Pair { idle: from, after: from.plus(length) })
    };
    Chosen { probes: uploads.iter().filter_map(pair).collect(), idle: idle.iter().flat_map(halves).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::window;

    #[test]
    fn an_upload_is_held_against_the_idle_seconds_before_it() {
        let chosen = choose(&[window(100, 103), window(110, 112)], &[window(20, 99), window(200, 300)], 30 * SECOND);
        let at = |second: i64| Timestamp::from_nanos(second * SECOND);
        assert_eq!(
            chosen.probes,
            [(Pair { idle: at(69), after: at(99) }, 0, true), (Pair { idle: at(69), after: at(109) }, 0, true)]
        );
        assert_eq!(chosen.idle, [Pair { idle: at(20), after: at(50) }, Pair { idle: at(200), after: at(230) }]);
    }
}
