//! How much likelier moments are behind the ticks of a clock than anywhere.
//!
//! What a clock makes ready leaves at once or late, never before. So on a circle as long as the beat moments lie behind one place, and the fewer the farther behind it. That is more than
//! lying together: the mean vector, which asks no more, needs half as many moments again where the link's delays are as long as a third of the beat.
//!
//! The result is a likelihood ratio, averaged over where the ticks are and over how long delays are. Of moments that lie anywhere its mean is one, so that it comes to `e^x` with a
//! probability of at most `e^-x` (Markov's inequality), at each beat that is tried.

use super::slices::number;

/// Parts of the circle.
const PLACES: usize = 32;

/// Mean delays that are thought of, beats.
const DELAYS: [f64; 3] = [0.08, 0.2, 0.4];

/// Part of the moments that is thought to come from no tick: what a stall of the link held up leaves when it is over, and some slices are of something else.
const ANYWHERE: f64 = 0.1;

/// What is so much less than another number adds nothing to a mean that such a number can hold (natural logarithm).
const NEGLIGIBLE: f64 = 40.0;

/// Moments of one stretch, in which the ticks keep their place, by where on the circle they are.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Places([u16; PLACES]);

impl Places {
    /// Adds a moment, `part` of a turn after the first in parts of 2^64.
    pub(super) fn add(&mut self, part: u64) {
        let [place, ..] = part.to_be_bytes();
        if let Some(count) = self.0.get_mut((usize::from(place) * PLACES) >> u8::BITS) {
            *count = count.saturating_add(1);
        }
    }
}

/// Logarithms of how much likelier a moment is so far behind a tick than anywhere, twice in a row, so that it is read from any place on without a break.
type Ratios = [f64; 2 * PLACES];

/// The same for each mean delay.
#[derive(Debug)]
pub(super) struct Late([Ratios; DELAYS.len()]);

impl Default for Late {
    fn default() -> Self {
        Self(DELAYS.map(|delay| {
            let mut ratios = [0.0; PLACES];
            for (place, ratio) in ratios.iter_mut().enumerate() {
                *ratio = (-(number(place) + 0.5) / number(PLACES) / delay).exp();
            }
            let mean = ratios.iter().sum::<f64>() / number(PLACES);
            let mut twice = [0.0; 2 * PLACES];
            for (place, ratio) in ratios.into_iter().cycle().zip(&mut twice) {
                *ratio = (ANYWHERE + (1.0 - ANYWHERE) * place / mean).ln();
            }
            twice
        }))
    }
}

impl Late {
    /// Natural logarithm of the ratio for all stretches together, if that is `least` or more: delays are alike in all of them, the place of the ticks is not.
    pub(super) fn evidence(&self, stretches: &[Places], least: f64) -> Option<f64> {
        let Self(delays) = self;
        // No mean exceeds the largest of what it is of, which takes no exponential, nor is it less than that by more than the logarithm of how many there are.
        let most = |ratios: &Ratios| stretches.iter().map(|stretch| largest(&sums(ratios, stretch))).sum::<f64>();
        let bounds = delays.each_ref().map(most);
        let bound = largest(&bounds);
        if bound < least {
            return None;
        }
        let negligible = bound - number(stretches.len()) * number(PLACES).ln() - NEGLIGIBLE;
        let together = |ratios: &Ratios| stretches.iter().map(|stretch| mean(&sums(ratios, stretch))).sum::<f64>();
        let each: [f64; DELAYS.len()] =
            std::array::from_fn(|delay| if bounds[delay] < negligible { f64::NEG_INFINITY } else { together(&delays[delay]) });
        Some(mean(&each)).filter(|evidence| *evidence >= least)
    }
}

/// Logarithms of the ratio for one stretch, for each place where the ticks may be.
fn sums(ratios: &Ratios, Places(counts): &Places) -> [f64; PLACES] {
    let mut sums = [0.0; PLACES];
    for (count, ratios) in counts.iter().zip(ratios.windows(PLACES)).filter(|it| *it.0 > 0) {
        let count = f64::from(*count);
        for (sum, ratio) in sums.iter_mut().zip(ratios) {
            *sum += count * ratio;
        }
    }
    sums
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(f64::NEG_INFINITY, |most, number| if *number > most { *number } else { most })
}

/// Logarithm of the mean of what these are the logarithms of.
fn mean(logarithms: &[f64]) -> f64 {
    let most = largest(logarithms);
    most + (logarithms.iter().map(|one| (one - most).exp()).sum::<f64>() / number(logarithms.len())).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments at these parts of a turn.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a turn in parts of 2^64")]
    fn places(parts: impl IntoIterator<Item = f64>) -> Places {
        let mut places = Places::default();
        for part in parts {
            places.add((part.rem_euclid(1.0) * 18_446_744_073_709_551_616.0) as u64);
        }
        places
    }

    /// As evenly spread as moments with such a mean delay are.
    fn late(delay: f64, count: u32) -> impl Iterator<Item = f64> {
        (0..count).map(move |number| -delay * ((f64::from(number) + 0.5) / f64::from(count)).ln())
    }

    #[test]
    fn of_moments_that_lie_anywhere_the_mean_ratio_is_one() {
        let late = Late::default();
        let part = |place| number(place) / number(PLACES);
        let mut sum = 0.0;
        for (first, second, third) in
            (0..PLACES).flat_map(|one| (0..PLACES).flat_map(move |two| (0..PLACES).map(move |three| (one, two, three))))
        {
            sum += late.evidence(&[places([part(first), part(second), part(third)])], f64::NEG_INFINITY).unwrap().exp();
        }
        assert!((sum / number(PLACES.pow(3)) - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn what_is_late_is_likelier_than_what_is_early_wherever_the_ticks_are() {
        let ratio = |stretches: &[Places]| Late::default().evidence(stretches, f64::NEG_INFINITY).unwrap();
        for tick in [0.0, 0.3, 0.97] {
            let behind = ratio(&[places(late(0.3, 100).map(|delay| tick + delay))]);
            let ahead = ratio(&[places(late(0.3, 100).map(|delay| tick - delay))]);
            assert!(behind > 25.0 && behind > ahead + 5.0, "{behind} and {ahead}");
        }
    }

    #[test]
    fn each_stretch_may_have_its_own_ticks() {
        let ratio = |stretches: &[Places]| Late::default().evidence(stretches, f64::NEG_INFINITY).unwrap();
        let stretch = |tick: f64| places(late(0.2, 40).map(|delay| tick + delay));
        let (together, apart) = (ratio(&[stretch(0.0), stretch(0.0)]), ratio(&[stretch(0.0), stretch(0.5)]));
        assert!((together - apart).abs() < 1e-9, "{together} and {apart}");
    }

    #[test]
    fn moments_spread_evenly_or_none_speak_against_a_clock_or_not_at_all() {
        let ratio = |stretches: &[Places]| Late::default().evidence(stretches, f64::NEG_INFINITY).unwrap();
        let evenly = places((0..96).map(|number| f64::from(number) / 96.0));
        assert!(ratio(&[evenly]) < -5.0);
        assert_eq!(Late::default().evidence(&[evenly], 1.0), None, "less than is asked for");
        assert!(ratio(&[]).abs() < 1e-12);
    }
}
