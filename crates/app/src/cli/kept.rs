//! The experiments and searches for words that lie below the folder of a store, for the page.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context as _;
use earwitness_web::{Course, Export, Kept, Kind, MOST_KEPT};

use super::{experiment, words};
use crate::daemon::{self, Request};
use crate::page::Laboratory;

/// Entries of the folder that are looked at.
const LOOKED_AT: usize = 10_000;
/// A longer journal is read by the commands only, octets: a page must answer soon.
const LONGEST: u64 = 64 << 20;

/// Folders with a journal.
pub(super) struct Folders;

/// One of them.
struct Found {
    name: String,
    path: PathBuf,
    kind: Kind,
    changed: SystemTime,
    octets: u64,
}

impl Laboratory for Folders {
    fn all(&self, state: &Path) -> anyhow::Result<Vec<Kept>> {
        Ok(found(state)?.iter().map(kept).collect())
    }

    fn one(&self, state: &Path, name: &str) -> anyhow::Result<Option<Kept>> {
        Ok(found(state)?.iter().find(|it| it.name == name).map(kept))
    }

    fn export(&self, state: &Path, name: &str, export: Export) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(found) = found(state)?.into_iter().find(|it| it.name == name) else { return Ok(None) };
        if !kept(&found).exports.contains(&export) {
            return Ok(None);
        }
        match found.kind {
            Kind::Experiment => experiment::exported(&found.path, export).map(Some),
            Kind::Words => words::exported(&found.path, export).map(Some),
        }
    }
}

/// Those below a folder, the latest first. Links are not followed, and only what cannot be mistaken for something else in an address is a name.
fn found(state: &Path) -> anyhow::Result<Vec<Found>> {
    let entries = fs::read_dir(state).context("the folder of the store cannot be read")?;
    let mut all = Vec::new();
    for entry in entries.take(LOOKED_AT).filter_map(Result::ok) {
        let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
        let Some(name) = entry.file_name().to_str().filter(|it| is_folder && is_name(it)).map(str::to_owned) else { continue };
        let path = entry.path();
        for (kind, journal) in [(Kind::Experiment, experiment::JOURNAL), (Kind::Words, words::JOURNAL)] {
            if let Ok(facts) = fs::symlink_metadata(path.join(journal))
                && facts.is_file()
                && all.iter().all(|it: &Found| it.name != name)
            {
                let changed = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                all.push(Found { name: name.clone(), path: path.clone(), kind, changed, octets: facts.len() });
            }
        }
    }
    all.sort_by(|a, b| b.changed.cmp(&a.changed).then_with(|| a.name.cmp(&b.name)));
    all.truncate(MOST_KEPT);
    Ok(all)
}

fn is_name(name: &str) -> bool {
    !name.starts_with('.') && name.chars().all(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | '.'))
}

fn kept(it: &Found) -> Kept {
    let read = if it.octets > LONGEST {
        Err(anyhow::anyhow!("it is too long to be read for a page; the commands read it"))
    } else {
        match it.kind {
            Kind::Experiment => experiment::kept(&it.path, it.name.clone()),
            Kind::Words => words::kept(&it.path, it.name.clone()),
        }
    };
    match read {
        Ok(kept) if kept.course == Course::Done || !is_carried_out(&it.path) => kept,
        // What is asked of the results is told when all trials are done.
        Ok(kept) => {
            let exports = kept.exports.iter().copied().filter(|it| !matches!(it, Export::Page | Export::Report)).collect();
            Kept { course: Course::GoesOn, exports, ..kept }
        }
        Err(error) => unreadable(it, error.root_cause().to_string()),
    }
}

/// Whether a program carries it out: that listens beside its journal.
fn is_carried_out(path: &Path) -> bool {
    daemon::ask(path, Request::Status).is_ok()
}

