//! What the two halves of a client, and whoever shows something, leave for each other. Nobody waits for anybody here.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::snapshot::{Snapshot, Upload};

/// Uploads that wait to be published: more in a second are no household's.
const MOST_UPLOADS: usize = 64;
/// Messages of others that wait to be looked at: as many devices as a process before may have announced, and some orders.
const MOST_HEARD: usize = 1_100;

/// A message of others.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) topic: String,
    pub(super) payload: Vec<u8>,
    /// Whether the broker had kept it: an order that was given before is none.
    pub(super) is_kept: bool,
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) snapshot: Option<Snapshot>,
    pub(super) uploads: VecDeque<Upload>,
    pub(super) heard: VecDeque<Heard>,
    /// The number of the connection that is open.
    pub(super) connection: Option<u64>,
    pub(super) is_closed: bool,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    connections: Mutex<u64>,
    bell: Notify,
}

impl Inbox {
    pub(super) fn show(&self, snapshot: Snapshot) {
        self.change(|it| it.snapshot = Some(snapshot));
    }

    pub(super) fn upload(&self, upload: Upload) {
        self.change(|it| bounded(&mut it.uploads, upload, MOST_UPLOADS));
    }

    pub(super) fn heard(&self, heard: Heard) {
        self.change(|it| bounded(&mut it.heard, heard, MOST_HEARD));
    }

    pub(super) fn connected(&self) {
        let mut connections = lock(&self.connections);
        *connections += 1;
        let number = *connections;
        self.change(|it| it.connection = Some(number));
    }

    pub(super) fn lost(&self) {
        self.change(|it| it.connection = None);
    }

    pub(super) fn close(&self) {
        self.change(|it| it.is_closed = true);
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.waiting).is_closed
    }

    /// The number of the connection that is open.
    pub(super) fn connection(&self) -> Option<u64> {
        lock(&self.waiting).connection
    }

    /// Waits until something has changed, and takes what is to be taken.
    pub(super) async fn next(&self) -> Waiting {
        self.bell.notified().await;
        let mut waiting = lock(&self.waiting);
        let (connection, is_closed) = (waiting.connection, waiting.is_closed);
        let taken = std::mem::take(&mut *waiting);
        (waiting.connection, waiting.is_closed) = (connection, is_closed);
        taken
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut lock(&self.waiting));
        self.bell.notify_one();
    }
}

/// The oldest gives way.
fn bounded<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// What a lock holds, also where somebody ended while holding it: nothing is left half done under these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
