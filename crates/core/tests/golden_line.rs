//! The line through most arrivals against scipy: `scripts/golden.py` finds it by trying every pair of points, the detector by far fewer.

#![expect(clippy::unwrap_used, reason = "golden files that cannot be read fail the test")]

use earwitness_core::detect::line::Line;
use serde_json::Value;

/// Largest relative difference.
const PRECISION: f64 = 1e-9;

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// What the detector finds in each set of points, beside what scipy says of it.
fn sets() -> Vec<(String, Option<Line>, Value)> {
    let golden: Value = serde_json::from_str(include_str!("golden/line.json")).unwrap();
    let each = golden["sets"].as_array().unwrap().iter().map(|set| {
        let (tolerance, beats) = (set["tolerance"].as_f64().unwrap(), numbers(&set["beats"]));
        let line = Line::through_most(&numbers(&set["positions"]), &numbers(&set["times"]), |_| tolerance, (beats[0], beats[1]));
        (set["name"].as_str().unwrap().to_owned(), line, set["line"].clone())
    });
    each.collect()
}

/// Holds one value of every line to the golden one, in units of what `scale` says.
fn agrees(field: &str, value: impl Fn(&Line) -> f64, scale: impl Fn(&Line, f64) -> f64) {
    let sets = sets();
    assert!(sets.len() >= 10, "the golden file has lost its sets");
    for (name, line, golden) in sets {
        assert!(line.is_some(), "no line through `{name}`");
        let line = line.unwrap();
        let expected = golden[field].as_f64().unwrap();
        let apart = (value(&line) - expected).abs() / scale(&line, expected);
        assert!(apart <= PRECISION, "{name}: {field} is {}, scipy has {expected}", value(&line));
    }
}

#[test]
fn the_same_slices_are_on_time() {
    for (name, line, golden) in sets() {
        let line = line.unwrap();
        let found = [line.on_time, line.first, line.last].map(|count| count as u64);
        let expected = ["on_time", "first", "last"].map(|field| golden[field].as_u64().unwrap());
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn the_beat_is_the_slope_of_linregress() {
    agrees("beat", |line| line.beat, |_, expected| expected);
}

#[test]
fn the_start_is_its_intercept() {
    // An intercept near 0 is the difference of large numbers: it is held to the time that the line spans.
    agrees("start", |line| line.start, |line, expected| expected.abs().max(line.beat * 10.0));
}

/// From the residuals rather than from the correlation, as `scripts/golden.py` says why.
#[test]
fn the_error_of_the_beat_is_the_standard_error_of_linregress() {
    agrees("beat_error", |line| line.beat_error, |_, expected| expected);
}

#[test]
fn the_unevenness_is_the_sum_of_squares_over_the_square_of_the_span() {
    agrees("unevenness", |line| line.unevenness, |_, expected| expected);
}
