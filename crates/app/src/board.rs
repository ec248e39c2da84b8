//! How the appliance stands and what happens, for those who show it while it goes on: a page, a home automation.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use earwitness_report::json::status::Status;
use tokio::sync::{broadcast, watch};

/// Events that one who follows may be behind before it misses some.
const BEHIND: usize = 256;

/// Where the daemon puts it up. Nobody who reads holds it up.
#[derive(Clone)]
pub struct Board {
    status: watch::Sender<Arc<Status>>,
    events: broadcast::Sender<Arc<str>>,
    links: Arc<Mutex<Option<Link>>>,
}

/// Makes a link that lets a browser in.
type Link = Box<dyn Fn() -> String + Send>;

impl fmt::Debug for Board {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Board")
    }
}

impl Default for Board {
    fn default() -> Self {
        Self { status: watch::Sender::default(), events: broadcast::Sender::new(BEHIND), links: Arc::default() }
    }
}

impl Board {
    /// Whether anybody follows.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        self.status.receiver_count() > 0
    }

    /// Puts up how it stands now.
    pub fn put(&self, status: Status) {
        self.status.send_replace(Arc::new(status));
    }

    /// Puts up an event, as a JSON object (`docs/schema/event-1.json`), after it was written down.
    pub fn tell(&self, event: impl FnOnce() -> String) {
        if self.events.receiver_count() > 0 {
            // Who left meanwhile is told nothing.
            let _ = self.events.send(event().into());
        }
    }

    /// A page is served from now on, whose link this is.
    pub fn offer(&self, link: impl Fn() -> String + Send + 'static) {
        *self.links.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(link));
    }

    /// The link that lets the next browser in; nothing where no page is served.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|link| link())
    }

    /// How it stands: about once a second, and within half a second of the beginning and end of an upload.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    /// What happens from now on, each an object of `docs/schema/event-1.json`.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<str>> {
        self.events.subscribe()
    }
}
