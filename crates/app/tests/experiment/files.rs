//! The files of an experiment: its page, and its trials as CSV and as Parquet with what their columns mean.

use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

use super::{printed, refused, valid};

const SCHEMA: &str = "experiment-report-1.json";
const RUN: [&str; 9] = ["run", "gap", "--simulate", "--set", "nights=2", "--set", "repeats=3", "--seed", "3"];

/// Runs the experiment with further arguments.
fn run(folder: &Path, more: &[&str]) -> String {
    printed(folder, &[&RUN[..], more].concat())
}

fn names(metadata: &Value) -> Vec<String> {
    let columns = metadata["tableSchema"]["columns"].as_array().unwrap();
    columns.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn parquet_and_csv_hold_the_same_trials_and_are_told_again_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let told = valid(&run(folder.path(), &["--json", "--trials", "trials.csv"]), SCHEMA);
    assert_eq!(valid(&run(folder.path(), &["--json", "--trials", "trials.parquet"]), SCHEMA), told);
    for name in ["trials.csv", "trials.parquet"] {
        let again = printed(folder.path(), &["report", "gap", "--trials", name, "--seed", "3", "--json"]);
        assert_eq!(valid(&again, SCHEMA), told, "{name}");
    }
    let beside: Value = serde_json::from_slice(&fs::read(folder.path().join("trials.csv-metadata.json")).unwrap()).unwrap();
    assert_eq!((&beside["@context"], &beside["url"]), (&"http://www.w3.org/ns/csvw".into(), &"trials.csv".into()));
    let csv = fs::read_to_string(folder.path().join("trials.csv")).unwrap();
    assert_eq!(csv.lines().next().unwrap(), names(&beside).join(","));

    let file = SerializedFileReader::new(fs::File::open(folder.path().join("trials.parquet")).unwrap()).unwrap();
    let metadata = file.metadata().file_metadata();
    let fields: Vec<&str> = metadata.schema().get_fields().iter().map(|it| it.name()).collect();
    assert_eq!(fields, names(&beside));
    let notes = metadata.key_value_metadata().unwrap().iter().find(|it| it.key == "csvw").unwrap();
    let inside: Value = serde_json::from_str(notes.value.as_deref().unwrap()).unwrap();
    assert_eq!((&inside["tableSchema"], &inside["url"]), (&beside["tableSchema"], &"trials.parquet".into()));
    assert_eq!(metadata.num_rows(), i64::try_from(csv.lines().count() - 1).unwrap());
    assert!(!folder.path().join("trials.parquet-metadata.json").exists(), "it is inside");
}

#[test]
fn what_is_no_parquet_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["--json", "--trials", "trials.parquet"]);
    let whole = fs::read(folder.path().join("trials.parquet")).unwrap();
    let wrong = |octets: &[u8]| {
        fs::write(folder.path().join("wrong.parquet"), octets).unwrap();
        refused(folder.path(), &["report", "gap", "--trials", "wrong.parquet"])
    };
    for octets in [&b"trial,night\n0,0\n"[..], b"", &whole[..whole.len() / 2], &whole[..whole.len() - 1]] {
        assert!(wrong(octets).contains("wrong.parquet cannot be read"), "{} octets", octets.len());
    }
    // A file with damage anywhere is read or refused, and never ends the program otherwise.
    for place in (4..whole.len()).step_by(whole.len() / 40 + 1) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        fs::write(folder.path().join("damaged.parquet"), damaged).unwrap();
        let output = super::experiment(folder.path(), &["report", "gap", "--trials", "damaged.parquet"]);
        assert!(matches!(output.status.code(), Some(0 | 2)), "octet {place}: {output:?}");
    }
}

#[test]
fn the_page_begins_with_the_answer_that_programs_get() {
    let folder = tempfile::tempdir().unwrap();
    let told = valid(&run(folder.path(), &["--json", "--html", "page.html", "--trials", "trials.csv"]), SCHEMA);
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    let answer = told["answer"].as_str().unwrap();
    assert!(page.contains(&format!("<h1>{answer}</h1>")), "{answer}");
    assert!(page.contains("<svg") && page.contains("default-src 'none'") && page.contains("Measured in a simulated home"));
    for forbidden in ["<script", "src=", "http://", "https://", "url(", "NaN"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let again = printed(folder.path(), &["report", "gap", "--trials", "trials.csv", "--seed", "3", "--html", "-"]);
    assert!(again.starts_with("<!DOCTYPE html>") && again.ends_with("</html>"), "nothing but the page");
    assert!(again.contains(&format!("<h1>{answer}</h1>")) && again.contains("Read from a table of trials."));
}

#[test]
fn two_reports_do_not_go_into_one_file() {
    let folder = tempfile::tempdir().unwrap();
    for (more, said) in [
        (["--json=a", "--html", "a"], "--json and --html name one file"),
        (["--json=a", "--trials", "a"], "--trials and --json name one file"),
        (["--json", "--html", "-"], "--json and --html name one file"),
    ] {
        assert!(refused(folder.path(), &[&RUN[..], &more].concat()).contains(said), "{more:?}");
    }
}
