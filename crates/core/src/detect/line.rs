//! The straight line that most arrivals lie on, and how much more evenly they came than chance would have it.
//!
//! A slice is sent when its sound has been heard, or late. A radio link, a lost segment, a start-up backlog delay many slices at once, and
//! records of other things in between shift the count. A least-squares line would be bent by all of these; the line
//! that most slices lie on is not, as long as there is one.

use std::ops::Sub;

/// A line `at(x) = start + beat * x` under the arrival times of slices at positions `x`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Line {
    /// Time of position 0, nanoseconds.
    pub start: f64,
    /// Nanoseconds per position.
    pub beat: f64,
    /// Standard error of `beat`, as if the residuals were independent.
    pub beat_error: f64,
    /// Slices on time: within the tolerance of the line.
    pub on_time: usize,
    /// Index of the first of them.
    pub first: usize,
    /// Index of the last of them.
    pub last: usize,
    /// `count * mean(residual^2) / span^2` over the slices on time: the Cramér-von Mises distance to an even spread, after
    /// a line was taken out. For random moments, all of them counted, its median is 0.056 whatever their number; a clock gives a value that
    /// falls with their number. What it and the share on time let through together is measured in `tests/chance.rs`.
    pub unevenness: f64,
}

/// Slopes that are tried: those between slices an eighth, a third and a half of the whole apart.
const SLOPES: usize = 8;

/// More points than this are thinned out before slopes are tried on them.
const POINTS: usize = 128;

impl Line {
    /// The line with a slope in `beats` that has most of `(positions[k], times[k])` within `tolerance(slope)` nanoseconds. Positions
    /// ascend strictly, times do not descend.
    ///
    /// Slopes between slices far apart are tried in turn; for each, the densest window of what is left over tells how many agree.
    /// The best is refined by least squares through the slices that agree. `None` for fewer than four points or if no slope lies in `beats`.
    #[must_use]
    pub fn through_most(positions: &[f64], times: &[f64], tolerance: impl Fn(f64) -> f64, beats: (f64, f64)) -> Option<Self> {
        let points: Vec<(f64, f64)> = positions.iter().copied().zip(times.iter().copied()).collect();
        Self::through(&points, tolerance, beats)
    }

    /// The same, of points `(position, time)`.
    pub(super) fn through(points: &[(f64, f64)], tolerance: impl Fn(f64) -> f64, beats: (f64, f64)) -> Option<Self> {
        if points.len() < 4 {
            return None;
        }
        let (mut room, mut whole, mut left_over) = ([(0.0, 0.0); POINTS], [(0, 0); POINTS], [0; POINTS]);
        let mut count = 0;
        for ((thinned, point), rounded) in points.iter().step_by(points.len().div_ceil(POINTS)).zip(&mut room).zip(&mut whole) {
            *point = *thinned;
            *rounded = (from_f64(thinned.0), from_f64(thinned.1) << FRACTION);
            count += 1;
        }
        let (sample, whole, left_over) = (room.get(..count)?, whole.get(..count)?, left_over.get_mut(..count)?);
        let enough = count * 9 / 10;
        let mut winner: Option<(u8, f64)> = None;
        for beat in slopes(sample).filter(|beat| (beats.0..=beats.1).contains(beat)) {
            let most = winner.map_or(0, |(most, _)| most);
            let votes = votes(whole, beat, tolerance(beat), most);
            if winner.is_none() || votes > most {
                winner = Some((votes, beat));
            }
            // With nine of ten points on it, other slopes need not be tried: the fit below refines this one.
            if usize::from(votes) >= enough {
                break;
            }
        }
        let (_, mut beat) = winner?;
        let slope = fixed(beat);
        for (left_over, point) in left_over.iter_mut().zip(whole) {
            *left_over = above(*point, slope) >> FRACTION;
        }
        left_over.sort_unstable();
        let mut start = to_f64(densest(left_over, from_f64(2.0 * tolerance(beat))).1) + tolerance(beat);
        // Each fit moves the line and so the points that are near it.
        for _ in 0..3 {
            let width = tolerance(beat);
            let near = points.iter().copied().filter(|(x, y)| (y - start - beat * x).abs() <= width);
            let before = (start, beat);
            (start, beat) = fit(near).filter(|(_, beat)| *beat > 0.0)?;
            if (start, beat) == before {
                break;
            }
        }
        Self::judged(points, start, beat, tolerance(beat))
    }

