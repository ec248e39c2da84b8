use proptest::prelude::*;

use super::*;

/// 4,000 octets per second of sound and 1,500 for the request.
fn streamed(seconds: f64) -> (f64, f64) {
    (seconds, 1_500.0 + 4_000.0 * seconds)
}

#[test]
fn a_device_that_streams_shows_its_bit_rate_and_the_cost_of_a_request() {
    let mut points: Vec<(f64, f64)> = (1..=12).map(|i| streamed(f64::from(i) / 2.0)).collect();
    // Two probes met other things.
    points[3].1 += 90_000.0;
    points[8].1 = 0.0;
    let dose = fit(&points, 0.95, 1).unwrap();
    assert!((dose.slope.value - 4_000.0).abs() < 1e-9 && (dose.intercept - 1_500.0).abs() < 1e-9, "{dose:?}");
    assert!(dose.slope.low > 0.0 && dose.slope.low <= 4_000.0 && dose.slope.high >= 4_000.0, "{dose:?}");
    assert!(dose.p < 0.05 && dose.points == 12, "{dose:?}");
}

#[test]
fn a_device_that_only_reacts_has_no_slope() {
    let points: Vec<(f64, f64)> = (1..=12).map(|i| (f64::from(i), 2_000.0)).collect();
    let dose = fit(&points, 0.95, 1).unwrap();
    assert!(dose.slope.value.abs() <= 0.0 && (dose.intercept - 2_000.0).abs() < 1e-9 && (dose.p - 1.0).abs() < 1e-15, "{dose:?}");
    assert!(dose.slope.low <= 0.0 && dose.slope.high >= 0.0, "{dose:?}");
}

#[test]
fn four_points_cannot_exclude_a_slope_at_95_percent_but_can_at_90() {
    let points: Vec<(f64, f64)> = [1.0, 2.0, 3.0, 4.0].into_iter().map(streamed).collect();
    let (wide, narrow) = (fit(&points, 0.95, 1).unwrap(), fit(&points, 0.9, 1).unwrap());
    assert!(wide.slope.low.is_infinite() && wide.slope.high.is_infinite(), "{wide:?}");
    assert!((narrow.slope.low - 4_000.0).abs() < 1e-9 && (narrow.slope.high - 4_000.0).abs() < 1e-9, "{narrow:?}");
    assert!((wide.p - 2.0 / 24.0).abs() < 1e-15, "{wide:?}");
}

#[test]
fn too_few_points_or_one_length_of_sound_give_nothing() {
    let points: Vec<(f64, f64)> = [1.0, 2.0, 3.0].into_iter().map(streamed).collect();
    assert_eq!(fit(&points, 0.95, 1), None);
    assert_eq!(fit(&[(2.0, 1.0), (2.0, 2.0), (2.0, 3.0), (2.0, 4.0)], 0.95, 1), None);
    assert_eq!(fit(&[(1.0, 1.0), (2.0, f64::NAN), (3.0, 3.0), (4.0, 4.0)], 0.95, 1), None);
    let points: Vec<(f64, f64)> = [1.0, 2.0, 3.0, 4.0].into_iter().map(streamed).collect();
    assert!(fit(&points, 1.0, 1).is_none() && fit(&points, 0.0, 1).is_none() && fit(&points, f64::NAN, 1).is_none());
}

#[test]
fn many_points_are_drawn_by_lot_and_the_same_seed_draws_the_same() {
    let mut stream = Lot::new(4).stream("amounts", 0);
    let points: Vec<(f64, f64)> = (0..5_000).map(|i| (f64::from(i % 90), f64::from(i % 90 * 7) + 60.0 * stream.unit())).collect();
    let dose = fit_by(&points, 0.95, 99, 5).unwrap();
    assert_eq!(dose.points, MOST_POINTS);
    assert!((dose.slope.value - 7.0).abs() < 0.05 && dose.slope.low < 7.0 && dose.slope.high > 7.0, "{dose:?}");
    assert_eq!(fit_by(&points, 0.95, 99, 5), Some(dose));
    assert_ne!(fit_by(&points, 0.95, 99, 6), Some(dose));
}

#[test]
fn without_permutations_nothing_is_rejected() {
    let points: Vec<(f64, f64)> = (0..20).map(|i| streamed(f64::from(i))).collect();
    let dose = fit_by(&points, 0.95, 0, 1).unwrap();
    assert!((dose.p - 1.0).abs() < 1e-15 && dose.slope.low.is_infinite() && dose.slope.high.is_infinite(), "{dose:?}");
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (0_u32..40).prop_map(f64::from), 1 => any::<f64>()]
}

proptest! {
    #[test]
    fn the_interval_holds_the_slope(points in prop::collection::vec((value(), value()), 0..20), level in any::<f64>(), seed: u64) {
        if let Some(dose) = fit_by(&points, level, 99, seed) {
            prop_assert!(dose.slope.low <= dose.slope.value && dose.slope.value <= dose.slope.high, "{dose:?}");
            prop_assert!(dose.p > 0.0 && dose.p <= 1.0 && dose.intercept.is_finite(), "{dose:?}");
        }
    }

    /// A test and the interval that inverts it: they agree where no two amounts are the same.
    #[test]
    fn the_interval_leaves_out_0_just_where_the_test_rejects_it(x in prop::collection::vec(0_u32..9, 4..16), seed: u64) {
        let mut stream = Lot::new(seed).stream("amounts", 0);
        let points: Vec<(f64, f64)> = x.into_iter().map(|x| (f64::from(x), f64::from(x) + 9.0 * stream.unit())).collect();
        if let Some(dose) = fit_by(&points, 0.9, 199, seed) {
            prop_assert_eq!(dose.p <= 1.0 - 0.9, dose.slope.low > 0.0 || dose.slope.high < 0.0, "{:?}", dose);
        }
    }
}
