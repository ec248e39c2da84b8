//! Chances of so many or more, of counts that need not be whole: what an effective number of observations asks for.

use special::{Beta, Gamma};

/// Halvings until an interval is as short as a float allows.
const HALVINGS: u32 = 200;

/// The share at which `count` or more of `all` has a chance of `tail`; 0 for no count. `count` above `all` has none: 1.
pub(super) fn share_where_at_least(count: f64, all: f64, tail: f64) -> f64 {
    if count <= 0.0 {
        return 0.0;
    }
    let rest = all - count + 1.0;
    if rest <= 0.0 {
        return 1.0;
    }
    // The chance is I_share(count, rest); with a parameter of 1 in a closed form.
    if (rest - 1.0).abs() <= 0.0 {
        return (tail.ln() / count).exp();
    }
    if (count - 1.0).abs() <= 0.0 {
        return -((-tail).ln_1p() / rest).exp_m1();
    }
    let ln_beta = count.ln_beta(rest);
    root(0.0, 1.0, |share| share.inc_beta(count, rest, ln_beta) >= tail)
}

/// The mean at which `count` or more events have a chance of `tail`; 0 for no count.
pub(super) fn mean_where_at_least(count: f64, tail: f64) -> f64 {
    if count <= 0.0 {
        return 0.0;
    }
    let most = count + 12.0 * (count + 1.0).sqrt() + 30.0;
    root(0.0, most, |mean| mean.inc_gamma(count) >= tail)
}

/// The chance that at least `heads` of so many tosses of a coin are heads.
pub(super) fn heads(heads: u64, tosses: u64) -> f64 {
    if heads == 0 {
        return 1.0;
    }
    let (count, rest) = (super::float(heads), super::float(tosses.saturating_sub(heads)) + 1.0);
    if heads > tosses { 0.0 } else { 0.5_f64.inc_beta(count, rest, count.ln_beta(rest)) }
}

/// The two-sided 95 % point of Student's distribution.
pub(super) fn student(freedom: f64) -> f64 {
    root(0.0, 1_000.0, |t| earwitness_core::detect::ttest::two_sided(t, freedom) <= 2.0 * super::TAIL)
}

/// Where `holds` begins to hold, between two ends.
pub(super) fn root(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
