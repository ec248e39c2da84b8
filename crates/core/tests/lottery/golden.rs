//! Values against `scripts/golden_lottery.py`.

use earwitness_core::detect::lottery::{Lottery, Place, Top, bound, detection_limit, e_bh};
use serde_json::Value;

/// Largest difference, relative above 1.
const PRECISION: f64 = 1e-9;

fn golden(list: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../golden/lottery.json")).unwrap();
    let list = all[list].as_array().unwrap().clone();
    assert!(list.len() >= 9, "the golden file has lost its cases");
    list
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn agrees(what: &str, is: f64, expected: f64) {
    assert!((is - expected).abs() <= PRECISION * expected.abs().max(1.0), "{what}: {is}, numpy has {expected}");
}

#[test]
fn the_stake_becomes_what_numpy_says_after_every_round() {
    for case in golden("rounds") {
        let mut lottery = Lottery::new();
        let mut highest = 0.0_f64;
        for (round, expected) in case["rounds"].as_array().unwrap().iter().zip(numbers(&case["log_e"])) {
            let [stimulus, above, level, slots] = [0, 1, 2, 3].map(|part| round[part].as_u64().unwrap() as u32);
            lottery.round(stimulus as usize, Place { above, level, slots });
            agrees(&format!("{} after {} rounds", case["name"], lottery.rounds()), lottery.log_e(), expected);
            highest = highest.max(expected);
        }
        agrees("highest", lottery.highest(), highest);
    }
}

#[test]
fn limits_of_the_probability_agree() {
    for case in golden("bounds") {
        let slots = u32::try_from(case["slots"].as_u64().unwrap()).unwrap();
        let top = |top: &Value| match top.as_i64().unwrap() {
            1 => Top::Drawn,
            -1 => Top::Sham,
            _ => Top::Nobody,
        };
        let rounds = case["tops"].as_array().unwrap().iter().map(|it| (top(it), slots));
        let confidence = case["confidence"].as_f64().unwrap();
        agrees(&format!("{} at {confidence}", case["name"]), bound(rounds, confidence), case["bound"].as_f64().unwrap());
    }
}

#[test]
fn the_same_devices_are_listed() {
    for case in golden("lists") {
        let ln_e: Vec<f64> = numbers(&case["e"]).iter().map(|e| e.ln()).collect();
        let expected: Vec<bool> = case["listed"].as_array().unwrap().iter().map(|listed| listed.as_bool().unwrap()).collect();
        assert_eq!(e_bh(&ln_e, case["alpha"].as_f64().unwrap()), expected, "{case}");
    }
}

#[test]
fn detection_limits_are_what_trying_finds() {
    for case in golden("limits") {
        let shams: Vec<Vec<f64>> = case["shams"].as_array().unwrap().iter().map(numbers).collect();
        let limit = detection_limit(&shams, case["share"].as_f64().unwrap()).unwrap();
        agrees(&case["share"].to_string(), limit, case["octets"].as_f64().unwrap());
    }
}
