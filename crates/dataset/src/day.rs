//! Days of UTC, by which tables are partitioned.

use earwitness_core::time::{SECOND, Timestamp};
use jiff::SignedDuration;
use jiff::civil::{Date, date};

/// A day of UTC; none for what belongs to no moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Day(Option<i64>);

impl Day {
    /// The day of a moment.
    pub(crate) fn of(at: Option<Timestamp>) -> Self {
        Self(at.map(|at| at.nanos().div_euclid(86_400 * SECOND)))
    }

    fn date(self) -> Option<Date> {
        let first: Date = date(1970, 1, 1);
        self.0.and_then(|days| first.checked_add(SignedDuration::from_hours(days.saturating_mul(24))).ok())
    }

    /// Its folder; that of no day is what Hive calls the partition of empty cells, which Spark and duckdb read as such.
    pub(crate) fn folder(self) -> String {
        self.date().map_or_else(|| "date=__HIVE_DEFAULT_PARTITION__".to_owned(), |day| format!("date={day}"))
    }
}

/// The day of UTC of a moment, as `2026-03-01`.
#[must_use]
pub fn of(at: Timestamp) -> String {
    Day::of(Some(at)).date().map(|it| it.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_in_its_day_of_utc() {
        let folder = |nanos: i64| Day::of(Some(Timestamp::from_nanos(nanos))).folder();
        assert_eq!(folder(1_772_323_200 * SECOND - 1), "date=2026-02-28");
        assert_eq!(folder(1_772_323_200 * SECOND), "date=2026-03-01");
        assert_eq!(folder(-1), "date=1969-12-31");
        assert_eq!(folder(i64::MAX), "date=2262-04-11");
        assert_eq!(folder(i64::MIN), "date=1677-09-21");
        assert_eq!(Day::of(None).folder(), "date=__HIVE_DEFAULT_PARTITION__");
    }
}