fn unreadable(it: &Found, why: String) -> Kept {
    Kept {
        name: it.name.clone(),
        kind: it.kind,
        title: it.name.clone(),
        question: String::new(),
        begun: None,
        done: 0,
        planned: 0,
        left: None,
        course: Course::Unreadable(why),
        counts: Vec::new(),
        exports: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use earwitness_lab::preset;
    use serde_json::json;

    use super::*;

    /// The journal of an experiment of which these trials are done.
    fn journal(done: std::ops::Range<u32>) -> String {
        let mut lines = vec![
            json!({ "at_ns": 0, "record": "experiment", "format": 1, "version": "1", "file": preset::text("gap"), "set": [["nights", "1"], ["repeats", "2"]],
                "blocks": 2, "recordings": {} }),
            json!({ "at_ns": 1, "record": "night", "night": 0 }),
        ];
        for trial in done {
            lines.push(json!({ "at_ns": 2, "record": "began", "trial": trial, "attempt": 1 }));
            lines.push(json!({ "at_ns": 3, "record": "done", "trial": trial }));
        }
        written(&lines)
    }

    /// A line each.
    fn written(lines: &[serde_json::Value]) -> String {
        let lines: Vec<String> = lines.iter().map(serde_json::Value::to_string).collect();
        lines.join("\n") + "\n"
    }

    fn folder(state: &Path, name: &str, journal: &str, text: &str) {
        fs::create_dir(state.join(name)).unwrap();
        fs::write(state.join(name).join(journal), text).unwrap();
    }

    #[test]
    fn only_folders_beside_the_store_are_found_and_no_name_leads_elsewhere() {
        let (state, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        folder(other.path(), "secret", "journal.jsonl", &journal(0..1));
        folder(state.path(), "gap-experiment", "journal.jsonl", &journal(0..1));
        folder(state.path(), "a name", "journal.jsonl", &journal(0..1));
        fs::create_dir(state.path().join("frames")).unwrap();
        symlink(other.path().join("secret"), state.path().join("link")).unwrap();
        fs::create_dir(state.path().join("linked")).unwrap();
        symlink(other.path().join("secret/journal.jsonl"), state.path().join("linked/journal.jsonl")).unwrap();
        let names: Vec<String> = Folders.all(state.path()).unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["gap-experiment"]);
        let up = format!("../{}/secret", other.path().file_name().unwrap().to_str().unwrap());
        for name in [up.as_str(), "..", ".", "", "link", "gap-experiment/", "./gap-experiment"] {
            assert!(Folders.one(state.path(), name).unwrap().is_none(), "{name}");
            assert!(Folders.export(state.path(), name, Export::Csv).unwrap().is_none(), "{name}");
        }
    }

    #[test]
    fn progress_is_that_of_the_journal_and_damage_is_told_without_a_path() {
        let state = tempfile::tempdir().unwrap();
        folder(state.path(), "gap", "journal.jsonl", &journal(0..3));
        folder(state.path(), "begun", "journal.jsonl", &journal(0..0));
        folder(state.path(), "damaged", "journal.jsonl", "nonsense\n{}\n");
        let one = |name: &str| Folders.one(state.path(), name).unwrap().unwrap();
        let gap = one("gap");
        let planned: u64 = gap.counts.iter().map(|it| it.of).sum();
        assert_eq!((gap.done, gap.planned, gap.kind), (3, planned, Kind::Experiment));
        assert_eq!(gap.counts.iter().map(|it| it.done).sum::<u64>(), 3);
        assert!(matches!(&gap.course, Course::Stopped(_)) && gap.exports.contains(&Export::Page));
        let begun = one("begun");
        assert!(begun.exports.is_empty() && begun.left > gap.left, "{begun:?}");
        let Course::Unreadable(why) = one("damaged").course else { panic!("it can be read") };
        assert!(why.contains("line 1") && !why.contains('/'), "{why}");
    }

    #[test]
    fn the_plays_of_a_search_are_counted_and_tabled() {
        let state = tempfile::tempdir().unwrap();
        let header = json!({ "record": "search", "format": 1, "program": "earwitness 1", "wake_word": "computer", "phonemes": "", "words": 9, "digest": "",
            "voices": ["en-gb@160"], "seed": 1, "plays": 10, "slots": 3, "alpha": 0.01, "device": null, "home": "this room" });
        let word = |text: &str| json!({ "sounds": "word", "text": text, "voice": "en-gb@160" });
        let slots = [word("commuter"), json!({ "sounds": "nothing" }), word("garden")];
        let reaction = |seen: &str| json!({ "seen": seen, "seconds": 1.5, "busy": 2.0 });
        let lines = [
            header,
            json!({ "record": "round", "number": 0, "at_ns": 5, "slot_seconds": 8, "slots": slots }),
            json!({ "record": "played", "number": 0, "from_ns": 7 }),
            json!({ "record": "seen", "number": 0, "seen": [reaction("began"), reaction("quiet"), reaction("quiet")] }),
        ];
        folder(state.path(), "computer-words", "words.jsonl", &written(&lines));
        let it = Folders.one(state.path(), "computer-words").unwrap().unwrap();
        assert_eq!((it.done, it.planned, it.counts.len(), it.counts[0].name.as_str()), (2, 10, 1, "commuter"));
        // Three slots of 8 s held two words; eight are left.
        assert_eq!(it.left, Some(12 * 8 * 1_000_000_000));
        let table = Folders.export(state.path(), "computer-words", Export::Csv).unwrap().unwrap();
        let table = String::from_utf8(table).unwrap();
        assert!(table.lines().count() == 4 && table.contains("1970-01-01T00:00:16.000000007Z,8,word,garden"), "{table}");
        assert!(Folders.export(state.path(), "computer-words", Export::Page).unwrap().is_none());
    }
}
