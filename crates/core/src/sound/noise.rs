//! Noises from a seed: the same seed gives the same samples on every machine of the same arithmetic.
//!
//! None of them is speech. Each reaches from full scale to full scale at most; how loud it is played is decided elsewhere.

use std::f64::consts::TAU;

use super::Pcm;
use crate::lot::Stream;

/// Lowest frequency of noises and sweeps, Hz: what a small loudspeaker can give.
pub const LOWEST: f64 = 100.0;
/// Highest, Hz, where the rate allows: what a telephone's microphone still hears.
pub const HIGHEST: f64 = 7_000.0;

/// Sections of the filter that makes noise pink, each with a pole and a zero.
const SECTIONS: i32 = 12;

#[expect(clippy::cast_precision_loss, reason = "sounds are far shorter than 2^53 samples")]
fn moments(count: usize, rate: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |at| at as f64 / f64::from(rate.max(1)))
}

fn highest(rate: u32) -> f64 {
    HIGHEST.min(f64::from(rate) * 0.45)
}

/// Full scale at the highest sample.
#[expect(clippy::cast_possible_truncation, reason = "samples are kept in single precision")]
pub(super) fn normal(rate: u32, samples: &[f64]) -> Pcm {
    let most = samples.iter().fold(0.0_f64, |most, sample| most.max(sample.abs()));
    let gain = if most > 0.0 { 1.0 / most } else { 0.0 };
    Pcm { rate, samples: samples.iter().map(|sample| (sample * gain) as f32).collect() }
}

