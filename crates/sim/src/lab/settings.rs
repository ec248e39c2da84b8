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
    /// Share of pairs of words that follow one another which sound to it like its wake word, 0 to 1. Which these are follows from the seed of the lab and the name of the speaker.
    pub phrases: f64,
    /// How often it wakes when it hears such a pair, 0 to 1; it then sends as after any false wake.
    pub mistaken: f64,
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
            phrases: 0.001,
            mistaken: 0.6,
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

/// Something that a speaker sends by itself again and again, on a connection of its own each time.
#[derive(Clone, PartialEq, Debug)]
pub struct Timer {
    /// Time from one to the next, nanoseconds.
    pub period: i64,
    /// Standard deviation of each from when it is due, nanoseconds.
    pub jitter: i64,
    /// Share of them that is left out, 0 to 1.
    pub left_out: f64,
    /// Least and most octets of one.
    pub octets: (usize, usize),
    /// Octets of what the server answers: of a download, many.
    pub answer: usize,
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
    /// Seconds from one heartbeat on its standing connection to the next; 0 for none.
    pub heartbeat_seconds: f64,
    /// Mean time between two uploads of log and metrics that nothing causes, nanoseconds; 0 for none.
    pub metrics_every: i64,
    /// What it sends by itself, besides.
    pub timers: Vec<Timer>,
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
            heartbeat_seconds: 45.0,
            metrics_every: 1_200 * SECOND,
            timers: vec![
                Timer { period: 300 * SECOND, jitter: SECOND, left_out: 0.02, octets: (1_100, 1_300), answer: 300 },
                Timer { period: 3 * 3_600 * SECOND, jitter: 20 * SECOND, left_out: 0.0, octets: (30_000, 45_000), answer: 300 },
            ],
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
            timers: vec![Timer { period: 900 * SECOND, jitter: 5 * SECOND, left_out: 0.05, octets: (2_500, 3_500), answer: 300 }],
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
    /// One frame in so many passes the gateway and is missing in the capture; 0 for none.
    pub missed_one_in: u32,
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
            missed_one_in: 0,
        }
    }
}
