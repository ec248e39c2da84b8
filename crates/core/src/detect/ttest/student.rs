//! The t-test of two independent samples, and the tail of Student's distribution.

use special::{Beta, Error};

/// Whether two samples are taken to have one variance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Variance {
    /// One variance, pooled (Student 1908).
    #[default]
    Student,
    /// One each (Welch 1947).
    Welch,
}

/// The outcome of a t-test.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    /// The t statistic: positive where the first sample has the greater mean.
    pub statistic: f64,
    /// Degrees of freedom; broken ones after Welch.
    pub freedom: f64,
    /// Two-sided p-value.
    pub p: f64,
}

/// Compares the means of two lists of counts, of one count per bin each; `None` where that is not defined: fewer than two bins, lists of different
/// lengths, or no variance in either and one mean. Without variance and with different means the statistic is infinite and `p` is 0, as in scipy.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "there are at most a million bins, and far fewer than 2^53 values in them")]
pub fn t_test(first: &[u64], second: &[u64], variance: Variance) -> Option<Test> {
    let bins = first.len();
    if bins < 2 || second.len() != bins {
        return None;
    }
    let (n, a, b) = (bins as f64, Moments::of(first), Moments::of(second));
    let (a_error, b_error) = (a.variance / n, b.variance / n);
    let error = a_error + b_error;
    if error <= 0.0 && a.sum == b.sum {
        return None;
    }
    let difference = if a.sum >= b.sum { (a.sum - b.sum) as f64 } else { -((b.sum - a.sum) as f64) };
    let freedom = match variance {
        Variance::Student => 2.0 * (n - 1.0),
        // Nothing varies: any number will do, and scipy takes this one.
        Variance::Welch if error <= 0.0 => 1.0,
        Variance::Welch => error * error * (n - 1.0) / (a_error * a_error + b_error * b_error),
    };
    // Both samples are of one size, so that both tests share the statistic.
    let statistic = difference / n / error.sqrt();
    Some(Test { statistic, freedom, p: two_sided(statistic, freedom) })
}

/// Sum and variance of counts, the latter over `n - 1`.
struct Moments {
    sum: u128,
    variance: f64,
}

impl Moments {
    /// In whole numbers up to the last division, so that nothing cancels.
    #[expect(clippy::cast_precision_loss, reason = "one rounding of an exact number")]
    fn of(counts: &[u64]) -> Self {
        let n = counts.len() as u128;
        let (mut sum, mut squares) = (0_u128, 0_u128);
        for &count in counts {
            sum = sum.saturating_add(u128::from(count));
            squares = squares.saturating_add(u128::from(count).saturating_mul(u128::from(count)));
        }
        let spread = squares.saturating_mul(n).saturating_sub(sum.saturating_mul(sum));
        Self { sum, variance: spread as f64 / n.saturating_mul(n.saturating_sub(1)) as f64 }
    }
}

/// Degrees of freedom above which [`two_sided`] goes over to the normal distribution: the logarithms of the beta function lose digits.
const MANY: f64 = 5_000.0;

/// The probability that Student's t with so many degrees of freedom lies at least as far from 0 as `t`. NaN where `t` is NaN or `freedom` is
/// below 0.5: no test has so few.
#[must_use]
pub fn two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom.is_nan() || freedom < 0.5 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    let square = t * t;
    if freedom > MANY {
        return (normal_deviate(square, freedom) / std::f64::consts::SQRT_2).compl_error();
    }
    let half = freedom / 2.0;
    let ln_beta = half.ln_beta(0.5);
    // p = I_x(freedom / 2, 1/2) with x = freedom / (freedom + t^2) = 1 - I_(1-x)(1/2, freedom / 2): x near 1 has lost the digits that 1 - x has.
    let p = if square < 3.0 {
        1.0 - (square / (freedom + square)).inc_beta(0.5, half, ln_beta)
    } else {
        (freedom / (freedom + square)).inc_beta(half, 0.5, ln_beta)
    };
    p.clamp(0.0, 1.0)
}

/// Square of a normal deviate beyond which the tail is less than the least positive float, and the series may overflow.
const FAR: f64 = 2_000.0;

/// The normal deviate of the same two-sided probability (Hill, Communications of the ACM 13, 1970, algorithm 395). With more than 5,000 degrees
/// of freedom the rest of the series is below the last digit.
fn normal_deviate(square: f64, freedom: f64) -> f64 {
    if freedom.is_infinite() {
        return square.sqrt();
    }
    let a = freedom - 0.5;
    let b = 48.0 * a * a;
    let y = a * (square / freedom).ln_1p();
    if y > FAR {
        return y.sqrt();
    }
    let series = (((-0.4 * y - 3.3) * y - 24.0) * y - 85.5) / (0.8 * y * y + 100.0 + b);
    ((series + y + 3.0) / b + 1.0) * y.sqrt()
}
