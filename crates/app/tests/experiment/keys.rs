//! Keys of the file that end an experiment, name its devices or its hour have their effect in the simulated home as well.

use crate::{experiment, folder, printed, refused, text, valid};

const SCHEMA: &str = "experiment-report-1.json";

/// An experiment with these lines besides.
fn written(folder: &std::path::Path, keys: &str, rest: &str) {
    let file = format!(
        r#"
name = "keys"
question = "Do keys have an effect?"
nights = 3
repeats = 6
before_seconds = 10
after_seconds = 20
pause_seconds = [5, 10]
{keys}
[[condition]]
name = "short"
parts = [{{ say = "Alexa, what time is it?" }}]
[[condition]]
name = "long"
parts = [{{ say = "Alexa, what will the weather be like in New York City tomorrow?" }}]
[[contrast]]
compare = ["long", "short"]
{rest}"#
    );
    std::fs::write(folder.join("keys.toml"), file).unwrap();
}

fn trials(folder: &std::path::Path) -> u64 {
    valid(&printed(folder, &["run", "keys.toml", "--simulate", "--json"]), SCHEMA)["methods"]["trials"].as_u64().unwrap()
}

#[test]
fn an_experiment_ends_when_its_time_is_over_or_its_results_are_precise() {
    let folder = folder();
    written(folder.path(), "", "");
    assert_eq!(trials(folder.path()), 36);
    written(folder.path(), "", "[stop]\nhours = 0.1\n");
    let short = trials(folder.path());
    assert!((6..12).contains(&short), "{short} trials in six minutes");
    written(folder.path(), "", "[stop]\nhours = 0.001\n");
    assert!(refused(folder.path(), &["run", "keys.toml", "--simulate"]).contains("write more hours"));
    written(folder.path(), "", "[stop]\nprecision_seconds = 5\nlooks = [6, 12]\n");
    assert_eq!(trials(folder.path()), 12, "six blocks of two");
    let told = printed(folder.path(), &["run", "keys.toml", "--simulate"]);
    assert!(told.contains("ended at the look after block 6"), "{told}");
    written(folder.path(), "", "[stop]\nprecision_seconds = 0.0001\nlooks = [6, 12]\n");
    assert_eq!(trials(folder.path()), 36);
}

#[test]
fn named_devices_are_measured_and_others_are_refused() {
    let folder = folder();
    written(folder.path(), "", "[[device]]\nname = \"plug\"\n[[device]]\nname = \"speaker-b\"\n");
    let told = valid(&printed(folder.path(), &["run", "keys.toml", "--simulate", "--json"]), SCHEMA);
    let names: Vec<&str> =
        told["conditions"][0]["devices"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["plug", "speaker-b"]);
    let said = refused(folder.path(), &["run", "keys.toml", "--simulate", "--set", "device=toaster"]);
    assert!(said.contains("no device \"toaster\"; it has speaker-a ("), "{said}");
    for wrong in ["device=zz:00:00:00:00:01", "device=02:00:00:00:00", "device=zz-00-00-00-00-01"] {
        let said = refused(folder.path(), &["plan", "keys.toml", "--set", wrong]);
        assert!(said.contains("six pairs of hexadecimal digits"), "{wrong}: {said}");
    }
}

#[test]
fn nights_begin_at_their_time_of_the_day() {
    let folder = folder();
    written(folder.path(), "begin = \"22:30\"", "");
    printed(folder.path(), &["run", "keys.toml", "--simulate", "--trials", "trials.csv"]);
    let table = std::fs::read_to_string(folder.path().join("trials.csv")).unwrap();
    let first: i64 = table.lines().nth(1).unwrap().split(',').nth(6).unwrap().parse().unwrap();
    assert_eq!(first / 1_000_000_000 % 86_400, 22 * 3_600 + 30 * 60 + 10, "watched for ten seconds before");
}

#[test]
fn nights_begin_as_far_apart_as_is_set() {
    let folder = folder();
    let begins = |more: &[&str]| {
        written(folder.path(), "", "");
        printed(folder.path(), &[&["run", "keys.toml", "--simulate", "--trials", "trials.csv"], more].concat());
        let table = std::fs::read_to_string(folder.path().join("trials.csv")).unwrap();
        let rows = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        let first = rows.filter(|row| row[2] == "0" && row[3] == "0").map(|row| row[6].parse::<i64>().unwrap() / 1_000_000_000);
        let mut first: Vec<i64> = first.collect();
        first.dedup();
        [first[1] - first[0], first[2] - first[1]]
    };
    assert_eq!(begins(&[]), [86_400, 86_400]);
    assert_eq!(begins(&["--set", "apart_hours=2"]), [7_200, 7_200]);
    let [one, other] = begins(&["--set", "apart_hours=0"]);
    assert!((300..1_200).contains(&one) && one.abs_diff(other) <= 1, "not before the night before is over: {one} s, {other} s");
    let told = printed(folder.path(), &["plan", "keys.toml", "--set", "apart_hours=0"]);
    assert!(told.contains("one at once after the other"), "{told}");
}

#[test]
fn windows_that_are_too_short_and_texts_that_call_nobody_are_told() {
    let folder = folder();
    written(folder.path(), "", "");
    assert!(!printed(folder.path(), &["plan", "keys.toml"]).contains("Note:"));
    let file = std::fs::read_to_string(folder.path().join("keys.toml")).unwrap();
    let short = file.replace("after_seconds = 20", "after_seconds = 2").replace("before_seconds = 10", "before_seconds = 0");
    std::fs::write(folder.path().join("short.toml"), short).unwrap();
    let told = printed(folder.path(), &["plan", "short.toml"]);
    assert!(told.contains("Note: The next sound begins 7 s after") && told.contains("Write after_seconds = 5 or more"), "{told}");
    std::fs::write(folder.path().join("mute.toml"), file.replace("Alexa, ", "")).unwrap();
    let told = printed(folder.path(), &["plan", "mute.toml"]);
    assert!(told.contains("nobody may wake"), "{told}");
    let told = printed(folder.path(), &["run", "mute.toml", "--simulate", "--trials", "trials.csv", "--set", "nights=1"]);
    assert!(told.contains("Note: No text begins with a wake word"), "{told}");
    let told = printed(folder.path(), &["report", "mute.toml", "--trials", "trials.csv"]);
    assert!(told.contains("nobody may wake"), "{told}");
}

#[test]
fn results_that_go_to_a_file_are_told_on_the_terminal_as_well() {
    let folder = folder();
    written(folder.path(), "", "");
    let output = experiment(folder.path(), &["run", "keys.toml", "--simulate", "--json=results.json"]);
    let told = text(&output.stdout);
    assert!(output.status.success() && told.contains("Methods") && told.contains("speaker-a sent more"), "{told}");
    let file = std::fs::read_to_string(folder.path().join("results.json")).unwrap();
    assert_eq!(valid(&file, SCHEMA)["methods"]["trials"], 36);
}
