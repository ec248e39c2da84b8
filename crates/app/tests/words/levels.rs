//! Words at several levels, in a simulated home whose speaker hears faint ones now and then.

use std::fs;

use serde_json::Value;

use super::simulated::{home, search};
use super::{SCHEMA, complaint, fits, json};

/// A speaker that is reached by 64 dB of the usual 70, and hears what is so loud always and what is 4 dB fainter in every second play.
fn faint(folder: &std::path::Path) -> String {
    let path = home(folder, "[1.0, 0.0, 0.0]", 0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("kind = \"speaker\"\n", "kind = \"speaker\"\nthreshold_db = 60.0\n")).unwrap();
    path
}

const TRUTH: [(f64, f64); 2] = [(0.0, 1.0), (-4.0, 0.5)];

#[test]
fn each_play_draws_its_level_and_how_often_a_word_wakes_at_each_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let home = faint(folder.path());
    let (mut one, mut two, mut within, mut all) = (0, 0, 0, 0);
    for seed in ["1", "2"] {
        one += json(&search(&home, &["--plays", "150", "--seed", seed, "--json"]))["found"].as_u64().unwrap();
        let page = folder.path().join("found.html");
        let more = ["--plays", "150", "--seed", seed, "--levels", "0,-4", "--json", "--html", page.to_str().unwrap()];
        let told = json(&search(&home, &more));
        fits(SCHEMA, &told);
        two += told["found"].as_u64().unwrap();
        assert_eq!(told["levels"], serde_json::json!([0.0, -4.0]));
        assert!(fs::read_to_string(page).unwrap().contains("<th>Levels</th>"));
        let plays = |level: f64| {
            let is_there = |it: &&Value| (it["level_db"].as_f64().unwrap_or(0.0) - level).abs() < 1e-9;
            told["answers"].as_array().unwrap().iter().filter(is_there).count()
        };
        let (loud, quiet) = (plays(0.0), plays(-4.0));
        assert!(loud.abs_diff(quiet).pow(2) <= 16 * (loud + quiet), "seed {seed}: {loud} and {quiet} plays by lot");
        for word in told["words"].as_array().unwrap().iter().filter(|it| it["wakes"] == true) {
            for (level, (level_db, truth)) in word["levels"].as_array().unwrap().iter().zip(TRUTH) {
                let of = |key: &str| level[key].as_f64().unwrap();
                assert!((of("level_db") - level_db).abs() < 1e-9);
                // An interval of what a curve says that reaches 1 nowhere ends below it.
                let is_within = of("low") <= truth && truth <= of("high") + 0.02;
                (within, all) = (within + usize::from(is_within), all + 1);
                println!("seed {seed}, {}: {level}, truth {truth}", word["text"]);
            }
        }
    }
    println!("found: {one} at one level, {two} at two; {within} of {all} intervals hold the truth");
    // Every fourth play is lost, and a word is named after so many that woke: each needs more plays.
    assert!(two * 10 >= one * 7, "{two} and {one}");
    assert!(within * 10 >= all * 9, "{within} of {all}");
}

#[test]
fn levels_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let home = faint(folder.path());
    for levels in ["3", "0,-50", "loud", "0,nan"] {
        assert!(complaint(&search(&home, &["--levels", levels])).contains("decibels from -40 to 0"), "{levels}");
    }
    for levels in ["0,-6,0", "0,-1,-2,-3,-4"] {
        assert!(complaint(&search(&home, &["--levels", levels])).contains("at most 4 levels, each once"), "{levels}");
    }
}
