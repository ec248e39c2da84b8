//! What a lab's home consists of.

use earwitness_core::time::{MILLISECOND, SECOND};

use crate::device::codec::Codec;
use crate::device::datagram::Carriage;
use crate::device::speaker::Framing;
use crate::plan::{Common, DeviceKind, DevicePlan, Network, PlugPlan, SensorPlan};

/// How a speaker listens. Times are nanoseconds.
///
/// An upload holds the sound from `pre_roll` before the *start* of the wake word until `tail` after the end of the speech: the same definition as in
/// Amazon's interface for such devices, which asks for 500 ms before the sample at which the wake word starts (Alexa Voice Service, `SpeechRecognizer`, *Recognize*). The
/// speech has ended where nobody speaks for at least `gap`, and `cut_off` after the end of the wake word at the latest; the tail then begins, whatever is said in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Listening {
    /// Sound from before the start of the wake word.
    pub pre_roll: i64,
    /// Sound from after the end of the speech.
    pub tail: i64,
    /// Longest time from the end of the wake word to the end of the speech.
    pub cut_off: i64,
    /// Shortest pause that ends the speech.
    pub gap: i64,
    /// Whether music and noise hold it like speech, once it has woken.
    pub held_by_music: bool,
    /// Shortest and longest time from the end of the wake word until it is recognised.
    pub recognition: (i64, i64),
    /// Share of wake words that are not recognised, 0 to 1.
    pub missed: f64,
    /// Times an hour that it wakes although nobody said the word; it then sends 1.2 to 2.8 s more until the server says that it was wrong.
    pub false_wakes: f64,
    /// Standard deviation between nights, of the pre-roll and of the tail.
    pub between_nights: i64,
    /// Standard deviation between trials of a night, of the pre-roll and of the tail.
    pub between_trials: i64,
    /// Standard deviation of the cut-off between trials.
    pub cut_off_deviation: i64,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            pre_roll: SECOND / 2,
            tail: 600 * MILLISECOND,
            cut_off: 4 * SECOND,
            gap: 350 * MILLISECOND,
            held_by_music: false,
            recognition: (80 * MILLISECOND, 300 * MILLISECOND),
            missed: 0.02,
            false_wakes: 0.1,
            between_nights: 40 * MILLISECOND,
            between_trials: 25 * MILLISECOND,
            cut_off_deviation: 25 * MILLISECOND,
        }
    }
}

/// What sound travels in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// Records of TLS over TCP.
    Tls(Framing),
    /// Datagrams; a frame of the codec must fit into one.
    Datagrams(Carriage),
}

/// What becomes of the sound that was heard before the first of it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backlog {
    /// It is sent as fast as the line allows, and the rest follows live.
    AtOnce,
    /// It is sent at the speed of sound, so that all that follows is late by as much.
    InRealTime,
}

/// A wake-word speaker.
#[derive(Clone, PartialEq, Debug)]
pub struct LabSpeaker {
    /// Its name in the home's network: letters, digits and hyphens.
    pub name: String,
    /// How it listens.
    pub listening: Listening,
    /// What it encodes sound with.
    pub codec: Codec,
    /// What the sound travels in.
    pub transport: Transport,
    /// What it does with the sound that waits.
    pub backlog: Backlog,
    /// Octets of log and metrics after a command; over TLS only.
    pub telemetry: usize,
    /// Octets of one piece of the spoken answer, at most; datagrams have a length of their own.
    pub answer: usize,
}

impl LabSpeaker {
    /// Opus-like frames of 20 ms and 80 octets over TLS (32 kbit/s), half a second of pre-roll, and a short patience.
    #[must_use]
    pub fn brisk() -> Self {
        Self {
            name: "speaker-a".into(),
            listening: Listening::default(),
            codec: Codec::constant(20, 80),
            transport: Transport::Tls(Framing::Plain(16)),
            backlog: Backlog::AtOnce,
            telemetry: 8_000,
            answer: 6_000,
        }
    }

    /// Samples of 16 bits at 16 kHz in blocks of 64 ms over TLS, two seconds of pre-roll, and a long patience.
    #[must_use]
    pub fn patient() -> Self {
        Self {
            name: "speaker-b".into(),
            listening: Listening {
                pre_roll: 2 * SECOND,
                tail: 1_200 * MILLISECOND,
                cut_off: 6 * SECOND,
                gap: 800 * MILLISECOND,
                ..Listening::default()
            },
            codec: Codec::pcm(64),
            ..Self::brisk()
        }
    }
}

/// The home of a lab.
#[derive(Clone, PartialEq, Debug)]
pub struct LabHome {
    /// Its speakers.
    pub speakers: Vec<LabSpeaker>,
    /// Devices that hear nothing, beside them.
    pub others: Vec<DevicePlan>,
    /// How lossy its network is.
    pub network: Network,
}

impl Default for LabHome {
    /// Two speakers that differ in everything, a plug and a sensor.
    fn default() -> Self {
        let quiet = |name: &str, kind| DevicePlan { name: name.into(), common: Common::default(), kind };
        let plug = quiet("plug", DeviceKind::Plug(PlugPlan::default()));
        let sensor = quiet("sensor", DeviceKind::Sensor(SensorPlan::default()));
        Self {
            speakers: vec![LabSpeaker::brisk(), LabSpeaker::patient()],
            others: vec![plug, sensor],
            network: Network::default(),
        }
    }
}
