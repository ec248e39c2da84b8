//! How uneven arrivals at random moments are.

use earwitness_core::detect::line::Line;

use super::random::Random;

/// Lines in an ordinary run.
const LINES: usize = 50_000;

/// Moments; the unevenness that one line in 10,000, 1,000 and 100 stays below, and the median: the table above, from
/// `scripts/golden.py --null`.
const QUANTILES: [(usize, [f64; 4]); 4] = [
    (16, [0.006_36, 0.009_26, 0.014_33, 0.057_68]),
    (32, [0.008_39, 0.011_15, 0.015_99, 0.056_75]),
    (64, [0.009_32, 0.011_99, 0.016_68, 0.056_14]),
    (128, [0.009_70, 0.012_37, 0.016_99, 0.055_87]),
];

/// Unevenness of `n` moments anywhere in a second.
fn unevenness(random: &mut Random, n: usize) -> f64 {
    let mut times: Vec<f64> = (0..n).map(|_| random.between(0.0, 1e9)).collect();
    times.sort_unstable_by(f64::total_cmp);
    let positions: Vec<f64> = (0..n).map(|k| k as f64).collect();
    // A tolerance of a second calls every moment on time.
    Line::through_most(&positions, &times, |_| 1e9, (0.0, 1e9)).map_or(f64::NAN, |line| line.unevenness)
}

#[test]
fn random_moments_are_as_uneven_as_the_table_says() {
    for (n, quantiles) in QUANTILES {
        let seed = 100 + n as u64;
        let mut random = Random::new(seed);
        let mut found: Vec<f64> = (0..LINES).map(|_| unevenness(&mut random, n)).collect();
        found.sort_unstable_by(f64::total_cmp);
        for (share, quantile) in [1e-4, 1e-3, 1e-2, 0.5].into_iter().zip(quantiles) {
            let below = found.partition_point(|value| *value <= quantile) as f64;
            let expected = share * LINES as f64;
            println!("n = {n}, seed {seed}: {below} of {LINES} at most {quantile:.5}, expected {expected}");
            let spread = (expected * (1.0 - share)).sqrt();
            assert!((below - expected).abs() <= 4.5 * spread, "n = {n}: {below} of {LINES} at most {quantile}, not {expected}");
        }
    }
}

#[test]
fn a_line_without_tolerance_to_spare_takes_all_moments() {
    let mut random = Random::new(99);
    let mut times: Vec<f64> = (0..40).map(|_| random.between(0.0, 1e9)).collect();
    times.sort_unstable_by(f64::total_cmp);
    let positions: Vec<f64> = (0..40).map(f64::from).collect();
    let line = Line::through_most(&positions, &times, |_| 1e9, (0.0, 1e9)).unwrap();
    assert_eq!((line.on_time, line.first, line.last), (40, 0, 39));
}
