use proptest::prelude::*;

use super::*;

fn frames(list: &[(i64, u32)]) -> Vec<(Timestamp, u32)> {
    list.iter().map(|&(at, length)| (Timestamp::from_nanos(at), length)).collect()
}

#[test]
fn a_sequence_is_half_open_and_in_order_of_time() {
    let sent = frames(&[(30, 3), (10, 1), (5, 9), (20, 2), (40, 4)]);
    let lengths = TtestSettings { duration: 30, ..TtestSettings::default() };
    assert_eq!(sequence(&sent, Timestamp::from_nanos(10), &lengths), [1.0, 2.0, 3.0]);
    let gaps = TtestSettings { feature: Feature::InterArrival, duration: 31, ..TtestSettings::default() };
    assert_eq!(sequence(&sent, Timestamp::from_nanos(10), &gaps), [1e-8, 1e-8, 1e-8]);
}

#[test]
fn one_length_alone_gives_one_bin_and_no_p() {
    let evidence = compare(&[66.0; 20], &[66.0, 1_514.0], &TtestSettings::default());
    assert_eq!(evidence, Evidence { bins: 1, left_out: 1, ..Evidence::default() });
}

#[test]
fn the_last_bin_is_closed_and_the_others_are_not() {
    assert_eq!(counts(&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 3.0], false), [1, 3]);
}

#[test]
fn values_outside_fall_away_or_go_to_the_ends() {
    let values = [-1.0, 0.5, 9.0, f64::NAN, f64::INFINITY];
    assert_eq!(counts(&values, &[0.0, 1.0, 2.0], false), [1, 0]);
    assert_eq!(counts(&values, &[0.0, 1.0, 2.0], true), [2, 2]);
}

/// Sturges: 8 values give range / 4; Freedman and Diaconis: the middle half is 3.5 wide, which gives 3.5.
#[test]
fn the_narrower_width_decides() {
    let edges = bin_edges(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    assert_eq!(edges, Some(vec![1.0, 2.75, 4.5, 6.25, 8.0]));
}

#[test]
fn more_bins_than_the_bound_are_not_made() {
    let mut values = vec![1e-12; 10];
    values.extend([2e-12; 10]);
    values.push(1e9);
    assert_eq!(bin_edges(&values), None);
    assert_eq!(compare(&values, &values, &TtestSettings::default()), Evidence::default());
}

#[test]
fn more_frames_of_the_same_lengths_are_a_reaction() {
    let idle: Vec<f64> = (0..100).map(|i| f64::from(60 + i % 40)).collect();
    let probe: Vec<f64> = idle.iter().copied().cycle().take(500).collect();
    let evidence = compare(&idle, &probe, &TtestSettings::default());
    assert!(evidence.reacted && evidence.statistic.is_some_and(|t| t < 0.0), "{evidence:?}");
    let again = compare(&idle, &idle, &TtestSettings::default());
    assert_eq!((again.p, again.reacted), (Some(1.0), false));
}

#[test]
fn counts_that_are_constant_in_both_are_told_apart_by_their_means() {
    // `scipy.stats.ttest_ind([2, 2, 2], [5, 5, 5])`, with `equal_var` or without: statistic -inf, pvalue 0; of equal lists both are nan.
    for variance in [Variance::Student, Variance::Welch] {
        let test = t_test(&[2, 2, 2], &[5, 5, 5], variance).unwrap();
        assert!(test.statistic == f64::NEG_INFINITY && test.p == 0.0, "{test:?}");
        assert_eq!(t_test(&[2, 2, 2], &[2, 2, 2], variance), None);
    }
    assert!(t_test(&[2, 2, 2], &[5, 5, 6], Variance::Welch).is_some());
}

/// With 1 degree of freedom t is Cauchy's distribution, with 2 it has a closed form.
#[test]
fn few_degrees_of_freedom_agree_with_the_closed_forms() {
    for t in [1e-9_f64, 0.001, 0.3, 1.0, 1.7, 1.8, 4.0, 50.0, 1e6] {
        let cauchy = std::f64::consts::FRAC_2_PI * (1.0 / t).atan();
        let two = 2.0 / ((2.0 + t * t) + t * (2.0 + t * t).sqrt());
        for (freedom, expected) in [(1.0, cauchy), (2.0, two)] {
            let p = two_sided(t, freedom);
            assert!((p / expected - 1.0).abs() < 1e-12, "t = {t}, {freedom} degrees of freedom: {p}, not {expected}");
        }
    }
}

#[test]
fn both_formulas_meet_where_one_hands_over_to_the_other() {
    for t in [0.01, 0.8, 1.9, 4.0, 7.2] {
        let (below, above) = (two_sided(t, 5_000.0), two_sided(t, 5_000.000_001));
        assert!((below / above - 1.0).abs() < 1e-10, "t = {t}: {below} and {above}");
    }
}

#[test]
fn what_is_no_number_has_no_tail() {
    assert!(
        two_sided(f64::NAN, 3.0).is_nan()
            && two_sided(1.0, f64::NAN).is_nan()
            && two_sided(1.0, 0.0).is_nan()
            && two_sided(1.0, -3.0).is_nan()
    );
    assert!(
        two_sided(f64::INFINITY, 3.0).abs() <= 0.0
            && two_sided(1e146, 1e115).abs() <= 0.0
            && (two_sided(0.0, 3.0) - 1.0).abs() <= 0.0
    );
}

/// Numbers as they come from captures, and any others.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (0_u32..2_000).prop_map(f64::from), 2 => 0.0..1.0_f64, 1 => any::<f64>()]
}

