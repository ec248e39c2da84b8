//! What rounds without a reaction prove: an upper limit to the probability of one.

use std::collections::BTreeMap;

use super::place::{Rank, Score};

/// The share of reactions as large as the detection limit that rank first: what [`super::detection_limit`] is asked for.
pub const FIRST: f64 = 0.95;

/// Bets that first places are rarer than claimed, by these factors, and the part of the stake on each.
const RARER: [(f64, f64); 5] = [(0.0, 0.4), (0.1, 0.15), (0.25, 0.15), (0.5, 0.15), (0.75, 0.15)];

/// Which slot of a round scored higher than all others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Top {
    /// The drawn one, or it may have.
    Drawn,
    /// A sham, certainly.
    Sham,
    /// None: the highest score came more than once.
    Nobody,
}

impl Top {
    /// Of a round with these scores, as far as they are known. Nothing where [`Rank::of`] gives none.
    pub fn of<S: PartialOrd + Copy>(scores: &[Score<S>], drawn: usize) -> Option<Self> {
        if Rank::of(scores, drawn)?.may_be_first() {
            return Some(Self::Drawn);
        }
        let is_top = |(place, score): (usize, &Score<S>)| {
            let below = |other: &Score<S>| matches!(other, Score::Known(other) if *other < score.seen());
            scores.iter().enumerate().all(|(at, other)| at == place || below(other))
        };
        Some(if scores.iter().enumerate().any(is_top) { Self::Sham } else { Self::Nobody })
    }
}

/// Confidence of the limits that verdicts state.
pub const CONFIDENCE: f64 = 0.95;

/// The largest probability of a reaction to a probe that the rounds so far still allow, however many interim analyses are made and whenever one stops.
///
/// Let `X` be 1 where the drawn slot scored higher than every sham, `-1 / (m - 1)` where a sham did so, and else 0. Without a reaction the draw among the
/// `m` slots is uniform whatever was sent, so that the mean of `X` is 0: first places by chance cancel out. Of reactions as large as the detection limit a
/// share of [`FIRST`] comes first, so that with reactions of the probability `p` the mean of `X` is at least `theta = p (FIRST - (1 - FIRST) / (m - 1))`.
/// Against each claim `p` money is bet at odds that are fair to it: `1 - (1 - g) (X - theta) / (1 - theta)`, for several `g < 1`. Claims at which the stake
/// ever grew to `1 / (1 - confidence)` are rejected (Ville 1939; bets on a bounded mean: Waudby-Smith and Ramdas 2024). The probability may change from
/// round to round: what is rejected is that it was never lower.
#[derive(Clone, Debug)]
pub struct Bound {
    needed: f64,
    /// How often each came, by the number of slots.
    seen: BTreeMap<(u32, Top), f64>,
    upper: f64,
}

impl Default for Bound {
    fn default() -> Self {
        Self::new(CONFIDENCE)
    }
}

impl Bound {
    /// Before the first round; `confidence` as 0.95.
    #[must_use]
    pub fn new(confidence: f64) -> Self {
        Self { needed: -(1.0 - confidence).ln(), seen: BTreeMap::new(), upper: 1.0 }
    }

    /// Takes a round of so many slots; one of fewer than two says nothing.
    pub fn round(&mut self, top: Top, slots: u32) {
        if slots < 2 {
            return;
        }
        *self.seen.entry((slots, top)).or_default() += 1.0;
        // The stake grows with the claim, so that the smallest claim ever rejected is the limit.
        if top != Top::Drawn && self.ln_stake(self.upper) >= self.needed {
            self.upper = self.smallest();
        }
    }

    /// After these rounds, each with the number of its slots.
    #[must_use]
    pub fn after(mut self, rounds: impl IntoIterator<Item = (Top, u32)>) -> Self {
        for (top, slots) in rounds {
            self.round(top, slots);
        }
        self
    }

    /// How many more rounds, at most so many, bring it to this `value` or below if they go like these, again and again.
    #[must_use]
    pub fn rounds_to(mut self, value: f64, like: &[(Top, u32)], most: u32) -> Option<u32> {
        (1..=most).zip(like.iter().cycle()).find_map(|(more, &(top, slots))| {
            self.round(top, slots);
            (self.upper <= value).then_some(more)
        })
    }

    /// The limit.
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.upper
    }

    /// What a stake of 1 against the claim `p` has become, as a logarithm.
    fn ln_stake(&self, p: f64) -> f64 {
        let bets = RARER.map(|(factor, part)| {
            let paid = self.seen.iter().map(|(&(slots, top), times)| {
                let others = f64::from(slots - 1);
                let theta = p * (FIRST - (1.0 - FIRST) / others);
                let ln = match top {
                    Top::Drawn => factor.ln(),
                    Top::Nobody => (-factor * theta).ln_1p() - (-theta).ln_1p(),
                    Top::Sham => ((1.0 - factor) * (theta + others.recip()) / (1.0 - theta)).ln_1p(),
                };
                times * ln
            });
            part.ln() + paid.sum::<f64>()
        });
        let most = bets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most.is_finite() { most + bets.iter().map(|ln| (ln - most).exp()).sum::<f64>().ln() } else { most }
    }

    /// The smallest claim below the limit so far that is rejected, where all above it are; from above, to the last bit that matters.
    fn smallest(&self) -> f64 {
        let (mut low, mut high) = (0.0, self.upper);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.ln_stake(middle) >= self.needed {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }
}

/// [`Bound`] over all rounds, each with the number of its slots.
#[must_use]
pub fn bound(rounds: impl IntoIterator<Item = (Top, u32)>, confidence: f64) -> f64 {
    Bound::new(confidence).after(rounds).value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sham_is_on_top_only_where_it_certainly_is() {
        let known = |scores: &[i32]| scores.iter().map(|it| Score::Known(*it)).collect::<Vec<_>>();
        assert_eq!(Top::of(&known(&[9, 1, 2]), 0), Some(Top::Drawn));
        assert_eq!(Top::of(&known(&[1, 9, 2]), 0), Some(Top::Sham));
        assert_eq!(Top::of(&known(&[1, 9, 9]), 0), Some(Top::Nobody));
        assert_eq!(Top::of(&known(&[9, 9, 1]), 0), Some(Top::Nobody));
        assert_eq!(Top::of(&[Score::AtLeast(1), Score::Known(9)], 0), Some(Top::Drawn), "it may be");
        assert_eq!(Top::of(&[Score::Known(1), Score::AtLeast(9), Score::Known(3)], 0), Some(Top::Sham));
        assert_eq!(Top::of(&[Score::Known(1), Score::AtLeast(2), Score::Known(3)], 0), Some(Top::Nobody), "either may be higher");
        assert_eq!(Top::of(&known(&[1]), 0), None);
    }
}
