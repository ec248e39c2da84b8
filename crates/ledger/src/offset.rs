//! How far a vendor's clock is ahead of ours.
//!
//! Each upload and each record near it would be of one event for a stretch of offsets. The true offset lies where most of these stretches overlap; those
//! of pairs that do not belong together are spread evenly. Time O(p log p) for p pairs, of which each upload has at most [`NEIGHBOURS`].

use earwitness_core::time::SECOND;

use crate::matching::Moments;

/// Most records near an upload that are looked at: more within some minutes are no household's.
const NEIGHBOURS: usize = 64;

/// By how much stretches are widened at each end, nanoseconds: a vendor's stamp follows the beginning of an upload by a moment that varies.
const SLACK: i64 = SECOND;

/// An offset of the best is one that explains at least this share of the pairs that the best one explains.
const ALMOST: (i64, i64) = (49, 50);

/// Offsets that explain as many pairs as any, or almost, nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Range {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Range {
    pub(crate) const fn middle(self) -> i64 {
        self.low.midpoint(self.high)
    }
}

/// Differences of all moments that lie near each other, record less upload.
pub(crate) fn near(uploads: &Moments, records: &Moments, unit: i64, widest: i64) -> Vec<i64> {
    let mut apart = Vec::new();
    for upload in &uploads.at {
        let first = records.at.partition_point(|at| *at < upload.saturating_sub(widest).saturating_sub(unit));
        let last = records.at.partition_point(|at| *at <= upload.saturating_add(widest));
        // The nearest ones: as many are left out at both ends.
        let beyond = (last - first).saturating_sub(NEIGHBOURS);
        let some = records.at.get(first + beyond / 2..last - beyond.div_ceil(2)).unwrap_or_default();
        apart.extend(some.iter().map(|record| record.saturating_sub(*upload)));
    }
    apart
}

/// Where the stretches of offsets of these differences overlap most; `None` without any.
pub(crate) fn estimate(apart: &[i64], unit: i64, widest: i64) -> Option<Range> {
    let mut steps = Vec::with_capacity(apart.len() * 2);
    for it in apart {
        let low = it.saturating_sub(SLACK).max(-widest);
        let high = it.saturating_add(unit - 1).saturating_add(SLACK).min(widest);
        if low <= high {
            steps.push((low, -1_i64));
            steps.push((high, 1_i64));
        }
    }
    // At one offset, stretches begin before others end.
    steps.sort_unstable();
    let levels = levels(&steps);
    let most = levels.iter().copied().max().filter(|most| *most > 0)?;
    let best = levels.iter().position(|level| *level == most)?;
    let enough = |level: &i64| *level * ALMOST.1 >= most * ALMOST.0;
    let before = levels.get(..best)?.iter().rev().take_while(|level| enough(level)).count();
    let after = levels.get(best..)?.iter().take_while(|level| enough(level)).count();
    let at = |place: usize| steps.get(place).map(|step| step.0);
    Some(Range { low: at(best - before)?, high: at(best + after)? })
}

/// How many stretches overlap from each step to the next.
fn levels(steps: &[(i64, i64)]) -> Vec<i64> {
    let running = steps.iter().scan(0, |level, step| {
        *level -= step.1;
        Some(*level)
    });
    running.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_minutes_hide_the_offset_less_the_more_records_there_are() {
        let cut = |count: i64| {
            let apart: Vec<i64> = (0..count)
                .map(|it| {
                    let upload = it * 300 * SECOND + (it * 7_919 % 60_000) * (SECOND / 1_000);
                    (upload + 73 * SECOND).div_euclid(60 * SECOND) * 60 * SECOND - upload
                })
                .collect();
            estimate(&apart, 60 * SECOND, 120 * SECOND).unwrap()
        };
        for count in [3, 30, 300] {
            let range = cut(count);
            println!("{count} records: {range:?}");
            assert!(range.low <= 73 * SECOND && 73 * SECOND <= range.high, "{range:?}");
        }
        assert!((cut(300).middle() - 73 * SECOND).abs() < SECOND);
    }

    #[test]
    fn without_a_pair_within_reach_there_is_none() {
        assert_eq!(estimate(&[], 1, SECOND), None);
        assert_eq!(estimate(&[100 * SECOND], 1, SECOND), None);
    }
}
