//! Sample sizes against scipy, and against simulations of the tests themselves.

use earwitness_core::lot::Lot;

use super::*;

const ONE_NIGHT: PairDesign = PairDesign { deviation: 0.3, nights: 1, between_nights: 0.0, level: 0.05, power: 0.9 };

/// `scripts/golden_lab.py`: scipy's noncentral t-distribution.
#[test]
fn the_power_of_a_t_test_is_that_of_the_noncentral_distribution() {
    let all: serde_json::Value = serde_json::from_str(include_str!("../../../tests/golden/results.json")).unwrap();
    for case in all["powers"].as_array().unwrap() {
        let number = |key: &str| case[key].as_f64().unwrap();
        let found = student::difference(number("away"), number("freedom"), 0.05);
        assert!((found - number("power")).abs() < 2e-5, "{found}: {case}");
    }
}

/// Numbers of pairs that a simulation with other code found (numpy, 400 campaigns a number, in steps): A. a difference of 0.5 s.
#[test]
fn pairs_for_a_difference_are_those_of_a_simulation() {
    for (deviation, one, five) in [(0.15, 8, 10), (0.3, 10, 35), (0.6, 34, 150), (1.0, 86, u64::MAX)] {
        let design = PairDesign { deviation, ..ONE_NIGHT };
        let alone = pairs_for_difference(&design, 0.5).unwrap();
        let over = pairs_for_difference(&PairDesign { nights: 5, between_nights: 0.2, ..design }, 0.5);
        println!(
            "difference of 0.5 s, deviation {deviation}: {alone} pairs in one night ({one}), {over:?} over five nights ({five})"
        );
        // The smallest number there is moved up by a step of 2, and by permutations that were drawn: here all of them are tried.
        assert!(alone.abs_diff(one) * 5 <= one || (alone, one) == (6, 8), "{alone}, not {one}");
        match over {
            Some(over) if five < u64::MAX => assert!(over.abs_diff(five) * 5 <= five, "{over}, not {five}"),
            _ => assert!(five == u64::MAX && over.is_none_or(|it| it > 195), "{over:?}, not {five}"),
        }
    }
}

/// B. two one-sided tests within 0.25 s where nothing differs.
#[test]
fn pairs_for_equivalence_are_those_of_a_simulation() {
    for (deviation, expected) in [(0.15, 10), (0.3, 34), (0.6, 126)] {
        let found = pairs_for_equivalence(&PairDesign { deviation, ..ONE_NIGHT }, 0.25, 0.0).unwrap();
        println!("equivalence within 0.25 s, deviation {deviation}: {found} pairs ({expected})");
        assert!(found.abs_diff(expected) * 5 <= expected, "{found}, not {expected}");
    }
}

/// C. cut-offs within 0.25 s in 95 %: repeats of each level, by the other simulation with 4,000 experiments a number and every number tried. With 250
/// experiments and odd numbers alone it says 3, 1, 3, 3, 5, 3, 7, 3, 15, 9, 23, 11: the eighth of these finds 93.8 % only.
#[test]
fn repeats_for_a_cutoff_are_those_of_a_simulation() {
    let seed = 5_606;
    for (deviation, varies, of_one, of_half) in
        [(0.15, 0.0, 1, 1), (0.15, 0.3, 3, 2), (0.3, 0.0, 4, 3), (0.3, 0.3, 7, 4), (0.6, 0.0, 16, 9), (0.6, 0.3, 19, 10)]
    {
        for (step, expected) in [(1.0, of_one), (0.5, of_half)] {
            let levels = (0..=12).map(|it| f64::from(it) * step).take_while(|it| *it <= 6.0).collect();
            let design = CutoffDesign { levels, deviation, varies, between: (1.0, 4.0), within: 0.25, chance: 0.95, most: 40 };
            let found = repeats_for_cutoff(&design, 1_000, seed).unwrap();
            println!(
                "seed {seed}: deviation {deviation}, cut-off varies by {varies}, steps of {step}: {found} repeats ({expected})"
            );
            // A fifth, or one repeat where that is less than one.
            assert!(f64::from(found.abs_diff(expected)) <= (f64::from(expected) / 5.0).max(1.0), "{found}, not {expected}");
        }
    }
}

/// D. uploads that show whether some are undisclosed.
#[test]
fn uploads_for_undisclosed_ones_are_those_of_a_simulation() {
    let found = [1.0, 0.98, 0.9].map(|recall| uploads_to_see_one(0.01, recall, 0.95).unwrap());
    assert_eq!(found, [299, 305, 332]);
    let apart = uploads_to_tell_apart(0.01, 0.002, 0.05, 0.9).unwrap();
    println!("1 % apart from 0.2 %: {apart} (680)");
    assert!(apart.abs_diff(680) * 5 <= 680);
    assert!((cluster_factor(20.0, 0.05) - 1.95).abs() < 1e-12);
    assert_eq!(uploads_to_see_one(0.0, 1.0, 0.95), None);
    assert_eq!(uploads_to_tell_apart(0.01, 0.02, 0.05, 0.9), None);
}

/// The smallest numbers rest on the exact test, whose steps the calculation does not know: they are tried.
#[test]
fn six_pairs_are_enough_for_a_difference_of_three_deviations() {
    let (seed, rounds) = (5_607, 2_000);
    let mut lot = Lot::new(seed).stream("pairs", 0);
    let mut normal = || (-2.0 * (1.0 - lot.unit()).ln()).sqrt() * (std::f64::consts::TAU * lot.unit()).cos();
    // With six pairs the test rejects where all differences have one sign.
    let found = (0..rounds).filter(|_| (0..6).all(|_| 0.5 + 0.15 * 2.0_f64.sqrt() * normal() > 0.0)).count();
    println!("seed {seed}: {found} of {rounds}");
    assert!(found * 10 > rounds * 9, "{found} of {rounds}");
    let more = PairDesign { deviation: 0.15, ..ONE_NIGHT };
    assert_eq!(pairs_for_difference(&more, 0.5), Some(6));
    assert_eq!(
        pairs_for_difference(&PairDesign { nights: 2, between_nights: 1.0, ..more }, 0.1),
        None,
        "no number of pairs replaces nights"
    );
}