    fn judged(points: &[(f64, f64)], start: f64, beat: f64, tolerance: f64) -> Option<Self> {
        let residual = |(x, y): (f64, f64)| y - start - beat * x;
        let mut near = points.iter().copied().enumerate().filter(|(_, point)| residual(*point).abs() <= tolerance);
        let again = near.clone();
        let (first, (x, begin)) = near.next()?;
        let (mut on_time, mut count, mut last, mut end) = (1, 1.0, first, begin);
        let (mut squares, mut x_sum) = (residual((x, begin)).powi(2), x);
        for (index, (x, y)) in near {
            (last, end) = (index, y);
            on_time += 1;
            count += 1.0;
            squares += residual((x, y)).powi(2);
            x_sum += x;
        }
        let span = end - begin;
        if on_time < 4 || span <= 0.0 {
            return None;
        }
        let mean_x = x_sum / count;
        let spread_x: f64 = again.map(|(_, (x, _))| (x - mean_x).powi(2)).sum();
        Some(Self {
            start,
            beat,
            beat_error: (squares / (count - 2.0) / spread_x).sqrt(),
            on_time,
            first,
            last,
            unevenness: squares / (span * span),
        })
    }

    /// Time of a position, nanoseconds.
    #[must_use]
    pub fn at(&self, position: f64) -> f64 {
        self.start + self.beat * position
    }
}

/// Slopes between points an eighth, a third and a half of the whole apart.
fn slopes(points: &[(f64, f64)]) -> impl Iterator<Item = f64> {
    [8, 3, 2].into_iter().flat_map(move |part| {
        let apart = points.len() / part;
        let pairs = points.iter().zip(points.iter().skip(apart));
        pairs.step_by((points.len() - apart).div_ceil(SLOPES)).map(|(a, b)| (b.1 - a.1) / (b.0 - a.0))
    })
}

/// Bins in which votes are counted; values farther apart share bins again, which only adds noise.
const BINS: usize = 64;

/// Fraction bits of a slope in [`votes`].
const FRACTION: u32 = 16;

/// About the most points that lie within `tolerance` of one line with this slope: the fullest two neighbouring bins, each
/// between half and all of the tolerance wide; or some number up to `beaten` where there are no more than that. `points` are at
/// most [`POINTS`], their times with [`FRACTION`] more bits. In whole numbers and octets, of which a processor adds many at
/// once, because this is where the detector spends its time.
fn votes(points: &[(i64, i64)], beat: f64, tolerance: f64, beaten: u8) -> u8 {
    // No bin, and no sum of two, holds more than all points.
    const { assert!(POINTS <= u8::MAX as usize, "votes are counted in octets") }
    // A bin's number is moved up to the highest bits, by multiplying both terms: what lies above it falls off.
    let shift = FRACTION + from_f64(tolerance).max(1).ilog2();
    let scale = 1_i64 << (i64::BITS - BINS.ilog2()).saturating_sub(shift);
    let slope = fixed(beat).wrapping_mul(scale);
    let bin = |(x, y): (i64, i64)| {
        let [highest, ..] = above((x, y.wrapping_mul(scale)), slope).to_be_bytes();
        usize::from(highest >> (u8::BITS - BINS.ilog2()))
    };
    // Neighbours mostly share a bin. Counted by turns in two rows, none waits for the one before.
    let (mut even, mut odd) = ([0_u8; BINS], [0_u8; BINS]);
    let mut count = |points: &[(i64, i64)]| {
        let (pairs, rest) = points.as_chunks();
        for [one, other] in pairs {
            let (one, other) = (&mut even[bin(*one)], &mut odd[bin(*other)]);
            (*one, *other) = (one.wrapping_add(1), other.wrapping_add(1));
        }
        for point in rest {
            let one = &mut even[bin(*point)];
            *one = one.wrapping_add(1);
        }
        fullest(&even, &odd)
    };
    let (half, rest) = points.split_at(points.len() / 2);
    let most = count(half);
    if usize::from(most) + rest.len() <= usize::from(beaten) { most } else { count(rest) }
}

/// What the fullest two neighbouring bins hold, both rows together.
fn fullest(even: &[u8; BINS], odd: &[u8; BINS]) -> u8 {
    // The first bin comes again behind the last.
    let mut bins = [0_u8; BINS + 1];
    for ((bin, even), odd) in bins.iter_mut().zip(even).zip(odd) {
        *bin = even.wrapping_add(*odd);
    }
    bins[BINS] = bins[0];
    bins.iter().zip(&bins[1..]).fold(0, |most, (here, there)| most.max(here.wrapping_add(*there)))
}

