//! What notices are decided from.

use crate::findings::{DeviceId, Sighting};
use crate::time::Window;

/// Something that was found.
#[derive(Clone, PartialEq, Debug)]
pub enum Fact<'a> {
    /// A device that nobody knew sent or was sent its first frame.
    Joined(DeviceId),
    /// An upload has ended.
    Sighted(DeviceId, &'a Sighting),
    /// A device reacts to sound.
    Proven(DeviceId),
    /// A verdict that says so too: whether it is proven that it is sound that the device sends.
    Verdict {
        /// Which device.
        device: DeviceId,
        /// Whether it sends what it hears.
        sends: bool,
    },
    /// The microphone heard something that we did not play.
    Heard(Window),
    /// A probe sounded.
    Probe(Window),
    /// Whether the microphone gives a signal.
    Hears(bool),
    /// Whether somebody is at home.
    Presence(bool),
    /// Something fails, with what is said of it, or works.
    Trouble(Trouble, Option<String>),
    /// Something happened once that a person must know of.
    Accident(Trouble, String),
    /// The capture lost so many frames.
    Lost(u64),
}

/// What can fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trouble {
    /// Frames may pass unseen.
    Sources,
    /// The microphone hears nothing.
    Microphone,
    /// Probes cannot be played.
    Loudspeaker,
    /// The store cannot be written.
    Store,
    /// The store was damaged, and a fresh one was begun.
    Damage,
    /// Recent frames cannot be kept.
    Frames,
    /// Verdicts cannot be computed.
    Verdicts,
    /// The configuration is wrong.
    Settings,
    /// A channel of notices fails.
    Channel,
}

impl Trouble {
    /// All, with a word each.
    pub const WORDS: [(Self, &'static str); 9] = [
        (Self::Sources, "sources"),
        (Self::Microphone, "microphone"),
        (Self::Loudspeaker, "loudspeaker"),
        (Self::Store, "store"),
        (Self::Damage, "damage"),
        (Self::Frames, "frames"),
        (Self::Verdicts, "verdicts"),
        (Self::Settings, "settings"),
        (Self::Channel, "channel"),
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }
}
