//! Moments and stretches of the capture's own clock.
//!
//! The clock is the one that stamped the frames. Nothing in this crate reads another.

use std::fmt;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: i64 = 1_000_000;

/// A moment: nanoseconds since 1970-01-01T00:00:00 UTC, as stamped on a frame.
///
/// Reaches from the year 1677 to 2262; arithmetic saturates at the ends, because a stranger's file may claim any time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest moment that can be told.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest moment that can be told.
    pub const MAX: Self = Self(i64::MAX);

    /// A moment from nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Nanoseconds from `earlier` to `self`; negative when `self` comes first.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Nanoseconds between the two, whichever comes first.
    #[must_use]
    pub const fn apart(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }

    /// The moment `nanos` later (or earlier, when negative).
    #[must_use]
    pub const fn plus(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0.div_euclid(SECOND), self.0.rem_euclid(SECOND));
        write!(f, "{seconds}.{nanos:09}")
    }
}

/// A part of every day: hours in which nothing may sound, or nobody is to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quiet {
    /// First minute of the day, local time, 0 to 1,439.
    pub from: u16,
    /// First minute after; before or at `from`, it lies on the next day.
    pub until: u16,
}

impl Quiet {
    /// Whether `at` lies inside, where local time is so many nanoseconds ahead of UTC.
    #[must_use]
    pub const fn contains(self, at: Timestamp, ahead: i64) -> bool {
        let minute = at.plus(ahead).nanos().div_euclid(60 * SECOND).rem_euclid(1_440);
        let (from, until) = (self.from as i64, self.until as i64);
        if from < until { from <= minute && minute < until } else { minute >= from || minute < until }
    }
}

/// A stretch of time, half open: `from` belongs to it, `until` does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First moment inside.
    pub from: Timestamp,
    /// First moment after.
    pub until: Timestamp,
}

impl Window {
    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Length in nanoseconds; 0 for an empty or reversed window.
    #[must_use]
    pub fn length(self) -> i64 {
        self.until.since(self.from).max(0)
    }

    /// Whether the two share a moment.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}
