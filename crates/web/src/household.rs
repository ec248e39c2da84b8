//! What a home that is watched offers to its page: what was seen, how it stands, and what a person may ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use earwitness_core::findings::{DeviceFindings, DeviceId};
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict::Outcome;
use earwitness_report::json::status::Status;
use tokio::sync::{broadcast, watch};

use crate::home::Material;
use crate::kept::{Export, Kept};

/// What was seen lately, and what is known of the devices.
pub struct Reading {
    /// The latest days, without verdicts.
    pub material: Material,
    /// The number of each device, which never changes.
    pub numbers: BTreeMap<DeviceId, usize>,
    /// What devices are called of which nothing was seen lately.
    pub names: BTreeMap<DeviceId, String>,
    /// Devices that a person does not want to see among the others.
    pub ignored: BTreeSet<DeviceId>,
    /// The verdicts that were told last.
    pub verdicts: Option<Told>,
}

/// Verdicts of a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Number of the session.
    pub session: i64,
    /// When they were told.
    pub at: Timestamp,
    /// The verdict on each device, and to whom probes made it send.
    pub devices: Vec<(DeviceId, Outcome, Vec<String>)>,
}

/// A session in a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended; nothing where it goes on, or was broken off.
    pub ended: Option<Timestamp>,
    /// Rounds that were played.
    pub rounds: usize,
    /// What it came to, in a few words.
    pub outcome: String,
}

/// A check of the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// Whether it is as it should be.
    pub is_well: bool,
    /// What was found, and what to do about it.
    pub words: String,
}

/// What a test of the home does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// What is said or played, and how loud, in sentences.
    pub words: String,
    /// Until when nothing may sound, where that is so now.
    pub quiet: Option<String>,
    /// The hours in which nothing sounds by itself, such as "21:00-08:00".
    pub quiet_hours: Vec<String>,
}

/// What a person asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wish {
    /// Test the home now; `anyway`: in quiet hours as well, and while somebody is at home.
    Test {
        /// Whether quiet hours and presence do not matter.
        anyway: bool,
    },
    /// End a test.
    EndTest,
    /// Play nothing, for so many minutes or until [`Wish::Resume`].
    Pause {
        /// How long.
        minutes: Option<u32>,
    },
    /// Play again.
    Resume,
    /// Whether somebody is at home; nothing leaves it to the telephones.
    Presence {
        /// Whether somebody is.
        somebody: Option<bool>,
    },
    /// What a device is called; nothing takes its name away.
    Name {
        /// Which.
        device: DeviceId,
        /// The name.
        name: Option<String>,
    },
    /// Whether a device is listed apart.
    Ignore {
        /// Which.
        device: DeviceId,
        /// Whether it is.
        ignored: bool,
    },
    /// Forget a device that is gone: it is listed again when it sends again.
    Forget {
        /// Which.
        device: DeviceId,
    },
}

/// A home that is watched. What reads the store or asks another process may take a while, and is called by threads that may wait.
pub trait Household: Send + Sync + 'static {
    /// What was seen lately.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self) -> Result<Reading, String>;

    /// A session of probes with its verdicts; nothing where there is none of that number.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn session(&self, id: i64) -> Result<Option<Material>, String>;

    /// All sessions with a round, the latest first.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn sessions(&self) -> Result<Vec<Session>, String>;

    /// Experiments and searches for words that are kept beside the store, the latest first; at most [`MOST_KEPT`](crate::MOST_KEPT).
    ///
    /// # Errors
    /// Why they cannot be read.
    fn experiments(&self) -> Result<Vec<Kept>, String>;

    /// The one of this name; nothing where there is none. A name is compared to those that there are, and never becomes a path.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn experiment(&self, name: &str) -> Result<Option<Kept>, String>;

    /// A file of the one of this name; nothing where there is none, or that cannot be had of it now.
    ///
    /// # Errors
    /// Why it cannot be made.
    fn export(&self, name: &str, export: Export) -> Result<Option<Vec<u8>>, String>;

    /// The frames of a sighting that are still kept, as a pcapng file of bounded length with comments; `device` is all that is handed in of its device.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn frames(&self, device: DeviceFindings) -> Result<Vec<u8>, String>;

    /// What was played in a time or shortly before it, a sentence each without a full stop.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn sounded(&self, window: Window) -> Result<Vec<String>, String>;

    /// How the machine is.
    fn health(&self) -> Vec<Check>;

    /// What a test would do.
    ///
    /// # Errors
    /// Why there can be none.
    fn plan(&self) -> Result<Plan, String>;

    /// Does what a person wants; says how it stands then.
    ///
    /// # Errors
    /// Why it was not done.
    fn carry_out(&self, wish: Wish) -> Result<String, String>;

    /// How it stands, as it changes.
    fn status(&self) -> watch::Receiver<Arc<Status>>;

    /// What happens from now on, each an object of `docs/schema/event-1.json`.
    fn events(&self) -> broadcast::Receiver<Arc<str>>;
}
