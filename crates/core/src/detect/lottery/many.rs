//! Several devices, some of which come later, and several sessions of one home: how the chance of a false accusation is shared out, before the first
//! round and for good.

/// Part of the chance for the devices that are there when the first round begins, in equal shares. The rest is for all that ever come later.
const KNOWN: f64 = 0.8;

/// Part of a home's chance for its first session; the rest is for all that ever follow.
const FIRST_SESSION: f64 = 0.8;

/// What [`super::Lottery::highest`] of each of the `devices` must reach that are there when the first round begins.
#[must_use]
pub fn known(devices: usize, alpha: f64) -> f64 {
    threshold(devices, KNOWN * alpha)
}

/// What it must reach of the device that comes later as number `number`, from 1 on, however many follow: the shares `1/(k (k + 1))` add up to 1.
#[must_use]
pub fn newcomer(number: usize, alpha: f64) -> f64 {
    let number = count(number.max(1));
    (number * (number + 1.0) / ((1.0 - KNOWN) * alpha)).ln()
}

/// The part of a home's chance that its session number `number`, from 1 on, may spend, however many follow.
#[must_use]
pub fn session_part(number: usize) -> f64 {
    if number <= 1 {
        return FIRST_SESSION;
    }
    let later = count(number - 1);
    (1.0 - FIRST_SESSION) / (later * (later + 1.0))
}

/// What [`super::Lottery::highest`] of a device must reach among `devices` watched at once and no others, so that with probability `1 - alpha` no deaf
/// one does: `ln(devices / alpha)` (Bonferroni).
#[must_use]
pub fn threshold(devices: usize, alpha: f64) -> f64 {
    (count(devices.max(1)) / alpha).ln()
}

/// Which devices to list, so that of those listed a part of at most `alpha` is deaf on average (false discovery rate): the `k` with the
/// largest e-values, `k` the largest number for which the `k`th is at least `devices / (alpha k)` (Wang and Ramdas 2022, e-BH).
///
/// The e-values may depend on each other in any way, as they do here: all devices share the draws. But they must be e-values: the
/// martingale of each, [`super::Lottery::log_e`], at a time that the same rounds decided (all at once, or each frozen when it reached its
/// threshold). Neither its highest value so far nor the combined evidence with late answers is one.
#[must_use]
pub fn e_bh(ln_e: &[f64], alpha: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..ln_e.len()).collect();
    let value = |&device: &usize| ln_e.get(device).copied().filter(|ln| !ln.is_nan()).unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|a, b| value(b).total_cmp(&value(a)));
    let needed = |rank: usize| (count(ln_e.len()) / (alpha * count(rank))).ln();
    let listed = (1..=order.len()).zip(&order).filter(|(rank, device)| value(device) >= needed(*rank)).map(|it| it.0).max();
    let mut found = vec![false; ln_e.len()];
    for device in order.iter().take(listed.unwrap_or(0)) {
        if let Some(found) = found.get_mut(*device) {
            *found = true;
        }
    }
    found
}

#[expect(clippy::cast_precision_loss, reason = "devices of a home")]
fn count(devices: usize) -> f64 {
    devices as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shares of twelve devices that are there, of ten thousand that come, and of ten thousand sessions.
    #[test]
    fn all_shares_together_are_no_more_than_the_whole() {
        let alpha = 0.01;
        let share = |threshold: f64| (-threshold).exp();
        let devices = 12.0 * share(known(12, alpha)) + (1..10_000).map(|number| share(newcomer(number, alpha))).sum::<f64>();
        let sessions: f64 = (1..10_000).map(session_part).sum();
        assert!(devices <= alpha && devices > 0.999 * alpha, "{devices}");
        assert!(sessions <= 1.0 && sessions > 0.999, "{sessions}");
    }
}
