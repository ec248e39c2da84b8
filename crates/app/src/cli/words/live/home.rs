//! Where words are played, and what devices did meanwhile.

use earwitness_core::findings::{DeviceId, Findings, Role};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_lab::reading::{self, Reading, Rules, Sounded, Unknown};
use earwitness_report::labels;
use earwitness_report::vendor::maker;
use earwitness_words::{Manner, Seen};

use super::journal::Reaction;

/// A device is watched for so long before a round, nanoseconds, and after it: who says nothing for longer may have been away.
pub(super) const BEFORE: i64 = 180 * SECOND;
pub(super) const AFTER: i64 = 120 * SECOND;

/// What is said in a slot.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Said {
    pub(super) text: String,
    /// `VOICE@SPEED`, and decibels against the usual level.
    pub(super) manner: Manner,
}

/// Somebody stops it, or it cannot go on.
#[derive(Debug)]
pub(super) enum Break {
    Stopped,
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Break {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// A home with a loudspeaker and devices that are watched.
pub(super) trait Home {
    /// The time, by the clock that stamps frames.
    fn now(&self) -> Timestamp;

    /// Plays what is said in each slot of a round; the slots, which begin at the same intervals whatever sounds in them. The inner error says why the round came to nothing.
    fn play(&mut self, number: u32, slots: &[Option<Said>], length: i64) -> Result<Result<Vec<Window>, String>, Break>;

    /// What the traffic of a time showed that is over.
    fn findings(&mut self, window: Window) -> Result<Findings, Break>;

    /// Waits before what came to nothing is tried again.
    fn wait(&mut self, nanos: i64) -> Result<(), Break>;
}

/// What a device did in the slots of a round.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Reactions {
    pub(super) device: DeviceId,
    pub(super) name: String,
    pub(super) slots: Vec<Reaction>,
}

/// What each device did in the slots of a round.
pub(super) fn reactions(findings: &Findings, slots: &[Window]) -> Vec<Reactions> {
    // By the beginning of the slot, not of the sound: all slots are windows of one shape, whatever sounds in them.
    let sounded = |slot: &Window| Sounded { from: slot.from, wake: None, sound_end: None, watched_until: slot.until };
    let sounded: Vec<Sounded> = slots.iter().map(sounded).collect();
    let devices: Vec<_> = findings.devices.iter().filter(|it| it.role == Role::Device).collect();
    let ids: Vec<DeviceId> = devices.iter().map(|it| it.id).collect();
    let readings = reading::readings(findings, &sounded, &ids, &Rules::default());
    let reaction = |(device, it): (&&earwitness_core::findings::DeviceFindings, reading::DeviceReadings)| Reactions {
        device: device.id,
        name: labels::device(device, maker(device.id)),
        slots: it.readings.iter().zip(slots).map(|(reading, slot)| in_slot(reading, slot)).collect(),
    };
    devices.iter().zip(readings).map(reaction).collect()
}

fn in_slot(reading: &Reading, slot: &Window) -> Reaction {
    let seen = match (reading.unknown, reading.uploads) {
        (Some(Unknown::Busy), _) => Seen::Busy,
        (Some(_), _) | (None, None) => Seen::Unknown,
        (None, Some(0)) => Seen::Quiet,
        (None, Some(_)) => Seen::Began,
    };
    let seconds = reading.seconds.map_or(0.0, |it| it.value);
    let begins = reading.begins.map_or(0.0, |it| earwitness_core::stats::float(it.since(slot.from).max(0).unsigned_abs()) / 1e9);
    Reaction { seen, seconds, busy: begins + seconds }
}
