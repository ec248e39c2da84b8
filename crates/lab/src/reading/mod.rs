//! What each device uploaded in each trial, read from what an analysis found.
//!
//! A reading is a measurement or nothing: where a device could not be seen, octets are missing, or it was busy with something else, its values are `None` and it says why. A
//! device that could be seen and sent no sound has 0 seconds and 0 uploads.
//!
//! # Definitions
//!
//! *Window* of a trial: from [`Rules::before`] before its sound until watching ends, and no later than [`Rules::pause`] before the next trial's sound. An upload belongs
//! to the trial in whose window it begins, that is, its first record passes. One that begins in no window is counted in [`DeviceReadings::beside`].
//!
//! *Seconds*: sound in all uploads of kind audio to the internet that belong to the trial, with an interval of 95 % each; the ends of several are added
//! (see [`Estimate::and`]). Also those that go on for longer than any utterance. Uploads that the clock detector does not find are none: those of less than half a second, or of a
//! codec that it does not know; octets show them. What `tests/readings` measures: constant rates, samples and a datagram for each slice are counted within 2 % on average. A variable
//! rate is as well, unless log and metrics follow on the same connection within a second, which are then counted as slices (15 % too much on average, and the interval says so). Datagrams of several
//! slices (QUIC) are counted within a quarter.
//!
//! *Octets*: payload that the device sent in the window to whomever, by whole seconds: the second in which the window begins counts, the one in which it
//! ends does not. This needs no codec to be recognised, and holds telemetry and keep-alives as well. *Upload octets* are those of the uploads' flows alone.
//!
//! *Pre-roll*: sound from before the start of the wake word, in the first upload. The traffic tells it where the sound that waited was sent faster than it
//! had been heard: then the first record of sound was sent at a known moment, with a known backlog behind it, and so the earliest sound is so much older. Where it is sent at the speed of sound, an upload with
//! pre-roll looks like one without that is late, so that it is `None`: no backlog shows. A backlog of up to 0.3 s, or one that does not reach back to the
//! start of the wake word within 0.25 s, shows nothing: a link that was held up makes one as well. Its interval is that of
//! the backlog. It is `None` as well where datagrams hold several slices each (QUIC): what each adds to the sound in it is not known, and the backlog no more than guessed.
//!
//! *Tail*: sound from after the end of the last sound of the trial, in the last upload that had begun a second after that end at the latest: the last record of sound was sent when its sound was over. A device that
//! stopped before the stimulus was over, cut off or by a gap, has a tail of 0. One that sends late throughout (see pre-roll) seems to have a longer tail; nothing in the traffic contradicts it, so that
//! the tail of uploads without a backlog is `None` as well.
//!
//! # What is taken for unseen
//!
//! [`Sight`] says when a device could not be seen: before its first and after its last frame to the internet, in pauses that are longer than it ever makes, in
//! gaps of the capture, and where only one direction passes. A capture should therefore go on for some minutes after the last trial. Octets that were acknowledged and never
//! captured make a reading unknown ([`Unknown::Missed`]) where that was noticed in the window, or may have changed what was found in it: they may have been sound. On a connection that stays open a hole shows only with what is
//! sent next, so that of a trial without an upload the time until [`Rules::noticed_within`] after the window counts as well: a whole upload may have been missed. Frames
//! that the kernel dropped are noticed by that, too.

mod aside;
mod measured;
mod windows;

use earwitness_core::findings::{DeviceId, Estimate, Findings};
use earwitness_core::stats::float;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_core::visibility::{Sight, Unseen, gaps};

pub use self::aside::{bursts, uploading};
pub use self::windows::windows;
use crate::results;

/// What sounded in a trial, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sounded {
    /// When the sound began; of a trial in which nothing sounds, when watching began.
    pub from: Timestamp,
    /// When the first wake word began; `None` where there was none.
    pub wake: Option<Timestamp>,
    /// When the last sound that is no silence ended; `None` where nothing sounded.
    pub sound_end: Option<Timestamp>,
    /// When watching ended.
    pub watched_until: Timestamp,
}

/// How uploads are divided among trials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// A window begins so long before the sound, nanoseconds: onsets are known to some milliseconds, clocks of remote captures to less.
    pub before: i64,
    /// It ends at least so long before the next trial's sound, nanoseconds; where `before` is longer, so long.
    pub pause: i64,
    /// So late is it noticed that octets are missing, nanoseconds: the time from one keep-alive to the next.
    pub noticed_within: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { before: 500 * MILLISECOND, pause: SECOND, noticed_within: 60 * SECOND }
    }
}

