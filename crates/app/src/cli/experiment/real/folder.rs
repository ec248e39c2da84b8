//! The folder of an experiment: its journal, and the store of what passed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use earwitness_base::clock::{Clock as _, System};
use earwitness_base::trust;
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_lab::carry::{FORMAT, Journal, Kind, Record};
use earwitness_lab::plan::Plan;
use earwitness_store::{Reader, SessionRow};

use super::super::super::aloud::{Lines, each_line};
use super::super::{Asked, Opened};

/// Name of the journal.
pub(in crate::cli) const JOURNAL: &str = "journal.jsonl";
/// Trials that ended less than this before the end of a session, or than half of the margin, are played again, nanoseconds: many devices say nothing for so long, and what a device
/// did is known once it is seen again.
const SETTLED: i64 = 30 * SECOND;
/// The folder with what its journal says.
pub(in crate::cli::experiment) struct Folder {
    path: PathBuf,
    journal: Journal,
    lines: Option<Lines>,
}

/// Whether a path is the folder of an experiment.
pub(in crate::cli::experiment) fn is_folder(path: &Path) -> bool {
    path.join(JOURNAL).is_file()
}

impl Folder {
    /// Reads what is in a folder.
    pub(in crate::cli::experiment) fn read(path: &Path) -> anyhow::Result<Self> {
        let mut journal = Journal::default();
        each_line(&path.join(JOURNAL), &mut |line| Ok(journal.line(line)?))?;
        Ok(Self { path: path.to_owned(), journal, lines: None })
    }

    /// Opens or makes the folder of an experiment; what is in it has to be of the same one.
    pub(super) fn open(path: &Path, asked: &Asked, opened: &Opened) -> anyhow::Result<Self> {
        let folder = trust::folder(path).with_context(|| format!("the folder {} cannot be used", path.display()))?;
        if !is_folder(&folder.path) {
            return Ok(Self { path: folder.path, journal: Journal::default(), lines: None });
        }
        let it = Self::read(&folder.path)?;
        let same = it.journal.experiment().is_none_or(|known| known == (opened.text.as_str(), asked.set.as_slice()));
        if !same {
            bail!(
                "{} holds another experiment, or this one with other settings; go on with those, or name another folder with --state",
                path.display()
            );
        }
        Ok(it)
    }

    /// Opens the journal for writing; a line that was cut when the power failed is taken off, and one that is new begins with its experiment.
    pub(super) fn begin(&mut self, asked: &Asked, opened: &Opened, plan: &Plan) -> anyhow::Result<()> {
        let lines = Lines::open(&self.path, JOURNAL)?;
        // Whoever wrote to it may have gone on since it was read.
        self.journal = Self::read(&self.path)?.journal;
        if self.journal.is_torn() {
            lines.take_off_last()?;
            self.journal = Self::read(&self.path)?.journal;
        }
        self.lines = Some(lines);
        let lost = self.journal.lost(&self.unwritten(opened.experiment.design().margin)?);
        for trial in lost {
            let record = Record { at_ns: System.now().nanos(), kind: Kind::Lost { trial } };
            self.write(&record).map_err(anyhow::Error::msg)?;
            self.journal.take(record)?;
        }
        if self.journal.is_empty() {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            let (file, set) = (opened.text.clone(), asked.set.clone());
            let (blocks, recordings) = (plan.blocks(), opened.recordings.clone());
            let kind = Kind::Experiment { format: FORMAT, version, file, set, blocks, recordings };
            let record = Record { at_ns: System.now().nanos(), kind };
            self.write(&record).map_err(anyhow::Error::msg)?;
            self.journal.take(record)?;
        }
        Ok(())
    }

    /// When nobody watched, or nothing was written down: from the end of each session, however it ended, to the next start. A little more, since what was seen last has to be
    /// followed by something else to be known.
    fn unwritten(&self, margin: i64) -> anyhow::Result<Vec<Window>> {
        if self.journal.is_empty() {
            return Ok(Vec::new());
        }
        let settled = SETTLED.min(margin / 2);
        let reader = Reader::open(&self.path)?;
        let (sessions, watched) = (reader.sessions()?, reader.watched()?);
        let ends = sessions.iter().skip(1).map(|it| it.begun).chain([Timestamp::MAX]);
        let window = |(session, until): (&SessionRow, Timestamp)| {
            let written = watched.iter().filter(|it| it.from >= session.begun && it.from < until).map(|it| it.until).max();
            Window { from: written.map_or(session.begun, |it| it.plus(-settled)), until }
        };
        Ok(sessions.iter().zip(ends).map(window).collect())
    }

    /// Writes a line; it is on the disk when this comes back.
    pub(super) fn write(&mut self, record: &Record) -> Result<(), String> {
        let Some(lines) = &mut self.lines else { return Err("it is not open".to_owned()) };
        lines.add(record).map_err(|error| format!("{error:#}"))
    }

    pub(in crate::cli::experiment) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::cli::experiment) const fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(super) fn take_journal(&mut self) -> Journal {
        std::mem::take(&mut self.journal)
    }

    pub(super) fn with_journal(mut self, journal: Journal) -> Self {
        self.journal = journal;
        self
    }
}
