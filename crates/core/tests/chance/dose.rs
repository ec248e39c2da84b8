//! The dose: its p is uniform where the amount has nothing to do with the seconds of sound, and its interval holds the slope.

use earwitness_core::detect::dose::{Bet, Dose, fit_by};

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

/// Sessions of the bet, of up to 60 probes of three sounds.
const SESSIONS: u32 = 5_000;

/// What is sent by who does not hear how long this probe is; the lengths of those before are what a slow one may still be sending.
type Sends = fn(&mut Random, &[f64]) -> f64;

const SENT: [(&str, Sends); 4] = [
    ("normal", |random, _| BESIDE[0].1(random)),
    ("heavy-tailed", |random, _| BESIDE[1].1(random)),
    ("whole records", |random, _| BESIDE[3].1(random)),
    ("as long as the probe before", |_, before| before.last().copied().unwrap_or(0.0)),
];

#[test]
fn the_bet_on_lengths_is_seldom_won_by_who_does_not_know_them_over_all_interim_analyses() {
    for (at, (name, sends)) in (0_u64..).zip(SENT) {
        let seed = 700 + at;
        let mut random = Random::new(seed);
        let mut won = [0_u32; 2];
        for _ in 0..SESSIONS {
            let (mut bet, mut before) = (Bet::default(), Vec::new());
            for _ in 0..60 {
                let heard = [2.0, 3.0, 4.0, 6.0, 8.0][random.octets(0, 4) as usize];
                let amount = sends(&mut random, &before);
                // Sounds have answers of their own.
                let sound = random.octets(0, 2) as usize;
                bet.probe(sound, heard, amount + 5_000.0 * sound as f64);
                before.push(heard);
            }
            // The highest that it was is what somebody sees who analyses after every probe.
            for (won, alpha) in won.iter_mut().zip([0.05_f64, 0.01]) {
                *won += u32::from(bet.highest() >= -alpha.ln());
            }
        }
        println!("{name}, seed {seed}: won {} of {SESSIONS} at 5 %, {} at 1 %", won[0], won[1]);
        for (won, alpha) in won.into_iter().zip([0.05, 0.01]) {
            let share = f64::from(won) / f64::from(SESSIONS);
            assert!(share <= alpha + tolerance(alpha, SESSIONS as usize), "{name}, seed {seed}: {share} at {alpha}");
        }
    }
}

#[test]
fn the_bet_on_lengths_is_won_by_a_device_that_sends_while_it_hears() {
    let mut random = Random::new(720);
    let mut taken: Vec<u32> = Vec::new();
    for _ in 0..300 {
        let mut bet = Bet::default();
        let probe = (1..=200_u32).find(|_| {
            let heard = [2.0, 3.0, 4.0, 6.0, 8.0][random.octets(0, 4) as usize];
            bet.probe(0, heard, 400.0 * heard + 60.0 * random.normal());
            bet.highest() >= 9.3
        });
        taken.push(probe.unwrap_or(u32::MAX));
    }
    taken.sort_unstable();
    let (median, most) = (taken[150], taken[285]);
    println!("readings of loudness, seed 720: won after {median} probes in the median, {most} in 95 %");
    assert!(median <= 28 && most <= 48, "{median}, {most}");
}
