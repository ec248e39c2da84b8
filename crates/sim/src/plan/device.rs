//! The devices that a scenario can hold, each with its parameters and what they are unless said otherwise.

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use super::error::Fault;
use super::listening::{AlwaysPlan, LampPlan, SoundCameraPlan, SpeakerPlan, StorePlan, TextPlan, TricklePlan, TvPlan};
use super::other::{BackupPlan, ClipPlan, ConsolePlan, IdlePlan, LaptopPlan, PlugPlan, SensorPlan, UpdatesPlan, VideoPlan};
use super::parse::value;

/// Keys that every device can have.
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

/// Heavy bursts upwards.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Mean seconds from one to the next.
    pub every_seconds: f64,
    /// Fewest and most octets, in thousands.
    pub kilobytes: [u32; 2],
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
    /// A camera that sends when it hears something.
    SoundCamera(SoundCameraPlan) = "sound-camera",
    /// A camera or baby monitor that sends its sound without end.
    AlwaysStreaming(AlwaysPlan) = "always-streaming",
    /// A device that keeps what it hears and sends it later.
    StoreAndForward(StorePlan) = "store-and-forward",
    /// A device that sends what it heard at a trickle.
    Trickler(TricklePlan) = "trickler",
    /// An assistant that recognises speech itself and sends the words.
    TextAssistant(TextPlan) = "text-assistant",
    /// A lamp that is switched by sound.
    Lamp(LampPlan) = "lamp",
    /// A television that recognises what is watched.
    Tv(TvPlan) = "tv",
    /// A camera that sends a clip when something moves.
    ClipCamera(ClipPlan) = "clip-camera",
    /// A laptop.
    Laptop(LaptopPlan) = "laptop",
    /// A steady video, upwards or downwards.
    Video(VideoPlan) = "video",
    /// A game console.
    Console(ConsolePlan) = "console",
    /// A device with large updates.
    Updates(UpdatesPlan) = "updates",
    /// A device that is backed up at night.
    Backup(BackupPlan) = "backup",
    /// A switched plug.
    Plug(PlugPlan) = "plug",
    /// A sensor that sends readings.
    Sensor(SensorPlan) = "sensor",
    /// A device that is there and idle.
    Idle(IdlePlan) = "idle",
}

/// A device of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct DevicePlan {
    /// Its name, as the home's network knows it: letters, digits and hyphens.
    pub name: String,
    /// Keys that every device can have.
    pub common: Common,
    /// What it is.
    pub kind: DeviceKind,
}
