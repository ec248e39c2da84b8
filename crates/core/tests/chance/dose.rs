//! The dose: its p is uniform where the amount has nothing to do with the seconds of sound, and its interval holds the slope.

use earwitness_core::detect::dose::{Dose, fit_by};

use super::random::Random;

/// Fits of an ordinary run; `CHANCE_EPISODES` asks for others.
const FITS: u32 = 2_000;

/// Permutations of a fit.
const PERMUTATIONS: u32 = 199;

fn fits() -> u32 {
    std::env::var("CHANCE_EPISODES").ok().and_then(|number| number.parse().ok()).unwrap_or(FITS)
}

/// Seconds of sound, any or of a few lengths.
fn seconds(random: &mut Random, few: bool) -> f64 {
    if few { [1.0, 2.0, 4.0, 8.0][random.octets(0, 3) as usize] } else { random.between(1.0, 10.0) }
}

/// What is sent beside the sound, octets.
type Beside = fn(&mut Random) -> f64;

const BESIDE: [(&str, Beside); 4] = [
    ("normal", |random| 3_000.0 + 800.0 * random.normal()),
    ("heavy-tailed", |random| random.pareto(500.0, 1.1)),
    ("mostly nothing", |random| if random.happens(0.7) { 0.0 } else { 4_000.0 }),
    ("whole records", |random| 120.0 * f64::from(random.octets(0, 6))),
];

/// Probes of a device that sends `slope` octets per second of sound.
fn probes(random: &mut Random, points: usize, few: bool, slope: f64, beside: Beside) -> Vec<(f64, f64)> {
    (0..points)
        .map(|_| {
            let x = seconds(random, few);
            (x, slope * x + beside(random))
        })
        .collect()
}

/// Every fit of a background: points 6, 12 and 30; lengths of sound any or few.
fn each(slope: f64, mut show: impl FnMut(&str, usize, bool, u64, &[Dose])) {
    for (at, (name, beside)) in BESIDE.into_iter().enumerate() {
        for (points, few) in [(6, false), (12, false), (12, true), (30, false)] {
            let seed = 500 + 10 * at as u64 + points as u64 + u64::from(few);
            let mut random = Random::new(seed);
            let draws = (0..fits()).filter_map(|number| {
                fit_by(&probes(&mut random, points, few, slope, beside), 0.95, PERMUTATIONS, seed + u64::from(number))
            });
            show(name, points, few, seed, &draws.collect::<Vec<_>>());
        }
    }
}

/// 4.5 standard errors of a share.
fn tolerance(share: f64, draws: usize) -> f64 {
    4.5 * (share * (1.0 - share) / draws as f64).sqrt()
}

#[test]
fn without_an_effect_p_is_uniform_or_above() {
    each(0.0, |name, points, few, seed, fits| {
        let shares = [0.05, 0.1, 0.5].map(|limit| {
            let below = fits.iter().filter(|dose| dose.p <= limit).count() as f64 / fits.len() as f64;
            assert!(
                below <= limit + tolerance(limit, fits.len()),
                "{name}, {points} points, seed {seed}: {below} at most {limit}"
            );
            // Amounts that are all different, at enough points for a fine scale of p: neither more nor fewer.
            if points >= 12 && !few && ["normal", "heavy-tailed"].contains(&name) {
                assert!(
                    below >= limit * 0.8 - tolerance(limit, fits.len()),
                    "{name}, {points} points, seed {seed}: only {below} at most {limit}"
                );
            }
            100.0 * below
        });
        println!("{name}, {points} points, few lengths {few}, seed {seed}: {shares:.1?} % at most 5, 10, 50 %");
    });
}

#[test]
fn the_interval_holds_the_slope_as_often_as_it_says() {
    const SLOPE: f64 = 4_000.0;
    each(SLOPE, |name, points, few, seed, fits| {
        // What is the slope to the last digit but one counts as held.
        let held = |dose: &&Dose| dose.slope.low <= SLOPE + 1e-6 && dose.slope.high >= SLOPE - 1e-6;
        let share = fits.iter().filter(held).count() as f64 / fits.len() as f64;
        println!("{name}, {points} points, few lengths {few}, seed {seed}: {:.1} % held", 100.0 * share);
        assert!(share >= 0.95 - tolerance(0.95, fits.len()), "{name}, {points} points, seed {seed}: {share} held");
    });
}

#[test]
fn a_codec_that_streams_has_a_slope_above_nothing() {
    let mut random = Random::new(600);
    let draws: Vec<Dose> =
        (0..300).filter_map(|seed| fit_by(&probes(&mut random, 8, false, 3_000.0, BESIDE[0].1), 0.95, 999, seed)).collect();
    let sure = draws.iter().filter(|dose| dose.slope.low > 0.0).count();
    println!("24 kbit/s beside 3,000 octets that vary by 800, 8 probes, seed 600: {sure} of {} above 0", draws.len());
    assert!(sure * 100 >= draws.len() * 97, "{sure} of {}", draws.len());
}
