//! The exact binomial limits of Clopper and Pearson (1934).

/// The largest probability at which so few of so many happen in at least 5 % of repetitions.
pub(crate) fn at_most(happened: u32, of: u32) -> f64 {
    solve(|probability| tail(happened, of, probability) <= 0.05)
}

/// Says how many of so many deaf devices were accused, and fails where that is more than `alpha`: by count, and with as many sessions as a stated
/// bound rests on by the exact bound.
pub(crate) fn law(what: &str, accused: u32, sessions: u32, alpha: f64) {
    let share = at_most(accused, sessions);
    println!("{what}: {accused} of {sessions} deaf devices accused, at most {:.2} %", 100.0 * share);
    let proven = sessions < 20_000 || share <= alpha;
    assert!(proven && f64::from(accused) <= alpha * f64::from(sessions), "{what}: {accused} of {sessions} accused");
}

/// The probability that at most `happened` of `of` happen.
fn tail(happened: u32, of: u32, probability: f64) -> f64 {
    let (ln_yes, ln_no) = (probability.ln(), (-probability).ln_1p());
    let (mut ln_ways, mut sum) = (0.0_f64, 0.0);
    for count in 0..=happened.min(of) {
        sum += (ln_ways + f64::from(count) * ln_yes + f64::from(of - count) * ln_no).exp();
        ln_ways += (f64::from(of - count) / f64::from(count + 1)).ln();
    }
    sum
}

fn solve(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        *if holds(middle) { &mut high } else { &mut low } = middle;
    }
    high
}

#[test]
fn the_limits_are_those_of_the_table() {
    // qbeta(0.95, 1, 20) and qbeta(0.95, 4, 97).
    for (is, expected) in [(at_most(0, 20), 0.139_108_3), (at_most(3, 100), 0.075_710_8)] {
        assert!((is - expected).abs() < 1e-6, "{is}, not {expected}");
    }
}
