//! How long to wait before a source is started again.

use std::time::Duration;

/// The shortest wait.
const LEAST: Duration = Duration::from_secs(1);
/// The longest wait; what ran for so long is believed to be well again.
const MOST: Duration = Duration::from_secs(60);

/// The waits between starts: a second, doubled up to a minute.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    started: Option<Duration>,
    wait: Duration,
    due: Option<Duration>,
}

impl Backoff {
    /// When to start next, asked while nothing runs: at once for the first time.
    pub(super) fn due(&mut self, now: Duration) -> Duration {
        let Some(started) = self.started else { return now };
        *self.due.get_or_insert_with(|| {
            let ran = now.saturating_sub(started);
            self.wait = if ran >= MOST { LEAST } else { self.wait.saturating_mul(2).clamp(LEAST, MOST) };
            now.saturating_add(self.wait)
        })
    }

    /// It was started, or that was tried.
    pub(super) fn started(&mut self, now: Duration) {
        self.started = Some(now);
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_shrink_after_a_good_run() {
        let mut backoff = Backoff::default();
        let mut now = Duration::from_secs(1000);
        assert_eq!(backoff.due(now), now);
        let mut waits = Vec::new();
        for _ in 0..8 {
            backoff.started(now);
            let due = backoff.due(now);
            assert_eq!(backoff.due(now + Duration::from_millis(1)), due, "asking again does not put it off");
            waits.push(due.saturating_sub(now).as_secs());
            now = due;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.started(now);
        now += Duration::from_secs(120);
        assert_eq!(backoff.due(now), now + Duration::from_secs(1));
    }
}
