//! Finds a known sound in a recording: when it began, how loud it arrived, and whether it is there at all.
//!
//! The spectrum of the recording is reduced to its phases and multiplied with that of the reference, whose size is kept as a square root; back in
//! time, this is a correlation at every lag. Where the reference is not, the phases are even and independent of each other, whatever the
//! other sound is like, loud or soft, steady or not; so the correlations scatter like a normal variable, and how high the highest of them
//! gets is known (Knapp and Carter, IEEE Transactions on Acoustics, Speech, and Signal Processing 24, 1976, call it the phase transform). The
//! decision asks whether the peak stands out of this scatter; `docs/design/sound.md` derives the threshold and shows the simulation
//! that holds it.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::{Pcm, duration, level, samples_in};
use crate::time::{MILLISECOND, SECOND};

/// Most of the reference that is compared, nanoseconds from its first sound: two crystals that differ by 100 parts in a million drift
/// apart by 0.2 ms in this time, which does not harm frequencies below 2 kHz.
pub const COMPARED: i64 = 2 * SECOND;

/// A decision for `audible` where the reference is not there happens in at most this part of the searches.
pub const FALSE_ALARM: f64 = 1e-4;

/// Lags around the peak that belong to it, nanoseconds.
const NEAR: i64 = 50 * MILLISECOND;
/// Median of the size of a normal variable, in standard deviations.
const MEDIAN_SIZE: f64 = 0.674_489_75;
/// How far the threshold lies above that of a normal variable, as a factor: neighbouring phases of a real sound are not quite independent.
const MARGIN: f64 = 1.6;

/// The peak must be this many times as high as the highest correlation that is not near it: two sounds of one kind, such as two voices, are
/// alike in more than one place.
const LEAD: f64 = 2.2;

/// Where the reference was found, and how well.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// From the first sample of the recording to the reference's first sample, nanoseconds; may be negative if the recording begins
    /// within the reference's leading silence.
    pub at: i64,
    /// Highest correlation, 0 to 1, without sign: a loudspeaker may be wired the wrong way round.
    pub correlation: f64,
    /// The peak in standard deviations of the scatter.
    pub height: f64,
    /// What it had to reach.
    pub needed: f64,
    /// The peak as a multiple of the highest correlation that is not near it.
    pub lead: f64,
    /// How loud the reference arrived, dBFS: the part of the recording that is a multiple of the reference, whatever else sounded.
    pub level: f64,
    /// Whether the reference is in the recording; wrong where it is not in at most [`FALSE_ALARM`] of all searches.
    pub audible: bool,
}

/// Looks for the reference in the recording; `None` if either is silent, their rates differ, or the recording is too short.
#[must_use]
pub fn find(reference: &Pcm, recording: &Pcm) -> Option<Found> {
    if reference.rate != recording.rate || reference.rate == 0 {
        return None;
    }
    let peak = reference.samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    let skipped = reference.samples.iter().position(|sample| sample.abs() > peak * 1e-3)?;
    let most = samples_in(COMPARED, reference.rate);
    let piece: Vec<f32> = reference.samples.iter().skip(skipped).take(most).copied().collect();
    let heard = &recording.samples;
    let near = samples_in(NEAR, reference.rate);
    if piece.is_empty() || heard.len() < piece.len() + (2 * near).max(2) {
        return None;
    }
    let heights = phase_correlation(&piece, heard)?;
    let (best, top) = heights.iter().enumerate().max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()))?;
    let scatter = scatter(&heights, best, near)?;
    let needed = needed(heights.len());
    let part = heard.get(best..best + piece.len())?;
    let product: f64 = piece.iter().zip(part).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum();
    let (known, present) = (power(&piece), power(part));
    if present <= 0.0 && power(heard) <= 0.0 {
        return None;
    }
    let height = top.abs() / scatter;
    let far = heights.iter().enumerate().filter(|(lag, _)| lag.abs_diff(best) > near);
    let second = far.map(|(_, height)| height.abs()).fold(0.0, f64::max);
    let lead = if second > 0.0 { top.abs() / second } else { f64::MAX };
    let at = interpolated(&heights, best);
    #[expect(clippy::cast_possible_truncation, reason = "a place in a recording of some minutes")]
    let within = (at * 1e9 / f64::from(reference.rate)) as i64;
    Some(Found {
        at: within - duration(skipped, reference.rate),
        correlation: if present > 0.0 { (product.abs() / (known * present).sqrt()).min(1.0) } else { 0.0 },
        height,
        needed,
        lead,
        level: level::active(&Pcm { rate: reference.rate, samples: piece }) + level::decibels(product.abs() / known),
        audible: height >= needed && lead >= LEAD,
    })
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample).powi(2)).sum()
}

