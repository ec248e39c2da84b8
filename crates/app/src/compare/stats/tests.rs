//! The intervals against scipy: `scripts/golden_compare.py` writes the values down.

use serde_json::Value;

use super::*;

fn golden(which: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/golden/intervals.json")).unwrap();
    all[which].as_array().unwrap().clone()
}

fn near(found: f64, expected: &Value, relative: f64, what: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= relative * expected.abs().max(1e-12), "{found}, not {expected}: {what}");
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

#[test]
fn intervals_of_shares_are_those_of_scipy() {
    for it in golden("shares") {
        let found = share(it["some"].as_u64().unwrap(), it["of"].as_u64().unwrap()).interval.unwrap();
        // scipy's inverse of the beta distribution is itself exact to 6 parts in 10^8 of one in a million: see the next test.
        near(found.low, &it["low"], 1e-7, &it);
        near(found.high, &it["high"], 1e-9, &it);
    }
}

#[test]
fn the_interval_of_one_or_none_of_many_is_that_of_the_closed_form() {
    for all in [10, 1_000, 20_000, 1_000_000] {
        let found = share(1, all).interval.unwrap();
        let exact = -(0.975_f64.ln() / float(all)).exp_m1();
        assert!((found.low / exact - 1.0).abs() < 1e-9, "1 of {all}: {} instead of {exact}", found.low);
        let found = share(0, all).interval.unwrap();
        let exact = -(0.025_f64.ln() / float(all)).exp_m1();
        assert!((found.high / exact - 1.0).abs() < 1e-9, "0 of {all}: {} instead of {exact}", found.high);
    }
}

#[test]
fn intervals_of_rates_are_those_of_scipys_chi_square() {
    for it in golden("rates") {
        let events = it["events"].as_u64().unwrap();
        let found = rate(events, it["time"].as_f64().unwrap()).unwrap();
        near(found.low, &it["low"], 1e-9, &it);
        near(found.high, &it["high"], 1e-9, &it);
    }
}

#[test]
fn areas_and_their_intervals_are_those_of_the_formula() {
    for it in golden("areas") {
        let found = area(&numbers(&it["yes"]), &numbers(&it["no"])).unwrap();
        near(found.value, &it["value"], 1e-12, &it);
        near(found.low, &it["low"], 1e-8, &it);
        near(found.high, &it["high"], 1e-8, &it);
    }
}

#[test]
fn ends_of_medians_are_the_order_statistics_of_the_binomial() {
    for it in golden("medians") {
        let counts: Vec<Option<u32>> = numbers(&it["counts"])
            .into_iter()
            .map(|count| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
                let count = count as u32;
                Some(count)
            })
            .collect();
        let found = median(&counts).unwrap();
        let ends = [found.value, found.low, found.high].map(|end| end.map(u64::from));
        assert_eq!(ends, ["value", "low", "high"].map(|key| it[key].as_u64()), "{it}");
    }
}

#[test]
fn a_device_that_is_never_found_counts_as_never() {
    let found = median(&[Some(3), None, None]).unwrap();
    assert_eq!((found.value, found.of), (None, 3));
    assert_eq!(median(&[]), None);
}

#[test]
fn of_nothing_there_is_no_share_and_no_rate() {
    assert_eq!(share(0, 0).interval, None);
    assert_eq!(rate(3, 0.0), None);
    assert_eq!(area(&[1.0], &[]), None);
}

#[test]
fn very_many_counts_have_a_median_too() {
    let counts: Vec<Option<u32>> = (0..5_000).map(Some).collect();
    let found = median(&counts).unwrap();
    // 2,500 less and plus 1.96 standard deviations of 35.4.
    assert_eq!((found.value, found.of), (Some(2_499), 5_000));
    assert!(found.low.is_some_and(|low| (2_425..2_435).contains(&low)), "{found:?}");
    assert!(found.high.is_some_and(|high| (2_565..2_575).contains(&high)), "{found:?}");
}
