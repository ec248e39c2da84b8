//! How far a vendor's clock is ahead of ours.
//!
//! Each upload and each record near it would be of one event for a stretch of offsets. The true offset lies where most of these stretches overlap; those
//! of pairs that do not belong together are spread evenly. Time O(p log p) for p pairs, of which each upload has at most [`NEIGHBOURS`].
//!
//! Of few records, several offsets may explain as many, the more so the more evenly the uploads follow each other. Then the one nearest to none is taken: clocks that
//! are kept by NTP (RFC 5905) are mostly right, and where the data say the same of two offsets, any prior that falls with the distance from zero leaves
//! the nearer one as the more probable (maximum a posteriori). How many are explained is counted in pairs that the matching makes, which forgives more than a stretch does;
//! so every place where stretches overlap is tried ([`candidates`]).

use earwitness_core::time::SECOND;

use crate::matching::Moments;

/// Most records near an upload that are looked at: more within some minutes are no household's.
const NEIGHBOURS: usize = 64;

/// By how much stretches are widened at each end, nanoseconds: a vendor's stamp follows the beginning of an upload by a moment that varies.
const SLACK: i64 = SECOND;

/// An offset of the best is one that explains at least this share of the pairs that the best one explains.
const ALMOST: (i64, i64) = (49, 50);

/// Above this many stretches at one offset, it alone is tried: another one where as many overlap by accident is not to be expected.
const MANY: i64 = 32;

/// Most offsets that are tried.
const MOST_CANDIDATES: usize = 16;

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

    /// How far the nearest of these offsets is from a clock that is right, nanoseconds.
    pub(crate) const fn off_by(self) -> u64 {
        if self.low <= 0 && 0 <= self.high {
            0
        } else if self.low > 0 {
            self.low.unsigned_abs()
        } else {
            self.high.unsigned_abs()
        }
    }
}

/// A place where more stretches overlap than on either side of it.
struct Peak {
    level: i64,
    range: Range,
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

/// Where the stretches of offsets of these differences overlap most, and of several such places the one nearest to zero; `None` without any.
pub(crate) fn estimate(apart: &[i64], unit: i64, widest: i64) -> Option<Range> {
    peaks(apart, unit, widest).first().map(|peak| peak.range)
}

/// The offsets to try: the estimate first, and where it is that of few, others that are further from each other than `tolerance`, within which they lead to the same pairs.
pub(crate) fn candidates(apart: &[i64], unit: i64, widest: i64, tolerance: i64) -> Vec<Range> {
    let mut tried: Vec<Range> = Vec::new();
    for Peak { level, range } in peaks(apart, unit, widest) {
        let is_new = tried.iter().all(|other| other.middle().abs_diff(range.middle()) > tolerance.unsigned_abs());
        if is_new && tried.len() < MOST_CANDIDATES {
            tried.push(range);
        }
        if level > MANY {
            break;
        }
    }
    tried
}

/// All places where more stretches overlap than beside them: the highest first, and of those that are as high the nearest to zero.
fn peaks(apart: &[i64], unit: i64, widest: i64) -> Vec<Peak> {
    let steps = steps(apart, unit, widest);
    let levels = levels(&steps);
    let tops = steps.windows(2).enumerate().filter(|(_, pair)| matches!(pair, [(_, -1), (_, 1)]));
    let mut peaks: Vec<Peak> = tops.filter_map(|(top, _)| peak(&steps, &levels, top)).collect();
    peaks.sort_by_key(|peak| (std::cmp::Reverse(peak.level), peak.range.off_by()));
    peaks
}

/// Where stretches begin and end, in order; at one offset, some begin before others end.
fn steps(apart: &[i64], unit: i64, widest: i64) -> Vec<(i64, i64)> {
    let mut steps = Vec::with_capacity(apart.len() * 2);
    for it in apart {
        let low = it.saturating_sub(SLACK).max(-widest);
        let high = it.saturating_add(unit - 1).saturating_add(SLACK).min(widest);
        if low <= high {
            steps.push((low, -1_i64));
            steps.push((high, 1_i64));
        }
    }
    steps.sort_unstable();
    steps
}

/// The peak that begins at a step, with the offsets around it that are almost as good.
fn peak(steps: &[(i64, i64)], levels: &[i64], top: usize) -> Option<Peak> {
    let level = *levels.get(top)?;
    let enough = |beside: &&i64| **beside <= level && **beside * ALMOST.1 >= level * ALMOST.0;
    let before = levels.get(..top)?.iter().rev().take_while(enough).count();
    let after = levels.get(top..)?.iter().take_while(enough).count();
    let at = |place: usize| steps.get(place).map(|step| step.0);
    Some(Peak { level, range: Range { low: at(top - before)?, high: at(top + after)? } })
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