fn settings() -> impl Strategy<Value = TtestSettings> {
    let edges = prop_oneof![Just(Edges::Idle), Just(Edges::Clip), Just(Edges::Pooled)];
    let variance = prop_oneof![Just(Variance::Student), Just(Variance::Welch)];
    (edges, variance).prop_map(|(edges, variance)| TtestSettings { edges, variance, ..TtestSettings::default() })
}

proptest! {
    #[test]
    fn edges_ascend_from_the_least_to_the_greatest(values in prop::collection::vec(value(), 2..60)) {
        if let Some(edges) = bin_edges(&values) {
            prop_assert!(edges.len() >= 2 && edges.len() <= MOST_BINS + 1);
            prop_assert!(edges.is_sorted());
            prop_assert!(values.iter().all(|value| edges[0] <= *value && *value <= edges[edges.len() - 1]));
        }
    }

    #[test]
    fn every_value_is_counted_once(values in prop::collection::vec(value(), 0..60), probe in prop::collection::vec(value(), 0..60)) {
        if let Some(edges) = bin_edges(&values) {
            prop_assert_eq!(counts(&values, &edges, false).iter().sum::<u64>(), values.len() as u64);
            let numbers = probe.iter().filter(|value| !value.is_nan()).count() as u64;
            prop_assert_eq!(counts(&probe, &edges, true).iter().sum::<u64>(), numbers);
            let inside = probe.iter().filter(|value| edges[0] <= **value && **value <= edges[edges.len() - 1]).count() as u64;
            prop_assert_eq!(counts(&probe, &edges, false).iter().sum::<u64>(), inside);
        }
    }

    #[test]
    fn counting_takes_any_edges(values in prop::collection::vec(any::<f64>(), 0..20), edges in prop::collection::vec(any::<f64>(), 0..9), clip: bool) {
        prop_assert!(counts(&values, &edges, clip).iter().sum::<u64>() <= values.len() as u64);
    }

    #[test]
    fn a_p_is_a_probability_or_none(
        idle in prop::collection::vec(value(), 0..60),
        probe in prop::collection::vec(value(), 0..60),
        settings in settings(),
    ) {
        let evidence = compare(&idle, &probe, &settings);
        prop_assert!(evidence.p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{evidence:?}");
        prop_assert!(evidence.statistic.is_none_or(|t| t.is_finite() || evidence.p == Some(0.0)));
        prop_assert_eq!(evidence.reacted, evidence.p.is_some_and(|p| p < settings.threshold));
        if idle.iter().chain(&probe).any(|value| !value.is_finite()) {
            prop_assert_eq!(evidence, Evidence::default());
        }
    }

    #[test]
    fn a_tail_shrinks_outwards(t in 0.0..1e3_f64, further in 0.0..1e3_f64, freedom in 0.5..1e7_f64) {
        let (near, far) = (two_sided(t, freedom), two_sided(t + further, freedom));
        prop_assert!((0.0..=1.0).contains(&near) && far <= near * (1.0 + 1e-9), "{near}, then {far}");
        prop_assert!((two_sided(-t, freedom) - near).abs() <= 0.0);
    }

    #[test]
    fn any_two_numbers_have_a_tail_or_none(t: f64, freedom: f64) {
        let p = two_sided(t, freedom);
        prop_assert!(p.is_nan() || (0.0..=1.0).contains(&p));
    }
}
