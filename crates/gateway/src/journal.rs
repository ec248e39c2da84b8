//! What was done, written down before it is done, so that anybody can undo it later.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use earwitness_base::trust;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::plan::Undo;
use super::process::Identity;

/// Name of the file.
const NAME: &str = "journal";

/// The first line: who, where, and of which boot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// `/proc/sys/kernel/random/boot_id`: after a reboot there is nothing to undo.
    pub(super) boot: String,
    /// The network namespace: undoing in another one would hit the wrong interfaces.
    pub(super) namespace: PathBuf,
    /// Differs between configurations, and does not reveal them.
    pub(super) fingerprint: u64,
    /// Mode as written.
    pub(super) mode: String,
    /// The interface of the home.
    pub(super) inside: String,
    /// The interface towards the internet.
    pub(super) uplink: String,
    /// Who keeps the daemons; nobody where there are none.
    #[serde(rename = "keeper")]
    pub(super) supervisor: Option<Identity>,
    /// Daemons that are kept.
    pub(super) daemons: Vec<String>,
}

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Head(Head),
    /// What undoes the step that is done next.
    Step(Undo),
    /// All steps are done.
    Ready,
}

/// A journal as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its first line.
    pub(super) head: Head,
    /// What undoes the steps, in the order of the steps.
    pub(super) undo: Vec<Undo>,
    /// Whether all steps were done.
    pub(super) ready: bool,
}

/// A journal that is being written.
#[derive(Debug)]
pub(super) struct Journal(File);

/// This boot of the machine.
pub(super) fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// The network namespace of this process.
pub(super) fn namespace() -> PathBuf {
    fs::read_link("/proc/self/ns/net").unwrap_or_default()
}

impl Journal {
    /// Begins one; there must be none.
    pub(super) fn begin(place: &Place, head: &Head) -> anyhow::Result<Self> {
        place.make()?;
        let path = place.file(NAME);
        let file = trust::place(&path).and_then(|place| place.create_new(0o600));
        let mut journal = Self(file.with_context(|| format!("cannot create {}", path.display()))?);
        journal.line(&Line::Head(head.clone()))?;
        Ok(journal)
    }

    /// Writes down what undoes the next step.
    pub(super) fn step(&mut self, undo: &Undo) -> anyhow::Result<()> {
        self.line(&Line::Step(undo.clone()))
    }

    /// All steps are done.
    pub(super) fn ready(&mut self) -> anyhow::Result<()> {
        self.line(&Line::Ready)
    }

    fn line(&mut self, line: &Line) -> anyhow::Result<()> {
        // One write: a process that is killed leaves a whole line or none. It need not outlive the machine, so it is not synced.
        let text = serde_json::to_string(line)? + "\n";
        self.0.write_all(text.as_bytes()).context("cannot write down the next step, so it is not done")
    }
}

/// The journal of this boot, if there is one. One of an earlier boot is forgotten: what it lists is gone.
pub(super) fn find(place: &Place) -> anyhow::Result<Option<Found>> {
    let path = place.file(NAME);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.with_context(|| format!("cannot read {}; become root", path.display()))?,
    };
    Ok(parse(&text).filter(|found| found.head.boot == boot()))
}

/// Reads a journal. Where it stops making sense, it was not written to the end: that step was not done.
fn parse(text: &str) -> Option<Found> {
    let mut lines = text.lines().map_while(|line| serde_json::from_str::<Line>(line).ok());
    let Some(Line::Head(head)) = lines.next() else { return None };
    let mut found = Found { head, undo: Vec::new(), ready: false };
    for line in lines {
        match line {
            Line::Step(undo) => found.undo.push(undo),
            Line::Ready => found.ready = true,
            Line::Head(_) => break,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            boot: boot(),
            namespace: namespace(),
            fingerprint: 7,
            mode: "wired".into(),
            inside: "eth1".into(),
            uplink: "eth0".into(),
            supervisor: None,
            daemons: Vec::new(),
        }
    }

    #[test]
    fn a_journal_cut_anywhere_gives_the_steps_before_the_cut() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path());
        let mut journal = Journal::begin(&place, &head()).unwrap();
        let undo = [Undo::Remove { path: "/a".into() }, Undo::Stop { daemon: "d".into() }];
        for step in &undo {
            journal.step(step).unwrap();
        }
        journal.ready().unwrap();
        let whole = find(&place).unwrap().unwrap();
        assert_eq!((whole.undo.as_slice(), whole.ready), (&undo[..], true));
        let text = fs::read_to_string(place.file(NAME)).unwrap();
        let mut steps = 0;
        for cut in 0..text.len() {
            if let Some(found) = parse(&text[..cut]) {
                assert!(found.undo.len() >= steps && found.undo == undo[..found.undo.len()]);
                steps = found.undo.len();
            }
        }
        assert_eq!(steps, 2);
    }

    #[test]
    fn a_journal_of_an_earlier_boot_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path());
        Journal::begin(&place, &Head { boot: "earlier".into(), ..head() }).unwrap();
        assert_eq!(find(&place).unwrap(), None);
    }
}
