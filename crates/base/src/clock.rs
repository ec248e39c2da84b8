//! The only place that reads a clock or waits: everything else is told the time, so that tests can replace it.

use std::time::{Duration, SystemTime};

use earwitness_core::time::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// Lets `time` pass.
pub fn sleep(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    std::thread::sleep(time);
}

/// What the kernel would stamp a frame with at this moment.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX))
}

/// What has passed since the machine was switched on, time asleep included; nobody can set it.
#[must_use]
pub fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Both clocks at the same moment, as far as a process that others interrupt can tell.
#[must_use]
pub fn both() -> (Timestamp, Duration) {
    let mut before = since_boot();
    let mut best = (now(), before, Duration::MAX);
    for _ in 0..8 {
        let (now, after) = (now(), since_boot());
        let apart = after.saturating_sub(before);
        if apart < best.2 {
            best = (now, before, apart);
        }
        if apart < Duration::from_millis(1) {
            break;
        }
        before = after;
    }
    (best.0, best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_nobody_sets_goes_on() {
        let before = since_boot();
        sleep(Duration::from_millis(2));
        assert!(since_boot().saturating_sub(before) >= Duration::from_millis(2));
        assert!(now().nanos() > 1_700_000_000_000_000_000, "the machine's clock is before 2023");
    }
}
