//! How much more a device sends, the longer it hears: amount sent against seconds of sound, over probes whose length was drawn by lot.
//!
//! The slope is the median of the slopes of all pairs (Theil 1950, Sen 1968), so that a quarter of the probes may have met anything else;
//! its interval holds the slopes that a permutation test of Kendall's S does not reject. `docs/design/detection.md`, section "dose".

mod bet;
mod kendall;

pub use bet::{BLOCK, Bet};

use kendall::{Null, Score, ranks};

use crate::findings::Estimate;
use crate::lot::Lot;

/// Fewest points that are fitted.
pub const LEAST_POINTS: usize = 4;

/// Most points that are fitted, 124,750 pairs: of more, so many are drawn by lot.
pub const MOST_POINTS: usize = 500;

/// Permutations that are drawn by [`fit`]; of up to 7 points all are taken, at most 5,040.
pub const PERMUTATIONS: u32 = 9_999;

/// Amount sent against seconds of sound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dose {
    /// Amount per second of sound, with an interval of the level that was asked for. An end is infinite where so few points
    /// cannot exclude any slope on that side.
    pub slope: Estimate,
    /// Amount at no sound: what a request costs.
    pub intercept: f64,
    /// Two-sided p-value of the permutation test that the amount has nothing to do with the seconds.
    pub p: f64,
    /// Points that were fitted.
    pub points: usize,
}

/// The line through points (seconds of sound, amount sent), with an interval of `level` (0.95: 95 %) for its slope.
///
/// `None` where there are fewer than [`LEAST_POINTS`], all seconds are the same, a number is not finite or overflows, or the level does
/// not lie between 0 and 1.
#[must_use]
pub fn fit(points: &[(f64, f64)], level: f64, seed: u64) -> Option<Dose> {
    fit_by(points, level, PERMUTATIONS, seed)
}

/// [`fit`] with another number of permutations. With fewer than `1 / (1 - level)` no slope can be rejected.
#[must_use]
pub fn fit_by(points: &[(f64, f64)], level: f64, permutations: u32, seed: u64) -> Option<Dose> {
    let usable = points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    if !usable || points.len() < LEAST_POINTS || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let lot = Lot::new(seed);
    let mut points = points.to_vec();
    if points.len() > MOST_POINTS {
        lot.stream("dose/points", 0).shuffle(&mut points);
        points.truncate(MOST_POINTS);
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();

    let slopes = slopes(&points)?;
    let value = median(&slopes).filter(|slope| slope.is_finite())?;
    let mut above: Vec<f64> = points.iter().map(|(x, y)| y - value * x).collect();
    above.sort_unstable_by(f64::total_cmp);
    let intercept = median(&above).filter(|amount| amount.is_finite())?;

    // What is left over at a slope has no ties but at single slopes: the interval is drawn without them.
    let score = Score::new(&x);
    let without_ties: Vec<usize> = (0..x.len()).collect();
    let null = Null::drawn(&score, &without_ties, permutations, &mut lot.stream("dose/slope", 0));
    let amounts = ranks(&y);
    let observed = score.of(&amounts);
    let p = if amounts.iter().max() == without_ties.last() {
        null.p(observed)
    } else {
        Null::drawn(&score, &amounts, permutations, &mut lot.stream("dose/none", 0)).p(observed)
    };
    let (low, high) = interval(&slopes, null.least_rejected(1.0 - level));
    Some(Dose { slope: Estimate { value, low, high }, intercept, p, points: points.len() })
}

/// Slopes of all pairs whose seconds differ, ascending; `points` in order of seconds. `None` if there is none, or one is not a number.
fn slopes(points: &[(f64, f64)]) -> Option<Vec<f64>> {
    let mut slopes = Vec::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let later = points.iter().skip(at + 1).filter(|(later, _)| later > x);
        slopes.extend(later.map(|(later, amount)| (amount - y) / (later - x)));
    }
    slopes.sort_unstable_by(f64::total_cmp);
    (!slopes.is_empty() && !slopes.iter().any(|slope| slope.is_nan())).then_some(slopes)
}

/// The middle of ascending values, or the mean of the two about it.
fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*sorted.get(half.checked_sub(1)?)?, upper)) }
}

/// The slopes that are not rejected. Between the `i`-th and the next of `n` ascending slopes Kendall's S of what is left over is
/// `n - 2 i`: those stay for which it lies closer to 0 than `least_rejected`.
fn interval(slopes: &[f64], least_rejected: u64) -> (f64, f64) {
    let n = slopes.len() as u64;
    // The least i with n - 2 i < least_rejected.
    let passed = (n + 1).checked_sub(least_rejected).map_or(0, |over| over.div_ceil(2));
    let end = usize::try_from(passed).ok().and_then(|passed| passed.checked_sub(1));
    let low = end.and_then(|end| slopes.get(end)).copied().unwrap_or(f64::NEG_INFINITY);
    let high = end.and_then(|end| slopes.iter().nth_back(end)).copied().unwrap_or(f64::INFINITY);
    (low, high)
}

#[cfg(test)]
mod tests;
