//! The words of a probe log: one field, from text and to text.

use std::fmt::Write as _;

use earwitness_base::moment::decimal;
use earwitness_core::probe::{Heard, SoundKind, Void};
use earwitness_core::time::{SECOND, Timestamp};

/// The columns of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    Round,
    Slot,
    Kind,
    Start,
    SlotSeconds,
    Onset,
    Seconds,
    Stimulus,
    Sound,
    Heard,
    Void,
}

/// Number of columns.
pub(super) const KEYS: usize = 11;

/// The columns with their names, in the order in which they are written.
pub(super) const NAMES: [(Key, &str); KEYS] = [
    (Key::Round, "round"),
    (Key::Slot, "slot"),
    (Key::Kind, "kind"),
    (Key::Start, "start"),
    (Key::SlotSeconds, "slot_seconds"),
    (Key::Onset, "onset"),
    (Key::Seconds, "seconds"),
    (Key::Stimulus, "stimulus"),
    (Key::Sound, "sound"),
    (Key::Heard, "heard"),
    (Key::Void, "void"),
];

impl Key {
    pub(super) fn of(name: &str) -> Option<Self> {
        NAMES.iter().find(|entry| entry.1 == name).map(|entry| entry.0)
    }

    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }
}

/// All names, for a message.
pub(super) fn all_names() -> String {
    NAMES.map(|entry| entry.1).join(", ")
}

pub(super) const SOUNDS: [(SoundKind, &str); 3] =
    [(SoundKind::Speech, "speech"), (SoundKind::Noise, "noise"), (SoundKind::Music, "music")];

pub(super) const HEARD: [(Heard, &str); 3] = [(Heard::Yes, "yes"), (Heard::No, "no"), (Heard::Unknown, "unknown")];

pub(super) const VOIDS: [(Void, &str); 8] = [
    (Void::FramesLost, "frames lost"),
    (Void::ClockStepped, "clock stepped"),
    (Void::Glitch, "glitch"),
    (Void::OtherSound, "other sound"),
    (Void::NotHeard, "not heard"),
    (Void::Interrupted, "interrupted"),
    (Void::Outside, "outside the capture"),
    (Void::Unexplained, "unexplained"),
];

/// Whether a line is the probe of its round or a sham: `true` for a probe.
pub(super) const KINDS: [(bool, &str); 2] = [(true, "probe"), (false, "sham")];

/// The value that a word stands for.
pub(super) fn word<T: Copy>(text: &str, words: &[(T, &str)]) -> Result<T, String> {
    let found = words.iter().find(|entry| entry.1.eq_ignore_ascii_case(text));
    found.map(|entry| entry.0).ok_or_else(|| {
        let known: Vec<_> = words.iter().map(|entry| entry.1).collect();
        format!("{text:?} is not known here; write one of: {}", known.join(", "))
    })
}

/// What happened to a round. A reason that is not known here may depend on anything, as may one that only a capture can show.
pub(super) fn void(text: &str) -> Void {
    let known = word(text, &VOIDS).unwrap_or(Void::Unexplained);
    if known == Void::Outside { Void::Unexplained } else { known }
}

/// The word for a value.
pub(super) fn named<T: Copy + PartialEq>(value: T, words: &[(T, &'static str)]) -> &'static str {
    words.iter().find(|entry| entry.0 == value).map_or("", |entry| entry.1)
}

/// The word for a kind of sound.
#[must_use]
pub fn sound_word(kind: SoundKind) -> &'static str {
    named(kind, &SOUNDS)
}

/// The word for who heard a probe.
#[must_use]
pub fn heard_word(heard: Heard) -> &'static str {
    named(heard, &HEARD)
}

/// The word for what happened to a round.
#[must_use]
pub fn void_word(void: Void) -> &'static str {
    named(void, &VOIDS)
}

/// A whole number that is no larger than the numbers of rounds and slots.
pub(super) fn whole(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text:?} is not a whole number from 0 to {}", u32::MAX))
}

/// A length of time in seconds with at most nine decimals, as nanoseconds.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is not a number of seconds above 0, like 4 or 3.25");
    decimal(text).filter(|nanos| *nanos > 0).ok_or_else(wrong)
}

/// How long a probe sounded: as [`seconds`], or 0 where nothing sounded.
pub(super) fn seconds_or_none(text: &str) -> Result<i64, String> {
    if decimal(text) == Some(0) { Ok(0) } else { seconds(text) }
}

/// Nanoseconds as seconds with as many decimals as they need; what [`seconds`] reads back.
pub(super) fn to_seconds(nanos: i64) -> String {
    let mut text = format!("{}", nanos.div_euclid(SECOND));
    let part = nanos.rem_euclid(SECOND);
    if part != 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, ".{}", format!("{part:09}").trim_end_matches('0'));
    }
    text
}

/// A moment as RFC 3339 in UTC with as many decimals as it needs.
pub(super) fn to_moment(at: Timestamp) -> String {
    // An i64 of nanoseconds always fits jiff's range, so the epoch never stands in for it.
    jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact_and_above_nothing() {
        assert_eq!(seconds("3.000000001"), Ok(3_000_000_001));
        assert_eq!(to_seconds(3_000_000_001), "3.000000001");
        assert_eq!(to_seconds(20_000_000_000), "20");
        for wrong in ["0", "-4", "4 s", "1e3", "", "9999999999999"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
