//! Trials as they were measured: which condition, which sound, and what each device sent.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::answer::{Judgement, Outcome};

/// One of the sounds that were played. Trials of one sound are repeats of each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SoundId(pub u32);

/// What was measured of one device in one trial. What is not known is `None`, never 0: a device that sent nothing has 0 seconds, one that could not
/// be seen has none.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Reading {
    /// Sound that was sent, seconds.
    pub seconds: Option<f64>,
    /// How far below and above that what was sent may lie, seconds: the ends of the reading's own interval.
    pub seconds_off: (f64, f64),
    /// Octets that were sent.
    pub octets: Option<f64>,
    /// Sound from before the wake word, seconds; unknown where nothing was sent.
    pub pre_roll_seconds: Option<f64>,
    /// How far below and above that it may lie.
    pub pre_roll_off: (f64, f64),
    /// Sound from after the end of the stimulus, seconds; unknown where nothing was sent.
    pub tail_seconds: Option<f64>,
    /// Uploads.
    pub uploads: Option<u32>,
}

/// How far below and above a value its interval reaches; nothing on a side on which it does not.
#[must_use]
pub fn reach(value: f64, (low, high): (f64, f64)) -> (f64, f64) {
    ((value - low).max(0.0), (high - value).max(0.0))
}

/// What is counted or measured in a trial.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Sound that was sent, seconds.
    Seconds,
    /// The same of trials with an upload: a device that did not wake tells nothing of how long it would have sent.
    SecondsOfUploads,
    /// Octets that were sent.
    Octets,
    /// Sound from before the wake word, seconds.
    PreRollSeconds,
    /// Sound from after the end of the stimulus, seconds.
    TailSeconds,
    /// Uploads.
    Uploads,
    /// 1 in a trial with an upload, 0 in one without: its mean is the share of trials with one.
    Uploaded,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Seconds,
        Self::SecondsOfUploads,
        Self::Octets,
        Self::PreRollSeconds,
        Self::TailSeconds,
        Self::Uploads,
        Self::Uploaded,
    ];

    /// The quantity of a reading; `None` where it is not known.
    #[must_use]
    pub fn of(self, reading: &Reading) -> Option<f64> {
        match self {
            Self::Seconds => reading.seconds,
            Self::SecondsOfUploads => reading.seconds.filter(|_| reading.uploads != Some(0)),
            Self::Octets => reading.octets,
            Self::PreRollSeconds => reading.pre_roll_seconds,
            Self::TailSeconds => reading.tail_seconds,
            Self::Uploads => reading.uploads.map(f64::from),
            Self::Uploaded => reading.uploads.map(|count| if count > 0 { 1.0 } else { 0.0 }),
        }
    }

    /// How far below and above it the truth may lie; nothing where the reading has no interval.
    pub(super) const fn off(self, reading: &Reading) -> (f64, f64) {
        match self {
            Self::Seconds | Self::SecondsOfUploads => reading.seconds_off,
            Self::PreRollSeconds => reading.pre_roll_off,
            Self::Octets | Self::TailSeconds | Self::Uploads | Self::Uploaded => (0.0, 0.0),
        }
    }
}

/// One trial.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The night it was in. Nights are taken for independent of each other, trials of one night are not.
    pub night: u32,
    /// The block of that night.
    pub block: u32,
    /// The place in that block.
    pub position: u32,
    /// Which condition, as its place in the list of conditions.
    pub condition: usize,
    /// What was played.
    pub sound: SoundId,
    /// What was measured, one a device, in the order of the devices.
    pub readings: Vec<Reading>,
    /// What was answered in the room; nothing where no answer was expected.
    pub answer: Option<Judgement>,
}

/// Why trials cannot be analysed.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum TrialsError {
    /// Nothing to compare or nobody to measure.
    #[error("there is no {0}: name at least one")]
    None(&'static str),
    /// Two have one name.
    #[error("{0} stands twice in the list: give each condition and each device a name of its own")]
    Twice(String),
    /// A trial of a condition that is not in the list.
    #[error("night {night}, block {block}, position {position}: condition {condition} is not one of {of}")]
    Condition {
        /// Night of the trial.
        night: u32,
        /// Its block.
        block: u32,
        /// Its place.
        position: u32,
        /// What it names.
        condition: usize,
        /// How many conditions there are.
        of: usize,
    },
    /// A trial that has not one reading a device.
    #[error(
        "night {night}, block {block}, position {position}: {found} readings of {devices} devices; write an unknown one as unknown"
    )]
    Readings {
        /// Night of the trial.
        night: u32,
        /// Its block.
        block: u32,
        /// Its place.
        position: u32,
        /// Readings.
        found: usize,
        /// Devices.
        devices: usize,
    },
    /// A reading that no measurement can have.
    #[error("night {night}, block {block}, position {position}: {value} is no reading; write an unknown one as unknown")]
    Value {
        /// Night of the trial.
        night: u32,
        /// Its block.
        block: u32,
        /// Its place.
        position: u32,
        /// The reading.
        value: f64,
    },
    /// Two trials at one place.
    #[error("night {night}, block {block}, position {position} stands twice: a trial must not count twice")]
    Place {
        /// Night of both.
        night: u32,
        /// Their block.
        block: u32,
        /// Their place.
        position: u32,
    },
}

