//! What cannot be done is said before anything is simulated, with what to do instead.

use std::fs;
use std::path::Path;

use crate::{HOME, earwitness, folder, printed, text};

/// What the program says when it cannot do it.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = earwitness(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    text(&output.stderr)
}

#[test]
fn an_unknown_scenario_is_answered_with_those_there_are() {
    let folder = folder();
    let list = printed(folder.path(), &["simulate", "--list"]);
    let known: Vec<&str> = list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(known.contains(&"demo") && known.contains(&"every-kind") && known.len() > 10, "{list}");
    for command in ["demo", "simulate"] {
        let error = refused(folder.path(), &[command, "demmo"]);
        assert!(error.contains("\"demmo\"") && known.iter().all(|name| error.contains(name)), "{error}");
    }
    let error = refused(folder.path(), &["simulate", "hour.toml", "--print"]);
    assert!(error.contains("does not come with the program; --list tells what does"), "{error}");
}

#[test]
fn a_scenario_with_an_unknown_key_is_refused_at_its_line_and_column() {
    let folder = folder();
    fs::write(folder.path().join("typo.toml"), HOME.replace("wake_words", "wake_wurds")).unwrap();
    let error = refused(folder.path(), &["simulate", "typo.toml"]);
    assert!(error.contains("typo.toml:10:1: ") && error.contains("wake_wurds") && error.contains("wake_words"), "{error}");
    fs::write(folder.path().join("broken.toml"), "title = \"no end\nhours = 1\n").unwrap();
    let error = refused(folder.path(), &["demo", "broken.toml"]);
    assert!(error.contains("broken.toml:1:"), "{error}");
}

#[test]
fn a_session_that_contradicts_itself_is_refused() {
    let folder = folder();
    for (probing, expected) in [
        ("slot_seconds = 2", "does not fit into a slot of 2 s: shorten it, or lengthen the slot"),
        ("quiet = [\"00:00-24:00\"]", "the quiet hours leave no time for a round"),
        ("quiet = [\"22:00-10:00\", \"09:00-23:00\"]", "the quiet hours leave no time for a round"),
        ("quiet = [\"late\"]", "write them like 23:00-06:00"),
        ("alpha = 0", "`alpha` must lie between"),
        ("alpha = 2", "`alpha` must lie between"),
        ("slots = 1", "`slots` must lie between 2 and"),
        ("rounds = 0", "`rounds` must lie between 1 and"),
    ] {
        fs::write(folder.path().join("odd.toml"), format!("{HOME}\n[probing]\n{probing}\n")).unwrap();
        for command in ["demo", "simulate"] {
            let error = refused(folder.path(), &[command, "odd.toml"]);
            assert!(error.contains(expected) && error.contains("odd.toml:21:"), "{probing}: {error}");
        }
    }
}

#[test]
fn a_seed_that_is_no_number_and_a_folder_that_is_not_there_are_named() {
    let folder = folder();
    for command in ["demo", "simulate"] {
        let error = refused(folder.path(), &[command, "--seed", "abc"]);
        assert!(error.contains("'abc' for '--seed <N>'"), "{error}");
    }
    let error = refused(folder.path(), &["simulate", "hour.toml", "-o", "nowhere/home"]);
    assert!(error.contains("nowhere/home.pcapng"), "{error}");
    let error = refused(folder.path(), &["demo", "hour.toml", "--html", "nowhere/page.html", "--quiet"]);
    assert!(error.contains("nowhere/page.html"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}
