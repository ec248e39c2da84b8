//! What may be bet on a rank: densities over the ranks from the highest (0) to the lowest (1), whose mean is 1.
//!
//! With ties the drawn slot holds a stretch of ranks, and the payment is the mean of the density over that stretch. So a uniform draw is
//! paid 1 on average whatever ties there are: the stretches of all slots, each paid its mean, make up the whole.

use super::place::Place;

/// A way in which the drawn slot may stand out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Odds {
    /// It comes first with this probability more than by chance: the device answers so many of the probes.
    First(f64),
    /// It tends upwards, the likelihood falling by this power of e from the first to the last: an answer amid other traffic.
    Tilted(f64),
}

impl Odds {
    /// What a stake of 1 becomes.
    pub(super) fn pay(self, place: Place) -> f64 {
        match self {
            Self::First(chance) if place.above == 0 => {
                1.0 - chance + chance * f64::from(place.slots) / (f64::from(place.level) + 1.0)
            }
            Self::First(chance) => 1.0 - chance,
            Self::Tilted(fall) => {
                let (from, until) = place.stretch();
                let mass = ((-fall * from).exp() - (-fall * until).exp()) / -(-fall).exp_m1();
                mass / (until - from)
            }
        }
    }
}

/// Parts that the ranks are cut into where the density is learned.
const PARTS: usize = 8;

/// What is taken as seen before the first round, per part: about two rounds, most of them near the top.
const PRIOR: [f64; PARTS] = [1.0, 0.4, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1];

/// A density learned from the rounds before: the next is bet on with the shares of those seen (the estimator of Krichevsky and
/// Trofimov 1981, with a prior that leans to the top). Finds answers of any shape, also ones that make a device send less.
#[derive(Clone, Debug)]
pub(super) struct Learned {
    seen: [f64; PARTS],
}

impl Learned {
    pub(super) const fn new() -> Self {
        Self { seen: PRIOR }
    }

    /// What a stake of 1 becomes at least at a rank from `highest` to `lowest`. Nothing is learned: which of them it was is not known.
    pub(super) fn least_pay(&self, highest: u32, lowest: u32, slots: u32) -> f64 {
        let one = |above| self.clone().pay(Place { above, level: 0, slots });
        (highest..=lowest).map(one).fold(f64::INFINITY, f64::min)
    }

    /// What a stake of 1 becomes; and learns.
    pub(super) fn pay(&mut self, place: Place) -> f64 {
        let (from, until) = place.stretch();
        let all: f64 = self.seen.iter().sum();
        let mut pay = 0.0;
        for (part, seen) in (0_u32..).zip(&mut self.seen) {
            let edge = |part: u32| f64::from(part) / 8.0;
            let shared = (until.min(edge(part + 1)) - from.max(edge(part))).max(0.0) / (until - from);
            pay += shared * *seen * 8.0 / all;
            *seen += shared;
        }
        pay
    }
}
