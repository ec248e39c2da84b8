//! What probing proved, for people (in words, on a terminal) and for programs.

pub(crate) mod curve;
pub(crate) mod json;
pub(crate) mod table;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeMap;

use earwitness_core::findings::DeviceId;
use earwitness_core::probe::Round;
use earwitness_core::schedule::Lots;
use earwitness_core::verdict::{Outcome, Verdict, Verdicts};

pub use self::table::write as table;
pub use self::words::reason;

use crate::probelog::Header;

/// A session of probes and what it says, for any report.
#[derive(Clone, PartialEq, Debug)]
pub struct Probing {
    /// The verdicts with the trials behind them.
    pub verdicts: Verdicts,
    /// Where the truth is known, as in a simulated home: the words of the right verdict.
    pub expected: BTreeMap<DeviceId, String>,
    /// How the session was laid out, as far as its log tells.
    pub design: Option<Header>,
    /// What was odd about the log; a sentence each.
    pub warnings: Vec<String>,
}

impl Probing {
    /// The verdict on a device.
    #[must_use]
    pub fn of(&self, device: DeviceId) -> Option<&Verdict> {
        self.verdicts.devices.iter().find(|it| it.device == device)
    }

    /// What sentences about one device say of others.
    #[must_use]
    pub fn others(&self, names: impl IntoIterator<Item = (DeviceId, String)>) -> words::Others<'_> {
        words::Others { names: names.into_iter().collect(), control: &self.verdicts.control }
    }

    /// The lots of its rounds, drawn again; `None` where the log names no seed, so that they are on trust.
    #[must_use]
    pub fn lots(&self) -> Option<Lots> {
        let design = self.design.as_ref()?;
        let rounds: Vec<Round> = self.verdicts.trials.iter().map(|trial| trial.round.clone()).collect();
        Some(Lots::check(design.seed?, design.slots.and_then(|slots| usize::try_from(slots).ok()), &rounds))
    }

    /// The words of the right verdict, where they are known.
    #[must_use]
    pub fn expected(&self, device: DeviceId) -> Option<&str> {
        self.expected.get(&device).map(String::as_str)
    }

    /// How many of how many devices send what they hear, and a word on the others.
    #[must_use]
    pub fn answer(&self) -> String {
        words::headline(self)
    }

    /// What to know before believing any of the verdicts, a sentence each.
    #[must_use]
    pub fn caveats(&self) -> Vec<String> {
        words::caveats(self)
    }

    /// Rounds that counted for at least one device.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.verdicts.trials.iter().filter(|trial| !trial.round.is_void()).count()
    }
}

/// The order in which people want to read: what sends, what may, what does not, what is not known.
#[must_use]
pub const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Streams => 0,
        Outcome::SendsMore => 1,
        Outcome::Reacts => 2,
        Outcome::SendsLess => 3,
        Outcome::StreamsAlways => 4,
        Outcome::Undecided(_) => 5,
        Outcome::NoReaction => 6,
        Outcome::NotTested(_) => 7,
    }
}
