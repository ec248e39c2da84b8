//! Several devices watched at once.

/// What [`super::Lottery::highest`] of a device must reach among `devices` watched at once, so that with probability `1 - alpha` no deaf one
/// does: `ln(devices / alpha)` (Bonferroni).
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
