//! What a session says of each device, in the only words that a person is shown, with the evidence behind them.

mod answer;
mod chain;
mod decide;
mod late;
mod nature;
mod received;
mod recordings;
mod settings;
mod span;
mod weigh;

pub use self::chain::After;
pub use self::decide::{LEAST_SPEECH, judge};
pub use self::late::late_growth;
pub use self::nature::{Direction, Sound};
pub use self::received::{OTHER_NAMES, RECEIVERS, Received};
pub use self::recordings::name_recordings;
pub use self::settings::VerdictSettings;

use std::collections::BTreeMap;

use crate::detect::dose::Dose;
use crate::detect::lottery::Lag;
use crate::findings::DeviceId;
use crate::trial::Trial;
use crate::visibility::Unseen;

/// Number of the rules by which rounds are scored and verdicts formed. It is raised with each change that makes an earlier session come out otherwise, so that
/// nobody takes such a session for forged.
pub const RULES: i64 = 5;

/// The verdict on a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A reaction is proven, and that what follows the sounds is sound: uploads at the beat of a codec, or finished recordings.
    Streams,
    /// A reaction is proven, and that it sends more the longer it hears; nothing shows that it is sound.
    SendsMore,
    /// A reaction is proven, without a sign that sound itself is sent.
    Reacts,
    /// A reaction is proven: it sends less while there is a sound.
    SendsLess,
    /// No reaction; how rare one must be is in the evidence.
    NoReaction,
    /// An audio-like beat without end that no sound moves: a suspicion.
    StreamsAlways,
    /// Neither proven nor excluded.
    Undecided(Undecided),
    /// Nothing can be said.
    NotTested(NotTested),
}

impl Outcome {
    /// The words of the verdict, without the reason.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Streams => "streams what it hears",
            Self::SendsMore => "sends more the longer it hears",
            Self::Reacts => "reacts to sound",
            Self::SendsLess => "sends less when it hears",
            Self::NoReaction => "no reaction found",
            Self::StreamsAlways => "streams all the time",
            Self::Undecided(_) => "undecided",
            Self::NotTested(_) => "not tested",
        }
    }

    /// The verdict as programs read it: the words, but for verdicts that a first version of the report did not have.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::SendsMore => "sends_more",
            Self::SendsLess => "sends_less",
            _ => self.words(),
        }
    }

    /// Whether a reaction is proven, of whatever kind.
    #[must_use]
    pub const fn is_reaction(self) -> bool {
        matches!(self, Self::Streams | Self::SendsMore | Self::Reacts | Self::SendsLess)
    }
}

/// Why a device is undecided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Undecided {
    /// Something points to a reaction, but not enough yet.
    Promising,
    /// Too few rounds to exclude a reaction.
    FewRounds,
    /// The probes were not drawn by lot (rounds without shams), so that no error rate can be given.
    NoLot,
}

/// Why a device was not tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotTested {
    /// No round counted while the device was on the network.
    NoRounds,
    /// Nothing shows that the probes could be heard: no microphone heard them and no other device reacted.
    Unheard,
    /// The device sent nothing at all during the session.
    Absent,
    /// In none of the rounds that counted could be seen what it sent; why mostly. How many rounds each reason took is in the evidence.
    Unseen(Unseen),
}

/// Uploads that began in slots with a probe, or the delay after them, summed up.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Caused {
    /// Uploads of clocked audio.
    pub uploads: u32,
    /// Seconds of sound in them together.
    pub seconds: f64,
    /// Median seconds of one.
    pub median_seconds: f64,
    /// Median bit rate, bits per second.
    pub bit_rate: Option<f64>,
    /// Finished recordings.
    pub recordings: u32,
    /// Median octets of one.
    pub recording_octets: Option<f64>,
}

/// A late reaction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Late {
    /// How long after the probe, and in how wide a window.
    pub lag: Lag,
    /// Logarithm of the evidence, its share of the error rate included.
    pub ln_e: f64,
}

