//! Intervals from numbers of observations that need not be whole, and tails of distributions: what a comparison of detectors and an analysis of
//! trials ask for alike. Knows no device and no sound.

pub mod clusters;
pub mod tails;

/// A count as a number to calculate with.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^53")]
pub fn float(count: u64) -> f64 {
    count as f64
}
