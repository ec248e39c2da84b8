//! The page of experiments small and large, with names that strangers chose and with nothing known.

use std::path::Path;

use earwitness_core::time::SECOND;
use earwitness_lab::results::{Burst, Playing, Reading, Stretch, Wake, idle, misactivations};
use earwitness_lab::subtitles::Word;
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
                all.push(Trial {
                    night,
                    block,
                    position,
                    condition,
                    sound: evaluation::sound_of(condition),
                    readings,
                    answer: None,
                });
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

/// Nine hours in which a device sends every five minutes, and every 50 min beside it something larger by a name that a stranger chose.
fn periodic(device: &str) -> earwitness_lab::results::IdleResults {
    let often = (1..108).map(|number| Burst { at: number * 300 * SECOND, octets: 500 });
    let rarely = (1..11).map(|number| Burst { at: number * 3_000 * SECOND + 70 * SECOND, octets: 40_000 });
    let mut bursts: Vec<Burst> = often.chain(rarely).collect();
    bursts.sort_by_key(|it| it.at);
    idle(device, &[Stretch { from: 0, until: 9 * 3_600 * SECOND, bursts }])
}

/// Two playings of an hour, in both of which a device wakes after 20 min, and in one after 40.
fn woken(device: &str) -> earwitness_lab::results::MisactivationResults {
    let word =
        |number: i64| Word { from: number * SECOND, until: number * SECOND + SECOND / 2, text: format!("word{number}<b>") };
    let words: Vec<Word> = (0..3_600).map(word).collect();
    let wake = |at: i64| Wake { at: at * SECOND, waited: SECOND, seconds: 3.25 };
    let playing = |wakes: Vec<Wake>| Playing { known: vec![(0, 3_600 * SECOND)], wakes };
    misactivations(device, "<i>news</i>", &words, &[playing(vec![wake(1_200), wake(2_400)]), playing(vec![wake(1_201)])], 0.05)
}

#[test]
fn periods_and_wakes_have_a_picture_and_their_numbers() {
    let experiment = experiment();
    let devices = vec!["<u>tv</u>".to_owned()];
    let trials = trials(4, 1, |condition, number| Some(hinge(condition, number)));
    let mut results = evaluation::answer(&experiment, &devices, trials.clone(), 5).unwrap();
    let without =
        page(Told { experiment: &experiment, results: &results, trials: &trials, devices: &devices, traffic: Traffic::Devices })
            .into_string();
    assert!(!without.contains("What each device sends by itself") && !without.contains("Where each device woke"));
    results.idle = vec![periodic(&devices[0])];
    results.misactivations = vec![woken(&devices[0])];
    let page =
        page(Told { experiment: &experiment, results: &results, trials: &trials, devices: &devices, traffic: Traffic::Devices })
            .into_string();
    for said in [
        "117 bursts, 2 periods",
        "<bdi>5 min</bdi>",
        "<bdi>50 min</bdi>",
        "3 wakes, 1.50 (0.31 to 4.38) an hour",
        "<bdi>20 min 1 s</bdi></td><td class=\"\"><bdi>2 of 2",
        "word1197&lt;b&gt; word1198&lt;b&gt;",
        "&lt;i&gt;news&lt;/i&gt;",
    ] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    // A dot for each of the two places.
    assert_eq!(page.matches("class=\"point\"").count() - without.matches("class=\"point\"").count(), 2);
    assert!(!page.contains("<u>") && !page.contains("<i>"));
}

#[test]
fn bursts_of_a_week_are_thinned_and_the_page_says_so() {
    let experiment = experiment();
    let devices = vec!["tv".to_owned()];
    let bursts = (1..30_000).map(|number| Burst { at: number * 20 * SECOND, octets: 300 }).collect();
    let mut results = evaluation::answer(&experiment, &devices, trials(4, 1, |_, _| Some(1.0)), 5).unwrap();
    results.idle = vec![idle("tv", &[Stretch { from: 0, until: 600_000 * SECOND, bursts }])];
    let page =
        page(Told { experiment: &experiment, results: &results, trials: &[], devices: &devices, traffic: Traffic::Devices })
            .into_string();
    assert!(page.contains("Of more than 2,000 bursts of a colour so many are drawn"));
    assert!(page.len() < 150_000, "{}", page.len());
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
