//! How a word is said: in which voice, how loud.

/// A voice at a level. Two manners may have one voice.
#[derive(Clone, PartialEq, Debug)]
pub struct Manner {
    /// The voice's name.
    pub voice: String,
    /// How loud, in decibels against the usual level of the session.
    pub level_db: f32,
}

impl Manner {
    /// A voice at the usual level.
    #[must_use]
    pub fn usual(voice: impl Into<String>) -> Self {
        Self { voice: voice.into(), level_db: 0.0 }
    }
}

/// One play: a word of a pool, in a manner of a search, each by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Play {
    /// Which word.
    pub word: usize,
    /// Which manner.
    pub manner: usize,
}

/// What came of a play.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    /// The device did not wake.
    Silent,
    /// The device woke.
    Woke,
    /// Nothing can be said: the device was away, or the play was spoilt.
    Unknown,
}
