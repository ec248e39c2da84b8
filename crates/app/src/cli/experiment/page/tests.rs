//! The page of experiments small and large, with names that strangers chose and with nothing known.

use std::path::Path;

use earwitness_lab::results::Reading;
use earwitness_lab::{evaluation, file};

use super::super::machine::Machine;
use super::*;

/// Two levels of speech after a command, and what is asked of them.
const FILE: &str = r#"
name = "tail & <b>head</b>"
question = "How much is <i>sent</i>?"
nights = 3
repeats = 4
seed = 77
[factors]
postfix_s = [0, 2, 4]
[[condition]]
name = "<u>{postfix_s}</u> s"
parts = [{ say = "Alexa, where is New York City." }, { gap_seconds = 0.5 }, { say = "It rains.", seconds = "{postfix_s}" }]
[[condition]]
name = "quiet"
parts = [{ silence_seconds = 30 }]
[[contrast]]
compare = ["<u>4</u> s", "<u>0</u> s"]
difference_seconds = 0.5
[[contrast]]
dose = "postfix_s"
[[contrast]]
equivalence = ["<u>2</u> s", "<u>4</u> s"]
margin_seconds = 0.25
"#;

fn experiment() -> Experiment {
    file::read(FILE, "tail.toml", &[], &Machine::new(Path::new(""))).unwrap()
}

/// Trials of each condition in each of three nights, in which each device sends what `seconds` says of condition and number.
fn trials(repeats: u32, devices: usize, seconds: impl Fn(usize, u32) -> Option<f64>) -> Vec<Trial> {
    let mut all = Vec::new();
    for night in 0..3 {
        for block in 0..repeats {
            for condition in 0..4_usize {
                let position = u32::try_from(condition).unwrap();
                let reading = |device: usize| Reading {
                    seconds: seconds(condition, block * 7 + night).map(|it| it + f64::from(u32::try_from(device % 5).unwrap())),
                    uploads: Some(1),
                    ..Reading::default()
                };
                let readings = (0..devices).map(reading).collect();
                all.push(Trial { night, block, position, condition, sound: evaluation::sound_of(condition), readings });
            }
        }
    }
    all
}

/// Two seconds and what is added, up to three seconds, with a spread of a tenth.
fn hinge(condition: usize, number: u32) -> f64 {
    let level = [0.0, 2.0, 4.0, 0.0][condition];
    2.0 + f64::min(level, 3.0) + f64::from(number % 11) / 50.0
}

fn shown(devices: &[&str], trials: &[Trial]) -> String {
    let experiment = experiment();
    let devices: Vec<String> = devices.iter().map(|it| (*it).to_owned()).collect();
    let results = evaluation::answer(&experiment, &devices, trials.to_vec(), 5).unwrap();
    page(Told { experiment: &experiment, results: &results, trials, devices: &devices, traffic: Traffic::Simulated })
        .into_string()
}

#[test]
fn the_page_begins_with_the_answer_and_ends_with_how_it_was_come_by() {
    let page = shown(&["tv", "radio"], &trials(4, 2, |condition, number| Some(hinge(condition, number))));
    // The title of the page has the answer, too.
    let (_, body) = page.split_once("<body").unwrap();
    let place = |text: &str| body.find(text).unwrap_or_else(|| panic!("{text} is missing in {body}"));
    let order = [
        "<h1>",
        "under &lt;u&gt;4&lt;/u&gt; s",
        "Measured in a simulated home",
        "What else was asked",
        "How much each device sent",
        "How conditions differ",
        "How what is sent grows",
        "What sounds when",
        "<h2>Numbers</h2>",
        "<h2>Methods</h2>",
        "drawn from seed 77",
        "from seed 5",
        concat!("earwitness ", env!("CARGO_PKG_VERSION"), "."),
        "Nights are independent",
        "a difference of 0.5 s is to be found",
    ];
    let places: Vec<usize> = order.iter().map(|it| place(it)).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(page.matches("role=\"img\"").count(), 8 + 4 + 2 + 4, "rows, comparisons, doses and trials of a block");
}

#[test]
fn names_are_shown_as_text_and_nothing_is_loaded_or_run() {
    let page = shown(
        &["<script>alert(1)</script>\u{202e}", "\x1b[31m\" onload=\"x"],
        &trials(4, 2, |condition, number| Some(hinge(condition, number))),
    );
    assert!(page.contains("&lt;script&gt;alert(1)"));
    for forbidden in [
        "<script",
        "<b>",
        "<i>",
        "<u>",
        "\x1b",
        "\u{202e}",
        "\" onload=",
        "src=",
        "http://",
        "https://",
        "url(",
        "@import",
        "<link",
    ] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_hundred_thousand_trials_are_thinned_and_the_page_says_so() {
    let page = shown(&["tv", "radio"], &trials(100_000 / 12, 2, |condition, number| Some(hinge(condition, number))));
    assert!(page.contains("Of the trials of 8 rows 300 are drawn"), "not thinned");
    assert!(page.contains("Of more than 120 trials of a level so many are drawn"));
    assert!(page.contains("24,999 trials</span>"), "means are those of all");
    assert!(page.len() < 250_000, "{}", page.len());
}

#[test]
fn many_devices_are_bounded_and_the_page_says_so() {
    let names: Vec<String> = (0..400).map(|number| format!("device {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let page = shown(&names, &trials(4, 400, |condition, number| Some(hinge(condition, number))));
    for said in
        ["1,400 more rows are in the JSON report", "600 more comparisons are", "376 more pictures are", "999 more answers are"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.len() < 4_000_000, "{}", page.len());
}

#[test]
fn what_is_not_known_is_said_and_draws_nothing() {
    let page = shown(&["tv"], &trials(4, 1, |_, _| None));
    assert!(page.contains("not known, 0 trials") && page.contains("Trials in which a device is not known have no dot."));
    for page in [page, shown(&["tv"], &trials(4, 1, |_, _| Some(0.0))), shown(&["tv"], &trials(1, 1, |_, _| Some(1e300)))] {
        assert!(!page.contains("NaN") && !page.contains("inf%") && !page.contains("class=\"trials\" d=\"\""));
    }
}

#[test]
fn numbers_have_a_true_minus_and_nothing_has_none() {
    assert_eq!([0.004, -0.004, -0.5, 12.345].map(number), ["0.00", "0.00", "\u{2212}0.50", "12.35"]);
    assert_eq!([0.0004, 0.5].map(chance), ["< 0.001", "0.500"]);
}

/// For a look in a browser: `EARWITNESS_SAMPLE=sample.html cargo test -p earwitness writes_the_sample`.
#[test]
fn writes_the_sample_where_it_is_asked_to() {
    if let Some(path) = std::env::var_os("EARWITNESS_SAMPLE") {
        let page = shown(
            &["tv", "a radio with a rather long name in the kitchen"],
            &trials(2_000, 2, |condition, number| Some(hinge(condition, number))),
        );
        std::fs::write(Path::new(&path).with_extension("experiment.html"), page).unwrap();
    }
}
