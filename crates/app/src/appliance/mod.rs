//! The appliance's decisions, apart from everything that waits: its inputs are what happens and what time it is; it plays, writes down and reports.
//!
//! It owns the machine, the ledger and all that is remembered in between. It reads no clock, starts no thread and no program, and polls nothing: the
//! loop of the daemon drives it in a real home, a test drives it through a month in virtual time. What is written down is durable before anybody
//! is told.

mod act;
mod begin;
mod commitment;
mod device_names;
mod housekeeping;
mod input;
mod ledger;
mod notices;
mod people;
mod progress;
mod status;
mod today;
mod verdicts;

use std::collections::BTreeMap;
use std::time::Duration;

use earwitness_core::event::Event;
use earwitness_core::experiment::{Experiment, Order};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::{Holds, Presence, Steps};
use earwitness_core::samples::Samples;
use earwitness_core::time::Timestamp;
use earwitness_notify::Letter;
use earwitness_report::sentence::Namer;
use earwitness_sound::player::{Busy, Player};
use earwitness_store::Retention;

pub use self::begin::Begun;
pub(crate) use self::begin::{random, random_octets};
pub use self::input::Input;
pub use self::people::{NOT_WRITTEN, Request};
pub use self::progress::Progress;
pub use self::verdicts::{Judged, conclude, judge};

use self::begin::Choice;
use self::device_names::DeviceNames;
use self::housekeeping::Housekeeping;
use self::input::Losses;
use self::ledger::Ledger;
use self::notices::Telling;
use self::today::Today;
use self::verdicts::LastVerdict;

/// What it is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Watch always, probe when allowed, without an end.
    Watch,
    /// One session of probes, until every device has a verdict or so many rounds are over.
    Probe {
        /// Most rounds that are played.
        rounds: u32,
        /// How long it waits for the first frame.
        timeout: Duration,
    },
    /// Such a session in a home that is watched always: its household is told and answered meanwhile, as while it is watched.
    Test {
        /// Most rounds that are played.
        rounds: u32,
    },
    /// Watch until somebody ends it, and play nothing: an experiment plays by itself.
    Measure {
        /// How long it waits for the first frame.
        timeout: Duration,
    },
}

impl Goal {
    /// Whether a household lives with it: it is told what concerns it, may talk with it, and sources that end are begun anew.
    #[must_use]
    pub const fn has_household(self) -> bool {
        matches!(self, Self::Watch | Self::Test { .. })
    }

    /// Most rounds of a session that ends by itself.
    #[must_use]
    pub const fn rounds(self) -> Option<u32> {
        match self {
            Self::Probe { rounds, .. } | Self::Test { rounds } => Some(rounds),
            Self::Watch | Self::Measure { .. } => None,
        }
    }
}

/// What plays probes.
pub trait Loudspeaker {
    /// Takes an order and returns at once; what became of it comes back as [`Input::Player`].
    ///
    /// # Errors
    /// When the sound before is still being played; the order is not taken.
    fn say(&self, order: Order) -> Result<(), Busy>;
}

impl Loudspeaker for Player {
    fn say(&self, order: Order) -> Result<(), Busy> {
        Self::say(self, order)
    }
}

/// Where what happens is reported to people and programs.
pub trait Output {
    /// Reports an event; `stored` says whether it is written down.
    fn report(&self, event: &Event, name: Namer<'_>, stored: bool);

    /// Sends a letter to the household, without waiting; one that was handed in before is not sent again.
    fn send(&self, letter: Letter);

    /// The greatest number of a letter that was handed in, by this process or one before.
    fn last_letter(&self) -> u64;

    /// Notices that were dropped because too many waited, and tries of channels that failed.
    fn notices_lost(&self) -> (u64, u64);
}

/// A session in progress with everything that decides about it.
pub struct Appliance {
    goal: Goal,
    retention: Retention,
    machine: Experiment<Choice>,
    wake: Option<Timestamp>,
    samples: Samples,
    /// The last round that was scored.
    scored: Option<u32>,
    ledger: Ledger,
    loudspeaker: Option<Box<dyn Loudspeaker>>,
    output: Box<dyn Output>,
    presence: Presence,
    holds: Holds,
    /// When a person's pause ends by itself.
    paused_until: Option<Timestamp>,
    steps: Steps,
    device_names: DeviceNames,
    today: Today,
    /// What the household is told, where there is one.
    telling: Option<Telling>,
    /// The latest verdicts.
    verdicts: BTreeMap<DeviceId, LastVerdict>,
    verdicts_wanted: bool,
    housekeeping: Housekeeping,
    losses: Losses,
    /// Frames since the start.
    frames: u64,
    /// Whether every source has captured at once.
    begun: bool,
}

impl Appliance {
    /// When [`Input::Tick`] is wanted at the latest, besides once a second.
    #[must_use]
    pub const fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// Whether no further round will come, and all are scored.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.machine.is_over()
    }
}
