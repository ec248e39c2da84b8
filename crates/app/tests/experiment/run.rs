//! Experiments in the simulated home: what they tell is held against how its two speakers were made.

use serde_json::Value;

use super::{experiment, printed, refused, text, valid};

const SCHEMA: &str = "experiment-report-1.json";

/// The results of a preset in the home of this seed.
fn results(preset: &str, seed: u32, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let seed = seed.to_string();
    let arguments = ["run", preset, "--simulate", "--json", "--seed", &seed];
    let all: Vec<&str> = arguments.into_iter().chain(more.iter().copied()).collect();
    valid(&printed(folder.path(), &all), SCHEMA)
}

/// A device under a condition.
fn device<'a>(results: &'a Value, condition: &str, name: &str) -> &'a Value {
    let condition = results["conditions"].as_array().unwrap().iter().find(|it| it["name"] == condition).unwrap();
    condition["devices"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap()
}

/// An estimate, and whether it lies within so much of the truth.
fn near(estimate: &Value, truth: f64, most: f64) -> bool {
    (estimate["estimate"].as_f64().unwrap() - truth).abs() <= most
}

#[test]
fn pre_roll_and_tail_are_those_that_the_speakers_were_made_with() {
    for seed in [11, 12, 13] {
        let results = results("prefix", seed, &["--set", "nights=3"]);
        for condition in ["command", "prefix and command"] {
            for (name, pre_roll, tail) in [("speaker-a", 0.5, 0.6), ("speaker-b", 2.0, 1.2)] {
                let found = device(&results, condition, name);
                assert!(near(&found["pre_roll_seconds"], pre_roll, 0.1), "seed {seed}: {found}");
                assert!(near(&found["tail_seconds"], tail, 0.1), "seed {seed}: {found}");
            }
        }
        for contrast in results["contrasts"].as_array().unwrap() {
            let (low, high) = (contrast["low"].as_f64().unwrap(), contrast["high"].as_f64().unwrap());
            assert!(low < 9.0 && high < 5.0, "nine seconds of speech before the wake word are not sent: {contrast}");
        }
        let answers = results["answers"].as_array().unwrap();
        assert_eq!(answers.len(), 5, "two questions to each speaker, and whether answers were right");
        let (a, b) = (answers[0].as_str().unwrap(), answers[1].as_str().unwrap());
        assert!(a.starts_with("speaker-a sent 0.") && b.starts_with("speaker-b sent "), "{a} {b}");
        assert!(a.contains("from before the wake word") && a.contains("measured over 3 nights"), "{a}");
    }
}

#[test]
fn the_cut_off_is_found_within_a_quarter_of_a_second() {
    // It counts from the end of the wake word; what the command still had to say is not part of what was added.
    let above = results("postfix-immediate", 11, &["--set", "postfix_s=5,6,7", "--set", "nights=2"]);
    assert!(above["answer"].as_str().unwrap().contains("for the command: no smaller amount was tried"), "{}", above["answer"]);
    for seed in [11, 12] {
        let folder = tempfile::tempdir().unwrap();
        let plan: Value = serde_json::from_str(&printed(folder.path(), &["plan", "postfix-immediate", "--json"])).unwrap();
        let command = plan["conditions"][1]["parts"][0]["length_ns"].as_f64().unwrap() / 1e9;
        let after_the_wake_word = command * (1.0 - 5.0 / 30.0);
        let results = results("postfix-immediate", seed, &["--set", "command=Alexa, where is New York City."]);
        for (dose, cut_off) in results["doses"].as_array().unwrap().iter().zip([4.0, 6.0]) {
            let truth = cut_off - after_the_wake_word;
            let (low, high) = (dose["low"].as_f64().unwrap(), dose["high"].as_f64().unwrap());
            assert!(low <= truth + 0.05 && truth - 0.05 <= high, "seed {seed}: {truth} in {dose}");
            assert!(near(dose, truth, 0.25), "seed {seed}: {truth} in {dose}");
        }
    }
}