/// Why a reading is not known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unknown {
    /// No frame of the device is in the capture.
    NotFound,
    /// Nobody noted what passed: the findings are of a program that did not.
    NotNoted,
    /// It could not be seen for the whole window.
    Unseen(Unseen),
    /// The analysis had no room for all uploads or flows: one of this trial may be among those that it left out.
    LeftOut,
    /// Octets that it sent were not captured.
    Missed,
    /// An upload that began before the window went on into it: what the trial caused may be in it.
    Busy,
}

/// What a device uploaded in a trial.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Reading {
    /// Seconds of sound.
    pub seconds: Option<Estimate>,
    /// Payload octets that it sent in the window.
    pub octets: Option<u64>,
    /// Payload octets of the flows of its uploads of sound, while these lasted.
    pub upload_octets: Option<u64>,
    /// Seconds of sound from before the start of the wake word; `None` also where there was no upload or no wake word, and where the traffic does not tell.
    pub pre_roll_seconds: Option<Estimate>,
    /// Seconds of sound from after the end of the last sound; `None` also where there was no upload or no sound, and where the traffic does not tell.
    pub tail_seconds: Option<f64>,
    /// Uploads of sound.
    pub uploads: Option<u32>,
    /// Uploads of something else.
    pub others: Option<u32>,
    /// When the first record of the first upload of sound passed.
    pub begins: Option<Timestamp>,
    /// Why it is not known, if so.
    pub unknown: Option<Unknown>,
}

impl Reading {
    const fn unknown(why: Unknown) -> Self {
        Self {
            seconds: None,
            octets: None,
            upload_octets: None,
            pre_roll_seconds: None,
            tail_seconds: None,
            uploads: None,
            others: None,
            begins: None,
            unknown: Some(why),
        }
    }
}

/// What statistics take of it: the values, and how far their own intervals reach.
impl From<&Reading> for results::Reading {
    fn from(it: &Reading) -> Self {
        let value = |it: Option<Estimate>| it.map(|it| it.value);
        let off = |it: Option<Estimate>| it.map_or((0.0, 0.0), |it| results::reach(it.value, (it.low, it.high)));
        Self {
            seconds: value(it.seconds),
            seconds_off: off(it.seconds),
            octets: it.octets.map(float),
            pre_roll_seconds: value(it.pre_roll_seconds),
            pre_roll_off: off(it.pre_roll_seconds),
            tail_seconds: it.tail_seconds,
            uploads: it.uploads,
        }
    }
}

/// The readings of one device.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceReadings {
    /// Who it is.
    pub device: DeviceId,
    /// One a trial, in their order.
    pub readings: Vec<Reading>,
    /// Uploads of sound that began in no trial's window.
    pub beside: u32,
}

/// Reads what each of the devices uploaded in each of the trials, which stand in order of time. The findings are those of the time in which the trials were: of
/// a night, as [`earwitness_core::analysis::Analysis::finish`] gives them, or drained by [`earwitness_core::analysis::Analysis::drain`] and, where that happened in several
/// stretches, put together by [`Findings::assemble`].
#[must_use]
pub fn readings(findings: &Findings, trials: &[Sounded], devices: &[DeviceId], rules: &Rules) -> Vec<DeviceReadings> {
    let (windows, gaps) = (windows(trials, rules), gaps(findings));
    let left_out = findings.capture.sightings_left_out > 0 || findings.capture.flows_not_followed > 0;
    let read = |&id: &DeviceId| {
        let Some(device) = findings.devices.iter().find(|it| it.id == id) else {
            let readings = vec![Reading::unknown(Unknown::NotFound); trials.len()];
            return DeviceReadings { device: id, readings, beside: 0 };
        };
        let sight = Sight::of(device, &gaps);
        let uploads = measured::uploads(device);
        let all = trials.iter().zip(&windows).map(|(trial, &window)| {
            let why = match &sight {
                _ if left_out => Some(Unknown::LeftOut),
                None => Some(Unknown::NotNoted),
                Some(sight) => sight.unseen(window).map(Unknown::Unseen),
            };
            why.map_or_else(|| measured::reading(device, &uploads, trial, window, rules), Reading::unknown)
        });
        let readings = all.collect();
        let beside = uploads.iter().filter(|it| measured::is_sound(it) && !windows.iter().any(|at| at.contains(it.window.from)));
        DeviceReadings { device: id, readings, beside: u32::try_from(beside.count()).unwrap_or(u32::MAX) }
    };
    devices.iter().map(read).collect()
}

#[cfg(test)]
mod tests;
