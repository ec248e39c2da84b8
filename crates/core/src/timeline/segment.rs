//! One segment of what sounds.

use std::fmt;
use std::num::NonZeroU64;

use super::bounds::{Fault, LONGEST_TEXT};
use super::digest::Digest;

/// A stretch of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    samples: NonZeroU64,
    content: Content,
}

/// What a segment holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// Something that can be heard.
    Sound(Sound),
    /// Nothing, where an experiment compares it with a sound.
    Silence,
    /// The pause that belongs between two sounds.
    Gap,
}

/// What can be heard in a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sound {
    /// What it is.
    pub source: Source,
    /// Samples that it has when nothing of it is cut: at least those of its segment.
    pub whole: u64,
    /// How loud it was sent to the loudspeaker: root mean square without its pauses.
    pub level: Decibels,
    /// Digest of its samples, as they were sent.
    pub digest: Digest,
}

/// Where a sound comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Somebody says a text.
    Utterance {
        /// All of the text.
        text: String,
        /// Who says it: the synthesizer's name of the voice, or that of a recording.
        voice: String,
        /// How fast, in the voice's own words: `160` words a minute, or `slow`.
        speed: String,
    },
    /// A recording.
    File {
        /// The path as it was named.
        name: String,
    },
    /// A noise or a piece of music, made from a seed: the same kind, seed, rate and number of samples make the same samples.
    Noise {
        /// Which.
        kind: NoiseKind,
        /// What it was made from.
        seed: u64,
    },
}

/// What is made from a seed: the noises of [`crate::sound::noise`], and the music of [`crate::sound::music`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoiseKind {
    /// Breaking glass.
    Glass,
    /// A barking dog.
    Bark,
    /// As much power in every octave.
    Pink,
    /// A tone that wanders a little.
    Tone,
    /// A tone that rises.
    Sweep,
    /// An instrumental piece, a minute that repeats.
    Music,
}

impl NoiseKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Glass, Self::Bark, Self::Pink, Self::Tone, Self::Sweep, Self::Music];

    /// What files, logs and tables call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Glass => "glass",
            Self::Bark => "bark",
            Self::Pink => "pink-noise",
            Self::Tone => "tone",
            Self::Sweep => "sweep",
            Self::Music => "music",
        }
    }
}

/// Decibels relative to full scale, in hundredths: so that a level is the same number wherever it is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Decibels(i32);

impl Decibels {
    /// From hundredths of a decibel.
    #[must_use]
    pub const fn from_hundredths(hundredths: i32) -> Self {
        Self(hundredths)
    }

    /// The nearest to so many decibels.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and levels are between -144 and 0")]
    pub fn nearest(decibels: f64) -> Self {
        Self((decibels * 100.0).round() as i32)
    }

    /// Hundredths of a decibel.
    #[must_use]
    pub const fn hundredths(self) -> i32 {
        self.0
    }
}

/// `-23.05`.
impl fmt::Display for Decibels {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        write!(out, "{}{whole}.{part:02}", if self.0 < 0 { "-" } else { "" })
    }
}

impl Segment {
    /// A segment of so many samples in which something can be heard.
    ///
    /// # Errors
    /// [`Fault::Empty`]; [`Fault::Text`]; [`Fault::Planned`] if it has more samples than the whole sound.
    pub fn sound(samples: u64, sound: Sound) -> Result<Self, Fault> {
        let texts: [&str; 3] = match &sound.source {
            Source::Utterance { text, voice, speed } => [text, voice, speed],
            Source::File { name } => [name; 3],
            Source::Noise { .. } => ["-"; 3],
        };
        if let Some(wrong) = texts.iter().find(|text| text.is_empty() || text.len() > LONGEST_TEXT) {
            return Err(Fault::Text(wrong.len()));
        }
        if sound.whole < samples {
            return Err(Fault::Planned { samples, planned: sound.whole });
        }
        Self::new(samples, Content::Sound(sound))
    }

    /// So many samples of silence.
    ///
    /// # Errors
    /// [`Fault::Empty`].
    pub fn silence(samples: u64) -> Result<Self, Fault> {
        Self::new(samples, Content::Silence)
    }

    /// A gap of so many samples.
    ///
    /// # Errors
    /// [`Fault::Empty`].
    pub fn gap(samples: u64) -> Result<Self, Fault> {
        Self::new(samples, Content::Gap)
    }

    fn new(samples: u64, content: Content) -> Result<Self, Fault> {
        NonZeroU64::new(samples).map(|samples| Self { samples, content }).ok_or(Fault::Empty)
    }

    /// How many samples of it sounded.
    #[must_use]
    pub const fn samples(&self) -> u64 {
        self.samples.get()
    }

    /// What it holds.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// Whether its sound was cut: not all of a text was heard.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        matches!(&self.content, Content::Sound(sound) if sound.whole > self.samples())
    }
}
