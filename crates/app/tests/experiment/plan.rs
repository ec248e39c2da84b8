//! What `plan` tells.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{experiment, folder, printed, valid};

/// What has to be given so that a preset is complete.
fn complete(name: &str) -> Vec<&str> {
    let mut arguments = vec!["plan", name];
    if name == "media" {
        arguments.extend(["--set", "recording=show.wav", "--set", "subtitles=show.srt"]);
    }
    arguments
}

#[test]
fn the_plan_of_prefix_is_what_the_guide_shows() {
    let folder = folder();
    let planned = printed(folder.path(), &["plan", "prefix"]);
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/experiments/prefix.md")).unwrap();
    assert!(guide.contains(&planned), "docs/guide/experiments/prefix.md has to show this:\n{planned}");
}

#[test]
fn every_preset_has_a_plan_that_fits_its_schema() {
    let folder = folder();
    let listed: Value = serde_json::from_str(&printed(folder.path(), &["list", "--json"])).unwrap();
    let mut keys = BTreeSet::new();
    for preset in listed["presets"].as_array().unwrap() {
        let name = preset["name"].as_str().unwrap();
        let planned = valid(&printed(folder.path(), &[complete(name), vec!["--json"]].concat()), "experiment-plan-1.json");
        assert_eq!(planned["name"], name);
        assert!(printed(folder.path(), &complete(name)).contains("\nNights\n"), "{name}");
        collect(&planned, &mut keys);
        let page = format!("{}/../../docs/guide/experiments/{name}.md", env!("CARGO_MANIFEST_DIR"));
        assert!(std::fs::read_to_string(&page).unwrap().contains(&format!("experiment plan {name}")), "{page}");
    }
    for rare in ["speed", "file", "subtitles", "noise", "seed", "text", "left", "levels"] {
        assert!(keys.contains(rare), "no plan has {rare}");
    }
}

fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect(value, keys);
        }),
        Value::Array(items) => items.iter().for_each(|it| collect(it, keys)),
        _ => {}
    }
}

#[test]
fn a_file_with_every_kind_of_key_fits_the_schema_too() {
    let folder = folder();
    let text = "name = \"all\"\nquestion = \"Does it?\"\nbegin = \"22:00\"\nhours = 3\nnights = 2\n\
        [factors]\nvoice = [\"ida\", \"en-us\"]\n[voices.ida]\nsex = \"female\"\nrecordings = { \"Hello\" = \"show.wav\" }\n\
        [[condition]]\nname = \"{voice}\"\nsetup = { command = \"true\" }\nparts = [{ say = \"Hello\", voice = \"{voice}\", seconds = 2 }, { gap_seconds = 1 }, { silence_seconds = 1 }, { noise = \"glass\", seconds = 1 }]\n\
        [[contrast]]\nequivalence = [\"ida\", \"en-us\"]\nmargin_seconds = 0.25\n[stop]\nhours = 5\nprecision_seconds = 0.5\nlooks = [4, 8]\n\
        [[device]]\nname = \"kitchen\"\nmac = \"02:00:00:00:00:01\"\ncopies = \"dot\"\n[[device]]\nname = \"hall\"\ncopies = \"dot\"\n";
    std::fs::write(folder.path().join("all.toml"), text).unwrap();
    let planned = valid(&printed(folder.path(), &["plan", "all.toml", "--json"]), "experiment-plan-1.json");
    assert_eq!(planned["conditions"][0]["levels"]["sex"], "female");
    assert_eq!((&planned["devices"][0]["mac"], &planned["begin_minute"]), (&"02:00:00:00:00:01".into(), &1_320.into()));
    assert!(planned["night_ns"].as_array().unwrap().iter().all(|it| it.as_i64().unwrap() <= 3 * 3_600_000_000_000));
    let shown = printed(folder.path(), &["plan", "all.toml", "--trials"]);
    assert!(shown.contains("a program is run: true") && shown.contains("night 2 block 1"), "{shown}");
}

#[test]
fn the_seed_alone_decides_the_order_and_what_is_set_changes_the_rest() {
    let folder = folder();
    let trials = |more: &[&str]| {
        let planned: Value =
            serde_json::from_str(&printed(folder.path(), &[&["plan", "prefix", "--json"], more].concat())).unwrap();
        let order: Vec<(u64, u64)> = planned["trials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["condition"].as_u64().unwrap(), it["pause_ns"].as_u64().unwrap()))
            .collect();
        order
    };
    let usual = trials(&[]);
    assert_eq!(usual, trials(&["--set", "command=Computer, what time is it?", "--set", "device=02:00:00:00:00:01"]));
    assert_ne!(usual, trials(&["--set", "seed=2"]));
    assert_eq!(trials(&["--set", "nights=1", "--set", "repeats=3"]).len(), 6);
}

#[test]
fn texts_are_said_once_where_it_is_asked_for() {
    let folder = folder();
    let output = experiment(folder.path(), &["plan", "prefix", "--measure", "--json"]);
    if !output.status.success() {
        let said = crate::text(&output.stderr);
        assert!(said.contains("espeak-ng"), "{said}");
        eprintln!("skipped: espeak-ng is not installed");
        return;
    }
    let planned = valid(&crate::text(&output.stdout), "experiment-plan-1.json");
    assert_eq!(planned["estimated"], false);
    let prefix = planned["conditions"][1]["length_ns"].as_i64().unwrap();
    assert!((8_000_000_000..18_000_000_000).contains(&prefix), "nine seconds and the command: {prefix}");
}
