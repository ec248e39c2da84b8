//! Whether devices answer rightly, in virtual time: what is told, and with which words.

use super::{experiment, printed, refused, text, valid};

const SCHEMA: &str = "experiment-report-1.json";

/// A gap inside the question.
const SPLIT: &str = r#"
name = "split"
question = "Which gap ends a question?"
repeats = 12
before_seconds = 20
after_seconds = 30
[factors]
gap_s = [0.1, 0.5]
[[condition]]
name = "gap {gap_s} s"
answer = ["new york"]
parts = [{ say = "Alexa, where is" }, { gap_seconds = "{gap_s}" }, { say = "New York City." }]
[[contrast]]
compare = ["gap 0.5 s", "gap 0.1 s"]
[[device]]
name = "variable"
"#;

fn split() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("split.toml"), SPLIT).unwrap();
    folder
}

#[test]
fn a_device_that_stops_inside_the_question_answers_wrongly() {
    let folder = split();
    let run = ["run", "split.toml", "--simulate=codec", "--json=results.json", "--trials", "trials.csv", "--html", "page.html"];
    let told = printed(folder.path(), &run);
    let results = valid(&std::fs::read_to_string(folder.path().join("results.json")).unwrap(), SCHEMA);
    let device = results["conditions"][0]["devices"][0]["name"].as_str().unwrap();
    let answer = results["answers"][1].as_str().unwrap();
    assert!(
        answer.starts_with(&format!("{device} answered rightly in 0 of ")) && answer.contains(" under gap 0.1 s (p < 0.001)"),
        "{answer}"
    );
    let replies = &results["replies"];
    assert_eq!((&replies["device"], &replies["conditions"][1]["right"]["some"]), (&device.into(), &0.into()));
    assert!(replies["conditions"][1]["wrong"].as_u64().unwrap() >= 9, "{replies}");
    assert!(told.contains("\nAnswers\n") && told.contains("judged by the simulated home"), "{told}");
    assert!(told.contains(&format!("an answer is that of {device} only if no other one answers there")), "{told}");
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("Answers heard in the room") && page.contains("a right answer holds new york"), "{page}");
    let table = std::fs::read_to_string(folder.path().join("trials.csv")).unwrap();
    assert!(table.contains(",right,") && table.contains(",wrong,") && table.contains("It is new york."), "{table}");
    let again = printed(folder.path(), &["report", "split.toml", "--trials", "trials.csv", "--json"]);
    assert_eq!(valid(&again, SCHEMA)["replies"], *replies);
    std::fs::write(folder.path().join("wrong.csv"), table.replacen(",right,", ",perhaps,", 1)).unwrap();
    let said = refused(folder.path(), &["report", "split.toml", "--trials", "wrong.csv"]);
    let what = "`answer` is right, wrong, no reply or not judged, not \"perhaps\"";
    assert!(said.contains("wrong.csv, line ") && said.contains(what), "{said}");
}

#[test]
fn another_command_has_no_answer_until_one_is_given() {
    let folder = split();
    let run = |more: &[&str]| {
        let own = [
            "run",
            "gap",
            "--simulate",
            "--json",
            "--set",
            "nights=1",
            "--set",
            "repeats=2",
            "--set",
            "command=Alexa, what is two and two?",
        ];
        valid(&printed(folder.path(), &[&own[..], more].concat()), SCHEMA)
    };
    assert!(run(&[])["replies"].is_null(), "nobody expects New York any more");
    let set = run(&["--set", "answer=four, 4"]);
    assert_eq!(set["replies"]["conditions"].as_array().unwrap().len(), 4);
    let plan = printed(folder.path(), &["plan", "gap"]);
    assert!(plan.contains("a right answer holds new york or united states"), "{plan}");
    let json = valid(&printed(folder.path(), &["plan", "gap", "--json", "--set", "answer=4"]), "experiment-plan-1.json");
    assert_eq!(json["conditions"][0]["answer"], serde_json::json!(["4"]));
}

#[test]
fn what_is_of_a_folder_or_of_real_devices_is_refused_elsewhere() {
    let folder = split();
    std::fs::write(folder.path().join("heard.csv"), "trial,judgement\n0,right\n").unwrap();
    let said = refused(folder.path(), &["report", "split.toml", "--trials", "t.csv", "--replies", "heard.csv"]);
    assert!(said.contains("--replies are of the trials in a folder"), "{said}");
    let both = experiment(folder.path(), &["run", "split.toml", "--simulate", "--keep-replies"]);
    assert!(both.status.code() == Some(2) && text(&both.stderr).contains("cannot be used with"), "{}", text(&both.stderr));
}
