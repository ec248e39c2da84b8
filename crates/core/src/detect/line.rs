//! The straight line through arrival times, and how much more evenly they came than chance would have it.

/// A line `at(k) = start + beat * k` through the arrival times of slices `k = 0, 1, ..`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Line {
    /// Fitted time of slice 0, nanoseconds relative to the first time given.
    pub start: f64,
    /// Fitted spacing, nanoseconds.
    pub beat: f64,
    /// Standard error of `beat`, nanoseconds, as if residuals were independent.
    pub beat_error: f64,
    /// See [`Line::through`].
    pub unevenness: f64,
}

/// Share of the slices, those farthest off, that do not take part in the final fit: a radio link that stalls for a moment
/// delays a few slices and does not slow the codec down.
const TRIMMED: f64 = 0.15;

impl Line {
    /// Fits `positions[k] -> times[k]` by least squares, drops the worst 15 %, and fits again.
    ///
    /// `unevenness` is `n * mean(residual^2) / span^2` over the kept slices, the Cramér-von Mises distance to an even
    /// spread after a line was taken out, in units of the whole span. Arrivals at random moments give about 0.02
    /// whatever their number; a clock gives a value that falls with their number. The values that chance
    /// reaches are found by simulation in `tests/evenness.rs`.
    ///
    /// `None` for fewer than four points or no span.
    #[must_use]
    pub fn through(positions: &[f64], times: &[f64]) -> Option<Self> {
        let first = fit(positions.iter().copied().zip(times.iter().copied()))?;
        let mut off: Vec<f64> = positions.iter().zip(times).map(|(x, y)| first.residual(*x, *y).abs()).collect();
        off.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a slice's length, rounded down"
        )]
        let kept = ((off.len() as f64) * (1.0 - TRIMMED)) as usize;
        let limit = *off.get(kept.max(3).min(off.len() - 1))?;
        let points = positions.iter().copied().zip(times.iter().copied());
        fit(points.filter(|(x, y)| first.residual(*x, *y).abs() <= limit)).or(Some(first)).map(Fit::line)
    }

    /// Fitted time of position `k`, nanoseconds.
    #[must_use]
    pub fn at(&self, position: f64) -> f64 {
        self.start + self.beat * position
    }
}

struct Fit {
    start: f64,
    beat: f64,
    count: f64,
    spread_x: f64,
    residual_squares: f64,
    span: f64,
}

impl Fit {
    fn residual(&self, x: f64, y: f64) -> f64 {
        y - (self.start + self.beat * x)
    }

    fn line(self) -> Line {
        let variance = self.residual_squares / (self.count - 2.0);
        Line {
            start: self.start,
            beat: self.beat,
            beat_error: (variance / self.spread_x).sqrt(),
            unevenness: self.residual_squares / (self.span * self.span),
        }
    }
}

/// Least squares in one pass over centred sums.
fn fit(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Fit> {
    let (mut count, mut mean_x, mut mean_y) = (0.0, 0.0, 0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (x, y) in points.clone() {
        count += 1.0;
        mean_x += (x - mean_x) / count;
        mean_y += (y - mean_y) / count;
        low = low.min(y);
        high = high.max(y);
    }
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x) * (x - mean_x);
        xy += (x - mean_x) * (y - mean_y);
        yy += (y - mean_y) * (y - mean_y);
    }
    let span = high - low;
    if count < 4.0 || xx <= 0.0 || span <= 0.0 {
        return None;
    }
    let beat = xy / xx;
    Some(Fit { start: mean_y - beat * mean_x, beat, count, spread_x: xx, residual_squares: (yy - beat * xy).max(0.0), span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(n: u32, beat: f64) -> (Vec<f64>, Vec<f64>) {
        (0..n).map(|k| (f64::from(k), f64::from(k) * beat)).unzip()
    }

    #[test]
    fn an_exact_clock_has_no_unevenness() {
        let (x, y) = even(50, 20e6);
        let line = Line::through(&x, &y).unwrap();
        assert!((line.beat - 20e6).abs() < 1e-3 && line.unevenness < 1e-18, "{line:?}");
    }

    #[test]
    fn one_stall_does_not_bend_the_line() {
        let (x, mut y) = even(100, 20e6);
        for k in 40..50 {
            y[k] = y[50];
        }
        let line = Line::through(&x, &y).unwrap();
        assert!((line.beat - 20e6).abs() < 0.2e6 && line.unevenness < 0.001, "{line:?}");
    }

    #[test]
    fn three_points_or_one_moment_make_no_line() {
        assert_eq!(Line::through(&[0.0, 1.0, 2.0], &[0.0, 1.0, 2.0]), None);
        assert_eq!(Line::through(&[0.0; 9], &[1.0; 9]), None);
        assert_eq!(Line::through(&[], &[]), None);
    }
}
