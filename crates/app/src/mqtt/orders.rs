//! Orders of a person, one after the other in a thread of their own: an answer may take seconds.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use earwitness_mqtt::Command;

/// Orders that wait; who presses a button more often is not waited for.
const MOST: usize = 8;

/// Where orders are handed in. The thread ends with the last of them.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    to: SyncSender<Command>,
    answer: Arc<Mutex<Option<String>>>,
}

impl Orders {
    /// Begins; `carry_out` says what came of an order.
    pub(super) fn start(carry_out: impl Fn(Command) -> String + Send + 'static) -> io::Result<Self> {
        let (to, from) = sync_channel(MOST);
        let answer = Arc::new(Mutex::new(None));
        let last = Arc::clone(&answer);
        thread::Builder::new().name("mqtt-orders".to_owned()).spawn(move || {
            for command in from {
                let said = carry_out(command);
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
            }
        })?;
        Ok(Self { to, answer })
    }

    /// Hands one in, without waiting.
    pub(super) fn give(&self, command: Command) {
        // Of more than can wait, none is worth more than those before.
        let _ = self.to.try_send(command);
    }

    /// What came of the last one.
    pub(super) fn answer(&self) -> Option<String> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
