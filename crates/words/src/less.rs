//! Whether a word wakes a device less often than it did.

use earwitness_core::stats::float;
use earwitness_core::stats::tails::ln_gamma;

/// Fisher's exact test, one side (Fisher, "The logic of inductive inference", Journal of the Royal Statistical Society 98, 1935): with which chance so few or fewer of the wakes of both fall among the plays of now, if a
/// play wakes the device as often now as it did. Each is plays, and how many of them woke it.
#[must_use]
pub fn less_often(before: (usize, usize), now: (usize, usize)) -> f64 {
    let (woke, plays) = (before.1 + now.1, before.0 + now.0);
    let all = ln_choose(plays, woke);
    // As many as there are plays for: the others fell among those of before.
    let least = woke.saturating_sub(before.0);
    let chance = |it: usize| (ln_choose(now.0, it) + ln_choose(before.0, woke - it) - all).exp();
    (least..=now.1).map(chance).sum::<f64>().min(1.0)
}

/// The logarithm of in how many ways so many of some can be chosen.
fn ln_choose(of: usize, chosen: usize) -> f64 {
    let ln_factorial = |it: usize| ln_gamma(float(it as u64) + 1.0);
    ln_factorial(of) - ln_factorial(chosen) - ln_factorial(of.saturating_sub(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lady who tastes tea (The Design of Experiments, 1935): all four of each are told apart with a chance of 1/70, three of four or more with 17/70.
    #[test]
    fn the_published_example_comes_out() {
        assert!((less_often((4, 4), (4, 0)) - 1.0 / 70.0).abs() < 1e-9);
        assert!((less_often((4, 3), (4, 1)) - 17.0 / 70.0).abs() < 1e-9);
        assert!((less_often((4, 0), (4, 4)) - 1.0).abs() < 1e-9);
        assert!((less_often((0, 0), (0, 0)) - 1.0).abs() < 1e-9);
        assert!((less_often((2, 2), (9, 9)) - 1.0).abs() < 1e-9, "wakes that do not fit among the plays of before");
    }
}
