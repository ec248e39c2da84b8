//! Several tests in one report.

/// P-values adjusted so that the chance of any false one among those at or below a level is at most that level (Holm 1979, Scandinavian
/// Journal of Statistics 6, 65). What was not tested (`None`) does not count.
pub(super) fn adjust(ps: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = ps.iter().enumerate().filter_map(|(at, p)| Some((at, (*p)?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![None; ps.len()];
    let mut least = 0.0_f64;
    let mut left = earwitness_core::stats::float(order.len() as u64);
    for (at, p) in order {
        least = least.max((p * left).min(1.0));
        left -= 1.0;
        if let Some(place) = adjusted.get_mut(at) {
            *place = Some(least);
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005], method="holm")[1]`, and by hand.
    #[test]
    fn adjusted_values_are_those_of_statsmodels() {
        let found = adjust(&[Some(0.01), Some(0.04), None, Some(0.03), Some(0.005)]);
        let expected = [Some(0.03), Some(0.06), None, Some(0.06), Some(0.02)];
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.zip(expected).is_none_or(|(a, b)| (a - b).abs() < 1e-12) && found.is_some() == expected.is_some());
        }
        assert_eq!(adjust(&[Some(0.6), Some(0.9)]), [Some(1.0), Some(1.0)]);
    }
}
