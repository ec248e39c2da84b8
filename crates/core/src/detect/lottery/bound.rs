//! What rounds without a reaction prove: an upper limit to the probability of one.

/// The share of reactions as large as the detection limit that rank first: what [`super::detection_limit`] is asked for.
pub const FIRST: f64 = 0.95;

/// Bets that first places are rarer than claimed, by these factors, and the part of the stake on each.
const RARER: [(f64, f64); 5] = [(0.0, 0.4), (0.1, 0.15), (0.25, 0.15), (0.5, 0.15), (0.75, 0.15)];

/// The largest probability of a reaction to a probe that the rounds so far still allow, with this confidence (0.95), however many
/// interim analyses are made and whenever one stops. A *hit* is a round whose drawn slot scored higher than every sham.
///
/// Of reactions as large as the detection limit a share of [`FIRST`] comes first, so `P(hit) >= FIRST * p`. Against each claim "hits have
/// at least the probability `theta`, given the rounds before" money is bet at odds fair to it: a hit pays `g`, a miss
/// `(1 - g theta) / (1 - theta)`, for several `g < 1`. Claims at which the stake ever grew to `1 / (1 - confidence)` are rejected (Ville 1939;
/// the confidence sequences of Robbins 1970, as bets: Waudby-Smith and Ramdas 2024). The probability may change from round to round: what
/// is rejected is that it was never lower. Conservative, because first places by chance count as reactions, and because it holds at all
/// times at once; so a busy device, which comes first in one round of `m` by chance, is never given a limit below that.
#[must_use]
pub fn bound(hits: impl IntoIterator<Item = bool>, confidence: f64) -> f64 {
    let needed = -(1.0 - confidence).ln();
    let (mut hit, mut missed) = (0.0, 0.0);
    let mut upper = 1.0_f64;
    for is_hit in hits {
        *if is_hit { &mut hit } else { &mut missed } += 1.0;
        // The stake grows with the claim, so the smallest claim ever rejected is the limit.
        if !is_hit && ln_stake(hit, missed, upper) >= needed {
            upper = smallest(|theta| ln_stake(hit, missed, theta) >= needed, upper);
        }
    }
    (upper / FIRST).min(1.0)
}

/// What a stake of 1 against the claim `theta` has become, as a logarithm.
fn ln_stake(hit: f64, missed: f64, theta: f64) -> f64 {
    let bet = |(factor, part): (f64, f64)| {
        let hits = if hit > 0.0 { hit * factor.ln() } else { 0.0 };
        part.ln() + hits + missed * ((-factor * theta).ln_1p() - (-theta).ln_1p())
    };
    let bets = RARER.map(bet);
    let most = bets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most.is_finite() { most + bets.iter().map(|ln| (ln - most).exp()).sum::<f64>().ln() } else { most }
}

/// The smallest number from 0 to `upper` that is rejected, where all above it are; from above, to the last bit that matters.
fn smallest(rejected: impl Fn(f64) -> bool, upper: f64) -> f64 {
    let (mut low, mut high) = (0.0, upper);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if rejected(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
