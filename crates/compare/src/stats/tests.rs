//! The intervals against scipy: `scripts/golden_compare.py` writes the values down.

use serde_json::Value;

use super::*;

fn golden(which: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../tests/golden/intervals.json")).unwrap();
    all[which].as_array().unwrap().clone()
}

fn near(found: f64, expected: &Value, relative: f64, what: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= relative * expected.abs().max(1e-12), "{found}, not {expected}: {what}");
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

/// A share of independent observations.
fn alone(some: u64, all: u64) -> Interval {
    share([("one", some, all)]).interval.unwrap()
}

#[test]
fn intervals_of_shares_are_those_of_scipy() {
    for it in golden("shares") {
        let found = alone(it["some"].as_u64().unwrap(), it["of"].as_u64().unwrap());
        // scipy's inverse of the beta distribution is itself exact to 6 parts in 10^8 of one in a million: see the next test.
        near(found.low, &it["low"], 1e-7, &it);
        near(found.high, &it["high"], 1e-9, &it);
    }
}

#[test]
fn the_interval_of_one_or_none_of_many_is_that_of_the_closed_form() {
    for all in [10, 1_000, 20_000, 1_000_000] {
        let found = alone(1, all);
        let exact = -(0.975_f64.ln() / float(all)).exp_m1();
        assert!((found.low / exact - 1.0).abs() < 1e-9, "1 of {all}: {} instead of {exact}", found.low);
        let found = alone(0, all);
        let exact = -(0.025_f64.ln() / float(all)).exp_m1();
        assert!((found.high / exact - 1.0).abs() < 1e-9, "0 of {all}: {} instead of {exact}", found.high);
    }
}

#[test]
fn intervals_of_rates_are_those_of_scipys_chi_square() {
    for it in golden("rates") {
        let events = it["events"].as_u64().unwrap();
        let found = rate([("one", events, it["time"].as_f64().unwrap())]).unwrap();
        near(found.low, &it["low"], 1e-9, &it);
        near(found.high, &it["high"], 1e-9, &it);
    }
}

#[test]
fn areas_and_their_intervals_are_those_of_the_formula() {
    for it in golden("areas") {
        let (yes, no) = (numbers(&it["yes"]), numbers(&it["no"]));
        let found = newcombe(auc(&yes, &no).unwrap(), float(yes.len() as u64), float(no.len() as u64));
        near(found.value, &it["value"], 1e-12, &it);
        near(found.low, &it["low"], 1e-8, &it);
        near(found.high, &it["high"], 1e-8, &it);
    }
}

#[test]
fn ends_of_medians_are_the_order_statistics_of_the_binomial() {
    for it in golden("medians") {
        let names: Vec<String> = (0..200).map(|it| it.to_string()).collect();
        let counts: Vec<(&str, Option<u32>)> = numbers(&it["counts"])
            .into_iter()
            .zip(&names)
            .map(|(count, name)| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
                let count = count as u32;
                (name.as_str(), Some(count))
            })
            .collect();
        let found = median(&counts).unwrap();
        let ends = [found.value, found.low, found.high].map(|end| end.map(u64::from));
        assert_eq!(ends, ["value", "low", "high"].map(|key| it[key].as_u64()), "{it}");
    }
}

#[test]
fn a_device_that_is_never_found_counts_as_never() {
    let found = median(&[("a", Some(3)), ("b", None), ("c", None)]).unwrap();
    assert_eq!((found.value, found.of), (None, 3));
    assert_eq!(median(&[]), None);
}

#[test]
fn of_nothing_there_is_no_share_and_no_rate() {
    assert_eq!(share([("a", 0, 0)]).interval, None);
    assert_eq!(rate([("a", 3, 0.0)]), None);
    assert_eq!(area(&[("a", 1.0)], &[]), None);
}