/// About normally distributed, variance 1: the sum of twelve even draws (Irwin and Hall).
fn normal_draw(chance: &mut Stream) -> f64 {
    (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0
}

/// Noise whose power falls by 3 dB an octave between 20 Hz and half the rate.
///
/// White noise through a row of first-order sections whose poles and zeros alternate, evenly spaced in octaves: the staircase of their
/// slopes (0 and -6 dB an octave) is -3 dB on average (Keshner, Proceedings of the IEEE 70, 1982).
#[must_use]
pub fn pink(rate: u32, count: usize, chance: &mut Stream) -> Pcm {
    let (low, high) = (20.0, f64::from(rate) / 2.0);
    let ratio = (high / low).max(1.0).powf(1.0 / f64::from(SECTIONS));
    let pole = |frequency: f64| (-TAU * frequency / f64::from(rate.max(1))).exp();
    let mut sections: Vec<(f64, f64, f64)> = (0..SECTIONS)
        .map(|number| low * ratio.powi(number))
        .map(|frequency| (pole(frequency), pole(frequency * ratio.sqrt()), 0.0))
        .collect();
    // What the filter remembers of before is run in first.
    let warm_up = rate as usize / 10;
    let samples: Vec<f64> = (0..count + warm_up)
        .map(|_| {
            sections.iter_mut().fold(normal_draw(chance), |input, (pole, zero, state)| {
                let now = input + *pole * *state;
                let output = now - *zero * *state;
                *state = now;
                output
            })
        })
        .skip(warm_up)
        .collect();
    normal(rate, &samples)
}

/// A sine of one frequency, full scale.
#[must_use]
pub fn tone(rate: u32, count: usize, frequency: f64) -> Pcm {
    let samples: Vec<f64> = moments(count, rate).map(|at| (TAU * frequency * at).sin()).collect();
    normal(rate, &samples)
}

/// A tone whose pitch wanders by lot, half a semitone to either side, a new aim every 60 ms: it sounds like a tone and, unlike a steady
/// one, is found in a recording to a millisecond.
#[must_use]
pub fn warble(rate: u32, count: usize, frequency: f64, chance: &mut Stream) -> Pcm {
    let step = (rate as usize * 60 / 1_000).max(1);
    let (mut phase, mut from, mut aim) = (0.0_f64, 0.0, 0.0);
    let samples: Vec<f64> = moments(count, rate)
        .enumerate()
        .map(|(at, _)| {
            if at % step == 0 {
                (from, aim) = (aim, chance.unit() * 2.0 - 1.0);
            }
            #[expect(clippy::cast_precision_loss, reason = "a few thousand samples")]
            let part = (at % step) as f64 / step as f64;
            let semitones = 0.5 * (from + (aim - from) * part);
            phase += TAU * frequency * (semitones / 12.0).exp2() / f64::from(rate.max(1));
            phase.sin()
        })
        .collect();
    normal(rate, &samples)
}

/// A sine that rises from [`LOWEST`] to [`HIGHEST`] so that it stays as long in each octave: equal energy an octave, -3 dB an octave in
/// the spectrum (Farina, AES Convention 108, 2000).
#[must_use]
pub fn sweep(rate: u32, count: usize) -> Pcm {
    #[expect(clippy::cast_precision_loss, reason = "sounds are far shorter than 2^53 samples")]
    let length = count as f64 / f64::from(rate.max(1));
    let pace = (highest(rate) / LOWEST).ln();
    let samples: Vec<f64> =
        moments(count, rate).map(|at| (TAU * LOWEST * length / pace * ((at / length * pace).exp() - 1.0)).sin()).collect();
    normal(rate, &samples)
}

/// Something like breaking glass: a crack, then splinters that ring for some tens of milliseconds each, fewer and fewer; again and again
/// until the time is over.
#[must_use]
pub fn glass(rate: u32, count: usize, chance: &mut Stream) -> Pcm {
    let mut samples = vec![0.0; count];
    let second = rate.max(1) as usize;
    let mut begin = 0;
    while begin < count {
        strike(&mut samples, begin, rate, 1.5, 0.006, |_| normal_draw(chance) / 3.0);
        for splinter in 0..60 {
            let later = chance.unit().powi(2) * 0.9;
            let frequency = 2_200.0 + chance.unit() * (highest(rate) - 2_200.0).max(0.0);
            let decay = 0.008 + 0.05 * chance.unit();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than a second")]
            let at = begin + (later * f64::from(rate)) as usize;
            let loud = 0.6 / (1.0 + f64::from(splinter) / 20.0);
            strike(&mut samples, at, rate, loud, decay, |time| (TAU * frequency * time).sin());
        }
        begin += second + usize::try_from(chance.below(second as u64 / 2 + 1)).unwrap_or(0);
    }
    normal(rate, &samples)
}

/// Adds something that begins at once and decays with the time constant `decay` (seconds).
fn strike(samples: &mut [f64], at: usize, rate: u32, loud: f64, decay: f64, mut sound: impl FnMut(f64) -> f64) {
    let Some(rest) = samples.get_mut(at..) else { return };
    for (sample, time) in rest.iter_mut().zip(moments(usize::MAX, rate)).take_while(|(_, time)| *time < decay * 8.0) {
        *sample += loud * (-time / decay).exp() * sound(time);
    }
}

/// Something like a dog: barks of 150 to 250 ms, a rough glottal pulse train that falls in pitch, in groups of one to three.
#[must_use]
pub fn bark(rate: u32, count: usize, chance: &mut Stream) -> Pcm {
    let mut samples = vec![0.0; count];
    let mut begin = 0_usize;
    while begin < count {
        for _ in 0..=chance.below(3) {
            let (length, pitch) = (0.15 + 0.1 * chance.unit(), 380.0 + 140.0 * chance.unit());
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than a second")]
            let (bark, gap) = ((length * f64::from(rate)) as usize, ((0.1 + 0.1 * chance.unit()) * f64::from(rate)) as usize);
            one_bark(&mut samples, begin, bark.max(1), rate, pitch, chance);
            begin = begin.saturating_add(bark + gap).saturating_add(1);
        }
        begin = begin.saturating_add(usize::try_from(chance.below(u64::from(rate))).unwrap_or(0)).saturating_add(1);
    }
    normal(rate, &samples)
}

fn one_bark(samples: &mut [f64], begin: usize, length: usize, rate: u32, pitch: f64, chance: &mut Stream) {
    let Some(rest) = samples.get_mut(begin..) else { return };
    let mut phase = 0.0_f64;
    for (at, sample) in rest.iter_mut().take(length).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand samples")]
        let part = at as f64 / length as f64;
        let frequency = pitch * (1.15 - 0.5 * part) * (1.0 + 0.05 * (chance.unit() - 0.5));
        phase += TAU * frequency / f64::from(rate.max(1));
        let harmonics: f64 = (1..=9).map(|number| (phase * f64::from(number)).sin() / f64::from(number).sqrt()).sum();
        let envelope = (part * 12.0).min(1.0) * (1.0 - part).powi(2);
        *sample += envelope * (harmonics + 0.4 * normal_draw(chance));
    }
}

#[cfg(test)]
mod tests;