/// The trials of an experiment, checked: every trial has a condition of the list and one reading a device, and stands once.
#[derive(Clone, PartialEq, Debug)]
pub struct Trials {
    conditions: Vec<String>,
    devices: Vec<String>,
    /// Names for several conditions together.
    groups: Vec<(String, Vec<usize>)>,
    /// In the order of nights, blocks and positions.
    all: Vec<Trial>,
}

impl Trials {
    /// The trials of these conditions with these devices.
    ///
    /// # Errors
    ///
    /// Where a name stands twice, or a trial does not fit the lists, has a reading below 0 or one that is no number, or stands twice.
    pub fn new(conditions: Vec<String>, devices: Vec<String>, mut trials: Vec<Trial>) -> Result<Self, TrialsError> {
        for (what, names) in [("condition", &conditions), ("device", &devices)] {
            if names.is_empty() {
                return Err(TrialsError::None(what));
            }
            let mut seen = BTreeSet::new();
            if let Some(name) = names.iter().find(|name| !seen.insert(name.as_str())) {
                return Err(TrialsError::Twice(name.clone()));
            }
        }
        trials.sort_by_key(|it| (it.night, it.block, it.position));
        let mut before = None;
        for trial in &trials {
            let &Trial { night, block, position, condition, .. } = trial;
            let (found, of) = (trial.readings.len(), conditions.len());
            if condition >= of {
                return Err(TrialsError::Condition { night, block, position, condition, of });
            }
            if found != devices.len() {
                return Err(TrialsError::Readings { night, block, position, found, devices: devices.len() });
            }
            let values = trial.readings.iter().flat_map(|reading| Quantity::ALL.map(|it| it.of(reading))).flatten();
            let off =
                trial.readings.iter().flat_map(|it| [it.seconds_off.0, it.seconds_off.1, it.pre_roll_off.0, it.pre_roll_off.1]);
            if let Some(value) = values.chain(off).find(|value| !value.is_finite() || *value < 0.0) {
                return Err(TrialsError::Value { night, block, position, value });
            }
            if before.replace((night, block, position)) == Some((night, block, position)) {
                return Err(TrialsError::Place { night, block, position });
            }
        }
        Ok(Self { conditions, devices, groups: Vec::new(), all: trials })
    }

    /// Gives several conditions one name, by which questions may ask for all of their trials: the level of a factor, say.
    ///
    /// # Errors
    ///
    /// Where the name stands for something else, or there is no such condition.
    pub fn grouped(mut self, name: &str, conditions: &[usize]) -> Result<Self, TrialsError> {
        let known = self.named(name);
        if known.as_deref() == Some(conditions) {
            return Ok(self);
        }
        let is_there = |it: &usize| *it < self.conditions.len();
        if known.is_some() || conditions.is_empty() || !conditions.iter().all(is_there) {
            return Err(TrialsError::Twice(name.to_owned()));
        }
        self.groups.push((name.to_owned(), conditions.to_vec()));
        Ok(self)
    }

    /// The places of the conditions that a name stands for.
    pub(super) fn named(&self, name: &str) -> Option<Vec<usize>> {
        let one = self.conditions.iter().position(|it| it == name).map(|place| vec![place]);
        one.or_else(|| self.groups.iter().find(|it| it.0 == name).map(|it| it.1.clone()))
    }

    /// The names of the conditions.
    #[must_use]
    pub fn conditions(&self) -> &[String] {
        &self.conditions
    }

    /// The names of the devices.
    #[must_use]
    pub fn devices(&self) -> &[String] {
        &self.devices
    }

    /// The trials in the order of nights, blocks and positions.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.all
    }

    /// What is known of a device in trials of these conditions, in order.
    pub(super) fn values(&self, conditions: &[usize], device: usize, quantity: Quantity) -> Vec<Known> {
        let of_condition = self.all.iter().filter(|it| conditions.contains(&it.condition));
        let known = of_condition.filter_map(|it| {
            let reading = it.readings.get(device)?;
            let (value, off) = (quantity.of(reading)?, quantity.off(reading));
            Some(Known { night: it.night, block: it.block, sound: it.sound, value, off })
        });
        known.collect()
    }

    /// Whether a right answer was heard in trials of these conditions that were judged, in order: 1 or 0.
    pub(super) fn right(&self, conditions: &[usize]) -> Vec<Known> {
        let own = self.all.iter().filter(|it| conditions.contains(&it.condition));
        let judged = own.filter_map(|it| {
            let outcome = it.answer.as_ref()?.outcome;
            let value = if outcome == Outcome::Right { 1.0 } else { 0.0 };
            outcome.is_judged().then_some(Known { night: it.night, block: it.block, sound: it.sound, value, off: (0.0, 0.0) })
        });
        judged.collect()
    }
}

/// What was measured in one trial, and where.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Known {
    pub(super) night: u32,
    pub(super) block: u32,
    pub(super) sound: SoundId,
    pub(super) value: f64,
    /// How far below and above it the truth may lie.
    pub(super) off: (f64, f64),
}

/// Values that are in order, by what they share.
pub(super) fn grouped<K: PartialEq>(values: &[Known], key: impl Fn(&Known) -> K) -> impl Iterator<Item = &[Known]> {
    values.chunk_by(move |a, b| key(a) == key(b))
}