/// A slope in whole numbers.
fn fixed(beat: f64) -> i64 {
    from_f64(beat * f64::from(1_u32 << FRACTION))
}

/// How far above a line through the origin with this slope a point lies, with [`FRACTION`] more bits. Wraps around where a slope
/// leads out of any time that was meant.
fn above((x, y): (i64, i64), slope: i64) -> i64 {
    y.wrapping_sub(slope.wrapping_mul(x))
}

#[expect(clippy::cast_possible_truncation, reason = "positions, times and slopes of an episode fit by far")]
fn from_f64(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of an episode lie far below 2^53")]
fn to_f64(value: i64) -> f64 {
    value as f64
}

/// The most values that lie within a window of `width`, and the lowest of them.
pub(super) fn densest<T: Copy + Default + PartialOrd + Sub<Output = T>>(sorted: &[T], width: T) -> (usize, T) {
    let (mut best, mut lowest, mut end) = (0, T::default(), 0);
    for (begin, &low) in sorted.iter().enumerate() {
        while end < sorted.len() && sorted[end] - low <= width {
            end += 1;
        }
        if end - begin > best {
            (best, lowest) = (end - begin, low);
        }
    }
    (best, lowest)
}

/// Least squares in one pass: start and slope. Sums are taken from the first point, so that nothing large cancels.
fn fit(mut points: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    let (first_x, first_y) = points.next()?;
    let (mut count, mut x_sum, mut y_sum, mut xx, mut xy) = (1.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y) in points {
        let (x, y) = (x - first_x, y - first_y);
        count += 1.0;
        x_sum += x;
        y_sum += y;
        xx += x * x;
        xy += x * y;
    }
    let spread = xx - x_sum * x_sum / count;
    if spread <= 0.0 {
        return None;
    }
    let slope = (xy - x_sum * y_sum / count) / spread;
    Some((first_y + y_sum / count - slope * (first_x + x_sum / count), slope))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(n: u32, beat: f64) -> (Vec<f64>, Vec<f64>) {
        (0..n).map(|k| (f64::from(k), f64::from(k) * beat)).unzip()
    }

    fn line(x: &[f64], y: &[f64]) -> Option<Line> {
        Line::through_most(x, y, |_| 30e6, (5e6, 130e6))
    }

    #[test]
    fn an_exact_clock_has_no_unevenness() {
        let (x, y) = even(50, 20e6);
        let line = line(&x, &y).unwrap();
        assert!((line.beat - 20e6).abs() < 1e-3 && line.unevenness < 1e-18, "{line:?}");
        assert_eq!((line.on_time, line.first, line.last), (50, 0, 49));
    }

    #[test]
    fn stalls_do_not_bend_the_line() {
        let (x, mut y) = even(150, 20e6);
        for (from, to) in [(20, 45), (60, 75), (80, 110), (111, 125)] {
            for k in from..to {
                y[k] = y[to];
            }
        }
        let line = line(&x, &y).unwrap();
        assert!((line.beat - 20e6).abs() < 0.2e6 && line.unevenness < 0.001, "{line:?}");
    }

    #[test]
    fn a_backlog_longer_than_the_live_part_is_seen_through() {
        let (x, mut y) = even(250, 20e6);
        for (k, time) in y.iter_mut().enumerate().take(150) {
            *time = 150.0 * 20e6 - 0.5e6 * (150.0 - f64::from(u32::try_from(k).unwrap()));
        }
        let line = line(&x, &y).unwrap();
        assert!((line.beat - 20e6).abs() < 1e6, "{line:?}");
        assert!((140..152).contains(&line.first), "{line:?}");
    }

    #[test]
    fn records_of_something_else_at_the_end_do_not_bend_the_line() {
        let (x, mut y) = even(80, 64e6);
        for time in &mut y[74..] {
            *time = 74.0 * 64e6;
        }
        let line = line(&x, &y).unwrap();
        assert!((line.beat - 64e6).abs() < 0.1e6 && line.on_time >= 74, "{line:?}");
    }

    #[test]
    fn three_points_or_one_moment_make_no_line() {
        assert_eq!(line(&[0.0, 1.0, 2.0], &[0.0, 1.0, 2.0]), None);
        assert_eq!(line(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0; 5]), None);
        assert_eq!(line(&[], &[]), None);
    }
}
