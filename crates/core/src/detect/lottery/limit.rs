//! How small an answer would still have been seen.

/// The smallest number of octets that, added to one of the device's own sham slots, would have ranked it first in at least the `share` of
/// all cases (round and sham). `rounds`: the octets of the shams of each round, the drawn slot left out. Nothing where there is no round
/// with two shams.
///
/// A sham comes strictly first when it gets one octet more than the largest of the others lacks it: so this is a quantile of what they are
/// ahead by, plus 1. The score counts octets above the running level; so does this.
#[must_use]
pub fn detection_limit(rounds: &[Vec<f64>], share: f64) -> Option<f64> {
    let mut needed = Vec::new();
    for shams in rounds.iter().filter(|shams| shams.len() >= 2) {
        for (slot, own) in shams.iter().enumerate() {
            let others = shams.iter().enumerate().filter(|other| other.0 != slot).map(|other| *other.1);
            needed.push((others.fold(0.0, f64::max) - own).max(0.0) + 1.0);
        }
    }
    needed.sort_unstable_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a number of rounds; saturates"
    )]
    let cases = (share.clamp(0.0, 1.0) * needed.len() as f64).ceil() as usize;
    needed.get(cases.max(1) - 1).copied()
}
