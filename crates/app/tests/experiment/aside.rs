//! Television and nights of nothing in the simulated home: what is told is held against how its speakers were made.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::{folder, printed, refused, valid};

const SCHEMA: &str = "experiment-report-1.json";

/// Half an hour of television in which a word of its own is said every 0.4 s.
fn subtitles(folder: &Path) {
    let mut text = String::new();
    for cue in 0..880_u32 {
        let moment = |tenths: u32| format!("00:{:02}:{:02},{}00", tenths / 600, tenths / 10 % 60, tenths % 10);
        let words: Vec<String> = (0..5).map(|word| format!("w{:04}", cue * 5 + word)).collect();
        writeln!(text, "{}\n{} --> {}\n{}\n", cue + 1, moment(cue * 20), moment(cue * 20 + 20), words.join(" ")).unwrap();
    }
    std::fs::write(folder.join("show.srt"), text).unwrap();
}

fn media(folder: &Path, more: &[&str]) -> String {
    let set = ["run", "media", "--set", "recording=show.wav", "--set", "subtitles=show.srt", "--set", "nights=4"];
    printed(folder, &[&set[..], more].concat())
}

#[test]
fn television_that_wakes_a_speaker_is_told_by_rate_place_and_words() {
    let folder = folder();
    subtitles(folder.path());
    let told = valid(&media(folder.path(), &["--simulate", "--seed", "5", "--json"]), SCHEMA);
    let all = told["misactivations"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    for it in all {
        assert_eq!((&it["playings"], &it["words"]), (&4.into(), &17_600.into()), "{it}");
        assert!((it["hours"].as_f64().unwrap() - 2.0).abs() < 0.01, "{it}");
        // One pair of 4,400 in a thousand wakes it in 60 % of nights, and a false wake comes once in ten hours: 4 x (4.4 x 0.6 + 0.05), with the chance of how many pairs there are.
        let wakes = it["wakes"].as_u64().unwrap();
        assert!((1..=26).contains(&wakes), "{it}");
        let rate = &it["per_hour"];
        let number = it["wakes"].as_f64().unwrap();
        assert!((rate["rate"].as_f64().unwrap() - number / 2.0).abs() < 0.02 * number, "{it}");
        assert!(rate["low"].as_f64() < rate["rate"].as_f64() && rate["rate"].as_f64() < rate["high"].as_f64(), "{it}");
        let woke: u64 = it["places"].as_array().unwrap().iter().map(|place| place["woke"].as_u64().unwrap()).sum();
        assert!(woke <= wakes && it["places_left_out"] == 0, "{it}");
        for place in it["places"].as_array().unwrap() {
            // Words are numbered by when they are said: those that are told are the last ones before.
            let words = format!("{} {}", place["words_before"].as_str().unwrap(), place["words_sent"].as_str().unwrap());
            let last: f64 = words.trim().rsplit_once('w').unwrap().1.parse().unwrap();
            let seconds = place["seconds"].as_f64().unwrap();
            assert!((last * 0.4 - seconds).abs() < 1.0, "{place}");
        }
    }
    let again: Vec<f64> = all.iter().filter_map(|it| it["again"].as_f64()).collect();
    assert!(again.iter().any(|it| (0.25..0.95).contains(it)), "{again:?}");
    assert!(told["answer"].as_str().unwrap().starts_with("speaker-a woke"), "{}", told["answer"]);
    let people = media(folder.path(), &["--simulate", "--seed", "5"]);
    assert!(people.contains("Woke without being called") && people.contains("Places at which speaker-"), "{people}");
}

#[test]
fn a_night_of_nothing_tells_the_periods_of_every_speaker() {
    let folder = folder();
    let told = valid(&printed(folder.path(), &["run", "idle-profile", "--simulate", "--set", "nights=1", "--json"]), SCHEMA);
    let idle = told["idle"].as_array().unwrap();
    let periods = |device: &Value| -> Vec<f64> {
        device["periods"].as_array().unwrap().iter().map(|it| it["seconds"].as_f64().unwrap()).collect()
    };
    let is_there = |found: &[f64], period: f64| found.iter().any(|it| (it / period - 1.0).abs() < 0.01);
    let (a, b) = (periods(&idle[0]), periods(&idle[1]));
    assert!(a.len() == 3 && [45.0, 300.0, 10_800.0].iter().all(|it| is_there(&a, *it)), "{a:?}");
    assert!(b.len() == 2 && [45.0, 900.0].iter().all(|it| is_there(&b, *it)), "{b:?}");
    for device in idle {
        // What is left is log and metrics at random, and what fell together with a heartbeat.
        assert!(device["unexplained_share"].as_f64().unwrap() < 0.12, "{device}");
    }
    let answers = told["answers"].as_array().unwrap();
    assert!(answers.len() == 2 && answers[0].as_str().unwrap().contains("every 45 s"), "{answers:?}");
}

#[test]
fn a_named_home_is_another_one() {
    let folder = folder();
    let run = |home: &str, more: &[&str]| {
        let home = format!("--simulate={home}");
        let all = ["run", "prefix", &home, "--set", "nights=2", "--set", "repeats=4", "--json"];
        valid(&printed(folder.path(), &[&all[..], more].concat()), SCHEMA)
    };
    let uploads = |told: &Value, device: usize| {
        let device = &told["conditions"][0]["devices"][device];
        (
            device["name"].as_str().unwrap().to_owned(),
            device["uploads"]["some"].as_u64().unwrap(),
            device["seconds"]["n"].as_u64().unwrap(),
        )
    };
    let quiet = run("quiet", &[]);
    assert!(uploads(&quiet, 0).1 >= 6, "{:?}", uploads(&quiet, 0));
    assert_eq!(uploads(&quiet, 1), ("muted".into(), 0, 8));
    let chatty = run("chatty", &[]);
    assert!((0..2).all(|it| uploads(&chatty, it).1 >= 6), "{:?}", chatty["conditions"][0]);
    let lossy = run("lossy", &[]);
    assert!(lossy["methods"]["unknown_readings"].as_u64().unwrap() > 0, "losses leave readings unknown");
    let same = run("same", &[]);
    let seconds = |device: usize| same["conditions"][0]["devices"][device]["seconds"]["estimate"].as_f64().unwrap();
    assert!((seconds(0) - seconds(1)).abs() < 1.0, "{} {}", seconds(0), seconds(1));
    let names: BTreeSet<String> = (0..2).map(|it| uploads(&same, it).0).collect();
    assert!(names.contains("copy-1") && names.contains("copy-2"), "{names:?}");
    assert!(uploads(&run("codec", &[]), 0).1 >= 6);
    let said = refused(folder.path(), &["run", "prefix", "--simulate=castle"]);
    assert!(said.contains("chatty") && said.contains("lossy"), "{said}");
}

/// An experiment with two devices that are copies of one another.
const COPIES: &str = r#"
name = "copies"
question = "Are both alike?"
nights = 1
repeats = 8
[[device]]
name = "copy-1"
copies = "speaker"
[[device]]
name = "copy-2"
copies = "speaker"
[[condition]]
name = "command"
parts = [{ say = "Alexa, where is New York City." }]
"#;

#[test]
fn copies_of_a_speaker_are_compared_trial_by_trial() {
    let folder = folder();
    std::fs::write(folder.path().join("copies.toml"), COPIES).unwrap();
    let told = valid(&printed(folder.path(), &["run", "copies.toml", "--simulate=same", "--json"]), SCHEMA);
    let [it] = told["copies"].as_array().unwrap().as_slice() else { panic!("{}", told["copies"]) };
    assert_eq!((&it["group"], &it["device"], &it["against"]), (&"speaker".into(), &"copy-2".into(), &"copy-1".into()));
    assert!(it["n"].as_u64().unwrap() >= 6 && it["low"].as_f64() < Some(0.0) && it["high"].as_f64() > Some(0.0), "{it}");
    let last = told["answers"].as_array().unwrap().last().unwrap().as_str().unwrap();
    assert!(last.starts_with("It is not shown that copy-2 and copy-1, copies of speaker, send different amounts"), "{last}");
}
