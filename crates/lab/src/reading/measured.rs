//! The uploads of one device, and what of them belongs to a trial.

use earwitness_core::findings::{
    DeviceFindings, Estimate, MARKS_KEPT, PASSAGE_APART, Seen, Series, Sighting, SightingKind, TrainShape,
};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::{Reading, Rules, Sounded, Unknown};

/// A frame of a codec of variable rate is at most so many times as long as the median, its wrapping included: Opus at 24 kbit/s spends 60 octets on a usual frame of 20 ms, and
/// hardly twice as many on the loudest.
const LONGEST: u32 = 4;

/// A radio link holds slices up for so long now and then (scans, power saving), seconds: a backlog that is no longer tells nothing.
const STALL: f64 = 0.3;

/// A backlog that ends so much after the start of the wake word reaches back to it, seconds: half a word.
const REACH: f64 = 0.25;

/// An upload that a sound caused begins this long after the end of the sound at the latest, nanoseconds.
const ANSWERED: i64 = SECOND;

/// What a device sent to the internet, in order of time, whatever it was and however long it lasted.
pub(super) fn uploads(device: &DeviceFindings) -> Vec<&Sighting> {
    let mut all: Vec<&Sighting> = device.sightings.iter().chain(device.endless()).collect();
    all.sort_by_key(|it| (it.window.from, it.flow));
    all
}

/// Whether seconds of sound are known of it.
pub(super) fn is_sound(upload: &Sighting) -> bool {
    upload.kind == SightingKind::Audio && upload.audio_seconds.is_some()
}

/// The reading of a trial in which the device could be seen.
pub(super) fn reading(device: &DeviceFindings, uploads: &[&Sighting], trial: &Sounded, window: Window, rules: &Rules) -> Reading {
    let missed = |until| device.passage.as_ref().is_some_and(|it| holds(&it.missed, 1, Window { until, ..window }));
    let affected = device.passage.as_ref().is_some_and(|it| holds(&it.affected, PASSAGE_APART, window));
    if affected || missed(window.until) {
        return Reading::unknown(Unknown::Missed);
    }
    let (sound, others): (Vec<&Sighting>, Vec<&Sighting>) = uploads.iter().partition(|it| is_sound(it));
    if sound.iter().any(|it| it.window.from < window.from && it.window.until >= window.from) {
        return Reading::unknown(Unknown::Busy);
    }
    let begins_here = |it: &&Sighting| window.contains(it.window.from);
    let own: Vec<&Sighting> = sound.into_iter().filter(begins_here).collect();
    // Of several uploads only the first is known to have begun with the first wake word.
    let wake_of = |it: &Sighting| trial.wake.filter(|_| own.first().is_some_and(|first| first.window == it.window));
    if own.is_empty() && missed(window.until.plus(rules.noticed_within.max(0))) {
        return Reading::unknown(Unknown::Missed);
    }
    let seconds = own.iter().filter_map(|it| it.audio_seconds).fold(Estimate::default(), Estimate::and);
    Reading {
        seconds: Some(seconds),
        octets: Some(octets(&device.sent, window)),
        upload_octets: Some(own.iter().fold(0, |sum, it| sum.saturating_add(it.octets_total))),
        pre_roll_seconds: own.first().zip(trial.wake).and_then(|(first, wake)| pre_roll(first, wake)),
        tail_seconds: trial.sound_end.and_then(|end| {
            // One that begins later was caused by something else.
            let last = own.iter().rev().find(|it| it.window.from <= end.plus(ANSWERED))?;
            tail(last, wake_of(last), end)
        }),
        uploads: Some(count(own.len())),
        others: Some(count(others.into_iter().filter(begins_here).count())),
        begins: own.first().map(|it| it.window.from),
        unknown: None,
    }
}

/// Whether one of the seconds that are noted, each of which stands for so many, lies in a window.
pub(super) fn holds(noted: &Series, seconds: i64, window: Window) -> bool {
    noted.bins.iter().any(|bin| {
        let from = noted.origin.plus(bin.index.saturating_mul(noted.width));
        window.overlaps(Window { from, until: from.plus(noted.width.saturating_mul(seconds)) })
    })
}

/// Payload octets of the whole seconds from the one in which the window begins to the one in which it ends, without that.
fn octets(sent: &Series, window: Window) -> u64 {
    let until = |from: Timestamp| from.plus(sent.width);
    let within = sent.bins.iter().filter(|bin| {
        let from = sent.origin.plus(bin.index.saturating_mul(sent.width));
        until(from) > window.from && until(from) <= window.until
    });
    within.fold(0, |sum, bin| sum.saturating_add(bin.payload_octets))
}

/// Seconds of sound from before the wake word.
fn pre_roll(upload: &Sighting, wake: Timestamp) -> Option<Estimate> {
    let Estimate { value, low, high } = backlog(upload, Some(wake))?;
    let since = since(upload, wake);
    let before = |waited: f64| (waited - since).max(0.0);
    // Datagrams of several slices each.
    let guessed = upload.flow.is_udp() && low < value / 2.0;
    (!guessed).then_some(Estimate { value: before(value), low: before(low), high: before(high) })
}

/// Seconds of sound from after the end of the last sound; `wake` is when the first wake word began.
fn tail(upload: &Sighting, wake: Option<Timestamp>, sound_end: Timestamp) -> Option<f64> {
    backlog(upload, wake)?;
    Some(seconds(last(upload).since(sound_end)).max(0.0))
}

/// Seconds from the start of the wake word to the first slice of sound. What the request needs is sent before that.
fn since(upload: &Sighting, wake: Timestamp) -> f64 {
    let first = upload.marks.iter().find(|mark| mark.audio).map_or(upload.window.from, |mark| mark.at);
    seconds(first.since(wake))
}

/// When the last slice of sound was sent. Log and metrics that follow on the same connection within a second seem to be slices of a codec of variable rate, which they
/// are not if they are several times as long as its usual ones.
fn last(upload: &Sighting) -> Timestamp {
    let mut lengths: Vec<u32> = upload.marks.iter().filter(|mark| mark.audio).map(|mark| mark.length).collect();
    lengths.sort_unstable();
    let Some(&usual) = lengths.get(lengths.len() / 2).filter(|_| is_variable(upload) && lengths.len() < MARKS_KEPT) else {
        return upload.window.until;
    };
    let slices = upload.marks.iter().filter(|mark| mark.audio && mark.length <= usual.saturating_mul(LONGEST));
    slices.map(|mark| mark.at).max().unwrap_or(upload.window.until)
}

fn is_variable(upload: &Sighting) -> bool {
    upload.detectors.iter().any(|seen| matches!(seen, Seen::Clock { shape: TrainShape::Variable, .. }))
}

/// Seconds of sound that had waited when the first of it was sent; `None` where nothing tells whether the upload is late: where no more waited than a link holds
/// up, or where what waited does not reach back to the wake word.
fn backlog(upload: &Sighting, wake: Option<Timestamp>) -> Option<Estimate> {
    let waited = upload.pre_roll_seconds;
    let reaches = wake.is_none_or(|wake| waited.value + REACH >= since(upload, wake));
    (waited.value > STALL && reaches).then_some(waited)
}

#[expect(clippy::cast_precision_loss, reason = "a night in nanoseconds lies far below 2^53")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / SECOND as f64
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
