//! The demo says the truth, and the same every time.

use std::path::Path;

use serde_json::Value;

use crate::{earwitness, folder, judged, printed, text};

#[test]
fn each_verdict_of_the_demo_is_the_truth() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for seed in ["1", "2", "3"] {
        let report: Value = serde_json::from_str(&printed(here, &["demo", "--json", "--quiet", "--seed", seed])).unwrap();
        let devices = judged(&report);
        assert_eq!(devices.len(), 9, "seed {seed}");
        for device in devices {
            assert!(device["expected"].is_string());
            assert_eq!(device["verdict"], device["expected"], "seed {seed}: {}", device["name"]);
        }
    }
}

#[test]
fn a_test_of_the_home_accuses_nobody_and_is_over_within_the_hour() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for seed in ["1", "2", "3"] {
        let arguments = ["demo", "--test", "--json", "--quiet", "--seed", seed];
        let report: Value = serde_json::from_str(&printed(here, &arguments)).unwrap();
        let minutes =
            (report["capture"]["last_ns"].as_i64().unwrap() - report["capture"]["first_ns"].as_i64().unwrap()) / 60_000_000_000;
        assert!(minutes < 60, "seed {seed}: {minutes} minutes");
        let right = judged(&report).iter().filter(|it| it["verdict"] == it["expected"]).count();
        assert!(right >= 8, "seed {seed}: {right} of 9");
        for device in judged(&report).iter().filter(|it| it["expected"] == "no reaction found") {
            assert_eq!(device["verdict"], device["expected"], "seed {seed}: {}", device["name"]);
        }
    }
}

#[test]
fn one_seed_gives_one_report_and_another_seed_another() {
    let folder = folder();
    let report = |seed: &str| {
        let output = earwitness(folder.path(), &["demo", "hour.toml", "--json", "--quiet", "--seed", seed]);
        assert!(output.status.success(), "nothing is expected of this home, so nothing can be wrong");
        assert_eq!(text(&output.stderr), "", "--quiet");
        text(&output.stdout)
    };
    let first = report("5");
    assert!(first.len() > 10_000);
    assert_eq!(first, report("5"));
    assert_ne!(first, report("6"));
}

#[test]
fn a_wrong_verdict_ends_with_status_1_and_stands_beside_the_truth() {
    let folder = folder();
    let wrong = format!("{}\n[expected]\nplug = \"streams what it hears\"\n", crate::HOME);
    std::fs::write(folder.path().join("wrong.toml"), wrong).unwrap();
    let output = earwitness(folder.path(), &["demo", "wrong.toml", "--json", "--quiet", "--exit-code"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let plug = judged(&report).into_iter().find(|it| it["name"] == "plug").unwrap();
    assert_eq!(plug["expected"], "streams what it hears");
    assert_ne!(plug["verdict"], plug["expected"]);
}

#[test]
fn a_late_reaction_is_drawn_at_its_delay() {
    let folder = folder();
    printed(folder.path(), &["demo", "--quiet", "--html", "page.html", "--json=report.json"]);
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.len() < 1_000_000, "{}", page.len());
    let card = page
        .split("<details class=\"card\"")
        .skip(1)
        .find(|it| it.contains("<bdi>desk-plug</bdi>") && it.contains("class=\"verdict reacts\""))
        .unwrap();
    for expected in [
        "not at once, but about 11 min 55 s after the sound",
        ">+11 min 55 s</text>",
        "Each row is what it sent 11 min 55 s after one slot",
        "Evidence that sound moves it 11 min 55 s later",
    ] {
        assert!(card.contains(expected), "{expected}: {card}");
    }
    // What is proven at once is drawn from the sound on.
    let at_once = page.split("<details class=\"card\"").skip(1).find(|it| it.contains("<bdi>kitchen-assistant</bdi>")).unwrap();
    assert!(at_once.contains(">sound</text>") && at_once.contains("Evidence that sound moves it, from round to round"));
    let report: Value = serde_json::from_slice(&std::fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(judged(&report).len(), 9);
}