/// The correlation of phases at every lag at which the known piece lies wholly in the recording.
fn phase_correlation(known: &[f32], heard: &[f32]) -> Option<Vec<f64>> {
    let lags = heard.len().checked_sub(known.len())? + 1;
    // Lags at which the transform, which goes round, would meet the beginning again are not looked at.
    let length = friendly(heard.len());
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, backward) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let spectrum = |samples: &[f32]| -> Option<Vec<Complex<f32>>> {
        let mut input = forward.make_input_vec();
        input.get_mut(..samples.len())?.copy_from_slice(samples);
        let mut output = forward.make_output_vec();
        forward.process(&mut input, &mut output).ok()?;
        Some(output)
    };
    let mut product = spectrum(heard)?;
    for (value, other) in product.iter_mut().zip(spectrum(known)?) {
        let size = value.norm() * other.norm().sqrt();
        *value = if size > f32::MIN_POSITIVE { *value * other.conj() / size } else { Complex::default() };
    }
    // The transform of real samples has real ends.
    for end in [0, product.len() - 1] {
        if let Some(value) = product.get_mut(end) {
            value.im = 0.0;
        }
    }
    let mut output = backward.make_output_vec();
    backward.process(&mut product, &mut output).ok()?;
    output.truncate(lags);
    Some(output.into_iter().map(f64::from).collect())
}

/// The next even length without prime factors above 5, for which the transform is quick.
fn friendly(length: usize) -> usize {
    let smooth = |number: usize| {
        let strip = |mut number: usize, factor: usize| {
            while number.is_multiple_of(factor) {
                number /= factor;
            }
            number
        };
        strip(strip(strip(number, 2), 3), 5) == 1
    };
    (length.max(2)..=length.max(2).saturating_mul(2)).find(|&number| number % 2 == 0 && smooth(number)).unwrap_or(length)
}

/// Standard deviation of the correlations that are not near the peak, by their median size, which a few echoes cannot move.
fn scatter(sizes: &[f64], best: usize, near: usize) -> Option<f64> {
    let mut others: Vec<f64> =
        sizes.iter().enumerate().filter(|(lag, _)| lag.abs_diff(best) > near).map(|(_, size)| size.abs()).collect();
    if others.is_empty() {
        return None;
    }
    let middle = others.len() / 2;
    let (_, median, _) = others.select_nth_unstable_by(middle, f64::total_cmp);
    // A recording without any other sound has no scatter: what the arithmetic leaves is its least.
    Some((*median / MEDIAN_SIZE).max(1e-6))
}

/// The height that the largest of so many normal variables passes with probability [`FALSE_ALARM`], times [`MARGIN`]. The tail of a normal
/// variable is at most `exp(-x²/2)` on both sides together, so by the union bound `x = sqrt(2 ln(n / p))` suffices.
#[expect(clippy::cast_precision_loss, reason = "numbers of lags are far below 2^53")]
fn needed(lags: usize) -> f64 {
    MARGIN * (2.0 * (lags.max(1) as f64 / FALSE_ALARM).ln()).sqrt()
}

/// The place of the peak between samples: the top of the parabola through it and its neighbours.
#[expect(clippy::cast_precision_loss, reason = "places in a recording are far below 2^53")]
fn interpolated(products: &[f64], best: usize) -> f64 {
    let neighbours = best.checked_sub(1).and_then(|first| products.get(first..)).and_then(|rest| rest.first_chunk::<3>());
    let Some(&[before, top, after]) = neighbours else { return best as f64 };
    let bend = before - 2.0 * top + after;
    let shift = if bend.abs() > 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
    best as f64 + shift.clamp(-0.5, 0.5)
}

#[cfg(test)]
mod tests;
