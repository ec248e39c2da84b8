//! The t-test of the paper against numpy and scipy: `scripts/golden.py` writes down the bins, counts and p-values.

#![expect(clippy::unwrap_used, reason = "golden files that cannot be read fail the test")]

use earwitness_core::detect::ttest::{
    Edges, Feature, TtestSettings, Variance, bin_edges, compare, counts, reaction, sequence, two_sided,
};
use earwitness_core::time::Timestamp;
use serde_json::Value;

/// Largest relative difference.
const PRECISION: f64 = 1e-9;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/ttest.json")).unwrap()
}

/// How far two numbers are apart, in parts of the second.
fn apart(found: f64, expected: f64) -> f64 {
    if expected.abs() <= 0.0 { found.abs() } else { (found / expected - 1.0).abs() }
}

fn frames(list: &Value) -> Vec<(Timestamp, u32)> {
    let frame =
        |pair: &Value| (Timestamp::from_nanos(pair[0].as_i64().unwrap()), u32::try_from(pair[1].as_u64().unwrap()).unwrap());
    list.as_array().unwrap().iter().map(frame).collect()
}

/// Each set with each feature: what it is called, the values of both sequences, and what is expected of them.
fn sets() -> Vec<(String, [Vec<f64>; 2], Value)> {
    let mut found = Vec::new();
    for set in golden()["sets"].as_array().unwrap() {
        for (name, feature) in [("length", Feature::Length), ("inter_arrival", Feature::InterArrival)] {
            let settings = TtestSettings { feature, duration: i64::MAX, ..TtestSettings::default() };
            let values = ["idle", "probe"].map(|which| sequence(&frames(&set[which]), Timestamp::from_nanos(0), &settings));
            found.push((format!("{}, {name}", set["name"].as_str().unwrap()), values, set[name].clone()));
        }
    }
    assert!(found.len() >= 20, "the golden file has lost its sets");
    found
}

#[test]
fn the_bins_are_those_of_numpy_in_the_years_of_the_paper() {
    for (name, [idle, _], golden) in sets() {
        let edges = bin_edges(&idle).unwrap();
        assert_eq!(edges.len() as u64 - 1, golden["tests"][0]["bins"].as_u64().unwrap(), "{name}");
        let last: Vec<f64> = golden["last_edges"].as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
        for (found, expected) in edges.iter().skip(edges.len() - last.len()).zip(&last) {
            assert!(apart(*found, *expected) <= 1e-14, "{name}: an edge at {found}, numpy has {expected}");
        }
    }
}

#[test]
fn every_bin_counts_what_numpy_counts() {
    for (name, [idle, probe], golden) in sets() {
        let Some(expected) = golden["counts"].as_array() else { continue };
        let expected: Vec<u64> = expected.iter().map(|count| count.as_u64().unwrap()).collect();
        assert_eq!(counts(&probe, &bin_edges(&idle).unwrap(), false), expected, "{name}");
    }
}

#[test]
fn statistic_and_p_are_those_of_scipy_for_all_edges_and_variances() {
    let (mut worst, mut undefined) = (0.0_f64, 0);
    for (name, [idle, probe], golden) in sets() {
        for expected in golden["tests"].as_array().unwrap() {
            let edges = match expected["edges"].as_str().unwrap() {
                "idle" => Edges::Idle,
                "clip" => Edges::Clip,
                _ => Edges::Pooled,
            };
            let variance = if expected["variance"] == "student" { Variance::Student } else { Variance::Welch };
            let found = compare(&idle, &probe, &TtestSettings { edges, variance, ..TtestSettings::default() });
            let name = format!("{name}, {edges:?}, {variance:?}: {found:?}, scipy has {expected}");
            assert_eq!(found.bins as u64, expected["bins"].as_u64().unwrap(), "{name}");
            assert_eq!(found.left_out, expected["left_out"].as_u64().unwrap(), "{name}");
            assert_eq!(
                (found.p.is_none(), found.statistic.is_none()),
                (expected["p"].is_null(), expected["t"].is_null()),
                "{name}"
            );
            undefined += u32::from(found.p.is_none());
            if let (Some(t), Some(p)) = (found.statistic, found.p) {
                let difference = apart(t, expected["t"].as_f64().unwrap()).max(apart(p, expected["p"].as_f64().unwrap()));
                assert!(difference <= PRECISION, "{name}");
                worst = worst.max(difference);
            }
        }
    }
    println!("largest relative difference {worst:.1e}");
    assert!(undefined >= 8, "the golden file has lost the cases without a p");
}

#[test]
fn lengths_and_gaps_together_are_one_test_over_the_bins_of_both() {
    // The probe's frames follow the idle ones after an hour.
    const HOUR: i64 = 3_600_000_000_000;
    let mut defined = 0;
    for set in golden()["sets"].as_array().unwrap() {
        let name = set["name"].as_str().unwrap();
        let later = frames(&set["probe"]).into_iter().map(|(at, length)| (at.plus(HOUR), length));
        let sent: Vec<_> = frames(&set["idle"]).into_iter().chain(later).collect();
        for expected in set["both"]["tests"].as_array().unwrap() {
            let edges = match expected["edges"].as_str().unwrap() {
                "idle" => Edges::Idle,
                "clip" => Edges::Clip,
                _ => Edges::Pooled,
            };
            let variance = if expected["variance"] == "student" { Variance::Student } else { Variance::Welch };
            let settings = TtestSettings { feature: Feature::Both, edges, variance, duration: HOUR, ..TtestSettings::default() };
            let found = reaction(&sent, Timestamp::from_nanos(0), Timestamp::from_nanos(HOUR), &settings);
            let case = format!("{name}, {edges:?}, {variance:?}: {found:?}, scipy has {expected}");
            assert_eq!(found.bins as u64, expected["bins"].as_u64().unwrap(), "{case}");
            assert_eq!(found.left_out, expected["left_out"].as_u64().unwrap(), "{case}");
            assert_eq!(found.p.is_none(), expected["p"].is_null(), "{case}");
            if let (Some(t), Some(p)) = (found.statistic, found.p) {
                defined += 1;
                assert!(
                    apart(t, expected["t"].as_f64().unwrap()).max(apart(p, expected["p"].as_f64().unwrap())) <= PRECISION,
                    "{case}"
                );
            }
        }
    }
    assert!(defined >= 50, "the golden file has lost its tests of both features: {defined}");
}

#[test]
fn the_tail_is_that_of_scipy_down_to_one_in_a_million_million() {
    let mut worst = 0.0_f64;
    let golden = golden();
    let tails = golden["tails"].as_array().unwrap();
    assert!(tails.len() >= 150, "the golden file has lost its tails");
    for row in tails {
        let [t, freedom, expected] = [0, 1, 2].map(|at| row[at].as_f64().unwrap());
        let difference = apart(two_sided(t, freedom), expected);
        assert!(
            difference <= PRECISION,
            "t = {t}, {freedom} degrees of freedom: {}, scipy has {expected}",
            two_sided(t, freedom)
        );
        worst = worst.max(difference);
    }
    println!("largest relative difference {worst:.1e}");
}
