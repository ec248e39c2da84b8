//! What a household is told, and when: facts and the time in, notices out.
//!
//! A thing is told once; when the same device does the same thing again, that stands in the digest. Nothing is told of what a probe caused, nor of large
//! uploads that merely might hold sound, nor of what only this process has not seen before. The state is a text that the caller keeps with what it
//! rests on, so that a start tells nothing twice; each part of it has a bound.

mod decide;
mod digest;
mod facts;
mod heard;
mod line;
mod state;
mod text;

#[cfg(test)]
mod tests;

pub use self::digest::{Digest, OfDevice};
pub use self::facts::{Fact, Trouble};
pub use self::state::Notices;

use crate::findings::DeviceId;
use crate::private::Private;
use crate::time::{Quiet, SECOND, Timestamp, Window};

/// What a person can choose to be told of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum About {
    /// A device was proven to react to sound, or to send it.
    Proven,
    /// Sound was sent while nobody spoke, as far as the microphone heard.
    Unspoken,
    /// Sound was sent while nobody was at home.
    Away,
    /// Sound was sent at night, and nothing was heard that explains it.
    Night,
    /// A device sends sound to somebody it did not send it to before.
    Receiver,
    /// A device is new in the home.
    Device,
    /// Something needs a person.
    Trouble,
    /// What happened in a day or a week.
    Digest,
}

impl About {
    /// All, with the words that they are chosen by.
    pub const WORDS: [(Self, &str); 8] = [
        (Self::Proven, "proven"),
        (Self::Unspoken, "unspoken"),
        (Self::Away, "away"),
        (Self::Night, "night"),
        (Self::Receiver, "receiver"),
        (Self::Device, "device"),
        (Self::Trouble, "trouble"),
        (Self::Digest, "digest"),
    ];

    /// The word that it is chosen by.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }

    /// What a word chooses.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|it| it.1 == word).map(|it| it.0)
    }

    /// What gives way first where too much waits is worth least: a digest and a new device can be read elsewhere.
    #[must_use]
    pub const fn importance(self) -> u8 {
        match self {
            Self::Digest => 0,
            Self::Device => 1,
            Self::Receiver | Self::Trouble => 2,
            Self::Night | Self::Unspoken | Self::Proven => 3,
            Self::Away => 4,
        }
    }
}

/// How often what happened is summed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Period {
    /// Each day.
    Daily,
    /// Each Monday.
    Weekly,
}

/// What a person wants to be told, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoticeSettings {
    /// What notices are about.
    pub about: Vec<About>,
    /// The hours that count as night.
    pub night: Vec<Quiet>,
    /// Hours in which notices are kept back until they end.
    pub quiet: Vec<Quiet>,
    /// What is told in these hours all the same.
    pub urgent: Vec<About>,
    /// How often there is a digest; `None`: never.
    pub digest: Option<Period>,
    /// When, minutes after midnight, local time.
    pub digest_minute: u16,
    /// Telephones of those who live here: what they send is people's business.
    pub phones: Vec<DeviceId>,
    /// Whether a microphone listens to the room; without one nobody can tell whether somebody spoke.
    pub hears: bool,
}

impl Default for NoticeSettings {
    /// What concerns sound, and trouble; a digest on Mondays at six in the evening.
    fn default() -> Self {
        Self {
            about: vec![About::Proven, About::Unspoken, About::Away, About::Night, About::Receiver, About::Trouble],
            night: vec![Quiet { from: 21 * 60, until: 8 * 60 }],
            quiet: Vec::new(),
            urgent: Vec::new(),
            digest: Some(Period::Weekly),
            digest_minute: 18 * 60,
            phones: Vec::new(),
            hears: false,
        }
    }
}

/// An upload of sound that something is said of.
#[derive(Clone, PartialEq, Debug)]
pub struct Upload {
    /// From its first to its last octet.
    pub window: Window,
    /// How much sound was sent, milliseconds, where it could be counted.
    pub milliseconds: Option<i64>,
    /// To whom: the name, else the address.
    pub to: Private<String>,
}

