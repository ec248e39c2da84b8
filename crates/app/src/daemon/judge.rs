//! Verdicts of the session so far, computed by a thread of its own from what is on the disk: watching goes on meanwhile.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use earwitness_core::event::{Fault, What};
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{self, Verdicts};

use super::inbox::Outbox;
use super::{Daemon, Message};
use earwitness_store::{Error, Kind, Material, Reader, SessionId};

/// Verdicts, and what they were computed from.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) material: Material,
    pub(super) verdicts: Verdicts,
    pub(super) settings: verdict::Settings,
}

/// Computes them one set at a time.
#[derive(Debug)]
pub(super) struct Judge {
    folder: PathBuf,
    outbox: Outbox<Message>,
    wanted: bool,
    busy: Arc<AtomicBool>,
}

impl Judge {
    pub(super) fn new(folder: PathBuf, outbox: Outbox<Message>) -> Self {
        Self { folder, outbox, wanted: false, busy: Arc::default() }
    }

    /// Something happened that may change a verdict.
    pub(super) fn wanted(&mut self) {
        self.wanted = true;
    }

    /// Begins if there is a reason, and the set before is done.
    pub(super) fn start_when_wanted(&mut self, session: Option<SessionId>) {
        let Some(session) = session.filter(|_| self.wanted && !self.busy.load(Ordering::Acquire)) else { return };
        self.wanted = false;
        self.busy.store(true, Ordering::Release);
        let (folder, outbox, busy) = (self.folder.clone(), self.outbox.clone(), Arc::clone(&self.busy));
        let work = move || {
            let message = match of(&folder, session) {
                Ok(judged) => Message::Judged(Box::new(judged)),
                Err(error) => Message::NotJudged(Box::new(error)),
            };
            busy.store(false, Ordering::Release);
            outbox.send(message);
        };
        if thread::Builder::new().name("judge".to_owned()).spawn(work).is_err() {
            self.busy.store(false, Ordering::Release);
        }
    }
}

/// The verdicts of a stored session.
fn of(folder: &std::path::Path, session: SessionId) -> Result<Judged, Error> {
    let reader = Reader::open(folder)?;
    let (row, material) = (reader.session(session)?, reader.material(session)?);
    let settings = row.verdict_settings();
    let verdicts = material.verdicts(&settings);
    Ok(Judged { material, verdicts, settings })
}

impl Daemon<'_> {
    /// Writes verdicts down, and tells those that have changed.
    pub(super) fn judged(&mut self, judged: Judged, now: Timestamp) {
        let Judged { material, verdicts, settings } = judged;
        let written = self.ledger.store_mut().told(now, &material, &verdicts, &settings);
        self.tell_of_store(now);
        if let Err(error) = written {
            self.tell(What::Fault(Fault::Store { said: error.to_string() }), now);
            return;
        }
        for verdict in &verdicts.devices {
            let (device, outcome) = (verdict.device, verdict.outcome);
            if self.verdicts.insert(device, outcome.words()) != Some(outcome.words()) {
                let (rounds, p) = (verdict.evidence.rounds, verdict.evidence.p);
                self.tell(What::Verdict { device, outcome, rounds, p }, now);
            }
        }
    }

    /// Sets a damaged store aside; tells what else keeps verdicts from being computed.
    pub(super) fn not_judged(&mut self, error: &Error, now: Timestamp) {
        // The thread may have read a file that was set aside meanwhile: the one that is there now is asked.
        let damage = if error.kind == Kind::Corrupt { self.ledger.store().material().err() } else { None };
        let set_aside = damage.is_some_and(|damage| matches!(self.ledger.set_aside(&damage), Ok(true)));
        self.tell_of_store(now);
        if !set_aside {
            self.tell(What::Fault(Fault::NoVerdicts { said: error.to_string() }), now);
        }
    }
}
