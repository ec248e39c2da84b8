//! The devices that a scenario can hold, each with its parameters and what they are unless said otherwise.

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use super::error::Fault;
use super::parse::value;

/// What every device can be told.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Common {
    /// How much quieter the loudspeaker is where the device stands, dB; another room is about 25 more.
    pub distance_db: f64,
    /// The quietest sound that it notices, dB.
    pub threshold_db: f64,
    /// Whether its microphone works; without this key, it does where the kind has one.
    pub microphone: Option<bool>,
    /// Hours after the beginning from which on it listens: an update switched the microphone on.
    pub active_from_hours: f64,
    /// Seconds between two heartbeats of its standing connection; 0 for none.
    pub heartbeat_seconds: Option<f64>,
    /// A steady video upload of its own beside everything else, kbit/s; 0 for none.
    pub also_video_kbits: f64,
    /// Heavy bursts of its own at random moments beside everything else.
    pub also_bursts: Option<Bursts>,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            distance_db: 6.0,
            threshold_db: 40.0,
            microphone: None,
            active_from_hours: 0.0,
            heartbeat_seconds: None,
            also_video_kbits: 0.0,
            also_bursts: None,
        }
    }
}

/// The keys of [`Common`], for telling them from a kind's own.
pub(super) const COMMON: &[&str] =
    &["distance_db", "threshold_db", "microphone", "active_from_hours", "heartbeat_seconds", "also_video_kbits", "also_bursts"];

/// Heavy bursts upwards.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Mean seconds from one to the next.
    pub every_seconds: f64,
    /// Fewest and most octets, in thousands.
    pub kilobytes: [u32; 2],
}

/// How octets are spent on sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Every frame has the same length.
    Constant,
    /// Frames vary with what is said.
    Variable,
    /// Samples of 16 kHz and 16 bit, not compressed.
    Pcm,
}

/// A codec and how its frames are sent.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodecPlan {
    /// How frames vary.
    pub shape: Shape,
    /// Milliseconds of sound in a frame.
    pub beat_ms: u16,
    /// Octets of a frame, or their mean.
    pub octets: u16,
    /// Octets of a frame in silence, where they vary.
    pub silence_octets: u16,
    /// Frames in one record.
    pub frames_per_record: u16,
    /// Records that are written at once: more than one is a batch.
    pub records_per_turn: u16,
}

impl Default for CodecPlan {
    fn default() -> Self {
        Self { shape: Shape::Constant, beat_ms: 20, octets: 80, silence_octets: 12, frames_per_record: 1, records_per_turn: 1 }
    }
}

/// What sound travels in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CarriagePlan {
    /// TLS records.
    Tls,
    /// HTTP/2 DATA frames in TLS records.
    Http2,
    /// QUIC.
    Quic,
    /// DTLS.
    Dtls,
    /// SRTP.
    Rtp,
}

/// Which words wake a device, and how well it knows them.
pub type Likelihoods = Vec<f64>;

/// A wake-word speaker.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeakerPlan {
    /// What wakes it.
    pub wake_words: Vec<String>,
    /// Sends everything that it hears, woken or not.
    pub without_wake_word: bool,
    /// How often its word wakes it, 0 to 1.
    pub wake_probability: f64,
    /// How often something wakes it that differs in one, two, three sounds.
    pub near_miss: Likelihoods,
    /// What it encodes sound with.
    pub codec: CodecPlan,
    /// What the sound travels in.
    pub carriage: CarriagePlan,
    /// Milliseconds of sound from before the word was recognised.
    pub pre_roll_ms: u32,
    /// Milliseconds of silence after which it stops listening.
    pub end_silence_ms: u32,
    /// Longest time that it listens.
    pub max_listen_seconds: f64,
    /// Goes on listening and sending so long after the command: a fault, or a malicious skill.
    pub stays_listening_seconds: f64,
    /// Octets of log and metrics after a command.
    pub telemetry_octets: u32,
    /// Octets of one piece of the spoken answer, at most; 0 for no answer.
    pub answer_octets: u32,
    /// Sends records of the codec's length on the codec's beat all the time, so that nobody sees which hold sound.
    pub cover: bool,
}

impl Default for SpeakerPlan {
    fn default() -> Self {
        Self {
            wake_words: Vec::new(),
            without_wake_word: false,
            wake_probability: 0.97,
            near_miss: vec![0.15, 0.02, 0.0],
            codec: CodecPlan::default(),
            carriage: CarriagePlan::Tls,
            pre_roll_ms: 700,
            end_silence_ms: 800,
            max_listen_seconds: 15.0,
            stays_listening_seconds: 0.0,
            telemetry_octets: 8_000,
            answer_octets: 8_000,
            cover: false,
        }
    }
}

/// A switched plug, or anything else that only keeps a connection alive.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlugPlan {
    /// Mean minutes from one switching to the next; 0 for never.
    pub switched_every_minutes: f64,
}

impl Default for PlugPlan {
    fn default() -> Self {
        Self { switched_every_minutes: 60.0 }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($plan:ty) = $name:literal),* $(,)?) => {
        /// Kind of a device, with its parameters.
        #[derive(Clone, PartialEq, Debug)]
        pub enum DeviceKind {
            $($(#[$doc])* $variant($plan),)*
        }

        /// The names of the kinds, as written in a scenario.
        pub const KINDS: &[&str] = &[$($name),*];

        impl DeviceKind {
            /// Its name in a scenario.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }

            /// The kind called `name` with the parameters `own`; `None` when there is no such kind.
            pub(super) fn read(name: &str, own: Spanned<DeValue<'_>>) -> Option<Result<Self, Fault>> {
                match name {
                    $($name => Some(value(own).map(Self::$variant)),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// A wake-word speaker.
    Speaker(SpeakerPlan) = "speaker",
    /// A switched plug.
    Plug(PlugPlan) = "plug",
}

/// A device of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct DevicePlan {
    /// Its name, as the home's network knows it: letters, digits and hyphens.
    pub name: String,
    /// What every device can be told.
    pub common: Common,
    /// What it is.
    pub kind: DeviceKind,
}
