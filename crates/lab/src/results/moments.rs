//! Means with intervals, from independent numbers.

use earwitness_core::detect::ttest::two_sided;
use earwitness_core::stats::float;
use earwitness_core::stats::tails::student_point;

/// How far the correction for skewness goes, as a share of where its transformation is flat: intervals of exponential and of lognormal numbers hold as often as without this limit
/// (`docs/design/lab-statistics.md`).
const FLAT: f64 = 0.7;

/// Mean and spread of numbers that are independent of each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Moments {
    pub(super) count: u64,
    pub(super) mean: f64,
    /// Variance over `count - 1`; `None` of a single number.
    pub(super) variance: Option<f64>,
    /// Third central moment over the cube of the deviation over `count`: 0 where nothing varies.
    skewness: f64,
}

impl Moments {
    /// `None` of nothing.
    pub(super) fn of(numbers: &[f64]) -> Option<Self> {
        let count = numbers.len() as u64;
        let n = float(count);
        if count == 0 {
            return None;
        }
        let mean = numbers.iter().sum::<f64>() / n;
        // What remains of equal numbers is rounding, which must not pass for variation.
        let largest = numbers.iter().fold(0.0_f64, |most, it| most.max(it.abs()));
        let apart = |it: &f64| if (it - mean).abs() <= largest * 1e-12 { 0.0 } else { it - mean };
        let squares: f64 = numbers.iter().map(|it| apart(it).powi(2)).sum();
        let cubes: f64 = numbers.iter().map(|it| apart(it).powi(3)).sum();
        let skewness = if squares > 0.0 { cubes / n / (squares / n).powf(1.5) } else { 0.0 };
        Some(Self { count, mean, variance: (count > 1).then(|| squares / (n - 1.0)), skewness })
    }

    /// The mean as an estimate; `None` where nothing varies, or where there is but one number: then nothing says how far it is off.
    pub(super) fn student(&self) -> Option<Student> {
        let variance = self.variance.filter(|it| *it > 0.0)?;
        Some(Student { estimate: self.mean, error: (variance / float(self.count)).sqrt(), freedom: float(self.count) - 1.0 })
    }

    /// The interval of the mean that leaves out a chance of `beyond`, corrected for skewness: Hall's third transformation (1992, Journal of the
    /// Royal Statistical Society B 54, 221) of the studentised mean, at the points of Student's distribution.
    ///
    /// With a = s / (3 √n) and b = s / (6 √n) for a skewness s, g(t) = t + a t² + a² t³ / 3 + b is closer to symmetric than t, and grows everywhere. At t = -1 / a it is flat, so that beyond the least
    /// change of y moves t without bound: of twelve trials two of which sent nothing, the lower end would lie below 0. So t goes no further than [`FLAT`] of that, or than the point itself where that is further.
    pub(super) fn skewed(&self, beyond: f64) -> Option<(f64, f64)> {
        let Student { estimate, error, freedom } = self.student()?;
        let (point, root) = (student_point(freedom, beyond), float(self.count).sqrt());
        let (a, b) = (self.skewness / (3.0 * root), self.skewness / (6.0 * root));
        let most = if a.abs() < 1e-9 { f64::INFINITY } else { point.max(FLAT / a.abs()) };
        let back = |y: f64| if a.abs() < 1e-9 { y } else { ((3.0 * a * (y - b) + 1.0).cbrt() - 1.0) / a }.clamp(-most, most);
        Some((estimate - error * back(point), estimate - error * back(-point)))
    }
}

/// An estimate whose error, divided by its standard error, has Student's distribution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Student {
    pub(super) estimate: f64,
    /// Standard error, above 0.
    pub(super) error: f64,
    /// Degrees of freedom.
    pub(super) freedom: f64,
}

impl Student {
    /// The interval that leaves out a chance of `beyond`, half of it on each side.
    pub(super) fn interval(&self, beyond: f64) -> (f64, f64) {
        let reach = student_point(self.freedom, beyond) * self.error;
        (self.estimate - reach, self.estimate + reach)
    }

    /// The two-sided p-value of the truth being `other`.
    pub(super) fn p(&self, other: f64) -> f64 {
        two_sided((self.estimate - other) / self.error, self.freedom)
    }

    /// The one-sided p-value of the truth being `other` or more: small where the estimate lies far below.
    pub(super) fn p_at_least(&self, other: f64) -> f64 {
        let half = self.p(other) / 2.0;
        if self.estimate < other { half } else { 1.0 - half }
    }

    /// The difference of two independent means (Welch 1947), its degrees of freedom after Satterthwaite.
    pub(super) fn welch(first: &Moments, second: &Moments) -> Option<Self> {
        let part = |it: &Moments| Some((it.variance? / float(it.count), float(it.count) - 1.0));
        let ((a, a_freedom), (b, b_freedom)) = (part(first)?, part(second)?);
        let error = a + b;
        let freedom = error * error / (a * a / a_freedom + b * b / b_freedom);
        (error > 0.0).then(|| Self { estimate: first.mean - second.mean, error: error.sqrt(), freedom })
    }
}

/// The quantile of numbers in order, between neighbours in proportion (Hyndman and Fan 1996, type 7: what numpy and R take unless told otherwise).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share * float(last as u64);
    let (below, rest) = (at.floor() as usize, at.fract());
    let (low, high) = (sorted.get(below)?, sorted.get((below + 1).min(last))?);
    Some(low + (high - low) * rest)
}
