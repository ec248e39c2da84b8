//! A home that is watched while its page is looked at.

mod now;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::time::Timestamp;
use earwitness_report::json::status::Status;
use tokio::sync::watch;

pub(crate) use self::now::{Now, said, today};
use crate::home::Home;
use crate::household::{Household, Told};
use crate::snapshot::Snapshot;

/// What was seen is read anew so often while somebody looks, and at once when something was changed.
const FRESH: Duration = Duration::from_secs(20);
/// Somebody looks as long as the last page is younger than this.
const LOOKED: Duration = Duration::from_secs(120);
/// After a failure, before it is tried again; sooner as long as there is nothing to be shown, as right after the first start.
const AGAIN: Duration = Duration::from_secs(2);
const AGAIN_AT_FIRST: Duration = Duration::from_millis(250);
/// Between two looks whether something is due.
const SOON: Duration = Duration::from_millis(100);

/// A home that is watched, with a thread that reads what was seen.
pub(crate) struct Living {
    household: Arc<dyn Household>,
    shared: Arc<Shared>,
    status: watch::Receiver<Arc<Status>>,
    now: Mutex<Option<Made>>,
}

/// The session that verdicts are of: its number, when they were told, and what it showed.
type Tested = (i64, Timestamp, Arc<Home>);

/// What was made for pages that are open: of which status and stamp, and what.
type Made = (Arc<Status>, u64, Arc<str>);

/// Uploads of today.
fn uploads(status: &Status) -> u64 {
    status.today.iter().map(|it| u64::from(it.uploads)).sum()
}

#[derive(Default)]
struct Shared {
    held: Mutex<Held>,
    wake: Condvar,
}

#[derive(Default)]
struct Held {
    snapshot: Option<Arc<Snapshot>>,
    /// Whether it could not be read at last.
    failed: bool,
    tested: Option<Tested>,
    /// When it was read, and when somebody looked, since the machine was started.
    read: Duration,
    looked: Duration,
    is_stale: bool,
    ends: bool,
}

impl Living {
    /// Begins to read.
    ///
    /// # Errors
    /// When there are no threads left.
    pub(crate) fn begin(household: Arc<dyn Household>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (reads, held) = (Arc::clone(&household), Arc::clone(&shared));
        thread::Builder::new().name("page".to_owned()).spawn(move || read(&*reads, &held))?;
        let status = household.status();
        Ok(Self { household, shared, status, now: Mutex::new(None) })
    }

    /// The home.
    pub(crate) fn household(&self) -> &Arc<dyn Household> {
        &self.household
    }

    /// What was seen lately; nothing where nothing could be read yet.
    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let mut held = self.shared.held();
        held.looked = clock::since_boot();
        self.shared.wake.notify_all();
        held.snapshot.clone()
    }

    /// The session that verdicts are of; nothing where it cannot be shown. It may be read, so that it takes a while.
    pub(crate) fn tested(&self, told: &Told) -> Option<Arc<Home>> {
        let known = self.shared.held().tested.clone().filter(|it| (it.0, it.1) == (told.session, told.at));
        if let Some((.., home)) = known {
            return Some(home);
        }
        let home = Arc::new(Home::new(self.household.session(told.session).ok().flatten()?));
        self.shared.held().tested = Some((told.session, told.at, Arc::clone(&home)));
        Some(home)
    }

    /// Something was changed: what is shown is read anew.
    pub(crate) fn changed(&self) {
        self.shared.held().is_stale = true;
        self.shared.wake.notify_all();
    }

    /// How it stands.
    pub(crate) fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    /// How it stands, as it changes.
    pub(crate) fn follow(&self) -> watch::Receiver<Arc<Status>> {
        self.status.clone()
    }

    /// What pages that are open are told, as JSON: made once, however many are open.
    pub(crate) fn now(&self, status: &Arc<Status>) -> Arc<str> {
        let Some(snapshot) = self.snapshot() else { return "{}".into() };
        let mut made = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, stamp, text)) = made.as_ref()
            && Arc::ptr_eq(of, status)
            && *stamp == snapshot.stamp
        {
            return Arc::clone(text);
        }
        if made.as_ref().is_some_and(|(of, ..)| uploads(of) != uploads(status)) {
            // It is in the store by now.
            self.changed();
        }
        let text: Arc<str> = Now::new(&snapshot, status).json().into();
        *made = Some((Arc::clone(status), snapshot.stamp, Arc::clone(&text)));
        text
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        self.shared.held().ends = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    /// Nothing is left half done where somebody ended while holding it.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what was seen, as long as somebody looks; ends with the home.
fn read(household: &dyn Household, shared: &Shared) {
    let mut stamp = 0;
    loop {
        let mut held = shared.held();
        loop {
            if held.ends {
                return;
            }
            let now = clock::since_boot();
            let age = now.saturating_sub(held.read);
            let is_looked_at = now.saturating_sub(held.looked) < LOOKED;
            let due = match (held.failed, &held.snapshot) {
                (true, None) => AGAIN_AT_FIRST,
                (true, Some(_)) => AGAIN,
                (false, _) => FRESH,
            };
            if stamp == 0 || held.is_stale || (is_looked_at && age >= due) {
                break;
            }
            if !is_looked_at {
                held.tested = None;
            }
            let wait = if is_looked_at { due.saturating_sub(age).max(SOON) } else { Duration::from_secs(3_600) };
            held = shared.wake.wait_timeout(held, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        held.is_stale = false;
        drop(held);
        stamp += 1;
        let read = household.read().map(|reading| Snapshot::of(reading, stamp));
        let mut held = shared.held();
        held.read = clock::since_boot();
        match read {
            Ok(mut snapshot) => {
                // A page that is open is loaded again for something new only: whoever goes through it with a keyboard begins anew then.
                if let Some(before) = held.snapshot.as_ref().filter(|it| it.shows_what(&snapshot)) {
                    snapshot.stamp = before.stamp;
                }
                (held.snapshot, held.failed) = (Some(Arc::new(snapshot)), false);
            }
            Err(error) => {
                tracing::warn!(error, "what was seen cannot be read");
                held.failed = true;
            }
        }
    }
}
