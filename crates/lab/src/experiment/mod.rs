//! An experiment: what is compared, how often, and when it ends.
//!
//! A [`Design`] is what somebody wishes; an [`Experiment`] is a design that does not contradict itself, and there is no other way to one.

mod check;
mod condition;
mod contrast;
mod fault;

use earwitness_core::time::SECOND;

pub use self::condition::{Condition, Course, Levels, Setup, Switching};
pub use self::contrast::{Contrast, Measure, Question};
pub use self::fault::{Contradiction, Key};

/// Most nights.
pub const MOST_NIGHTS: u32 = 366;
/// Most trials of an experiment, all nights together.
pub const MOST_TRIALS: u32 = 100_000;
/// Most devices that are named.
pub const MOST_DEVICES: usize = 200;
/// The longest night, nanoseconds.
pub const LONGEST_NIGHT: i64 = 86_400 * SECOND;
/// Most contrasts that are planned.
pub const MOST_CONTRASTS: usize = 64;
/// Longest name, characters.
pub const LONGEST_NAME: usize = 100;
/// Longest sentence about something, characters.
pub const LONGEST_SENTENCE: usize = 2_000;

/// What somebody wishes to measure. All lengths are nanoseconds.
#[derive(Clone, PartialEq, Debug)]
pub struct Design {
    /// What it is called.
    pub name: String,
    /// What it is to answer, as a sentence.
    pub question: String,
    /// What every order and every pause is drawn from.
    pub seed: u64,
    /// Nights at most.
    pub nights: u32,
    /// When nights begin.
    pub begin: Begin,
    /// How much is played in a night.
    pub amount: Amount,
    /// Whether a night has every condition, or one.
    pub nightly: Nightly,
    /// In which order conditions come within a block.
    pub order: Order,
    /// How long devices are watched before the sound of each trial.
    pub before: i64,
    /// How long they are watched after its end.
    pub after: i64,
    /// How long they are watched before the first trial of a night and after its last, so that it is known that they could be seen.
    pub margin: i64,
    /// Shortest and longest pause between two trials; each is drawn by lot, so that no trial keeps step with what a device does regularly.
    pub pause: (i64, i64),
    /// What is compared.
    pub conditions: Vec<Condition>,
    /// What is asked of the results, fixed beforehand.
    pub contrasts: Vec<Contrast>,
    /// When it ends before its last night.
    pub stop: Stop,
    /// Devices that are measured at once; all that are seen where none is named.
    pub devices: Vec<Device>,
    /// What the report is about.
    pub analyses: Vec<Analysis>,
}

/// When nights begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// Each at this minute of the local day.
    At(u16),
    /// The first at once, and each further one so many nanoseconds after the one before began; not before that one is over.
    Apart(i64),
}

impl Default for Begin {
    /// A day apart.
    fn default() -> Self {
        Self::Apart(86_400 * SECOND)
    }
}

impl Begin {
    /// Minute of the local day, where nights begin at one.
    #[must_use]
    pub const fn minute(self) -> Option<u16> {
        match self {
            Self::At(minute) => Some(minute),
            Self::Apart(_) => None,
        }
    }

    /// How long after the one before each night begins, nanoseconds, where that is said.
    #[must_use]
    pub const fn apart(self) -> Option<i64> {
        match self {
            Self::At(_) => None,
            Self::Apart(apart) => Some(apart),
        }
    }
}

/// How much is played in a night.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    /// So many blocks: each condition as often.
    Blocks(u32),
    /// As many whole blocks as fit into this time, nanoseconds.
    Time(i64),
}

/// What a night has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nightly {
    /// Whole blocks: every condition.
    Blocks,
    /// One condition: a block takes as many nights as there are conditions. For what lasts all night, and for settings that take hours to change.
    Condition,
}

/// In which order the conditions of a block come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Drawn by lot for each block.
    Lot,
    /// As they are written: where one state can only follow another, such as a skill that is used after it was installed.
    Written,
}

/// When an experiment ends before its last night. Whichever holds first ends it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stop {
    /// After so much time of all nights together, nanoseconds.
    pub time: Option<i64>,
    /// When the results are precise enough.
    pub precision: Option<Precision>,
}

/// Results that are precise enough, looked at a few times that are fixed beforehand: who looks whenever he likes stops on luck.
#[derive(Clone, PartialEq, Debug)]
pub struct Precision {
    /// Half of the width of the interval of every contrast, seconds.
    pub half_width: f64,
    /// Numbers of blocks after which it is looked, all nights counted, ascending.
    pub looks: Vec<u32>,
}

/// A device that is measured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// What results call it.
    pub name: String,
    /// Its MAC address, six octets.
    pub mac: Option<[u8; 6]>,
    /// The name of the group of equal devices that it belongs to.
    pub copies: Option<String>,
}

/// What a report is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Analysis {
    /// Seconds and octets that are uploaded in each trial, by condition.
    Uploads,
    /// Uploads that nobody asked for: per hour and per 10,000 words, whether they come again, and the words before each.
    Misactivations,
    /// Periods and sizes of what a device sends by itself.
    Periods,
}

impl Design {
    /// Blocks of all nights together, where a night has so many.
    #[must_use]
    pub fn blocks_in_all(&self, a_night: u32) -> u64 {
        match self.nightly {
            Nightly::Blocks => u64::from(a_night) * u64::from(self.nights),
            Nightly::Condition => u64::from(self.nights).checked_div(self.conditions.len() as u64).unwrap_or(0),
        }
    }
}

/// A design that does not contradict itself.
#[derive(Clone, PartialEq, Debug)]
pub struct Experiment(Design);

impl Experiment {
    /// Takes a design that can be carried out.
    ///
    /// # Errors
    /// The first [`Contradiction`], with the key that is to be changed.
    pub fn new(design: Design) -> Result<Self, Contradiction> {
        check::check(&design)?;
        Ok(Self(design))
    }

    /// What it is.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.0
    }

    /// The group of each device that has copies, with the names of its devices, in order of the file.
    #[must_use]
    pub fn copies(&self) -> Vec<(&str, Vec<&str>)> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for device in &self.0.devices {
            let Some(group) = device.copies.as_deref() else { continue };
            match groups.iter_mut().find(|it| it.0 == group) {
                Some(known) => known.1.push(&device.name),
                None => groups.push((group, vec![&device.name])),
            }
        }
        groups
    }
}

#[cfg(test)]
pub(crate) mod tests;
