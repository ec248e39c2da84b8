//! Power of t-tests, by integration over the deviation that is observed.
//!
//! With the deviation known to be `s` times the true one, the tests ask where a normal variable lies; `s` squared times the degrees of freedom has the chi-square
//! distribution (Owen 1965, Biometrika 52, 437).

use earwitness_core::stats::tails::{ln_gamma, normal_below, student_point};

/// Steps of Simpson's rule, an even number.
const STEPS: u32 = 400;

/// The mean of `chance` over the observed deviation, as a part of the true one.
fn over_deviations(freedom: f64, chance: impl Fn(f64) -> f64) -> f64 {
    // Beyond ten standard deviations of s, which are 1 / sqrt(2 freedom), lies less than the error of the rule.
    let reach = 10.0 / (2.0 * freedom).sqrt();
    let (low, high) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let half = freedom / 2.0;
    let ln_scale = std::f64::consts::LN_2 + half * half.ln() - ln_gamma(half);
    let density = |s: f64| {
        if s <= 0.0 {
            return if freedom <= 1.0 { ln_scale.exp() } else { 0.0 };
        }
        (ln_scale + (freedom - 1.0) * s.ln() - half * s * s).exp()
    };
    let width = (high - low) / f64::from(STEPS);
    let sum: f64 = (0..=STEPS)
        .map(|step| {
            let s = width.mul_add(f64::from(step), low);
            let weight = if step == 0 || step == STEPS {
                1.0
            } else if step % 2 == 1 {
                4.0
            } else {
                2.0
            };
            weight * density(s) * chance(s)
        })
        .sum();
    sum * width / 3.0
}

/// The chance that a two-sided t-test rejects where the truth lies `away` standard errors from what it tests.
pub(super) fn difference(away: f64, freedom: f64, level: f64) -> f64 {
    let point = student_point(freedom, level);
    over_deviations(freedom, |s| normal_below(away - point * s) + normal_below(-away - point * s))
}

/// The chance that both one-sided t-tests reject, each at `level`.
pub(super) fn equivalence(margin: f64, difference: f64, error: f64, freedom: f64, level: f64) -> f64 {
    let point = student_point(freedom, 2.0 * level);
    over_deviations(freedom, |s| {
        let high = (margin - difference) / error - point * s;
        let low = (-margin - difference) / error + point * s;
        (normal_below(high) - normal_below(low)).max(0.0)
    })
}
