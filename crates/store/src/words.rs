//! The words of the file. Once written they stay: a word that is not known any more cannot be read any more.

use earwitness_core::findings::{NameSource, Role, SenderSign, SightingKind, TrainShape};
use earwitness_core::plan::Done;
use earwitness_core::probe::{Heard, SoundKind, Void};
use earwitness_core::timeline::NoiseKind;
use earwitness_core::verdict::{NotTested, Outcome, Undecided};
use earwitness_core::visibility::Unseen;

/// The word for each value of a type, and the value that each word stands for: a value that is added to the type and forgotten here does not compile.
macro_rules! words {
    ($(#[$about:meta])+ $shown:vis $word:ident, $value:ident: $of:ty as $text:ty, $read:ty; $([$($it:tt)+] => $said:expr,)+) => {
        $(#[$about])+
        #[must_use]
        $shown const fn $word(value: $of) -> $text {
            match value { $($($it)+ => $said,)+ }
        }

        /// The value that is meant; `None` for what is no word of ours.
        #[must_use]
        pub(super) fn $value(word: $read) -> Option<$of> {
            [$(($($it)+, $said),)+].into_iter().find(|entry| entry.1 == word).map(|entry| entry.0)
        }
    };
}

pub(super) use words;

words! {
    /// The word for a kind of sound.
    pub sound_word, sound: SoundKind as &'static str, &str;
    [SoundKind::Speech] => "speech",
    [SoundKind::Noise] => "noise",
    [SoundKind::Music] => "music",
}

words! {
    /// The word for a noise that is made from a seed.
    pub noise_word, noise: NoiseKind as &'static str, &str;
    [NoiseKind::Glass] => "glass",
    [NoiseKind::Bark] => "bark",
    [NoiseKind::Pink] => "pink-noise",
    [NoiseKind::Tone] => "tone",
    [NoiseKind::Sweep] => "sweep",
    [NoiseKind::Music] => "music",
}

words! {
    /// The word for who heard a probe.
    pub heard_word, heard: Heard as &'static str, &str;
    [Heard::Yes] => "yes",
    [Heard::No] => "no",
    [Heard::Unknown] => "unknown",
}

words! {
    /// The word for what happened to a round.
    pub void_word, void: Void as &'static str, &str;
    [Void::FramesLost] => "frames lost",
    [Void::ClockStepped] => "clock stepped",
    [Void::Glitch] => "glitch",
    [Void::OtherSound] => "other sound",
    [Void::NotHeard] => "not heard",
    [Void::Interrupted] => "interrupted",
    [Void::Outside] => "outside the capture",
    [Void::Unexplained] => "unexplained",
}

words! {
    /// The word for why a session ended.
    pub why_word, why: Done as &'static str, &str;
    [Done::Played] => "played",
    [Done::Decided] => "decided",
    [Done::NoRoom] => "no room",
    [Done::Stopped] => "stopped",
}

words! {
    /// The word for a device's part in the network.
    pub role_word, role: Role as &'static str, &str;
    [Role::Device] => "device",
    [Role::Gateway] => "gateway",
}

words! {
    /// The word for a sign of several senders.
    pub(super) sign_word, sign: SenderSign as &'static str, &str;
    [SenderSign::Forwards] => "forwards",
    [SenderSign::Addresses] => "addresses",
    [SenderSign::HopLimits] => "hop limits",
    [SenderSign::TcpOptions] => "tcp options",
    [SenderSign::Identification] => "identification",
    [SenderSign::AfterReset] => "after reset",
    [SenderSign::Ports] => "ports",
}

words! {
    /// The word for the protocol from which a name is known.
    pub(super) source_word, source: NameSource as &'static str, &str;
    [NameSource::Tls] => "tls",
    [NameSource::Quic] => "quic",
    [NameSource::Dns] => "dns",
}

words! {
    /// The word for a kind of sighting.
    pub sighting_word, kind: SightingKind as &'static str, &str;
    [SightingKind::Audio] => "audio",
    [SightingKind::Recording] => "recording",
    [SightingKind::LargeUpload] => "large upload",
}

words! {
    /// The word for the shape of a train.
    pub(super) shape_word, shape: TrainShape as &'static str, &str;
    [TrainShape::Constant] => "constant",
    [TrainShape::Variable] => "variable",
    [TrainShape::Paced] => "paced",
}

words! {
    /// The words for an outcome and its reason.
    pub outcome_words, outcome: Outcome as (&'static str, Option<&'static str>), (&str, Option<&str>);
    [Outcome::Streams] => ("streams", None),
    [Outcome::SendsMore] => ("sends more", None),
    [Outcome::Reacts] => ("reacts", None),
    [Outcome::SendsLess] => ("sends less", None),
    [Outcome::NoReaction] => ("no reaction", None),
    [Outcome::StreamsAlways] => ("streams always", None),
    [Outcome::Undecided(Undecided::Promising)] => ("undecided", Some("promising")),
    [Outcome::Undecided(Undecided::FewRounds)] => ("undecided", Some("few rounds")),
    [Outcome::Undecided(Undecided::NoLot)] => ("undecided", Some("no lot")),
    [Outcome::NotTested(NotTested::NoRounds)] => ("not tested", Some("no rounds")),
    [Outcome::NotTested(NotTested::Unheard)] => ("not tested", Some("unheard")),
    [Outcome::NotTested(NotTested::Absent)] => ("not tested", Some("absent")),
    [Outcome::NotTested(NotTested::Unseen(Unseen::OneWay))] => ("not tested", Some("one way")),
    [Outcome::NotTested(NotTested::Unseen(Unseen::LocalOnly))] => ("not tested", Some("local only")),
    [Outcome::NotTested(NotTested::Unseen(Unseen::Joined))] => ("not tested", Some("joined")),
    [Outcome::NotTested(NotTested::Unseen(Unseen::Left))] => ("not tested", Some("left")),
    [Outcome::NotTested(NotTested::Unseen(Unseen::Away))] => ("not tested", Some("away")),
    [Outcome::NotTested(NotTested::Unseen(Unseen::Gap))] => ("not tested", Some("gap")),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_what_it_was_written_for() {
        for it in [Void::FramesLost, Void::Unexplained, Void::Interrupted] {
            assert_eq!(void(void_word(it)), Some(it));
        }
        for why in earwitness_core::visibility::UNSEEN {
            let unseen = Outcome::NotTested(NotTested::Unseen(why));
            assert_eq!(outcome(outcome_words(unseen)), Some(unseen));
        }
        assert_eq!((kind("large upload"), kind(""), why("bored")), (Some(SightingKind::LargeUpload), None, None));
    }
}
