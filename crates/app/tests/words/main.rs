//! `earwitness words` as its users run it, against tables of answers.

#![expect(clippy::unwrap_used, reason = "a program that does not run fails the test")]

mod levels;
mod replayed;
mod simulated;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const SCHEMA: &str = include_str!("../../../../docs/schema/words-1.json");
const CURVES: &str = include_str!("../../../../docs/schema/words-curves-1.json");

/// Texts with their phonemes; those with K and S one after the other wake the device of these tests in two of three voices.
const NEAR: &[(&str, &str)] = &[
    ("alexi", "AH L EH K S IY"),
    ("lexus", "L EH K S AH S"),
    ("reflex", "R IY F L EH K S"),
    ("alyssa", "AH L IH S AH"),
    ("election", "IH L EH K SH AH N"),
    ("alexa", "AH L EH K S AH"),
];
const FAR: &[(&str, &str)] = &[("banana", "B AH N AE N AH"), ("window", "W IH N D OW"), ("merkel", "M ER K AH L"), ("hm", "")];

/// A table with these words and 120 more; `answer` says what each take of a word is, by its phonemes and the number of the voice.
fn table(folder: &Path, answer: impl Fn(&str, usize) -> &'static str) -> PathBuf {
    let mut text =
        "text,source,arpabet,toy:alexa|one#0,toy:alexa|one#1,toy:alexa|two#0,toy:alexa|two#1,toy:alexa|three#0\n".to_owned();
    let vowels = ["AA", "AE", "IY", "OW", "UW", "EH"];
    let more =
        (0..120).map(|it| (format!("word {it}"), format!("{} B {} D {} G", vowels[it % 6], vowels[it / 6 % 6], vowels[it / 36])));
    let known = NEAR.iter().chain(FAR).map(|it| (it.0.to_owned(), it.1.to_owned()));
    for (word, phonemes) in known.chain(more) {
        let source = if NEAR.iter().any(|it| it.0 == word) { "near:alexa" } else { "random" };
        let takes: Vec<&str> = [0, 0, 1, 1, 2].map(|voice| answer(&phonemes, voice)).into();
        writeln!(text, "{word},{source},{phonemes},{}", takes.join(",")).unwrap();
    }
    written(folder, "table.csv", &text)
}

fn listens(phonemes: &str, voice: usize) -> &'static str {
    if phonemes.contains("K S") && voice < 2 { "1" } else { "0" }
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn words(task: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_earwitness")).args(["words", task]).args(more).output().unwrap()
}

fn search(table: &Path, more: &[&str]) -> Output {
    words("search", &[&["alexa", "--oracle", table.to_str().unwrap()], more].concat())
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fits(schema: &str, told: &Value) {
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(told), "{:?}", schema.iter_errors(told).map(|it| it.to_string()).collect::<Vec<_>>());
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn words_that_wake_in_two_voices_are_found_by_every_strategy() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), listens);
    for strategy in ["learned", "whole", "substring", "genetic", "paper", "random"] {
        let told = json(&search(&table, &["--plays", "150", "--strategy", strategy, "--json"]));
        fits(SCHEMA, &told);
        assert_eq!(told["strategy"], strategy);
        assert_eq!(told["left_out"]["without_phonemes"], 1, "the word hm");
        assert_eq!(told["left_out"]["wake_word"], 1, "alexa");
        for word in told["words"].as_array().unwrap() {
            let can = word["phonemes"].as_str().unwrap().contains("K S");
            assert!(can || word["wakes"] == false, "{strategy}: {word}");
        }
        if strategy == "learned" {
            // "election" has K and SH.
            assert_eq!(told["found"], 4, "{told}");
            assert!(told["plays"].as_u64().unwrap() <= 150);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_octets_and_a_search_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), listens);
    let whole = search(&table, &["--plays", "40", "--seed", "7", "--json"]);
    assert_eq!(whole.stdout, search(&table, &["--plays", "40", "--seed", "7", "--json"]).stdout);
    let part = search(&table, &["--plays", "40", "--seed", "7", "--json"]);
    let mut cut: Value = serde_json::from_slice(&part.stdout).unwrap();
    cut["answers"].as_array_mut().unwrap().truncate(17);
    let cut = written(folder.path(), "cut.json", &cut.to_string());
    let more = search(&table, &["--plays", "40", "--resume", cut.to_str().unwrap(), "--json"]);
    assert_eq!(json(&more), json(&whole));
    // Its words are those of more answers than it has.
    let listed = words("list", &[cut.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.code() == Some(2) && said.contains("was never played"), "{said}");
}

