//! A search in simulated homes, in virtual time.

use std::fs;
use std::path::Path;

use super::{SCHEMA, complaint, fits, json, words};

/// A speaker that wakes from words that differ from its own in one, two and three sounds with these chances, in a home in which somebody talks to it and a camera rings.
pub(super) fn home(folder: &Path, near_miss: &str, talks: u32) -> String {
    let path = folder.join("home.toml");
    let text = format!(
        r#"
title = "A home with one speaker"
description = "For tests of a search for words."
hours = 4

[[device]]
name = "speaker"
kind = "speaker"
wake_words = ["computer"]
wake_probability = 1.0
near_miss = {near_miss}

[[device]]
name = "plug"
kind = "idle"
every_seconds = 20

[[talk]]
from_hour = 0
until_hour = 24
per_hour = {talks}
says = ["computer, what is the time"]
"#
    );
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

pub(super) fn search(home: &str, more: &[&str]) -> std::process::Output {
    words("search", &[&["computer", "--simulate", home], more].concat())
}

#[test]
fn a_device_that_wakes_from_words_near_to_its_own_is_found_out_although_the_household_talks_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), "[1.0, 0.0, 0.0]", 12);
    let json_file = format!("--json={}", folder.path().join("found.json").display());
    let page = folder.path().join("found.html");
    let output = search(&home, &["--plays", "200", "--seed", "3", &json_file, "--html", page.to_str().unwrap(), "-vv"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let logged = String::from_utf8_lossy(&output.stderr);
    assert!(logged.contains("a slot was read"), "the diagnostic log: {logged}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("is at most 1 % for all words together"), "{said}");
    let told = serde_json::from_slice(&fs::read(folder.path().join("found.json")).unwrap()).unwrap();
    fits(SCHEMA, &told);
    assert!(told["found"].as_u64().unwrap() >= 5, "{said}");
    assert!(told["device"]["mac"].is_string() && told["plays"].as_u64().unwrap() <= 200, "{told}");
    for it in told["words"].as_array().unwrap().iter().filter(|it| it["wakes"] == true) {
        assert!(it["evidence"].as_f64().unwrap() >= 200.0 / 0.01 && it["seconds"].as_f64().unwrap() > 0.0, "{it}");
        assert!(it["voices"].as_array().unwrap().iter().filter(|it| it["woke"].as_u64() > Some(0)).count() >= 2, "{it}");
    }
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("wake speaker in two voices") && page.contains("Ville") && !page.contains("<script"), "{page}");
    // What it wrote is listed as it was told.
    let listed = words("list", &[folder.path().join("found.json").to_str().unwrap()]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap(), said);
    // Beside itself it is the same twice.
    let file = folder.path().join("found.json");
    let beside = words("list", &[file.to_str().unwrap(), file.to_str().unwrap()]);
    let beside = String::from_utf8(beside.stdout).unwrap();
    let first = told["words"][0]["text"].as_str().unwrap();
    let line = beside.lines().find(|it| it.starts_with(first)).unwrap();
    let (one, other) = line.split_at(line.len() / 2);
    assert!(one.matches('%').count() == 1 && other.matches('%').count() == 1, "{line}");
    let again = search(&home, &["--plays", "200", "--seed", "3", "--json"]);
    assert_eq!(json(&again), told, "the same seed gives the same search");
}

#[test]
fn no_word_is_named_of_a_device_that_listens_to_another_word_however_often_it_sends() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), "[0.0, 0.0, 0.0]", 40);
    let mac = json(&search(&home, &["--plays", "1", "--json"]))["device"]["mac"].as_str().unwrap().to_owned();
    for seed in ["1", "2", "3", "4"] {
        let output =
            words("search", &["alexa", "--simulate", &home, "--device", &mac, "--seed", seed, "--alpha", "0.05", "--json"]);
        let told = json(&output);
        assert!(told["found"] == 0 && told["ended"] == "deaf" && told["plays"].as_u64() > Some(60), "seed {seed}: {told}");
        let sent = told["answers"].as_array().unwrap().iter().filter(|it| it["woke"] == true).count();
        assert!(sent > 0, "seed {seed}: the household talked to it");
    }
}

#[test]
fn a_device_that_is_not_there_ends_the_search_and_nothing_is_said_of_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), "[1.0, 0.0, 0.0]", 12);
    let output = search(&home, &["--device", "02:00:00:00:00:99", "--json"]);
    let told = json(&output);
    assert!(told["ended"] == "no_answer" && told["everyday"].is_null() && told["plays"].as_u64() < Some(100), "{told}");
}

#[test]
fn where_no_device_answers_it_is_said_what_to_check() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), "[0.0, 0.0, 0.0]", 40);
    let output = words("search", &["banana", "--simulate", &home]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        complaint(&output).contains("no device began to upload") && complaint(&output).contains("--device"),
        "{}",
        complaint(&output)
    );
    let output = search(&home, &["--device", "speaker"]);
    assert!(complaint(&output).contains("no MAC address"), "{}", complaint(&output));
    for (list, why) in [("", "holds 0 words"), ("\n \n", "holds 0 words")] {
        let path = folder.path().join("list.txt");
        fs::write(&path, list).unwrap();
        let output = search(&home, &["--texts", path.to_str().unwrap()]);
        assert!(complaint(&output).contains(why), "{}", complaint(&output));
    }
    let output = search(&home, &["--voice", "en-gb@160"]);
    assert!(complaint(&output).contains("another --voice"), "{}", complaint(&output));
    let output = words("search", &["computer", "-i", "no-such-interface"]);
    assert_eq!(output.status.code(), Some(2), "{}", complaint(&output));
}
