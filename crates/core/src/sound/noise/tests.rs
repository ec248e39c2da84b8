#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "made-up sounds are small and positive"
)]

use realfft::RealFftPlanner;

use super::*;
use crate::lot::Lot;

const RATE: u32 = 16_384;

fn chance(number: u64) -> Stream {
    Lot::new(1).stream("noise", number)
}

/// Power in octaves from `low` Hz, decibels.
fn octaves(sound: &Pcm, low: f64, count: usize) -> Vec<f64> {
    let length = sound.samples.len();
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
    let (mut input, mut output) = (sound.samples.clone(), transform.make_output_vec());
    transform.process(&mut input, &mut output).unwrap();
    let bin = f64::from(sound.rate) / length as f64;
    let power = |from: f64, until: f64| -> f64 {
        let inside = |number: &usize| (from..until).contains(&(*number as f64 * bin));
        (0..output.len()).filter(inside).map(|number| f64::from(output[number].norm_sqr())).sum()
    };
    (0..count as i32).map(|octave| 10.0 * power(low * 2_f64.powi(octave), low * 2_f64.powi(octave + 1)).log10()).collect()
}

#[test]
fn pink_noise_has_as_much_power_in_every_octave() {
    let powers = octaves(&pink(RATE, 1 << 19, &mut chance(0)), 62.5, 6);
    let mean = powers.iter().sum::<f64>() / 6.0;
    println!("octaves from 62.5 Hz: {powers:.2?} dB");
    assert!(powers.iter().all(|power| (power - mean).abs() < 0.7), "{powers:?}");
}

#[test]
fn a_sweep_has_as_much_power_in_every_octave() {
    let powers = octaves(&sweep(RATE, 1 << 17), 125.0, 5);
    let mean = powers.iter().sum::<f64>() / 5.0;
    println!("octaves from 125 Hz: {powers:.2?} dB");
    assert!(powers.iter().all(|power| (power - mean).abs() < 0.3), "{powers:?}");
}

#[test]
fn white_noise_would_fail_that_test() {
    let mut chance = chance(3);
    let white = Pcm { rate: RATE, samples: (0..1 << 17).map(|_| chance.unit() as f32 - 0.5).collect() };
    let powers = octaves(&white, 125.0, 5);
    assert!((powers[4] - powers[0] - 12.0).abs() < 0.7, "3 dB an octave: {powers:?}");
}

#[test]
fn every_noise_fills_the_scale_and_the_time() {
    for (name, sound) in [
        ("pink", pink(RATE, 40_000, &mut chance(1))),
        ("tone", tone(RATE, 40_000, 1_000.0)),
        ("warble", warble(RATE, 40_000, 1_000.0, &mut chance(1))),
        ("sweep", sweep(RATE, 40_000)),
        ("glass", glass(RATE, 40_000, &mut chance(1))),
        ("bark", bark(RATE, 40_000, &mut chance(1))),
    ] {
        let most = sound.samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
        assert!(sound.samples.len() == 40_000 && (most - 1.0).abs() < 1e-6, "{name}: {most}");
        let halves = sound.samples.chunks(20_000).map(crate::sound::level::rms).collect::<Vec<_>>();
        assert!(halves.iter().all(|&level| level > -45.0), "{name} sounds from beginning to end: {halves:?}");
    }
}

#[test]
fn the_seed_decides_every_sample() {
    assert_eq!(bark(RATE, 9_000, &mut chance(2)), bark(RATE, 9_000, &mut chance(2)));
    assert_ne!(bark(RATE, 9_000, &mut chance(2)), bark(RATE, 9_000, &mut chance(3)));
    assert_eq!(glass(0, 10, &mut chance(2)).samples.len(), 10, "a rate of nothing does no harm");
}