#[test]
fn a_gap_that_ends_a_command_shows_in_what_is_sent() {
    let results = results("gap", 11, &[]);
    let contrasts = results["contrasts"].as_array().unwrap();
    let difference = |gap: &str, name: &str| {
        let found = contrasts.iter().find(|it| it["condition"] == gap && it["device"] == name).unwrap();
        (found["estimate"].as_f64().unwrap(), found["adjusted_p"].as_f64().unwrap())
    };
    for gap in ["gap 0.4 s", "gap 0.5 s"] {
        let (seconds, p) = difference(gap, "speaker-a");
        assert!(seconds < -0.8 && p < 0.05, "it takes a command for ended after 0.35 s: {gap}, {seconds}, {p}");
    }
    assert!(difference("gap 0.3 s", "speaker-a").0 > -0.5, "and not before");
    assert!(difference("gap 0.5 s", "speaker-b").0 > -0.5, "this one waits for 0.8 s");
    let answers = results["answers"].as_array().unwrap();
    let (first, second) = (answers[0].as_str().unwrap(), answers[1].as_str().unwrap());
    assert!(first.starts_with("A silence of 0.4 s ends a command for speaker-a, and one of 0.3 s is not shown to"), "{first}");
    assert!(
        second.starts_with("No silence of up to 0.5 s is shown to end a command for speaker-b: it sends what follows"),
        "{second}"
    );
    // The question stands before the gap: who takes it for ended answers it, who goes on takes what follows for a part of it.
    let third = answers[2].as_str().unwrap();
    assert!(third.starts_with("A right answer was heard in ") && third.contains("under gap 0.3 s, and in"), "{third}");
    let right = |gap: usize| &results["replies"]["conditions"][gap]["right"];
    assert_eq!(right(0)["some"], 0, "neither of both answers after 0.2 s");
    assert!(right(2)["share"].as_f64().unwrap() > 0.9 && right(2)["low"].as_f64().unwrap() > 0.8, "{}", right(2));
    let compared = results["replies"]["contrasts"].as_array().unwrap();
    let p = |number: usize| compared[number]["adjusted_p"].as_f64().unwrap();
    assert!(p(0) > 0.05 && p(1) < 0.001 && p(2) < 0.001, "{compared:?}");
}

#[test]
fn nights_of_music_and_of_nothing_end_in_their_sentences() {
    let baseline = results("baseline", 11, &["--set", "silence_seconds=7200"]);
    let answers = baseline["answers"].as_array().unwrap();
    let said = |what: &str| answers.iter().filter(|it| it.as_str().unwrap().contains(what)).count();
    assert_eq!((answers.len(), said("under nothing"), said("sends by itself every 45 s")), (4, 2, 2), "{answers:?}");
    let music = results("music", 11, &["--set", "music_seconds=3600"]);
    let shown = &music["equivalences"][0];
    assert_eq!((&shown["claim"], &shown["margin"]), (&"within".into(), &15.0.into()), "{shown}");
    assert!(music["answer"].as_str().unwrap().contains("speaker-a"), "{}", music["answer"]);
}

#[test]
fn what_was_not_drawn_by_lot_is_not_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = printed(folder.path(), &["list", "--print", "postfix"]);
    let written = postfix.replacen("nights = ", "order = \"as written\"\nnights = ", 1);
    std::fs::write(folder.path().join("written.toml"), written).unwrap();
    let told = printed(folder.path(), &["run", "written.toml", "--simulate", "--set", "nights=1"]);
    assert!(told.contains("order as written") && !told.contains("drawn by lot"), "{told}");
}

