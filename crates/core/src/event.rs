//! What happens while a session runs, as facts: each thing that is reported to a person, and each line of the journal, is one of these.
//!
//! How an event reads as a sentence, and which keys it has for programs, is decided where reports are made (`crates/report`); which word the journal
//! has for it, in the store.

use crate::findings::{DeviceId, SenderSign, Sighting};
use crate::plan::Done;
use crate::policy::Hold;
use crate::probe::Heard;
use crate::time::Timestamp;
use crate::verdict::Outcome;

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// When, by the clock of the machine that reports it.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// The program began to watch.
    Started {
        /// Its version.
        version: String,
        /// Where frames come from, as the configuration names them.
        sources: Vec<String>,
        /// Rounds of the session that goes on; `None` for a new session.
        resumed: Option<usize>,
    },
    /// A session was given its share of the chance of a false accusation.
    Share {
        /// Number of the session among those of the home that played a round, from 1.
        session: usize,
        /// The chance that any device is ever accused falsely.
        whole: f64,
        /// What this session may spend of it.
        alpha: f64,
        /// What the next one may.
        next: f64,
    },
    /// What a session fixes before its first round was written down, hidden by a salt: published, it shows later that nothing was chosen after the traffic was seen.
    Committed {
        /// The commitment: 64 hexadecimal digits.
        commitment: String,
    },
    /// A device sent or was sent its first frame.
    Joined {
        /// Which.
        device: DeviceId,
    },
    /// An upload that looks like audio has ended.
    Sighted {
        /// Which device sent it.
        device: DeviceId,
        /// The upload.
        sighting: Box<Sighting>,
    },
    /// A probe sounded, or was meant to.
    Played {
        /// The round, from 0.
        round: u32,
        /// When it began to sound.
        onset: Timestamp,
        /// How far off the onset may be, nanoseconds.
        onset_error: i64,
        /// How long it sounded, nanoseconds.
        length: i64,
        /// Whether it was heard.
        heard: Heard,
        /// How loud it arrived at the microphone, decibels below full scale.
        level: Option<f64>,
    },
    /// A round was scored.
    Scored {
        /// The round, from 0.
        round: u32,
        /// Whether it counts.
        counted: bool,
    },
    /// Sound was proven to move a device.
    Proven {
        /// Which.
        device: DeviceId,
        /// After how many rounds that counted.
        rounds: u32,
        /// What shows that others send under its MAC address too, so that the proof is of all of them; as far as the reporter knows.
        senders: Vec<SenderSign>,
    },
    /// A device was given another verdict than before.
    Verdict {
        /// Which.
        device: DeviceId,
        /// The verdict.
        outcome: Outcome,
        /// Rounds that it rests on.
        rounds: u32,
        /// The chance of as much evidence when sound has nothing to do with it.
        p: f64,
        /// What shows that others send under its MAC address too, so that the verdict is of all of them.
        senders: Vec<SenderSign>,
    },
    /// The session plays no further round.
    NoFurtherRound(Done),
    /// Somebody came home, or the last one left.
    Presence {
        /// Whether somebody is at home now.
        somebody: bool,
    },
    /// Nothing sounds from now on, for this reason or for others that held before.
    Held(Hold),
    /// A reason why nothing sounded is gone.
    Freed(Hold),
    /// The clock of this machine was set.
    ClockStepped {
        /// By how much, nanoseconds; back if negative.
        by: i64,
    },
    /// The clock that stamps the frames of a source differs from this machine's.
    SourceClock {
        /// What is added to stamps from now on, nanoseconds.
        by: i64,
    },
    /// The capture counted frames that it lost.
    FramesLost {
        /// How many since this was reported before.
        frames: u64,
    },
    /// Frames may have passed unseen.
    Gap(Gap),
    /// Something failed.
    Fault(Fault),
    /// Something works, or works again.
    Mended(Mended),
    /// The file of the store was damaged and set aside; a fresh one was begun.
    SetAside {
        /// Where the damaged file lies now.
        path: String,
        /// What the database found.
        found: String,
    },
    /// The store of an earlier version was brought up to this one.
    Upgraded {
        /// Version of its schema before.
        from: i64,
        /// Version of its schema now.
        to: i64,
    },
    /// Data that were older than the configuration keeps them were deleted.
    Swept {
        /// Stretches of traffic.
        stretches: u64,
        /// Uploads.
        sightings: u64,
    },
    /// The configuration is read again; a fresh start follows.
    Reloaded,
    /// The program ended in good order.
    Stopped(Stop),
    /// A line that the program behind a source wrote for people. It is not written down: nobody knows how many it writes.
    Said {
        /// The source; `None` for our own capture.
        source: Option<String>,
        /// The line.
        said: String,
    },
}

