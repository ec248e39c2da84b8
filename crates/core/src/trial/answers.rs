//! How a device answered one sound.

use crate::detect::lottery::Top;

/// A deaf device comes first so often with a chance of at most this: with five sounds, for one of twenty devices.
const CHANCE: f64 = 0.01;

/// How a device answered one sound.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Answers {
    /// Rounds in which the drawn slot outdid all others, or may have.
    pub firsts: u32,
    /// All rounds in which the sound could be heard.
    pub rounds: u32,
    /// First places that the shams that came first let expect by chance.
    by_chance: f64,
    /// First places of a device of which one slot always has the highest score.
    at_most: f64,
}

impl Answers {
    /// Takes a round of so many slots.
    pub fn round(&mut self, (top, slots): (Top, u32)) {
        self.firsts += u32::from(top == Top::Drawn);
        self.rounds += 1;
        if top == Top::Sham {
            self.by_chance += f64::from(slots.saturating_sub(1).max(1)).recip();
        }
        self.at_most += f64::from(slots.max(1)).recip();
    }

    /// Whether it came first in half of the rounds more than by chance, three times at least: of a device that is known to react, this sound is one that
    /// moves it.
    #[must_use]
    pub fn are_half(&self) -> bool {
        self.firsts >= 3 && (f64::from(self.firsts) - self.by_chance) * 2.0 >= f64::from(self.rounds)
    }

    /// Whether this sound may well move the device, whatever the others do, although nothing is known of it: a deaf one seldom comes first so often.
    #[must_use]
    pub fn are_often(&self) -> bool {
        self.are_half() && self.by_luck() <= CHANCE
    }

    /// The chance of as many first places or more, with the same chance in each round (the tail of the binomial distribution).
    fn by_luck(&self) -> f64 {
        let rounds = f64::from(self.rounds);
        let chance = (self.at_most / rounds).clamp(f64::MIN_POSITIVE, 0.5);
        let mut term = (1.0 - chance).powi(i32::try_from(self.rounds).unwrap_or(i32::MAX));
        let mut below = 0.0;
        for first in 0..self.firsts {
            below += term;
            term *= (rounds - f64::from(first)) / f64::from(first + 1) * chance / (1.0 - chance);
        }
        1.0 - below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tops: &[(Top, u32)], slots: u32) -> Answers {
        let mut answers = Answers::default();
        tops.iter()
            .flat_map(|&(top, times)| std::iter::repeat_n(top, times as usize))
            .for_each(|top| answers.round((top, slots)));
        answers
    }

    #[test]
    fn chance_alone_seldom_looks_like_an_answer() {
        let often = |firsts, nobody, slots| of(&[(Top::Drawn, firsts), (Top::Nobody, nobody)], slots).are_often();
        assert!(!often(2, 0, 8) && often(3, 0, 8) && often(3, 1, 8) && !often(3, 4, 8));
        // Of three slots one comes first by chance.
        assert!(!often(3, 0, 3) && !often(4, 0, 3) && often(5, 0, 3));
        let busy = of(&[(Top::Drawn, 4), (Top::Sham, 4)], 3);
        assert!(!busy.are_half() && !busy.are_often());
    }

    #[test]
    fn the_tail_is_the_binomial_distributions() {
        // scipy.stats.binom.sf(k - 1, n, 1 / m).
        for (firsts, rounds, slots, tail) in
            [(3, 3, 8, 0.001_953_125), (3, 6, 8, 0.029_136_657_714_843_75), (5, 9, 3, 0.144_845_806_025_5), (0, 4, 4, 1.0)]
        {
            let is = of(&[(Top::Drawn, firsts), (Top::Nobody, rounds - firsts)], slots).by_luck();
            assert!((is - tail).abs() < 1e-9, "{firsts} of {rounds}, {slots} slots: {is}");
        }
    }
}
