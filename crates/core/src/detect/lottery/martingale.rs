//! The stake on one device: a mixture of products, so that nobody need know in advance how it answers.

use super::bets::{ODDS, Waiting, Ways};
use super::odds::Learned;
use super::place::Rank;

/// Stimuli that are told apart; later ones share the last place, so that a long list cannot grow the table.
pub const MOST_STIMULI: usize = 64;

/// Part of the stake that is bet alike on all stimuli.
const ALIKE: f64 = 0.76;

/// Part of the stake that waits for a change: a microphone that an update switches on.
const WAITING: f64 = 0.06;

/// Part of the stake that learns.
const LEARNING: f64 = 0.04;

/// Probabilities that a device answers a stimulus at all, each stimulus apart, and the part of the stake on each.
const ANSWERED: [(f64, f64); 2] = [(0.1, 0.08), (0.3, 0.06)];

/// The test martingale of one device: what a stake of 1 has become by betting that it hears.
///
/// If the device is deaf, [`Self::highest`] ever reaches `ln(1/alpha)` with probability at most `alpha`, over all rounds together.
///
/// The stake is shared, once, before the first round, between bets each of which multiplies what it has: bets that the device answers all
/// stimuli alike with some probability or some tilt (`ODDS`); the same per stimulus with a part of the stake kept back for "does not answer
/// this one", multiplied over the stimuli (`ANSWERED`: a device that answers one sound of five); one that waits for a change; and one that
/// learns. A sum of such products with weights that add up to 1 is a martingale again (the method of mixtures, Robbins 1970).
#[derive(Clone, Debug)]
pub struct Lottery {
    alike: Ways,
    learned: Learned,
    ln_learned: f64,
    waiting: Waiting,
    stimuli: Vec<Ways>,
    rounds: u32,
    log_e: f64,
    highest: f64,
}

impl Default for Lottery {
    fn default() -> Self {
        Self::new()
    }
}

impl Lottery {
    /// Before the first round.
    #[must_use]
    pub fn new() -> Self {
        Self {
            alike: Ways::new(),
            learned: Learned::new(),
            ln_learned: 0.0,
            waiting: Waiting::new(),
            stimuli: Vec::new(),
            rounds: 0,
            log_e: 0.0,
            highest: 0.0,
        }
    }

    /// A round with the stimulus of this number. A place that cannot be does not count.
    ///
    /// Where scores are unknown, each bet is paid the least that it is paid at any rank that the drawn slot may hold. That is at most what its true
    /// rank pays, so the mean stays at most 1 whatever made the scores unknown, even if it knows the draw.
    pub fn round(&mut self, stimulus: usize, rank: impl Into<Rank>) {
        let rank = rank.into();
        // Both kinds of odds fall with the rank, so that the lowest place pays least.
        let place = rank.lowest();
        if !place.is_possible() {
            return;
        }
        self.rounds = self.rounds.saturating_add(1);
        if rank == Rank::Known(place) && place.level + 1 == place.slots {
            // All the same: every bet is paid 1, and there is nothing to learn.
            return;
        }
        let pay = ODDS.map(|(odds, _)| odds.pay(place));
        self.alike.multiply(&pay);
        self.ln_learned += match rank {
            Rank::Known(place) => self.learned.pay(place),
            Rank::Within { highest, lowest } => self.learned.least_pay(highest, lowest.above + lowest.level, lowest.slots),
        }
        .ln();
        self.waiting.multiply(&pay);
        let stimulus = stimulus.min(MOST_STIMULI - 1);
        if self.stimuli.len() <= stimulus {
            self.stimuli.resize(stimulus + 1, Ways::new());
        }
        if let Some(ways) = self.stimuli.get_mut(stimulus) {
            ways.multiply(&pay);
        }
        self.log_e = ln_sum(&self.parts());
        self.highest = self.highest.max(self.log_e);
    }

    /// Natural logarithm of the martingale now. At a stopping time its exponential is an e-value.
    #[must_use]
    pub const fn log_e(&self) -> f64 {
        self.log_e
    }

    /// The highest that [`Self::log_e`] has been, at least 0: what a threshold is compared with. Its exponential is *no* e-value.
    #[must_use]
    pub const fn highest(&self) -> f64 {
        self.highest
    }

    /// Rounds that counted.
    #[must_use]
    pub const fn rounds(&self) -> u32 {
        self.rounds
    }

    /// How many more rounds it takes to the threshold (a natural logarithm) if they go like those before: nothing where the stake has not
    /// grown. 0 where it was reached.
    #[must_use]
    pub fn rounds_to_go(&self, threshold: f64) -> Option<u32> {
        if self.highest >= threshold {
            return Some(0);
        }
        if self.log_e <= 0.0 || self.rounds == 0 {
            return None;
        }
        // Each bet's own growth, its part of the stake left out: the best one carries the whole in the long run.
        let best = self.parts().iter().map(|(part, ln)| ln - part.ln()).fold(f64::NEG_INFINITY, f64::max);
        let growth = best.max(self.alike.best()) / f64::from(self.rounds);
        let rounds = ((threshold - self.log_e) / growth).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is positive")]
        Some((rounds as u32).max(1))
    }

    /// The parts of the stake, and what each has become.
    fn parts(&self) -> [(f64, f64); 3 + ANSWERED.len()] {
        let mut parts = [(0.0, 0.0); 3 + ANSWERED.len()];
        parts[0] = (ALIKE, self.alike.ln);
        parts[1] = (LEARNING, self.ln_learned);
        parts[2] = (WAITING, self.waiting.ln);
        for (part, (answered, stake)) in parts.iter_mut().skip(3).zip(ANSWERED) {
            let apart = |ways: &Ways| ln_add((-answered).ln_1p(), answered.ln() + ways.ln);
            *part = (stake, self.stimuli.iter().map(apart).sum());
        }
        parts.map(|(stake, ln)| (stake, stake.ln() + ln))
    }
}

/// Logarithm of the sum of what the parts (stake, logarithm) have become.
fn ln_sum(parts: &[(f64, f64)]) -> f64 {
    let most = parts.iter().map(|part| part.1).fold(f64::NEG_INFINITY, f64::max);
    most + parts.iter().map(|part| (part.1 - most).exp()).sum::<f64>().ln()
}

fn ln_add(a: f64, b: f64) -> f64 {
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}
