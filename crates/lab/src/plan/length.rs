//! How long what is written will sound.

use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::timeline::{Part, Voice};

use crate::experiment::Course;

/// Letters of a word with the space after it, in English text on average: five letters make a word where typing is counted, and words a minute of
/// synthesizers are counted likewise.
const LETTERS: i64 = 6;
/// Words a minute of a voice whose speed is not a number: an unhurried reader.
const USUAL: i64 = 160;
/// No text is estimated as shorter, nanoseconds.
const SHORTEST: i64 = 300 * MILLISECOND;

/// How long a text takes in a voice, nanoseconds, where somebody has said it; nothing where nobody has.
pub type Lengths<'a> = dyn Fn(&str, Option<&Voice>) -> Option<i64> + 'a;

/// The length of what sounds in a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Length {
    /// Nanoseconds.
    pub nanos: i64,
    /// Whether a text in it was not said, so that its length is an estimate by its letters.
    pub estimated: bool,
}

/// The length of a condition.
pub(super) fn of(course: &Course, lengths: &Lengths<'_>) -> Length {
    let parts = match course {
        Course::Quiet(nanos) => return Length { nanos: *nanos, estimated: false },
        Course::Sounds(script) => script.parts(),
    };
    parts.iter().map(|it| part(it, lengths)).fold(Length { nanos: 0, estimated: false }, |all, it| Length {
        nanos: all.nanos.saturating_add(it.nanos),
        estimated: all.estimated || it.estimated,
    })
}

/// The length of a part.
#[must_use]
pub fn part(part: &Part, lengths: &Lengths<'_>) -> Length {
    let exactly = |nanos: &i64| Length { nanos: *nanos, estimated: false };
    match part {
        Part::Silence(length)
        | Part::Gap(length)
        | Part::Noise { length, .. }
        | Part::Utterance { length: Some(length), .. }
        | Part::File { length: Some(length), .. } => exactly(length),
        Part::Utterance { text, voice, length: None } => match lengths(text, voice.as_ref()) {
            Some(said) => exactly(&said),
            None => Length { nanos: estimate(text, voice.as_ref()), estimated: true },
        },
        // A file is always read with its length.
        Part::File { length: None, .. } => Length { nanos: 0, estimated: true },
    }
}

/// How long a text takes at the speed of its voice, by its letters: 60 s x letters / (6 x words a minute), at least 0.3 s.
#[must_use]
pub fn estimate(text: &str, voice: Option<&Voice>) -> i64 {
    let pace = voice.and_then(|it| it.speed.parse::<i64>().ok()).filter(|pace| (20..=1_000).contains(pace)).unwrap_or(USUAL);
    let letters = i64::try_from(text.trim().chars().count()).unwrap_or(i64::MAX);
    (letters.saturating_mul(60 * SECOND) / (LETTERS * pace)).max(SHORTEST)
}
