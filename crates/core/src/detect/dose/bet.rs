//! Whether a device sends more the longer it hears, as a bet that may be looked at after every probe.

use std::collections::BTreeMap;

use super::super::lottery::MOST_STIMULI;

/// Probes of one sound that are held against each other: 24 orders, so that a block in which the longest sound was answered with most, and so on, is
/// worth up to 24; fewer are worth less for each probe, more keep probes waiting for a block that is never filled.
pub const BLOCK: usize = 4;

/// How much an order that agrees is preferred, and the part of the stake on that: from one that is nearly always kept, as by a codec, to a tendency.
const TILTS: [(f64, f64); 3] = [(2.0, 0.4), (0.8, 0.4), (0.3, 0.2)];

/// What a stake of 1 has become by betting that more is sent the longer the sound was.
///
/// Of every [`BLOCK`] probes of one sound the amounts that followed are held against the lengths by Kendall's S. If the amounts have nothing to do with the
/// lengths, and the lengths were drawn by lot, then, given everything before the block, each way of dealing the block's lengths out to its probes is as
/// likely as any other, whatever the distribution of the lengths. So `exp(c S)` over its mean over all orders has the mean 1, for each `c`, and the stake is a
/// test martingale: it ever reaches `1/alpha` with probability at most `alpha` (Ville 1939), however many interim analyses are made. Lengths are compared within one sound
/// only, because another sound may well be longer and be answered otherwise.
///
/// Whether a probe is handed over may depend on the amounts, of all probes, and on everything else but the lengths. The amounts must not depend on the lengths
/// of earlier probes either: a device that does hear those is not what the bet is fair to.
#[derive(Clone, Debug, Default)]
pub struct Bet {
    /// By the number of the sound: seconds heard and amounts, until the block is full.
    open: BTreeMap<usize, Vec<(f64, f64)>>,
    /// What the part on each tilt has become, as a logarithm, without the part itself.
    grown: [f64; TILTS.len()],
    highest: f64,
    blocks: u32,
}

impl Bet {
    /// A probe: number of its sound, seconds that it sounded, amount that followed. Numbers that are not finite, and sounds beyond [`MOST_STIMULI`], are left
    /// out.
    pub fn probe(&mut self, sound: usize, heard: f64, amount: f64) {
        if sound >= MOST_STIMULI || !heard.is_finite() || !amount.is_finite() {
            return;
        }
        let block = self.open.entry(sound).or_default();
        block.push((heard, amount));
        if block.len() < BLOCK {
            return;
        }
        let paid = pay(block);
        block.clear();
        self.blocks = self.blocks.saturating_add(1);
        for (grown, paid) in self.grown.iter_mut().zip(paid) {
            *grown += paid;
        }
        self.highest = self.highest.max(self.log_e());
    }

    /// Natural logarithm of the martingale now.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        let parts = || self.grown.iter().zip(TILTS).map(|(grown, (_, part))| grown + part.ln());
        let most = parts().fold(f64::NEG_INFINITY, f64::max);
        most + parts().map(|part| (part - most).exp()).sum::<f64>().ln()
    }

    /// The highest that [`Self::log_e`] has been, at least 0: what a threshold is compared with.
    #[must_use]
    pub const fn highest(&self) -> f64 {
        self.highest
    }

    /// Blocks that were full.
    #[must_use]
    pub const fn blocks(&self) -> u32 {
        self.blocks
    }
}

/// What a block pays for each tilt, as a logarithm.
fn pay(block: &[(f64, f64)]) -> [f64; TILTS.len()] {
    let heard: Vec<f64> = block.iter().map(|probe| probe.0).collect();
    let amounts: Vec<f64> = block.iter().map(|probe| probe.1).collect();
    let seen = agreement(&heard, &amounts);
    let mut means = [0.0; TILTS.len()];
    let mut orders = 0.0;
    let mut dealt = heard;
    super::kendall::each_order(&mut dealt, &mut |dealt| {
        let agrees = agreement(dealt, &amounts);
        orders += 1.0;
        for (mean, (tilt, _)) in means.iter_mut().zip(TILTS) {
            *mean += (tilt * agrees).exp();
        }
    });
    let mut paid = [0.0; TILTS.len()];
    for ((paid, mean), (tilt, _)) in paid.iter_mut().zip(means).zip(TILTS) {
        *paid = tilt * seen - (mean / orders).ln();
    }
    paid
}

/// Kendall's S: pairs in the same order less those in opposite order.
fn agreement(heard: &[f64], amounts: &[f64]) -> f64 {
    let sign = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
    let mut sum = 0.0;
    for (at, (x, y)) in heard.iter().zip(amounts).enumerate() {
        for (earlier_x, earlier_y) in heard.iter().zip(amounts).take(at) {
            sum += sign(*x, *earlier_x) * sign(*y, *earlier_y);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_in_perfect_order_pays_nearly_24_and_one_without_order_nothing() {
        let perfect = pay(&[(2.0, 10.0), (8.0, 40.0), (4.0, 20.0), (6.0, 30.0)]);
        assert!(perfect[0] > 3.0 && perfect[0] < 24_f64.ln(), "{perfect:?}");
        assert!(pay(&[(2.0, 5.0); BLOCK]).iter().all(|it| it.abs() < 1e-12));
        let reversed = pay(&[(2.0, 40.0), (8.0, 10.0), (4.0, 30.0), (6.0, 20.0)]);
        assert!(reversed.iter().all(|it| *it < 0.0), "less the longer it hears is another thing: {reversed:?}");
    }

    #[test]
    fn lengths_of_different_sounds_are_not_held_against_each_other() {
        let mut bet = Bet::default();
        // The longer sound is always answered with more, but each sound has one length and one answer.
        for _ in 0..40 {
            bet.probe(0, 2.0, 100.0);
            bet.probe(1, 8.0, 900.0);
        }
        assert!(bet.blocks() == 20 && bet.highest().abs() < 1e-9, "{bet:?}");
    }

    proptest! {
        /// The mean over all ways of dealing the lengths out is 1, ties or not.
        #[test]
        fn the_bet_is_fair(heard in prop::collection::vec(0_u8..5, BLOCK), amounts in prop::collection::vec(0_u8..5, BLOCK)) {
            let mut heard: Vec<f64> = heard.into_iter().map(f64::from).collect();
            let (mut sums, mut orders) = ([0.0; TILTS.len()], 0.0);
            super::super::kendall::each_order(&mut heard, &mut |dealt| {
                let block: Vec<(f64, f64)> = dealt.iter().zip(&amounts).map(|(x, y)| (*x, f64::from(*y))).collect();
                orders += 1.0;
                for (sum, paid) in sums.iter_mut().zip(pay(&block)) {
                    *sum += paid.exp();
                }
            });
            for sum in sums {
                prop_assert!((sum / orders - 1.0).abs() < 1e-9, "{}", sum / orders);
            }
        }
    }
}
