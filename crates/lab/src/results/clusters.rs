//! Intervals of what is not a mean: each night (of one night, each block) is left out in turn.
//!
//! With `k` clusters, the variance of an estimate is `(k - 1) / k` times the sum of squares of what the estimates without one differ by from their mean (Efron and
//! Tibshirani 1993, chapter 11), and the interval is that of Student's distribution with `k - 1` degrees of freedom.

use earwitness_core::stats::float;

use super::moments::Student;

/// The estimate with its error; `None` where there are fewer than two clusters, or leaving one out changes nothing.
pub(super) fn jackknife(estimate: f64, without_one: &[f64]) -> Option<Student> {
    let count = float(without_one.len() as u64);
    if without_one.len() < 2 {
        return None;
    }
    let mean = without_one.iter().sum::<f64>() / count;
    let squares: f64 = without_one.iter().map(|it| (it - mean).powi(2)).sum();
    let error = ((count - 1.0) / count * squares).sqrt();
    (error.is_finite() && error > estimate.abs() * 1e-12).then_some(Student { estimate, error, freedom: count - 1.0 })
}
