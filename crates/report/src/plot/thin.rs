//! Fewer of many values, with the same distribution.

/// At most `most` of the values, from the smallest to the largest, evenly spaced in their order: a picture of them has the shape and the ends that a picture of all would
/// have. What is no number is left out.
#[must_use]
pub fn evenly(values: impl Iterator<Item = f64>, most: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.filter(|it| it.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (all, gaps) = (sorted.len(), most.saturating_sub(1));
    if all <= most || gaps == 0 {
        sorted.truncate(most);
        return sorted;
    }
    (0..most).filter_map(|it| sorted.get(it * (all - 1) / gaps).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_quarters_of_many_values_stay() {
        let all = (0..=10_000_u32).rev().map(f64::from);
        let few = evenly(all, 101);
        assert_eq!((few.len(), few[0], few[25], few[50], few[100]), (101, 0.0, 2_500.0, 5_000.0, 10_000.0));
        assert_eq!(evenly([3.0, f64::NAN, 1.0].into_iter(), 5), [1.0, 3.0]);
        assert_eq!(evenly([3.0, 1.0, 2.0].into_iter(), 1), [1.0]);
        assert!(evenly([3.0].into_iter(), 0).is_empty());
    }
}
