//! The loudspeaker: one door, and behind it a sound server, ALSA, a WAV file, or nothing.
//!
//! What is played passes [`open`]'s dressing first: level with a cap, fades, and silence before and after. What comes back says when the
//! sound began by the realtime clock, and how wrong that may be. Every sound comes piece by piece, so that one of hours needs little memory;
//! one that is in memory is a stream as well.

mod ahead;
#[cfg(feature = "alsa")]
mod alsa;
mod dress;
mod limiter;
mod nothing;
mod server;
mod settings;
pub mod sounds;
mod stream;
mod wav;

use std::sync::atomic::AtomicBool;

use earwitness_core::sound::Pcm;
use earwitness_core::time::{MILLISECOND, Timestamp};

pub use self::settings::{Device, LoudspeakerSettings, MOST_LEVEL};
use self::stream::Whole;
pub(crate) use self::stream::to_16_bits;
pub use self::stream::{Loudness, Samples};
use crate::pulse;

/// Why a sound that was stopped is not whole.
const STOPPED: &str = "it was stopped";

/// Something that plays sounds.
pub trait Loudspeaker: Send {
    /// Plays what comes piece by piece and returns when it is over, or within a second after `stop` was set, with [`Trouble::BrokenOff`] then.
    /// Samples that sounded are handed to `sounded` in their order, silence before and after left out; none by a device that plays nothing.
    /// After any trouble, the next call opens the device again.
    ///
    /// # Errors
    /// [`Trouble`]; a sound whose samples cannot be had, or that the device ran out of, breaks off.
    fn stream(
        &mut self,
        samples: &mut dyn Samples,
        stop: &AtomicBool,
        sounded: &mut dyn FnMut(&[i16]),
    ) -> Result<Played, Trouble>;

    /// Plays a sound that is in memory, and keeps what was sent of it.
    ///
    /// # Errors
    /// As [`Self::stream`].
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        self.play_below(sound, 0.0)
    }

    /// The same, so many decibels below the level that is set.
    ///
    /// # Errors
    /// As [`Self::stream`].
    fn play_below(&mut self, sound: &Pcm, below: f64) -> Result<Played, Trouble> {
        let mut sent = Vec::new();
        let result =
            self.stream(&mut Whole::new(sound, below), &AtomicBool::new(false), &mut |piece| sent.extend_from_slice(piece));
        match result {
            Ok(played) => Ok(Played { sent, ..played }),
            Err(Trouble::BrokenOff(why, played)) => Err(Trouble::BrokenOff(why, Box::new(Played { sent, ..*played }))),
            Err(trouble) => Err(trouble),
        }
    }

    /// What it is called, for people.
    fn name(&self) -> String;

    /// Whether what it plays can be heard at all.
    fn audible(&self) -> bool {
        true
    }
}

/// A sound that was played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    /// When its first sample sounded, by the realtime clock, as the device reports it.
    pub onset: Timestamp,
    /// How far off that may be, nanoseconds.
    pub error: i64,
    /// How long it sounded, nanoseconds.
    pub length: i64,
    /// By how much later its end came than its samples say, nanoseconds: a device whose crystal is slow. 0 for a sound of up to a minute.
    pub drift: i64,
    /// How many samples were made softer to hold the cap and the ceiling: none of a sound that is in memory.
    pub limited: u64,
    /// The samples of 16 bits that were sent and sounded, silence before and after left out: of a sound that was in memory. None by a device
    /// that plays nothing.
    pub sent: Vec<i16>,
}

/// Why a sound was not played, or not as it should be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// The device, or the server that holds it, is not there or went away: which, and what it said.
    #[error("the loudspeaker is gone: {0}")]
    Gone(String),
    /// It sounded with a gap, was stopped, or did not end in time.
    #[error("the sound was not played whole: {0}")]
    Glitch(String),
    /// It began to sound and broke off: why, and what had sounded by then, as far as the device reported last.
    #[error("{0}, {after} ms after it began to sound", after = .1.length / MILLISECOND)]
    BrokenOff(String, Box<Played>),
    /// The settings ask for what cannot be.
    #[error("{0}")]
    LoudspeakerSettings(String),
}

/// A device that could be named in the settings: a loudspeaker, or with the other kind of device a microphone of [`crate::hear`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offered<D = Device> {
    /// Its kind.
    pub device: D,
    /// What to write as `name`.
    pub name: String,
    /// What it calls itself.
    pub description: String,
    /// Whether it is the one that is used if none is named.
    pub default: bool,
    /// Whether it is muted, where that is known.
    pub muted: bool,
}

/// The loudspeaker of the settings. A sound server or a device need not be there yet: it is opened when something is played.
pub fn open(settings: &LoudspeakerSettings) -> Result<Box<dyn Loudspeaker>, Trouble> {
    settings.check().map_err(Trouble::LoudspeakerSettings)?;
    let bare: Box<dyn Loudspeaker> = match settings.device {
        Device::Pulse => Box::new(server::Server::new(settings)),
        Device::Wav => Box::new(wav::Wav::new(settings)?),
        Device::None => Box::new(nothing::Nothing),
        #[cfg(feature = "alsa")]
        Device::Alsa => Box::new(alsa::Alsa::new(settings)),
        #[cfg(not(feature = "alsa"))]
        Device::Alsa => {
            return Err(Trouble::LoudspeakerSettings(
                "this program was built without ALSA: use device = \"pulse\", or the packaged program".to_owned(),
            ));
        }
    };
    Ok(Box::new(dress::Dressed::new(bare, settings)))
}

/// The devices that are there now, of the server or the kind that the settings name.
pub fn list(settings: &LoudspeakerSettings) -> Result<Vec<Offered>, Trouble> {
    settings.check().map_err(Trouble::LoudspeakerSettings)?;
    match settings.device {
        Device::Pulse => server::list(settings),
        #[cfg(feature = "alsa")]
        Device::Alsa => alsa::list(),
        #[cfg(not(feature = "alsa"))]
        Device::Alsa => Ok(Vec::new()),
        Device::Wav | Device::None => Ok(Vec::new()),
    }
}

impl Trouble {
    /// Why, without what became of the sound: for one that broke off.
    fn reason(self) -> String {
        match self {
            Self::Glitch(why) => why,
            trouble => trouble.to_string(),
        }
    }
}

impl From<pulse::Trouble> for Trouble {
    fn from(trouble: pulse::Trouble) -> Self {
        Self::Gone(trouble.to_string())
    }
}