/// What speaks for a verdict.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Evidence {
    /// Rounds that counted. Without a proof: those in which could be seen what the device sends.
    pub rounds: u32,
    /// Other rounds, in which it could not be seen, by the reason.
    pub unseen: BTreeMap<Unseen, u32>,
    /// Of `rounds` those in which the capture may have missed some of what the device sent: such a round counts for as little as it can.
    pub incomplete: u32,
    /// Natural logarithm of the evidence for a reaction at once, its share of the error rate included.
    pub ln_e: f64,
    /// The same as it stands after the last round; `ln_e` is the highest that it has been, which is what proves.
    pub ln_last: f64,
    /// As `ln_e`, for clocked audio alone, at the delay that the proof rests on; less the share of the error rate that lies on clocked audio.
    pub ln_clocked: f64,
    /// The same for finished recordings alone.
    pub ln_recorded: f64,
    /// The same for sending more the longer it hears: [`crate::detect::dose::Bet`].
    pub ln_dose: f64,
    /// Whether it sends more or less while there is a sound, where that is clear. Only where a reaction is proven does it mean anything.
    pub direction: Option<Direction>,
    /// What shows that it is sound that it sends.
    pub sound: Option<Sound>,
    /// The strongest late reaction, if the search ran.
    pub late: Option<Late>,
    /// What `ln_e` or that of a late reaction must reach: the device's share of alpha, fixed when it was first scored ([`crate::trial::Session`]).
    pub threshold: f64,
    /// A p-value over all devices: if none of the home reacted to sound, evidence this strong against any of them would come up with at most this
    /// probability; at most 1. It is not the probability that the verdict is wrong.
    pub p: f64,
    /// Counted rounds after which the reaction was proven.
    pub proven_after: Option<u32>,
    /// For each sound: rounds in which its slot outdid all shams, and all its rounds; after the delay, where the proof is late.
    pub sounds: BTreeMap<String, (u32, u32)>,
    /// Whether it came first after one of them so often that this one may well move it.
    pub answers_often: bool,
    /// Rounds of those whose probe counts as audible: the microphone heard it; or nobody listened, and another device is proven to react.
    pub audible: u32,
    /// Upper limit of the probability of a reaction, within `slot`, to probes like those that were audible (95 %, at all times).
    pub bound: f64,
    /// Fewest octets that would have stood out among the device's own sham slots (95 % of them).
    pub limit_octets: Option<f64>,
    /// Whether any clocked upload would have stood out as well (no clocked audio in 95 % of the sham slots).
    pub limit_clocked: bool,
    /// Shortest slot that was scored, nanoseconds: an answer that comes later is not covered by `bound` and `limit_octets`.
    pub slot: i64,
    /// What the probes made it send as uploads.
    pub caused: Caused,
    /// To whom, those who got most first: what the probes caused where a reaction is proven, the stream where one goes on without end, else all that was sent.
    pub received: Vec<Received>,
    /// The device that moved before it, where it moves together with one.
    pub after: Option<After>,
    /// Octets sent per second of sound heard.
    pub dose: Option<Dose>,
    /// Seconds of audio sent per second of sound heard.
    pub dose_seconds: Option<Dose>,
    /// Rounds in which the published two-sample test called the device reacting, and rounds it could judge.
    pub ttest: Option<(u32, u32)>,
    /// Loud runs of the published burst detector that began in a drawn slot, and in a sham.
    pub bursts: (u32, u32),
    /// Share of the session during which an audio-like beat went on without end.
    pub continuous: f64,
    /// How many more rounds a proof would take if things go on like this.
    pub rounds_to_go: Option<u32>,
    /// Whether the device is on the list of e-BH (Wang and Ramdas 2022), whose expected share of false accusations is at most alpha.
    pub listed: bool,
}

/// What a session says of one device.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Which device.
    pub device: DeviceId,
    /// The verdict.
    pub outcome: Outcome,
    /// Why.
    pub evidence: Evidence,
}

/// What a person must know before believing any of the verdicts.
#[derive(Clone, PartialEq, Debug)]
pub enum Caveat {
    /// The capture says that it lost frames, but not when.
    FramesLost(u64),
    /// So many of the last rounds were left out, because there are more scores than are kept.
    RoundsLeftOut(u32),
    /// Rounds that lie, wholly or in part, outside the capture.
    OutsideCapture(u32),
    /// During so many rounds nobody's frames were captured for so many seconds, longer than ever else: they say nothing of any device.
    Gap {
        /// How many rounds.
        rounds: u32,
        /// The longest gap, seconds.
        longest: f64,
    },
    /// In so many counted rounds nobody at all sent a frame for so many seconds: perhaps a gap in the capture.
    Silence {
        /// How many rounds.
        rounds: u32,
        /// The longest silence, seconds.
        longest: f64,
    },
    /// The clock that stamped the frames was set during the session.
    ClockSet,
    /// No microphone confirmed the probes; that other devices reacted shows that they sounded.
    HeardByDevicesOnly,
}

/// Everything that a session says.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdicts {
    /// One per device, in the order of their ids.
    pub devices: Vec<Verdict>,
    /// The rounds with all scores.
    pub trials: Vec<Trial>,
    /// Rounds that did not count.
    pub void: u32,
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// What to know beside.
    pub caveats: Vec<Caveat>,
    /// What shows that the probes could be heard.
    pub control: Control,
}

/// The positive control: what shows that the probes could be heard. Without any, silence means nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Control {
    /// Counted rounds in which the microphone heard the probe.
    pub microphone: u32,
    /// Devices that were proven to react.
    pub devices: Vec<DeviceId>,
}
