//! The words of the file. Once written they stay: a word that is not known any more cannot be read any more.

use earwitness_core::findings::{NameSource, Role, SenderSign, SightingKind, TrainShape};
use earwitness_core::plan::Done;
use earwitness_core::probe::{Heard, SoundKind, Void};
use earwitness_core::verdict::{NotTested, Outcome, Undecided};
use earwitness_core::visibility::Unseen;

pub(super) const SOUNDS: &[(SoundKind, &str)] =
    &[(SoundKind::Speech, "speech"), (SoundKind::Noise, "noise"), (SoundKind::Music, "music")];

pub(super) const HEARD: &[(Heard, &str)] = &[(Heard::Yes, "yes"), (Heard::No, "no"), (Heard::Unknown, "unknown")];

pub(super) const VOIDS: &[(Void, &str)] = &[
    (Void::FramesLost, "frames lost"),
    (Void::ClockStepped, "clock stepped"),
    (Void::Glitch, "glitch"),
    (Void::OtherSound, "other sound"),
    (Void::NotHeard, "not heard"),
    (Void::Interrupted, "interrupted"),
    (Void::Outside, "outside the capture"),
    (Void::Unexplained, "unexplained"),
];

pub(super) const ENDS: &[(Done, &str)] =
    &[(Done::Played, "played"), (Done::Decided, "decided"), (Done::NoRoom, "no room"), (Done::Stopped, "stopped")];

pub(super) const ROLES: &[(Role, &str)] = &[(Role::Device, "device"), (Role::Gateway, "gateway")];

pub(super) const SENDER_SIGNS: &[(SenderSign, &str)] = &[
    (SenderSign::Forwards, "forwards"),
    (SenderSign::Addresses, "addresses"),
    (SenderSign::HopLimits, "hop limits"),
    (SenderSign::TcpOptions, "tcp options"),
    (SenderSign::Identification, "identification"),
    (SenderSign::AfterReset, "after reset"),
    (SenderSign::Ports, "ports"),
];

pub(super) const NAME_SOURCES: &[(NameSource, &str)] =
    &[(NameSource::Tls, "tls"), (NameSource::Quic, "quic"), (NameSource::Dns, "dns")];

pub(super) const KINDS: &[(SightingKind, &str)] =
    &[(SightingKind::Audio, "audio"), (SightingKind::Recording, "recording"), (SightingKind::LargeUpload, "large upload")];

pub(super) const SHAPES: &[(TrainShape, &str)] =
    &[(TrainShape::Constant, "constant"), (TrainShape::Variable, "variable"), (TrainShape::Paced, "paced")];

/// Outcomes with their reasons.
const OUTCOMES: &[(Outcome, (&str, Option<&str>))] = &[
    (Outcome::Streams, ("streams", None)),
    (Outcome::SendsMore, ("sends more", None)),
    (Outcome::Reacts, ("reacts", None)),
    (Outcome::SendsLess, ("sends less", None)),
    (Outcome::NoReaction, ("no reaction", None)),
    (Outcome::StreamsAlways, ("streams always", None)),
    (Outcome::Undecided(Undecided::Promising), ("undecided", Some("promising"))),
    (Outcome::Undecided(Undecided::FewRounds), ("undecided", Some("few rounds"))),
    (Outcome::Undecided(Undecided::NoLot), ("undecided", Some("no lot"))),
    (Outcome::NotTested(NotTested::NoRounds), ("not tested", Some("no rounds"))),
    (Outcome::NotTested(NotTested::Unheard), ("not tested", Some("unheard"))),
    (Outcome::NotTested(NotTested::Absent), ("not tested", Some("absent"))),
    (Outcome::NotTested(NotTested::Unseen(Unseen::OneWay)), ("not tested", Some("one way"))),
    (Outcome::NotTested(NotTested::Unseen(Unseen::LocalOnly)), ("not tested", Some("local only"))),
    (Outcome::NotTested(NotTested::Unseen(Unseen::Joined)), ("not tested", Some("joined"))),
    (Outcome::NotTested(NotTested::Unseen(Unseen::Left)), ("not tested", Some("left"))),
    (Outcome::NotTested(NotTested::Unseen(Unseen::Away)), ("not tested", Some("away"))),
    (Outcome::NotTested(NotTested::Unseen(Unseen::Gap)), ("not tested", Some("gap"))),
];

/// The word for a value.
pub(super) fn word<T: Copy + PartialEq>(value: T, words: &[(T, &'static str)]) -> &'static str {
    words.iter().find(|entry| entry.0 == value).map_or("", |entry| entry.1)
}

/// The value that a word stands for.
pub(super) fn value<T: Copy>(word: &str, words: &[(T, &str)]) -> Option<T> {
    words.iter().find(|entry| entry.1 == word).map(|entry| entry.0)
}

/// The word for a kind of sound.
#[must_use]
pub fn sound_word(kind: SoundKind) -> &'static str {
    word(kind, SOUNDS)
}

/// The word for who heard a probe.
#[must_use]
pub fn heard_word(heard: Heard) -> &'static str {
    word(heard, HEARD)
}

/// The word for what happened to a round.
#[must_use]
pub fn void_word(void: Void) -> &'static str {
    word(void, VOIDS)
}

/// The word for why a session ended.
#[must_use]
pub fn why_word(why: Done) -> &'static str {
    word(why, ENDS)
}

/// The word for a device's part in the network.
#[must_use]
pub fn role_word(role: Role) -> &'static str {
    word(role, ROLES)
}

/// The word for a kind of sighting.
#[must_use]
pub fn sighting_word(kind: SightingKind) -> &'static str {
    word(kind, KINDS)
}

/// The words for an outcome and its reason.
#[must_use]
pub fn outcome_words(outcome: Outcome) -> (&'static str, Option<&'static str>) {
    OUTCOMES.iter().find(|entry| entry.0 == outcome).map_or(("", None), |entry| entry.1)
}

/// The outcome that these words stand for.
pub(super) fn outcome(words: (&str, Option<&str>)) -> Option<Outcome> {
    OUTCOMES.iter().find(|entry| entry.1 == words).map(|entry| entry.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that is added to the core and forgotten here does not compile.
    #[test]
    fn every_value_has_a_word() {
        for (void, _) in VOIDS {
            let known = match void {
                Void::FramesLost
                | Void::ClockStepped
                | Void::Glitch
                | Void::OtherSound
                | Void::NotHeard
                | Void::Interrupted
                | Void::Outside
                | Void::Unexplained => 8,
            };
            assert_eq!((VOIDS.len(), value(void_word(*void), VOIDS)), (known, Some(*void)));
        }
        for (outcome_, words) in OUTCOMES {
            assert_eq!(outcome(*words), Some(*outcome_));
            assert_eq!(outcome_words(*outcome_), *words);
        }
        for why in earwitness_core::visibility::UNSEEN {
            assert_ne!(outcome_words(Outcome::NotTested(NotTested::Unseen(why))), ("", None));
        }
        for (done, _) in ENDS {
            let known = match done {
                Done::Played | Done::Decided | Done::NoRoom | Done::Stopped => 4,
            };
            assert_eq!(ENDS.len(), known);
        }
    }
}