/// Why frames may have passed unseen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gap {
    /// Our own capture says that it cannot hear.
    Deaf {
        /// Its words.
        said: String,
    },
    /// A source wrote what is no capture.
    NoCapture {
        /// Which.
        source: String,
        /// What the reader of captures found.
        said: String,
    },
    /// A source has ended; it is started again.
    Ended {
        /// Which.
        source: String,
        /// With what, as its program or the system says.
        said: String,
    },
    /// Sources have given no frame since they were started.
    Silent {
        /// Which.
        sources: Vec<String>,
        /// For how long, seconds.
        seconds: u64,
        /// Whether they are waited for; else the session ends.
        waits: bool,
    },
}

/// What failed. Texts are those of the system or of another program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A probe could not be ordered.
    NotPlayed {
        /// The round, from 0.
        round: u32,
        /// Whether its lot was written down, so that it was the loudspeaker that refused; else the store did.
        stored: bool,
    },
    /// The loudspeaker failed at the probe of a round.
    Loudspeaker {
        /// The round, from 0.
        round: u32,
        /// What it says.
        said: String,
    },
    /// The microphone hears nothing.
    Microphone {
        /// What it says.
        said: String,
    },
    /// A source could not be started.
    Source {
        /// What the system says, and what to do.
        said: String,
    },
    /// Recent frames cannot be kept.
    FramesNotKept {
        /// What the system says.
        said: String,
    },
    /// The store refuses what is to be written.
    StoreRefuses {
        /// What it says.
        said: String,
    },
    /// The store could not be read, or not be swept.
    Store {
        /// What it says.
        said: String,
    },
    /// Verdicts cannot be computed.
    NoVerdicts {
        /// What the store says.
        said: String,
    },
    /// The configuration could not be read again.
    Settings {
        /// What is wrong with it.
        said: String,
    },
    /// A channel of notices failed.
    Channel {
        /// Which.
        channel: String,
        /// What it, or the system, says, and what to do.
        said: String,
    },
}

/// What works, or works again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mended {
    /// The first frame has come since a source was started.
    FramesCome {
        /// Which source.
        source: String,
    },
    /// The microphone hears again.
    Microphone,
    /// A channel of notices works again.
    Channel {
        /// Which.
        channel: String,
    },
    /// Recent frames are kept again.
    FramesKept,
    /// The store can be written again.
    Store {
        /// Entries that were given up meanwhile.
        lost: u64,
    },
}

/// Why the program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// What it was for is done.
    Done,
    /// Somebody stopped it.
    Asked,
    /// No source could begin to capture.
    NothingCaptured,
}

impl What {
    /// The same with its moment.
    #[must_use]
    pub const fn at(self, at: Timestamp) -> Event {
        Event { at, what: self }
    }

    /// The device that it is about.
    #[must_use]
    pub const fn device(&self) -> Option<DeviceId> {
        match self {
            Self::Joined { device }
            | Self::Sighted { device, .. }
            | Self::Proven { device, .. }
            | Self::Verdict { device, .. } => Some(*device),
            Self::Started { .. }
            | Self::Share { .. }
            | Self::Committed { .. }
            | Self::Played { .. }
            | Self::Scored { .. }
            | Self::NoFurtherRound(_)
            | Self::Presence { .. }
            | Self::Held(_)
            | Self::Freed(_)
            | Self::ClockStepped { .. }
            | Self::SourceClock { .. }
            | Self::FramesLost { .. }
            | Self::Gap(_)
            | Self::Fault(_)
            | Self::Mended(_)
            | Self::SetAside { .. }
            | Self::Upgraded { .. }
            | Self::Swept { .. }
            | Self::Reloaded
            | Self::Stopped(_)
            | Self::Said { .. } => None,
        }
    }
}
