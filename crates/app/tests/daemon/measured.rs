//! An experiment of the lab with a device that hears and sends, in real time.

use std::path::PathBuf;
use std::process::Command;

use super::feed::{Feed, HOME};
use super::page::Browser;
use super::run::{PROGRAM, Place, Running};

/// Four trials of a few seconds each.
pub(crate) const EXPERIMENT: &str = r#"
name = "Short one"
question = "Does it send what it hears?"
seed = 4
repeats = 2
before_seconds = 1
after_seconds = 9
margin_seconds = 10
pause_seconds = [1, 2]

[[condition]]
name = "sound"
parts = [{ noise = "tone", seconds = 2 }, { gap_seconds = 0.5 }, { noise = "glass", seconds = 0.5 }]

[[condition]]
name = "nothing"
parts = [{ silence_seconds = 2 }]

[[contrast]]
compare = ["sound", "nothing"]
"#;

struct Lab {
    place: Place,
    feed: Feed,
}

impl Lab {
    fn new(experiment: &str) -> Self {
        let place = Place::new();
        let feed = Feed::start(place.folder.path(), &HOME.replace("wake_words", "heartbeat_seconds = 3\nwake_words"));
        feed.hears(&place.path("played.wav"));
        place.write(&[&feed.command()], &place.wav());
        std::fs::write(place.path("short.toml"), experiment).unwrap();
        Self { place, feed }
    }

