//! Messages of a service to systemd: ready, alive, how it stands, stopping. Without systemd nobody listens, and that is all right.

use std::time::Duration;

use sd_notify::NotifyState;

/// The way to the service manager.
#[derive(Debug)]
pub(super) struct System {
    /// How often it wants to hear from us; half of the time after which it takes this program for dead.
    every: Option<Duration>,
    last: Duration,
}

impl System {
    pub(super) fn new() -> Self {
        let every = sd_notify::watchdog_enabled().map(|timeout| timeout / 2);
        Self { every, last: Duration::ZERO }
    }

    /// It runs now.
    pub(super) fn ready(status: &str) {
        say(&[NotifyState::Ready, NotifyState::Status(status)]);
    }

    /// It takes another configuration; [`System::ready`] follows. To say that it stops would have it ended.
    pub(super) fn reloading() {
        let Ok(since) = NotifyState::monotonic_usec_now() else { return };
        say(&[NotifyState::Reloading, since]);
    }

    /// It ends.
    pub(super) fn stopping() {
        say(&[NotifyState::Stopping]);
    }

    /// The loop goes on; `since_boot` by the clock that nobody sets.
    pub(super) fn alive(&mut self, since_boot: Duration, status: impl FnOnce() -> String) {
        let due = self.every.unwrap_or(Duration::from_secs(60));
        if since_boot.saturating_sub(self.last) < due {
            return;
        }
        self.last = since_boot;
        say(&[NotifyState::Status(&status())]);
        if self.every.is_some() {
            say(&[NotifyState::Watchdog]);
        }
    }
}

fn say(what: &[NotifyState<'_>]) {
    // Outside of systemd there is no socket, which is no error.
    let _ = sd_notify::notify(what);
}