#[test]
fn very_many_counts_have_a_median_too() {
    let names: Vec<String> = (0..5_000).map(|it| it.to_string()).collect();
    let counts: Vec<(&str, Option<u32>)> = names.iter().zip(0..).map(|(name, count)| (name.as_str(), Some(count))).collect();
    let found = median(&counts).unwrap();
    // 2,500 less and plus 1.96 standard deviations of 35.4.
    assert_eq!((found.value, found.of), (Some(2_499), 5_000));
    assert!(found.low.is_some_and(|low| (2_425..2_435).contains(&low)), "{found:?}");
    assert!(found.high.is_some_and(|high| (2_565..2_575).contains(&high)), "{found:?}");
}

#[test]
fn intervals_over_configurations_are_those_of_korn_and_graubard() {
    for it in golden("clustered_shares") {
        let parts: Vec<(String, u64, u64)> = serde_json::from_value(it["parts"].clone()).unwrap();
        let found = share(parts);
        near(found.effective, &it["effective"], 1e-8, &it);
        let interval = found.interval.unwrap();
        near(interval.low, &it["low"], 1e-7, &it);
        near(interval.high, &it["high"], 1e-7, &it);
    }
    for it in golden("clustered_rates") {
        let parts: Vec<(String, u64, f64)> = serde_json::from_value(it["parts"].clone()).unwrap();
        let interval = rate(parts).unwrap();
        near(interval.low, &it["low"], 1e-7, &it);
        near(interval.high, &it["high"], 1e-7, &it);
    }
}

#[test]
fn three_seeds_of_one_home_are_one_home() {
    // What is alike in each of three nights is no more than one night says.
    let nights = |count: u64| share((0..6_u64).map(|home| (home.to_string(), count * (home % 2) * 10, count * 10)));
    let (once, thrice) = (nights(1), nights(3));
    assert_eq!((once.all, thrice.all, thrice.configurations), (60, 180, 6));
    assert!((thrice.effective / once.effective - 1.0).abs() < 0.1, "{} and {}", once.effective, thrice.effective);
    assert!(once.effective < 6.0, "homes in which all or none is found are six observations at most: {}", once.effective);
    // Where all is found, a home is one observation.
    let all = share((0..6_u64).map(|home| (home.to_string(), 30, 30))).interval.unwrap();
    assert!((all.low - 0.025_f64.powf(1.0 / 6.0)).abs() < 1e-9, "{all:?}");
    let none = rate((0..18_u64).map(|night| ((night % 6).to_string(), 0, 1.0))).unwrap();
    assert!((none.high - 40.0_f64.ln() / 6.0).abs() < 1e-6, "no alarm in six homes, each one night's worth: {none:?}");
}

/// The law: of intervals over homes that differ, 95 % hold the truth, where those that take uploads for independent hold it far less often.
#[test]
fn intervals_hold_the_truth_over_homes_that_differ() {
    let seed = 4_017;
    let mut draws = earwitness_core::lot::Lot::new(seed).stream("homes", 0);
    let mut uniform = || draws.unit();
    let (mut held, mut naive, trials) = (0, 0, 400);
    for _ in 0..trials {
        // 12 homes of 3 nights with 20 uploads each; the chance of a home is uniform from 0.4 to 1, on average 0.7.
        let parts: Vec<(String, u64, u64)> = (0..12)
            .flat_map(|home| {
                let chance = 0.4 + 0.6 * uniform();
                (0..3).map(|_| (home.to_string(), (0..20).filter(|_| uniform() < chance).count() as u64, 20)).collect::<Vec<_>>()
            })
            .collect();
        let inside = |it: Interval| u32::from(it.low <= 0.7 && 0.7 <= it.high);
        let some: u64 = parts.iter().map(|it| it.1).sum();
        naive += inside(alone(some, 720));
        held += inside(share(parts).interval.unwrap());
    }
    println!("seed {seed}: {held} of {trials} hold the truth, {naive} without clusters");
    assert!(held >= 366, "{held} of {trials}: below 95 % by more than chance explains");
    assert!(naive < 300, "{naive} of {trials}");
}
