//! What `list` tells.

use crate::{folder, printed, refused, valid};

#[test]
fn every_preset_is_listed_with_its_question_and_what_may_be_set() {
    let folder = folder();
    let listed = printed(folder.path(), &["list"]);
    for name in ["baseline", "music", "prefix", "postfix", "postfix-immediate", "gap", "media", "setting", "idle-profile"] {
        assert!(listed.contains(&format!("{name}: ")), "{name}");
    }
    assert!(
        listed.contains("Alexa, where is New York City.") && listed.contains("(to be given)") && listed.contains("repeats"),
        "{listed}"
    );
}

#[test]
fn programs_are_told_the_same() {
    let folder = folder();
    let listed = valid(&printed(folder.path(), &["list", "--json"]), "experiment-list-1.json");
    let presets = listed["presets"].as_array().unwrap();
    let media = presets.iter().find(|it| it["name"] == "media").unwrap();
    assert_eq!((presets.len(), &media["parameters"][0]["value"]), (9, &serde_json::Value::Null));
}

#[test]
fn what_is_printed_is_an_experiment_again() {
    let folder = folder();
    let text = printed(folder.path(), &["list", "--print", "gap"]);
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    assert_eq!(printed(folder.path(), &["plan", "mine.toml"]), printed(folder.path(), &["plan", "gap"]));
    assert!(refused(folder.path(), &["list", "--print", "gaps"]).contains("postfix-immediate"));
}
