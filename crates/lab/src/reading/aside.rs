//! What is read of a device that belongs to no single trial: uploads while a recording sounds for hours, and what it sends by itself.

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, PASSAGE_APART, Series};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::visibility::{Sight, gaps};

use super::Rules;
use super::measured::{holds, is_sound, uploads};
use crate::results::{Burst, Playing, Stretch, Wake};

/// A recording is looked at in pieces of this length, nanoseconds: a loss makes one of them unknown, not all of it.
const PIECE: i64 = 60 * SECOND;
/// The same where nothing sounds.
const LONG_PIECE: i64 = 600 * SECOND;
/// Seconds without an octet that end a burst.
const APART: i64 = 2;

/// The uploads of a device that began in some stretches, which are in order of time and do not overlap; times are told since `origin`.
#[must_use]
pub fn uploading(findings: &Findings, id: DeviceId, stretches: &[Window], origin: Timestamp, rules: &Rules) -> Playing {
    let Some((device, sight)) = seen(findings, id) else { return Playing::default() };
    let all = uploads(device);
    let mut found = Playing::default();
    for stretch in stretches {
        let mut from = stretch.from;
        while from < stretch.until {
            let piece = Window { from, until: from.plus(PIECE).min(stretch.until) };
            from = piece.until;
            let own = || all.iter().filter(|it| is_sound(it) && piece.contains(it.window.from));
            if !is_known(device, &sight, piece, own().next().is_some(), rules) {
                continue;
            }
            let since = |moment: Timestamp| moment.since(origin);
            match found.known.last_mut().filter(|last| last.1 == since(piece.from)) {
                Some(last) => last.1 = since(piece.until),
                None => found.known.push((since(piece.from), since(piece.until))),
            }
            found.wakes.extend(own().map(|it| Wake {
                at: since(it.window.from),
                waited: nanos(it.pre_roll_seconds.value),
                seconds: it.audio_seconds.map_or(0.0, |it| it.value),
            }));
        }
    }
    found
}

/// Whether it is known which uploads began in a window.
fn is_known(device: &DeviceFindings, sight: &Sight, window: Window, has_upload: bool, rules: &Rules) -> bool {
    let noticed = if has_upload { 0 } else { rules.noticed_within.max(0) };
    let missed = |it: &Series| holds(it, 1, Window { until: window.until.plus(noticed), ..window });
    let passage = device.passage.as_ref();
    sight.unseen(window).is_none() && !passage.is_some_and(|it| holds(&it.affected, PASSAGE_APART, window) || missed(&it.missed))
}

fn seen(findings: &Findings, id: DeviceId) -> Option<(&DeviceFindings, Sight)> {
    if findings.capture.sightings_left_out > 0 || findings.capture.flows_not_followed > 0 {
        return None;
    }
    let device = findings.devices.iter().find(|it| it.id == id)?;
    Some((device, Sight::of(device, &gaps(findings))?))
}

/// What a device sent in a window, to whomever, in the stretches of it in which it could be seen. A burst ends where nothing was sent for two whole seconds.
#[must_use]
pub fn bursts(findings: &Findings, id: DeviceId, window: Window) -> Vec<Stretch> {
    let Some(device) = findings.devices.iter().find(|it| it.id == id) else { return Vec::new() };
    let Some(sight) = Sight::of(device, &gaps(findings)) else { return Vec::new() };
    let mut stretches: Vec<Window> = Vec::new();
    let mut from = window.from;
    while from < window.until {
        let piece = Window { from, until: from.plus(LONG_PIECE).min(window.until) };
        from = piece.until;
        if sight.unseen(piece).is_some() {
            continue;
        }
        match stretches.last_mut().filter(|last| last.until == piece.from) {
            Some(last) => last.until = piece.until,
            None => stretches.push(piece),
        }
    }
    let stretch = |it: Window| Stretch { from: it.from.nanos(), until: it.until.nanos(), bursts: in_stretch(&device.sent, it) };
    stretches.into_iter().map(stretch).collect()
}

fn in_stretch(sent: &Series, stretch: Window) -> Vec<Burst> {
    let mut found: Vec<(i64, Burst)> = Vec::new();
    for bin in sent.bins.iter().filter(|it| it.payload_octets > 0) {
        let at = sent.origin.plus(bin.index.saturating_mul(sent.width));
        if !stretch.contains(at) {
            continue;
        }
        match found.last_mut().filter(|last| (bin.index - last.0).saturating_mul(sent.width) <= APART * SECOND) {
            Some((last, burst)) => (*last, burst.octets) = (bin.index, burst.octets.saturating_add(bin.payload_octets)),
            None => found.push((bin.index, Burst { at: at.nanos(), octets: bin.payload_octets })),
        }
    }
    found.into_iter().map(|it| it.1).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of an upload")]
fn nanos(seconds: f64) -> i64 {
    (seconds.max(0.0) * 1e9) as i64
}