/// What is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Told {
    /// A device was proven to react to sound; where `sends`, to send what it hears.
    Proven {
        /// Which.
        device: DeviceId,
        /// Whether it is proven that it is sound that it sends.
        sends: bool,
    },
    /// Sound was sent that nobody wanted to send: `why` is [`About::Unspoken`], [`About::Away`] or [`About::Night`].
    Sound {
        /// What makes it worth a notice.
        why: About,
        /// Which device.
        device: DeviceId,
        /// The upload.
        upload: Upload,
        /// Whether the microphone listened all the while.
        listened: bool,
    },
    /// Sound went to somebody who got none of the device before.
    Receiver {
        /// Which device.
        device: DeviceId,
        /// The upload.
        upload: Upload,
    },
    /// A device is new in the home.
    Device {
        /// Which.
        device: DeviceId,
    },
    /// Something has failed for so long that a person is needed.
    Trouble {
        /// What.
        of: Trouble,
        /// Since when.
        since: Timestamp,
        /// What was said of it last.
        said: String,
    },
    /// What was told as trouble works again.
    Works {
        /// What.
        of: Trouble,
        /// From when it failed.
        since: Timestamp,
    },
    /// The first hour is over, in which everything was new.
    Learnt {
        /// Devices that were seen.
        devices: u32,
    },
    /// What happened since the digest before.
    Digest(Box<Digest>),
}

impl Told {
    /// What it is about; the end of the first hour goes with the digests.
    #[must_use]
    pub const fn about(&self) -> About {
        match self {
            Self::Proven { .. } => About::Proven,
            Self::Sound { why, .. } => *why,
            Self::Receiver { .. } => About::Receiver,
            Self::Device { .. } => About::Device,
            Self::Trouble { .. } | Self::Works { .. } => About::Trouble,
            Self::Learnt { .. } | Self::Digest(_) => About::Digest,
        }
    }

    /// The device that it is about.
    #[must_use]
    pub const fn device(&self) -> Option<DeviceId> {
        match self {
            Self::Proven { device, .. }
            | Self::Sound { device, .. }
            | Self::Receiver { device, .. }
            | Self::Device { device } => Some(*device),
            Self::Trouble { .. } | Self::Works { .. } | Self::Learnt { .. } | Self::Digest(_) => None,
        }
    }
}

/// Something that a person is to be told.
#[derive(Clone, PartialEq, Debug)]
pub struct Notice {
    /// Its number, from 1; each is given once in the life of a store.
    pub number: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// Whether a person marked such things as urgent.
    pub urgent: bool,
    /// What.
    pub told: Told,
}

/// For so long after the first start of a home everything is new, and no device is told, nanoseconds: a home's devices say something within minutes.
pub const LEARNING: i64 = 3_600 * SECOND;
/// Whom a device sends sound to in its first day is no news, nanoseconds: by then it has done what it does daily.
pub const FIRST_DAY: i64 = 86_400 * SECOND;
/// What was not done for so long is a new thing when it is done again, nanoseconds.
pub const FORGOTTEN: i64 = 30 * 86_400 * SECOND;
/// Notices of one kind in a day; of more, only their number is told. Strangers on the network can make devices and uploads at will.
pub const MOST_A_DAY: u32 = 6;
/// Proofs in a day: a test decides a whole home within the hour, and each of its devices may be proven to react and then to send. No stranger can bring proofs about.
pub const MOST_PROOFS_A_DAY: u32 = 64;
/// An upload that begins so soon after a probe is its answer, nanoseconds: live uploads begin within three seconds, finished recordings leave within thirty.
pub const ANSWER: i64 = 30 * SECOND;
/// A sound explains an upload that begins so soon after it, nanoseconds: who says a wake word goes on speaking, and an upload begins at the latest when a phrase is over.
pub const LEAD: i64 = 15 * SECOND;
/// Trouble that lasts so long needs a person, nanoseconds: whatever starts by itself again has done so.
pub const LASTS: i64 = 600 * SECOND;
/// The same trouble again within so long is told in the digest, nanoseconds.
pub const TROUBLE_AGAIN: i64 = 86_400 * SECOND;
