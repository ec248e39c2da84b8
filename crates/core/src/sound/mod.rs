//! Sound as numbers: levels, noises from a seed, fades, and finding one sound in a recording of a room.
//!
//! One channel throughout. Full scale is 1.0; nothing here plays or records.

pub mod activity;
pub mod level;
pub mod music;
pub mod noise;
pub mod onset;
pub mod shape;

use std::fmt;

use crate::time::SECOND;

/// Samples of one channel; full scale is 1.0.
#[derive(Clone, PartialEq, Default)]
pub struct Pcm {
    /// Samples a second.
    pub rate: u32,
    /// The samples, in order.
    pub samples: Vec<f32>,
}

impl Pcm {
    /// How long it is, nanoseconds.
    #[must_use]
    pub fn length(&self) -> i64 {
        duration(self.samples.len(), self.rate)
    }
}

/// What people said near a microphone is nobody's to print.
impl fmt::Debug for Pcm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pcm({} samples at {} Hz)", self.samples.len(), self.rate)
    }
}

/// How long so many samples are, nanoseconds; 0 at a rate of 0.
#[must_use]
pub fn duration(samples: usize, rate: u32) -> i64 {
    let nanos = (samples as u128 * u128::from(SECOND.unsigned_abs())).checked_div(u128::from(rate));
    nanos.and_then(|nanos| i64::try_from(nanos).ok()).unwrap_or(0)
}

/// How many samples so many nanoseconds are, rounded down; none for a negative time.
#[must_use]
pub fn samples_in(nanos: i64, rate: u32) -> usize {
    let count = u128::from(nanos.max(0).unsigned_abs()) * u128::from(rate) / u128::from(SECOND.unsigned_abs());
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_counts_agree() {
        assert_eq!(duration(24_000, 48_000), SECOND / 2);
        assert_eq!(samples_in(SECOND / 2, 48_000), 24_000);
        assert_eq!((duration(7, 0), samples_in(-1, 48_000)), (0, 0));
        assert_eq!(Pcm { rate: 16_000, samples: vec![0.0; 8_000] }.length(), SECOND / 2);
    }

    #[test]
    fn samples_are_not_printed() {
        let text = format!("{:?}", Pcm { rate: 8_000, samples: vec![0.123; 3] });
        assert_eq!(text, "Pcm(3 samples at 8000 Hz)");
    }
}
