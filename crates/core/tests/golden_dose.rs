//! The dose against scipy: slope and intercept of `theilslopes`, the p of `kendalltau`, and for few points the test over all orders and the
//! interval that inverts it, tried one slope after the other by `scripts/golden.py`.

#![expect(clippy::unwrap_used, reason = "golden files that cannot be read fail the test")]

use earwitness_core::detect::dose::{Dose, PERMUTATIONS, fit};
use serde_json::Value;

/// Largest relative difference.
const PRECISION: f64 = 1e-9;

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= PRECISION * expected.abs().max(1e-3)
}

/// Each set at a level: its name, the fit, and what is expected.
fn fits(level: f64) -> Vec<(String, Dose, Value)> {
    let golden: Value = serde_json::from_str(include_str!("golden/dose.json")).unwrap();
    let each = golden["sets"].as_array().unwrap().iter().map(|set| {
        let pairs = set["points"].as_array().unwrap().iter();
        let points: Vec<(f64, f64)> = pairs.map(|pair| (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap())).collect();
        (set["name"].as_str().unwrap().to_owned(), fit(&points, level, 7).unwrap(), set.clone())
    });
    let found: Vec<_> = each.collect();
    assert!(found.len() >= 9, "the golden file has lost its sets");
    found
}

#[test]
fn slope_and_intercept_are_those_of_theilslopes() {
    for (name, dose, golden) in fits(0.95) {
        let expected = ["slope", "intercept"].map(|field| golden[field].as_f64().unwrap());
        assert!(
            close(dose.slope.value, expected[0]) && close(dose.intercept, expected[1]),
            "{name}: {dose:?}, scipy has {expected:?}"
        );
    }
}

#[test]
fn over_few_points_the_test_takes_every_order() {
    for (name, dose, golden) in fits(0.95).into_iter().filter(|(.., golden)| !golden["exact_p"].is_null()) {
        let expected = golden["exact_p"].as_f64().unwrap();
        assert!(close(dose.p, expected), "{name}: {}, by trying all orders {expected}", dose.p);
    }
}

#[test]
fn over_few_points_the_interval_inverts_that_test() {
    for (name, dose, golden) in fits(0.9).into_iter().filter(|(.., golden)| !golden["exact_p"].is_null()) {
        for (end, found, none) in [(0, dose.slope.low, f64::NEG_INFINITY), (1, dose.slope.high, f64::INFINITY)] {
            let expected = golden["exact_interval_90"][end].as_f64().unwrap_or(none);
            assert!(found.total_cmp(&expected).is_eq() || close(found, expected), "{name}: {dose:?}, by trying {expected}");
        }
    }
}

#[test]
fn over_many_points_drawn_orders_come_near_to_the_exact_p_of_kendalltau() {
    let mut compared = 0;
    for (name, dose, golden) in fits(0.95) {
        let Some(expected) = golden["kendall_p"].as_f64() else { continue };
        // The error of a share among so many draws, and the order that was seen, which counts as one more.
        let draws = f64::from(PERMUTATIONS);
        let error = 4.5 * (expected * (1.0 - expected) / draws).sqrt() + 1.0 / draws;
        println!("{name}: p {} from seed 7, exactly {expected}", dose.p);
        assert!((dose.p - expected).abs() <= error, "{name}: {}, exactly {expected}", dose.p);
        compared += 1;
    }
    assert!(compared >= 3, "the golden file has lost its p-values");
}

/// Sen's interval takes S for normal; from twenty points on that is nearly so.
#[test]
fn over_many_points_the_interval_is_nearly_that_of_sen() {
    for (name, dose, golden) in fits(0.95).into_iter().filter(|(_, dose, _)| dose.points >= 20) {
        let [low, high] = [0, 1].map(|end| golden["normal_interval"][end].as_f64().unwrap());
        let off = (dose.slope.low - low).abs().max((dose.slope.high - high).abs()) / (high - low);
        println!("{name}: {:?}, Sen {low} to {high}: {off:.3} of its width apart", dose.slope);
        assert!(off < 0.1, "{name}: {:?}, Sen {low} to {high}", dose.slope);
    }
}
