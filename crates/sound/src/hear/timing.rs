//! When each sample was heard: a line through what the sound server reports of its own timing.
//!
//! A converter's crystal runs at its own pace, some parts in a million off. Every estimate says that the sample of some number was heard at
//! some moment; single estimates jitter with the scheduling of both programs. The line is that of Theil and Sen (medians of slopes and of
//! intercepts), which a fifth of wild estimates does not move.

use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};

/// Estimates that the line goes through.
const MOST: usize = 48;
/// With fewer estimates, or over less time than this (nanoseconds), the pace is taken as told.
const FEW: usize = 12;
const SHORT: i64 = 8 * SECOND;
/// No crystal is further off than this part.
const WORST: f64 = 500e-6;
/// An estimate this far off the line is odd, nanoseconds; so many odd ones in a row mean that the line is wrong.
const ODD: i64 = 25 * MILLISECOND;
const MOST_ODD: u32 = 4;
/// What no estimate is better than, nanoseconds: servers round to a microsecond and read their clocks one after the other.
const FLOOR: i64 = MILLISECOND;

/// One estimate: the sample of this number was heard at this moment, give or take.
#[derive(Clone, Copy, Debug)]
struct Estimate {
    sample: u64,
    at: Timestamp,
    error: i64,
}

/// The line.
#[derive(Debug)]
pub(super) struct Timing {
    rate: u32,
    estimates: Vec<Estimate>,
    odd: u32,
    /// Nanoseconds a sample, the moment of the estimates' first sample, and how far off.
    line: Option<(f64, Timestamp, i64)>,
}

impl Timing {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate: rate.max(1), estimates: Vec::new(), odd: 0, line: None }
    }

    /// Takes an estimate. `false` if it contradicts those before for good: the clock was set, or samples were lost.
    pub(super) fn take(&mut self, sample: u64, at: Timestamp, error: i64) -> bool {
        if let Some((expected, _)) = self.at(sample)
            && self.estimates.len() >= FEW
            && at.since(expected).abs() > ODD + error
        {
            self.odd += 1;
            return self.odd < MOST_ODD;
        }
        self.odd = 0;
        if self.estimates.len() >= MOST {
            self.estimates.remove(0);
        }
        self.estimates.push(Estimate { sample, at, error });
        self.line = self.fit();
        true
    }

    /// When the sample of this number was heard, and how far off that may be, nanoseconds.
    pub(super) fn at(&self, sample: u64) -> Option<(Timestamp, i64)> {
        let (pace, origin, error) = self.line?;
        let first = self.estimates.first()?.sample;
        Some((origin.plus(nanos(difference(sample, first) * pace)), error))
    }

    /// The number of the sample that was heard at this moment, perhaps below zero.
    pub(super) fn sample(&self, at: Timestamp) -> Option<i64> {
        let (pace, origin, _) = self.line?;
        let first = i64::try_from(self.estimates.first()?.sample).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds of minutes")]
        let passed = at.since(origin) as f64 / pace;
        Some(first.saturating_add(nanos(passed)))
    }

    fn fit(&self) -> Option<(f64, Timestamp, i64)> {
        let first = self.estimates.first()?;
        let nominal = 1e9 / f64::from(self.rate);
        let last = self.estimates.last()?;
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds of minutes")]
        let points: Vec<(f64, f64)> =
            self.estimates.iter().map(|it| (difference(it.sample, first.sample), it.at.since(first.at) as f64)).collect();
        let long = points.len() >= FEW && last.at.since(first.at) >= SHORT;
        let pace = if long {
            slope(&points).unwrap_or(nominal).clamp(nominal * (1.0 - WORST), nominal * (1.0 + WORST))
        } else {
            nominal
        };
        let offset = median(points.iter().map(|(x, y)| y - pace * x).collect())?;
        let scatter = median(points.iter().map(|(x, y)| (y - pace * x - offset).abs()).collect())?;
        let best = self.estimates.iter().map(|it| it.error).min()?;
        // 3 median deviations are about 2 standard deviations of a normal variable.
        Some((pace, first.at.plus(nanos(offset)), best.max(FLOOR).saturating_add(nanos(3.0 * scatter))))
    }
}

/// The median slope of all pairs that lie apart.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::new();
    for (at, (x, y)) in points.iter().enumerate() {
        slopes.extend(points.iter().skip(at + 1).filter(|(later, _)| later > x).map(|(later, up)| (up - y) / (later - x)));
    }
    median(slopes)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples are far below 2^53")]
fn difference(one: u64, other: u64) -> f64 {
    one as f64 - other as f64
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, and is far below")]
fn nanos(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        reason = "some minutes in nanoseconds"
    )]

    use earwitness_core::lot::Lot;

    use super::*;

    const START: i64 = 1_700_000_000 * SECOND;

    /// Feeds estimates every quarter of a second for a minute, and says the worst error of the line on the way.
    fn worst(parts: f64, mut jitter: impl FnMut(u32) -> i64) -> i64 {
        let mut timing = Timing::new(16_000);
        let mut worst = 0;
        for step in 0..240 {
            let sample = u64::from(step) * 4_000;
            let truth = START + (sample as f64 * 62_500.0 * (1.0 + parts * 1e-6)) as i64;
            assert!(timing.take(sample, Timestamp::from_nanos(truth + jitter(step)), MILLISECOND / 10));
            let (at, error) = timing.at(sample).unwrap();
            if step > 10 {
                worst = worst.max((at.nanos() - truth).abs());
                assert!((at.nanos() - truth).abs() <= error, "step {step}: {} of {error}", at.nanos() - truth);
            }
        }
        worst
    }

    #[test]
    fn crystals_of_their_own_pace_and_jitter_are_followed() {
        let mut chance = Lot::new(1).stream("timing", 0);
        for parts in [0.0, 60.0, -150.0] {
            let worst = worst(parts, |_| (chance.unit() * 2e6) as i64 - 1_000_000);
            println!("{parts} parts in a million: {:.3} ms", worst as f64 / 1e6);
            assert!(worst < 2 * MILLISECOND);
        }
    }

    #[test]
    fn a_fifth_of_wild_estimates_does_not_move_the_line() {
        assert!(worst(20.0, |step| if step % 5 == 3 { 15 * MILLISECOND } else { 0 }) < MILLISECOND / 2);
    }

    #[test]
    fn a_clock_that_was_set_is_noticed() {
        let mut timing = Timing::new(16_000);
        for step in 0..20 {
            assert!(timing.take(step * 4_000, Timestamp::from_nanos(START + step as i64 * SECOND / 4), 0));
        }
        let taken: Vec<bool> = (20..24)
            .map(|step| timing.take(step * 4_000, Timestamp::from_nanos(START + step as i64 * SECOND / 4 + SECOND), 0))
            .collect();
        assert_eq!(taken, [true, true, true, false]);
    }

    #[test]
    fn samples_and_moments_answer_each_other() {
        let mut timing = Timing::new(16_000);
        assert_eq!((timing.at(5), timing.sample(Timestamp::from_nanos(START))), (None, None));
        timing.take(16_000, Timestamp::from_nanos(START), 0);
        assert_eq!(timing.sample(Timestamp::from_nanos(START - SECOND)), Some(0));
        assert_eq!(timing.at(32_000).unwrap().0, Timestamp::from_nanos(START + SECOND));
        assert_eq!(timing.sample(Timestamp::from_nanos(START - 2 * SECOND)), Some(-16_000));
    }
}