    fn state(&self) -> PathBuf {
        self.place.path("week")
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["experiment", "run"]).arg(self.place.path("short.toml")).arg("-c").arg(self.place.config());
        command.arg("--state").arg(self.state()).args(more);
        command.env("TZ", "UTC").env_remove("PULSE_SERVER").stdin(std::process::Stdio::null());
        command
    }

    fn journal(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.state().join("journal.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The trials with this record, in its order.
fn trials(journal: &[serde_json::Value], record: &str) -> Vec<u64> {
    let of = journal.iter().filter(|it| it["record"] == record);
    of.map(|it| it["trial"].as_u64().unwrap()).collect()
}

#[test]
fn an_experiment_that_is_stopped_and_killed_goes_on_and_measures_every_trial_once() {
    let lab = Lab::new(EXPERIMENT);
    let mut first = Running::spawn(lab.command(&[]));
    first.line("trial 1 of 4 done");
    // What it saw last is followed by something else.
    earwitness_base::clock::sleep(std::time::Duration::from_secs(11));
    first.signal("TERM");
    assert_eq!(first.ended(), 0, "{}", first.said());
    assert!(first.said().contains("1 trial is done; go on with the same command"), "{}", first.said());
    lab.feed.begin_again();
    // The next one is killed while it watches a trial.
    let mut second = Running::spawn(lab.command(&[]));
    second.line("4 trials in 1 night, 1 of them done");
    second.line("trial 2 of 4 done");
    super::run::until("trial 3 has begun", || trials(&lab.journal(), "began").contains(&2));
    second.signal("KILL");
    second.ended();
    lab.feed.begin_again();
    let (json, csv) = (lab.place.path("results.json"), lab.place.path("trials.csv"));
    let files = [format!("--json={}", json.display()), format!("--trials={}", csv.display())];
    let mut third = Running::spawn(lab.command(&[&files[0], &files[1]]));
    assert_eq!(third.ended_within(std::time::Duration::from_secs(150)), 0, "{}", third.said());

    let journal = lab.journal();
    // What passed in the last minute before it was killed was not written down.
    assert_eq!(trials(&journal, "lost"), [1]);
    assert_eq!(trials(&journal, "done"), [0, 1, 1, 2, 3]);
    assert_eq!(trials(&journal, "began"), [0, 1, 1, 2, 1, 2, 3], "nothing else is begun again");
    let played: Vec<&serde_json::Value> = journal.iter().filter(|it| it["record"] == "played").collect();
    let parts = |it: &serde_json::Value| {
        it["parts"].as_array().unwrap().iter().map(|it| it["samples"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert!(played.iter().all(|it| parts(it) == [96_000, 24_000, 24_000] && it["rate"] == 48_000), "{played:?}");

    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let table = std::fs::read_to_string(&csv).unwrap();
    let seconds = |condition: usize| &results["conditions"][condition]["devices"][0]["seconds"];
    assert_eq!((&results["conditions"][0]["name"], &seconds(0)["n"]), (&"sound".into(), &2.into()), "{table}");
    assert!(seconds(0)["estimate"].as_f64().unwrap() > 1.0 && seconds(1)["estimate"] == 0.0, "{results}");
    assert_eq!(seconds(1)["n"], 2);
    assert_eq!(table.lines().count(), 5, "{table}");
    // The folder tells the same later, without the program that ran it.
    let mut again = Command::new(PROGRAM);
    again.args(["experiment", "report"]).arg(lab.state()).arg("--json");
    let again = again.output().unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&again.stdout).unwrap(), results);
    // The sounds are not played again.
    let mut fourth = Running::spawn(lab.command(&[]));
    assert_eq!(fourth.ended(), 0, "{}", fourth.said());
    assert!(fourth.said().contains("sound") && lab.journal() == journal, "{}", fourth.said());
    on_the_page(&lab, &results, &table);
}

/// The page of a home beside whose store the folder lies tells the same.
fn on_the_page(lab: &Lab, results: &serde_json::Value, table: &str) {
    let home = Place::new();
    std::fs::create_dir_all(home.state()).unwrap();
    std::fs::rename(lab.state(), home.state().join("week")).unwrap();
    home.write(&[&lab.feed.command()], "[probing]\nenabled = false\n[web]\nlisten = \"127.0.0.1:0\"\n");
    let mut running = home.start(&["run"]);
    running.line("frames come from");
    let browser = Browser::come_in(&home);
    assert!(browser.get("/experiments").contains("href=\"/experiment/week\""));
    let page = browser.get("/experiment/week");
    assert!(page.contains("4 of 4 trials are done. All of it is done.") && page.contains("2 of 2"), "{page}");
    let body = |file: &str| browser.get(&format!("/experiment/week/{file}")).split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body("report.json")).unwrap(), *results);
    assert_eq!(body("trials.csv"), table);
    assert!(body("report.html").contains("This file is complete") && body("trials.json").contains("\"what\":\"trials\""));
    assert!(browser.get("/experiment/week/journal.jsonl").starts_with("HTTP/1.1 404"));
    running.stop();
}

#[test]
fn a_folder_of_another_experiment_and_what_cannot_be_carried_out_are_refused_before_anything_sounds() {
    let lab = Lab::new(EXPERIMENT);
    let mut first = Running::spawn(lab.command(&[]));
    first.line("night 1");
    first.signal("TERM");
    first.ended();
    let refused = |lab: &Lab, more: &[&str]| {
        let output = lab.command(more).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let said = refused(&lab, &["--set", "repeats=9"]);
    assert!(said.contains("holds another experiment") && said.contains("--state"), "{said}");
    let asks = EXPERIMENT.replace("name = \"sound\"", "name = \"sound\"\nsetup = { person = \"Mute it.\", seconds = 5 }");
    let said = refused(&Lab::new(&asks), &[]);
    assert!(said.contains("asks a person") && said.contains("in a terminal"), "{said}");
    let named = format!("{EXPERIMENT}\n[[device]]\nname = \"tv\"\n");
    let said = refused(&Lab::new(&named), &[]);
    assert!(said.contains("\"tv\" has no MAC address"), "{said}");
    let nowhere = Lab::new(EXPERIMENT);
    nowhere.place.write(&[], &nowhere.place.wav());
    let said = refused(&nowhere, &[]);
    assert!(said.contains("there is nothing to watch"), "{said}");
}
