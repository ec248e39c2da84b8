//! Why a design cannot be carried out, and which key of it is meant.

/// A part of a design.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// Its name.
    Name,
    /// The question.
    Question,
    /// How many nights.
    Nights,
    /// When nights begin.
    Begin,
    /// Blocks or time of a night.
    Amount,
    /// Watching before a sound.
    Before,
    /// Watching after it.
    After,
    /// Watching before and after a night.
    Margin,
    /// Pauses between trials.
    Pause,
    /// All conditions together.
    Conditions,
    /// A condition, by its number from 0.
    Condition(usize),
    /// A contrast, by its number from 0.
    Contrast(usize),
    /// The time after which it ends.
    StopTime,
    /// The precision, or when it is looked at.
    Precision,
    /// A device, by its number from 0.
    Device(usize),
    /// What the report is about.
    Analyses,
}

/// What contradicts itself, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct Contradiction {
    /// Where.
    pub at: Key,
    /// A sentence.
    pub what: String,
}

impl Contradiction {
    pub(super) fn new(at: Key, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}
