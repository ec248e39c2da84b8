//! The normal distribution, and what an answer says of a strength.

use special::Error as _;

/// Probability that a standard normal number is below `z`.
pub(crate) fn below(z: f32) -> f32 {
    single(below_exactly(f64::from(z)))
}

#[expect(clippy::cast_possible_truncation, reason = "seven digits are enough for a probability")]
fn single(value: f64) -> f32 {
    value as f32
}

fn below_exactly(z: f64) -> f64 {
    0.5 * (-z * std::f64::consts::FRAC_1_SQRT_2).compl_error()
}

/// Probability that a device wakes whose strength has this mean and variance.
pub(crate) fn wakes(mean: f32, variance: f32) -> f32 {
    below(mean / (1.0 + variance).sqrt())
}

/// By how much an answer moves what it covaries with: the mean by `rise` and the variance by `drop` times the covariance (its square).
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Site {
    pub(crate) rise: f32,
    pub(crate) drop: f32,
}

/// What an answer says of a strength with this mean and variance.
pub(crate) fn site(mean: f32, variance: f32, woke: bool) -> Site {
    let sign = if woke { 1.0 } else { -1.0 };
    let width = 1.0 + f64::from(variance);
    let z = (sign * f64::from(mean) / width.sqrt()).max(-30.0);
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let ratio = density / below_exactly(z);
    Site { rise: single(sign * ratio / width.sqrt()), drop: single(ratio * (z + ratio) / width) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the standard normal distribution from tables.
    #[test]
    fn probabilities_are_those_of_tables() {
        for (z, below_z) in [(0.0, 0.5), (1.0, 0.841_345), (-1.959_964, 0.025), (-3.0, 0.001_35), (5.0, 1.0)] {
            assert!((below(z) - below_z).abs() < 1e-5, "{z}");
        }
    }

    /// The moments after an answer, by integrating numerically.
    #[test]
    fn an_answer_moves_mean_and_variance_as_integration_says() {
        for (mean, variance, woke) in [(-2.0_f32, 1.5_f32, true), (-2.0, 1.5, false), (0.3, 0.2, true), (-6.0, 3.0, true)] {
            let (mut whole, mut first, mut second) = (0.0_f64, 0.0, 0.0);
            for step in -8_000..=8_000 {
                let strength = f64::from(mean) + f64::from(step) / 1_000.0 * f64::from(variance).sqrt();
                let likelihood = if woke { below_exactly(strength) } else { below_exactly(-strength) };
                let weight = likelihood * (-(f64::from(step) / 1_000.0).powi(2) / 2.0).exp();
                whole += weight;
                first += weight * strength;
                second += weight * strength * strength;
            }
            let (expected, spread) = (first / whole, second / whole - (first / whole).powi(2));
            let site = site(mean, variance, woke);
            assert!((f64::from(mean + variance * site.rise) - expected).abs() < 1e-3, "{mean} {variance} {woke}");
            assert!((f64::from(variance - variance * variance * site.drop) - spread).abs() < 1e-3, "{mean} {variance} {woke}");
        }
    }
}
