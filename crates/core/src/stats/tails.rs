//! Chances of so many or more, of counts that need not be whole: what an effective number of observations asks for.

use special::{Beta, Error, Gamma};

use super::float;
use crate::detect::ttest::two_sided;

/// Where the look for a point of Student's distribution ends.
const FAR: f64 = 1e9;
/// Halvings until an interval is as short as a float allows.
const HALVINGS: u32 = 200;

/// The share at which `count` or more of `all` has a chance of `tail`; 0 for no count. `count` above `all` has none: 1.
#[must_use]
pub fn share_where_at_least(count: f64, all: f64, tail: f64) -> f64 {
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
#[must_use]
pub fn mean_where_at_least(count: f64, tail: f64) -> f64 {
    if count <= 0.0 {
        return 0.0;
    }
    let most = count + 12.0 * (count + 1.0).sqrt() + 30.0;
    root(0.0, most, |mean| mean.inc_gamma(count) >= tail)
}

/// The chance that at least `heads` of so many tosses of a coin are heads.
#[must_use]
pub fn heads(heads: u64, tosses: u64) -> f64 {
    at_least(heads, tosses, 0.5)
}

/// The chance that at least `count` of `all` happen, each with a chance of `share`.
#[must_use]
pub fn at_least(count: u64, all: u64, share: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    let (some, rest) = (float(count), float(all.saturating_sub(count)) + 1.0);
    if count > all { 0.0 } else { share.inc_beta(some, rest, some.ln_beta(rest)) }
}

/// The point of Student's distribution beyond which, on both sides together, lies a chance of `beyond`: 0.05 gives the 95 % point. Infinite where
/// that is 0 or below, or above a thousand million.
#[must_use]
pub fn student_point(freedom: f64, beyond: f64) -> f64 {
    let outside = |t: f64| two_sided(t, freedom) <= beyond;
    let mut high = 2.0;
    while !outside(high) {
        high *= 2.0;
        if high > FAR {
            return f64::INFINITY;
        }
    }
    root(if high > 2.0 { high / 2.0 } else { 0.0 }, high, outside)
}

/// The chance that a standard normal variable lies below `z`.
#[must_use]
pub fn normal_below(z: f64) -> f64 {
    (-z / std::f64::consts::SQRT_2).compl_error() / 2.0
}

/// The natural logarithm of the gamma function, above 0.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    Gamma::ln_gamma(x).0
}

/// Where `holds` begins to hold, between two ends.
#[must_use]
pub fn root(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
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
