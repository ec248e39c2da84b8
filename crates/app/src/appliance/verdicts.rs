//! Verdicts of the session so far: computed elsewhere, from what is on the disk, while watching goes on; written down and told here.

use std::path::Path;

use earwitness_core::event::{Fault, What};
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{self, Verdicts};
use earwitness_store::{Error, Kind, Material, Reader, SessionId};

use super::Appliance;

/// Verdicts, and what they were computed from.
#[derive(Debug)]
pub struct Judged {
    material: Material,
    verdicts: Verdicts,
    settings: verdict::Settings,
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

impl Appliance {
    /// The session whose verdicts are wanted now, if so: who asks has them computed ([`judge`]) and hands them in.
    pub fn to_judge(&mut self) -> Option<SessionId> {
        let session = self.ledger.store().current().filter(|_| self.verdicts_wanted && !self.ledger.is_stuck())?;
        self.verdicts_wanted = false;
        Some(session)
    }

    /// Writes verdicts down, and tells those that have changed.
    pub(super) fn judged(&mut self, judged: Judged, now: Timestamp) {
        let Judged { material, verdicts, settings } = judged;
        let written = self.ledger.store_told(now, &material, &verdicts, &settings);
        self.tell_of_store(now);
        if let Err(error) = written {
            self.tell(What::Fault(Fault::Store { said: error.to_string() }), now);
            return;
        }
        for found in material.devices() {
            self.names.learn_senders(found.id, &found.sender_signs);
        }
        for verdict in &verdicts.devices {
            let (device, outcome) = (verdict.device, verdict.outcome);
            let senders = self.names.senders(device).to_vec();
            // A verdict that was told as that of one device is told again once others are seen to send under its address.
            let told = (outcome.words(), !senders.is_empty());
            if self.verdicts.insert(device, told) != Some(told) {
                let (rounds, p) = (verdict.evidence.rounds, verdict.evidence.p);
                self.tell(What::Verdict { device, outcome, rounds, p, senders }, now);
            }
        }
    }

    /// Sets a damaged store aside; tells what else keeps verdicts from being computed.
    pub(super) fn not_judged(&mut self, error: &Error, now: Timestamp) {
        // What was read may be a file that was set aside meanwhile: the one that is there now is asked.
        let damage = if error.kind == Kind::Corrupt { self.ledger.store().material().err() } else { None };
        let set_aside = damage.is_some_and(|damage| matches!(self.ledger.set_aside(&damage), Ok(true)));
        self.tell_of_store(now);
        if !set_aside {
            self.tell(What::Fault(Fault::NoVerdicts { said: error.to_string() }), now);
        }
    }
}
