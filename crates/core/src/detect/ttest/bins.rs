//! The bins of numpy's `'auto'` rule as it was in the years of the paper (numpy 1.11 to 2.2): later versions give others.

/// Most bins that are made. A sequence whose middle half is tiny beside its range asks for billions; numpy would try to allocate them.
pub const MOST_BINS: usize = 1_000_000;

/// Edges of the bins of `values`: the narrower of the widths after Sturges (1926) and Freedman and Diaconis (1981), the first alone where
/// the latter is 0. One bin around a single value, one from 0 to 1 around none.
///
/// `None` where a value or the range is not finite, or where there would be more than [`MOST_BINS`].
#[must_use]
pub fn bin_edges(values: &[f64]) -> Option<Vec<f64>> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else { return Some(vec![0.0, 1.0]) };
    // In this order NaN and the infinities lie at the ends.
    let range = last - first;
    if !range.is_finite() {
        return None;
    }
    if range <= 0.0 {
        return Some(vec![first - 0.5, first + 0.5]);
    }
    let bins = bin_count(&sorted, range)?;
    let step = range / f64::from(bins);
    let mut edges: Vec<f64> = (0..bins).map(|i| first + f64::from(i) * step).collect();
    edges.push(last);
    Some(edges)
}

/// How many bins; `None` for more than [`MOST_BINS`].
#[expect(clippy::cast_precision_loss, reason = "a sequence holds far fewer than 2^53 values")]
fn bin_count(sorted: &[f64], range: f64) -> Option<u32> {
    let n = sorted.len() as f64;
    let sturges = range / (n.log2() + 1.0);
    let freedman_diaconis = 2.0 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * n.powf(-1.0 / 3.0);
    let width = if freedman_diaconis > 0.0 { freedman_diaconis.min(sturges) } else { sturges };
    if width <= 0.0 {
        // The narrowest range of all, divided, is none.
        return Some(1);
    }
    let bins = (range / width).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and a million")]
    (bins <= MOST_BINS as f64).then_some(bins as u32)
}

/// The quantile between neighbours, interpolated from the nearer of the two; `sorted` ascending.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index, which a float holds exactly"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = sorted.len().saturating_sub(1) as f64 * share;
    let (index, part) = (position.floor() as usize, position.fract());
    let Some(&low) = sorted.get(index) else { return f64::NAN };
    let high = sorted.get(index + 1).copied().unwrap_or(low);
    if part < 0.5 { low + (high - low) * part } else { high - (high - low) * (1.0 - part) }
}

/// How many values lie in each bin between ascending `edges`: half open, the last one closed. Values outside are not counted, or, with
/// `clip`, counted in the first or last bin; NaN is never counted.
#[must_use]
pub fn counts(values: &[f64], edges: &[f64], clip: bool) -> Vec<u64> {
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else { return counts };
    let Some(last_bin) = counts.len().checked_sub(1) else { return counts };
    for &value in values.iter().filter(|value| !value.is_nan() && (clip || (first <= **value && **value <= last))) {
        let bin = edges.partition_point(|edge| *edge <= value).saturating_sub(1).min(last_bin);
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    counts
}
