//! Clocks that disagree: ours that is set, and that of another machine which stamps the frames.

use std::time::Duration;

use crate::time::{MILLISECOND, SECOND, Timestamp};

/// Between two looks, a clock that is steered gains or loses at most 500 millionths (`adjtimex`), which is 30 ms in a minute; more is a step.
const STEP: i64 = 100 * MILLISECOND;

/// Notices when the realtime clock is set.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// Realtime less the clock that nobody sets.
    apart: i64,
}

impl Steps {
    /// By both clocks, read at the same moment.
    #[must_use]
    pub fn new((now, since_boot): (Timestamp, Duration)) -> Self {
        Self { apart: apart(now, since_boot) }
    }

    /// By how much the clock was set since the check before, nanoseconds; to be called at least once a minute.
    pub fn check(&mut self, (now, since_boot): (Timestamp, Duration)) -> Option<i64> {
        let apart = apart(now, since_boot);
        let by = apart.saturating_sub(self.apart);
        self.apart = apart;
        (by.saturating_abs() > STEP).then_some(by)
    }
}

fn apart(now: Timestamp, since_boot: Duration) -> i64 {
    now.nanos().saturating_sub(i64::try_from(since_boot.as_nanos()).unwrap_or(i64::MAX))
}

/// Frames that are looked at before a clock is judged: the quickest of them was hardly delayed.
const ENOUGH_FRAMES: u32 = 50;

/// In a home where little is said, so many are enough once this time has passed, nanoseconds.
const FEWEST: (u32, i64) = (5, 10 * SECOND);

/// What a frame may be on its way at most before its stamp counts as wrong: a buffer of a second, and half of one for the network.
const ON_ITS_WAY: i64 = 1_500 * MILLISECOND;

/// Stamps may run ahead of us by so much.
const AHEAD: i64 = 100 * MILLISECOND;

/// How far the clock of a source is off, by the frames that arrive soonest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offset {
    correction: i64,
    seen: u32,
    least: Option<i64>,
    /// When the first of them came.
    since: Option<Timestamp>,
}

impl Offset {
    /// What is to be added to stamps, nanoseconds.
    #[must_use]
    pub const fn correction(&self) -> i64 {
        self.correction
    }

    /// A frame with this stamp came at `now`. Says so when the correction has changed.
    pub fn frame(&mut self, stamp: Timestamp, now: Timestamp) -> Option<i64> {
        let late = now.since(stamp);
        self.least = Some(self.least.map_or(late, |least| least.min(late)));
        self.seen += 1;
        let passed = now.since(*self.since.get_or_insert(now)).saturating_abs();
        if self.seen < ENOUGH_FRAMES && (self.seen < FEWEST.0 || passed < FEWEST.1) {
            return None;
        }
        (self.seen, self.since) = (0, None);
        let least = self.least.take()?.saturating_sub(self.correction);
        if (-AHEAD..=ON_ITS_WAY).contains(&least) {
            return None;
        }
        self.correction = self.correction.saturating_add(least);
        Some(self.correction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_nanos(1_700_000_000 * SECOND + millis * MILLISECOND)
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_and_one_that_is_steered_is_not() {
        let mut steps = Steps::new((at(0), Duration::from_secs(100)));
        assert_eq!(steps.check((at(60_030), Duration::from_secs(160))), None, "500 millionths fast");
        assert_eq!(steps.check((at(61_030), Duration::from_secs(161))), None);
        assert_eq!(steps.check((at(3_662_030), Duration::from_secs(162))), Some(3_600 * SECOND));
        assert_eq!(steps.check((at(3_663_030), Duration::from_secs(163))), None, "it is said once");
        assert_eq!(steps.check((at(64_030), Duration::from_secs(164))), Some(-3_600 * SECOND));
    }

    #[test]
    fn a_router_whose_clock_is_wrong_is_put_right_by_its_quickest_frames() {
        let mut offset = Offset::default();
        // Two hours behind, and 20 to 220 ms on the way.
        let corrections: Vec<i64> =
            (0..200).filter_map(|turn| offset.frame(at(turn * 10 - 7_200_000), at(turn * 10 + 20 + turn % 5 * 50))).collect();
        assert_eq!(corrections, [7_200_020 * MILLISECOND]);
        assert_eq!(offset.correction(), 7_200_020 * MILLISECOND);
        // It is set right.
        let corrections: Vec<i64> = (0..200).filter_map(|turn| offset.frame(at(turn * 10), at(turn * 10 + 20))).collect();
        assert_eq!(corrections, [20 * MILLISECOND]);
    }

    #[test]
    fn a_capture_that_is_late_by_its_buffer_is_left_alone() {
        let mut offset = Offset::default();
        assert!((0..500).all(|turn| offset.frame(at(turn * 10), at(turn * 10 + 1_000)).is_none()));
    }
}
