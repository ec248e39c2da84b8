//! What all answers are made from.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use earwitness_base::clock;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::doors::{Change, Doors};
use crate::home::Home;
use crate::household::{Household, Told, Wish};
use crate::shown::Shown;
use crate::snapshot::Snapshot;

/// Longest pause that is taken, minutes.
pub(crate) const LONGEST_PAUSE: u32 = 7 * 24 * 60;

/// How long what was done may take until it shows.
const SHOWN: Duration = Duration::from_secs(3);

/// How long who looks first waits until something was read, and how often it is looked.
const FIRST: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(10);

/// A home behind its doors.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) shown: Arc<Shown>,
    pub(crate) doors: Arc<Doors>,
}

impl Site {
    /// What there is to be seen. Right after the first start, that is waited for; nothing where it does not come soon.
    pub(crate) async fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let until = clock::since_boot() + FIRST;
        loop {
            let snapshot = self.shown.snapshot();
            if snapshot.is_some() || clock::since_boot() >= until {
                return snapshot;
            }
            sleep(LOOK).await;
        }
    }

    /// Asks the home that is watched, in a thread that may wait; nothing where none is.
    pub(crate) async fn wait<T: Send + 'static>(&self, ask: impl FnOnce(&dyn Household) -> T + Send + 'static) -> Option<T> {
        let household = Arc::clone(self.shown.living()?.household());
        spawn_blocking(move || ask(&*household)).await.ok()
    }

    /// The session that verdicts are of; nothing where it cannot be shown.
    pub(crate) async fn tested(&self, told: Told) -> Option<Arc<Home>> {
        let shown = Arc::clone(&self.shown);
        spawn_blocking(move || shown.living()?.tested(&told)).await.ok().flatten()
    }

    /// Does what a person wants; nothing where no home is watched.
    pub(crate) async fn carry_out(&self, wish: Wish, _: &Change) -> Option<Result<String, String>> {
        let done = self.wait(move |household| household.carry_out(wish)).await;
        let living = self.shown.living()?;
        living.changed();
        // The page that follows shows how it stands then.
        let (after, mut status) = (clock::now().nanos(), living.follow());
        let _ = timeout(SHOWN, status.wait_for(|status| status.at_ns >= after)).await;
        Some(done.unwrap_or_else(|| Err("That failed.".to_owned())))
    }
}

/// A number of a path.
pub(crate) type Number = Result<Path<usize>, PathRejection>;

/// The number in a path; what is none leads nowhere.
pub(crate) fn number<T>(path: Result<Path<T>, PathRejection>) -> Option<T> {
    path.ok().map(|Path(it)| it)
}
