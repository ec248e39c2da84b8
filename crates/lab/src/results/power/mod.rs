//! How many trials a question needs, before any is made.
//!
//! What is asked for is the least number with which the test of the report finds an effect of a given size with a given chance (its power). Everything but the
//! cut-off is calculated; the cut-off is simulated, from a seed.

mod cutoff;
mod student;
mod undisclosed;

pub use self::cutoff::{CutoffDesign, repeats_for_cutoff};
pub use self::undisclosed::{cluster_factor, uploads_to_see_one, uploads_to_tell_apart};
use earwitness_core::stats::float;

/// Most pairs or repeats that are looked at.
const MOST: u64 = 100_000;

/// What is known of a comparison beforehand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairDesign {
    /// Standard deviation of one trial within a night, in the unit of the quantity.
    pub deviation: f64,
    /// Nights that the pairs are spread over, the same number in each; at least 1.
    pub nights: u64,
    /// Standard deviation of the effect from night to night; without meaning for one night.
    pub between_nights: f64,
    /// Level of the test: 0.05.
    pub level: f64,
    /// Chance that it finds the effect: 0.9.
    pub power: f64,
}

impl PairDesign {
    /// The standard error of the difference and its degrees of freedom, of so many pairs a night.
    fn error(&self, pairs: u64) -> (f64, f64) {
        let (nights, pairs) = (float(self.nights.max(1)), float(pairs));
        let within = 2.0 * self.deviation * self.deviation / (nights * pairs);
        if self.nights > 1 {
            return ((self.between_nights * self.between_nights / nights + within).sqrt(), nights - 1.0);
        }
        (within.sqrt(), pairs - 1.0)
    }

    /// The least number of pairs, over all nights, with which the power is reached; `None` where no number does.
    fn pairs(&self, fewest: u64, power: impl Fn(f64, f64) -> f64) -> Option<u64> {
        let enough = |pairs: u64| {
            let (error, freedom) = self.error(pairs);
            power(error, freedom) >= self.power
        };
        let a_night = least(fewest, MOST, enough)?;
        Some(a_night * self.nights.max(1))
    }
}

/// The least number for which `enough` holds, which holds for all above it; `None` where it does not for the last.
fn least(from: u64, last: u64, enough: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (from, last);
    if !enough(last) {
        return None;
    }
    while low < high {
        let middle = u64::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(high)
}

/// Pairs of trials (one of each condition, in a block) that show a difference of `difference`. Fewer than six pairs of one night never do at a level of 0.05:
/// of 32 assignments the two most extreme are more than that.
#[must_use]
pub fn pairs_for_difference(design: &PairDesign, difference: f64) -> Option<u64> {
    // The two most extreme of 2^n assignments must be rare enough.
    let exact = (1..64_u32).find(|pairs| 2.0_f64.powf(1.0 - f64::from(*pairs)) <= design.level).map_or(64, u64::from);
    let fewest = if design.nights > 1 { 1 } else { exact.max(2) };
    design.pairs(fewest, |error, freedom| student::difference(difference / error, freedom, design.level))
}

/// Pairs of trials that show that two conditions are within `margin` of each other, where they differ by `difference` in truth; `level` is that of each
/// of the two tests.
#[must_use]
pub fn pairs_for_equivalence(design: &PairDesign, margin: f64, difference: f64) -> Option<u64> {
    let fewest = if design.nights > 1 { 1 } else { 2 };
    design.pairs(fewest, |error, freedom| student::equivalence(margin, difference, error, freedom, design.level))
}

#[cfg(test)]
mod tests;