#[test]
fn the_same_seed_tells_the_same_and_every_trial_stands_in_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let run = |seed: &str| {
        let arguments = ["run", "postfix", "--simulate", "--set", "nights=2", "--seed", seed, "--trials", "trials.csv"];
        (printed(folder.path(), &arguments), std::fs::read_to_string(folder.path().join("trials.csv")).unwrap())
    };
    let (first, rows) = run("5");
    assert_eq!((first.clone(), rows.clone()), run("5"));
    assert_ne!(rows, run("6").1);
    assert!(first.contains("Methods\n48 trials of 16 blocks in 2 nights"), "{first}");
    assert_eq!(rows.lines().count(), 1 + 48 * 2, "a row for each trial and speaker");
    assert!(rows.starts_with("trial,night,block,position,condition,levels,"), "{rows}");
}

#[test]
fn what_cannot_be_run_is_said() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refused(folder.path(), &["run", "prefix"]).contains("--simulate"));
    assert!(refused(folder.path(), &["run", "nothing.toml", "--simulate"]).contains("neither a file nor one of the presets"));
    let output = experiment(folder.path(), &["run", "prefix", "--simulate", "--set", "repeats=0"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

#[test]
fn a_table_of_trials_is_told_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["run", "gap", "--simulate", "--set", "nights=1", "--seed", "3", "--json", "--trials", "trials.csv"];
    let told = valid(&printed(folder.path(), &run), SCHEMA);
    let again = ["report", "gap", "--trials", "trials.csv", "--seed", "3", "--json"];
    assert_eq!(valid(&printed(folder.path(), &again), SCHEMA), told);
    let people = printed(folder.path(), &["report", "gap", "--trials", "trials.csv"]);
    assert!(people.contains("read from a table of trials"), "{people}");

    let table = std::fs::read_to_string(folder.path().join("trials.csv")).unwrap();
    let wrong = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        refused(folder.path(), &["report", "gap", "--trials", name])
    };
    let mut lines: Vec<&str> = table.lines().collect();
    assert!(
        wrong("other.csv", &table.replacen("gap 0.", "gap 9.", 1)).contains("line 2: the experiment has no condition \"gap 9.")
    );
    assert!(wrong("header.csv", lines[0]).contains("no device"), "no rows");
    assert!(wrong("columns.csv", "trial,night\n0,0\n").contains("line 2: a row needs the columns of"));
    lines.push(lines[5]);
    assert!(wrong("twice.csv", &lines.join("\n")).contains("stands twice"));
    assert!(refused(folder.path(), &["report", "gap", "--trials", "nowhere.csv"]).contains("nowhere.csv cannot be read"));
}

#[test]
fn the_levels_of_a_factor_are_compared_over_all_conditions_that_have_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = r#"
name = "length"
question = "Is more sent after a long question?"
nights = 1
repeats = 10
before_seconds = 20
after_seconds = 30
pause_seconds = [5, 10]
[[condition]]
name = "short alone"
levels = { question = "short", noise = "no" }
parts = [{ say = "Alexa, what time is it?" }]
[[condition]]
name = "short with noise"
levels = { question = "short", noise = "yes" }
parts = [{ noise = "pink-noise", seconds = 3 }, { say = "Alexa, what time is it?" }]
[[condition]]
name = "long alone"
levels = { question = "long", noise = "no" }
parts = [{ say = "Alexa, what will the weather be like in New York City tomorrow?" }]
[[condition]]
name = "long with noise"
levels = { question = "long", noise = "yes" }
parts = [{ noise = "pink-noise", seconds = 3 }, { say = "Alexa, what will the weather be like in New York City tomorrow?" }]
[[contrast]]
compare = ["long", "short"]
factor = "question"
"#;
    std::fs::write(folder.path().join("length.toml"), file).unwrap();
    let told = valid(&printed(folder.path(), &["run", "length.toml", "--simulate", "--json"]), SCHEMA);
    let contrast = &told["contrasts"][0];
    assert_eq!((&contrast["condition"], &contrast["n"]), (&"long".into(), &serde_json::json!([20, 20])), "{contrast}");
    assert!(contrast["low"].as_f64().unwrap() > 1.0, "two seconds more are said: {contrast}");
}