#[test]
fn what_was_found_is_listed_and_played_again() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), listens);
    let found = folder.path().join("found.json");
    let said = search(&table, &["--plays", "60", &format!("--json={}", found.display())]);
    let listed = words("list", &[found.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout), String::from_utf8_lossy(&said.stdout));
    assert!(String::from_utf8_lossy(&said.stdout).contains("lexus"), "{said:?}");
    let again =
        json(&words("replay", &[found.to_str().unwrap(), "--oracle", table.to_str().unwrap(), "--plays", "12", "--json"]));
    fits(SCHEMA, &again);
    let before: Value = serde_json::from_slice(&fs::read(&found).unwrap()).unwrap();
    assert_eq!(again["plays"].as_u64().unwrap(), before["plays"].as_u64().unwrap() + 12);
    assert_eq!(again["ended"], "replayed");
}

#[test]
fn strategies_are_compared_as_curves() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), listens);
    let told = json(&search(&table, &["--plays", "60", "--seeds", "3", "--json"]));
    fits(CURVES, &told);
    for curve in told["curves"].as_array().unwrap() {
        let finds: Vec<f64> = curve["points"].as_array().unwrap().iter().map(|it| it["finds"].as_f64().unwrap()).collect();
        assert!(finds.len() == 2 && finds.is_sorted(), "{curve}");
    }
}

#[test]
fn the_interval_of_everyday_text_holds_what_its_words_do() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), listens);
    let often = written(folder.path(), "often.txt", "word,count\nlexus 5\nbanana 95\nunheard 900\n");
    let told = json(&search(&table, &["--plays", "60", "--frequencies", often.to_str().unwrap(), "--json"]));
    let everyday = &told["everyday"];
    let of = |key: &str| everyday[key].as_f64().unwrap();
    assert!((of("covered") - 0.1).abs() < 1e-9);
    // "lexus" wakes in two of three voices, and is five words in a thousand. "banana" comes often, and was played a few times only, so that the expectation alone says little.
    let truth = 5.0 / 1_000.0 * 10_000.0 * 2.0 / 3.0;
    assert!(
        of("low") < truth && truth < of("high") && of("low") < of("wakes") && of("wakes") < of("high"),
        "{truth}: {everyday}"
    );
}

#[test]
fn devices_that_cannot_be_searched_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let ended = |answer: fn(&str, usize) -> &'static str| {
        let told = json(&search(&table(folder.path(), answer), &["--json"]));
        fits(SCHEMA, &told);
        told["ended"].as_str().unwrap().to_owned()
    };
    assert_eq!(ended(|_, _| "0"), "improbable");
    assert_eq!(ended(|_, _| "1"), "wakes_from_anything");
    assert_eq!(ended(|_, _| ""), "no_answer");
}

#[test]
fn a_table_that_is_wrong_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str, more: &[&str]| complaint(&search(&written(folder.path(), "wrong.csv", text), more));
    let good = "text,arpabet,toy:alexa|one#0,toy:alexa|two#0\n";
    assert!(refused(good, &["--levels", "0,-6"]).contains("does not say how loud its takes were"));
    assert!(refused("", &[]).contains("no column \"text\""));
    assert!(refused(good, &[]).contains("no word is left to play"));
    assert!(refused("text,arpabet\nlexus,L EH K S AH S\n", &[]).contains("ENGINE:WAKE|VOICE#TAKE"));
    assert!(refused(&format!("{good}lexus,L QX,1,0\n"), &[]).contains("line 2: \"QX\" is no phoneme"));
    assert!(refused(&format!("{good}lexus,L EH,1,yes\n"), &[]).contains("line 2: \"yes\" is no answer"));
    assert!(refused("text,arpabet,toy:alexa|one#0\nlexus,L EH,1\n", &[]).contains("of one voice"));
    let two = "text,arpabet,a:alexa|one#0,a:alexa|two#0,b:alexa|one#0\nlexus,L EH K S AH S,1,1,0\n";
    assert!(refused(two, &[]).contains("a:alexa, b:alexa: name one of them"));
    assert!(search(&written(folder.path(), "two.csv", two), &["--engine", "a"]).status.success());
    assert!(refused(two, &["--engine", "a", "--phonemes", "AH QX"]).contains("no phoneme"));
}
