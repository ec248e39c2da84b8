//! Verdicts are computed by a thread of their own, from what is on the disk: watching goes on meanwhile.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use earwitness_store::SessionId;

use super::Message;
use super::inbox::Outbox;
use crate::appliance::judge;

/// Computes them one set at a time.
#[derive(Debug)]
pub(super) struct Judge {
    folder: PathBuf,
    outbox: Outbox<Message>,
    busy: Arc<AtomicBool>,
}

impl Judge {
    pub(super) fn new(folder: PathBuf, outbox: Outbox<Message>) -> Self {
        Self { folder, outbox, busy: Arc::default() }
    }

    /// Whether the set before is not done yet.
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// Begins.
    pub(super) fn start(&self, session: SessionId) {
        self.busy.store(true, Ordering::Release);
        let (folder, outbox, busy) = (self.folder.clone(), self.outbox.clone(), Arc::clone(&self.busy));
        let work = move || {
            let message = match judge(&folder, session) {
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
