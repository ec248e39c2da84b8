//! Verdicts of the session so far: computed elsewhere, from what is on the disk, while watching goes on; written down and reported here.

use std::collections::BTreeMap;
use std::path::Path;

use earwitness_core::event::{Fault, What};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::notices::{Fact, Trouble};
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{self, Outcome, Verdicts};
use earwitness_store::{Error, Kind, Material, Reader, SessionId, Store};

use super::Appliance;

/// Verdicts, and what they were computed from.
#[derive(Debug)]
pub struct Judged {
    material: Material,
    verdicts: Verdicts,
    settings: verdict::VerdictSettings,
}

/// The verdicts of a session in the store of a folder.
///
/// # Errors
/// When the store cannot be read.
pub fn judge(folder: &Path, session: SessionId) -> Result<Judged, Error> {
    let reader = Reader::open(folder)?;
    let (row, material) = (reader.session(session)?, reader.material(session)?);
    let settings = row.verdict_settings();
    let verdicts = material.verdicts(&settings);
    Ok(Judged { material, verdicts, settings })
}

/// Writes down the verdicts of a session that has ended.
///
/// # Errors
/// When the store cannot be read or written.
pub fn conclude(folder: &Path, session: SessionId, now: Timestamp) -> Result<(), Error> {
    let (mut store, _) = Store::open(folder)?;
    store.resume(session)?;
    let (row, material) = (store.reader()?.session(session)?, store.material()?);
    let settings = row.verdict_settings();
    store.write_verdicts(now, &material, &material.verdicts(&settings), &settings)
}

/// The last verdict on a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LastVerdict {
    /// The verdict in words.
    pub(super) words: &'static str,
    /// Whether others were seen to send under the same address.
    several: bool,
    /// Whether it, or one before it, was reported.
    is_reported: bool,
}

impl LastVerdict {
    /// Notes a verdict; whether it is reported. The first one is only where it says something: that a device was not tested, or is not decided yet, is in reports and
    /// in the status, and strangers can make any number of such devices. From then on each change is, and that others send under its address.
    fn replace(all: &mut BTreeMap<DeviceId, Self>, device: DeviceId, outcome: Outcome, several: bool) -> bool {
        let before = all.get(&device).copied();
        let says_something = !matches!(outcome, Outcome::NotTested(_) | Outcome::Undecided(_));
        let now = Self {
            words: outcome.words(),
            several,
            is_reported: says_something || before.is_some_and(|before| before.is_reported),
        };
        all.insert(device, now);
        now.is_reported && before != Some(now)
    }
}

impl Appliance {
    /// The session whose verdicts are wanted now, if so: who asks has them computed ([`judge`]) and hands them in.
    pub fn to_judge(&mut self) -> Option<SessionId> {
        let session = self.ledger.store().current().filter(|_| self.verdicts_wanted && !self.ledger.is_stuck())?;
        self.verdicts_wanted = false;
        Some(session)
    }

    /// Writes verdicts down, and reports those that have changed.
    pub(super) fn judged(&mut self, judged: Judged, now: Timestamp) {
        let Judged { material, verdicts, settings } = judged;
        let written = self.ledger.write_verdicts(now, &material, &verdicts, &settings);
        self.report_store_events(now);
        if let Err(error) = written {
            self.report(What::Fault(Fault::Store { said: error.to_string() }), now);
            return;
        }
        self.fact(Fact::Trouble(Trouble::Verdicts, None), now);
        for found in material.devices() {
            self.device_names.learn_senders(found.id, &found.sender_signs);
        }
        for verdict in &verdicts.devices {
            let (device, outcome) = (verdict.device, verdict.outcome);
            let senders = self.device_names.senders(device).to_vec();
            if LastVerdict::replace(&mut self.verdicts, device, outcome, !senders.is_empty()) {
                let (rounds, p) = (verdict.evidence.rounds, verdict.evidence.p);
                self.report(What::Verdict { device, outcome, rounds, p, senders }, now);
            }
        }
    }

    /// Sets a damaged store aside; reports what else keeps verdicts from being computed.
    pub(super) fn not_judged(&mut self, error: &Error, now: Timestamp) {
        // What was read may be a file that was set aside meanwhile: the one that is there now is asked.
        let damage = if error.kind == Kind::Corrupt { self.ledger.store().material().err() } else { None };
        let set_aside = damage.is_some_and(|damage| matches!(self.ledger.set_aside(&damage), Ok(true)));
        self.report_store_events(now);
        if !set_aside {
            self.report(What::Fault(Fault::NoVerdicts { said: error.to_string() }), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::mac::Mac;
    use earwitness_core::verdict::{NotTested, Undecided};

    #[test]
    fn first_verdicts_are_told_where_they_say_something_and_then_each_change() {
        let mut all = BTreeMap::new();
        let mut give = |number, outcome, several| {
            LastVerdict::replace(&mut all, DeviceId::Mac(Mac([2, 0, 0, 0, 0, number])), outcome, several)
        };
        let (not_tested, undecided) = (Outcome::NotTested(NotTested::Absent), Outcome::Undecided(Undecided::FewRounds));
        // A flood of strangers.
        assert!((2..=255).all(|number| !give(number, not_tested, false) && !give(number, undecided, true)));
        assert!(!give(1, not_tested, false) && !give(1, undecided, false));
        assert!(give(1, Outcome::NoReaction, false) && !give(1, Outcome::NoReaction, false));
        assert!(give(1, Outcome::NoReaction, true), "others send under its address");
        assert!(give(1, not_tested, true) && !give(1, not_tested, true) && give(1, Outcome::Reacts, true));
        assert!(give(0, Outcome::StreamsAlways, false));
    }
}
