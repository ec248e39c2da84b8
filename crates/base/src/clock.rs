//! Clocks. Whoever decides by the time is given a [`Clock`]; only [`System`] reads one, so that a test can put [`Simulated`] in its place.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use earwitness_core::time::{SECOND, Timestamp};
use jiff::tz::TimeZone;
use rustix::time::{ClockId, clock_gettime};

/// What tells the time.
pub trait Clock {
    /// What the kernel would stamp a frame with at this moment.
    fn now(&self) -> Timestamp;

    /// What has passed since the machine was switched on, time asleep included; nobody can set it.
    fn since_boot(&self) -> Duration;

    /// What local time is ahead of UTC at a moment, nanoseconds.
    fn ahead(&self, at: Timestamp) -> i64;

    /// All of them at the same moment, as far as a process that others interrupt can tell.
    fn moment(&self) -> Moment {
        let mut before = self.since_boot();
        let mut best = (self.now(), before, Duration::MAX);
        for _ in 0..8 {
            let (now, after) = (self.now(), self.since_boot());
            let apart = after.saturating_sub(before);
            if apart < best.2 {
                best = (now, before, apart);
            }
            if apart < Duration::from_millis(1) {
                break;
            }
            before = after;
        }
        let (now, since_boot, _) = best;
        Moment { now, since_boot, ahead: self.ahead(now) }
    }
}

/// A moment by all clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// By the clock that stamps frames.
    pub now: Timestamp,
    /// By the clock that nobody sets.
    pub since_boot: Duration,
    /// What local time is ahead of UTC, nanoseconds.
    pub ahead: i64,
}

/// The clocks of this machine.
#[derive(Clone, Copy, Default, Debug)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
        let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_nanos(i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX))
    }

    fn since_boot(&self) -> Duration {
        let time = clock_gettime(ClockId::Boottime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    }

    fn ahead(&self, at: Timestamp) -> i64 {
        ahead(&TimeZone::system(), at)
    }
}

/// Clocks that go as a test wants.
#[derive(Debug)]
pub struct Simulated {
    now: Cell<Timestamp>,
    since_boot: Cell<Duration>,
    zone: TimeZone,
}

impl Simulated {
    /// A machine in this zone that is switched on at `now`.
    #[must_use]
    pub const fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now: Cell::new(now), since_boot: Cell::new(Duration::ZERO), zone }
    }

    /// Lets time pass, nanoseconds.
    pub fn pass(&self, time: i64) {
        self.now.set(self.now.get().plus(time));
        self.since_boot.set(self.since_boot.get() + Duration::from_nanos(time.max(0).unsigned_abs()));
    }

    /// Sets the clock that can be set, by so many nanoseconds.
    pub fn set(&self, by: i64) {
        self.now.set(self.now.get().plus(by));
    }

    /// Switches the machine off and on again.
    pub fn boot(&self) {
        self.since_boot.set(Duration::ZERO);
    }
}

impl Clock for Simulated {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn since_boot(&self) -> Duration {
        self.since_boot.get()
    }

    fn ahead(&self, at: Timestamp) -> i64 {
        ahead(&self.zone, at)
    }
}

fn ahead(zone: &TimeZone, at: Timestamp) -> i64 {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap_or_default();
    i64::from(zone.to_offset(moment).seconds()).saturating_mul(SECOND)
}

/// [`System`]'s clock that stamps frames, for what no test replaces: names of files, stamps in locks, deadlines of programs.
#[must_use]
pub fn now() -> Timestamp {
    System.now()
}

/// [`System`]'s clock that nobody sets.
#[must_use]
pub fn since_boot() -> Duration {
    System.since_boot()
}

/// Lets `time` pass.
pub fn sleep(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    std::thread::sleep(time);
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

    #[test]
    fn a_simulated_clock_goes_and_is_set_as_asked() {
        // The night in which clocks in Berlin go from 2 to 3 h: 2026-03-29T01:00:00Z.
        let spring = 1_774_746_000 * SECOND;
        let clock = Simulated::new(Timestamp::from_nanos(spring - 10 * SECOND), TimeZone::get("Europe/Berlin").unwrap());
        assert_eq!((clock.moment().since_boot, clock.moment().ahead), (Duration::ZERO, 3_600 * SECOND));
        clock.pass(20 * SECOND);
        assert_eq!((clock.moment().since_boot, clock.moment().ahead), (Duration::from_secs(20), 7_200 * SECOND));
        clock.set(-3_600 * SECOND);
        let Moment { now, since_boot, ahead } = clock.moment();
        assert_eq!((now.nanos(), since_boot, ahead), (spring - 3_590 * SECOND, Duration::from_secs(20), 3_600 * SECOND));
        clock.boot();
        assert_eq!(clock.since_boot(), Duration::ZERO);
    }
}
