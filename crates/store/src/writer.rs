//! The one process that writes: each call is one transaction, and returns when it is on the disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use earwitness_core::analysis;
use earwitness_core::detect::burst;
use earwitness_core::findings::Findings;
use earwitness_core::record::Entry;
use earwitness_core::samples::Tested;
use earwitness_core::schedule::Design;
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{self, Verdicts};
use rusqlite::{Connection, MAIN_DB, OpenFlags, Transaction, TransactionBehavior};

use super::VERSION;
use super::aside::{self, Notice};
use super::error::{Error, Kind, Result};
use super::journal::{self, JournalLine, Reply};
use super::lock::Lock;
use super::reader::{self, Material, Reader};
use super::retention::{self, Retention, Swept};
use super::schema::{self, State};
use super::session::{self, SessionId};
use super::{FILE, round, stretch, verdict_set};
use earwitness_base::{clock, trust};

/// One thing to write down.
#[derive(Clone, Copy, Debug)]
pub enum Record<'a> {
    /// What the machine wants written.
    Entry(&'a Entry),
    /// Traffic that passed, as [`Entry::Watched`] holds it.
    Watched(&'a Findings),
    /// What the published test said after the probe of a round.
    Tested(u32, &'a Tested),
    /// A line of the journal.
    Journal(&'a JournalLine),
    /// What the microphone heard after a probe.
    Reply(&'a Reply),
    /// A setting that outlives a start.
    Setting(&'a str, &'a str),
}

/// A store that this process writes.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// `None` only after a fresh file could not be begun in the place of a damaged one.
    reader: Option<Reader>,
    current: Current,
    burst: Option<burst::BurstSettings>,
    notices: Vec<Notice>,
    _lock: Lock,
}

/// The session that entries belong to.
#[derive(Clone, Default, Debug)]
struct Current {
    session: Option<SessionId>,
    begun: Option<(Timestamp, Design, f64)>,
    /// Whether it was begun by a process before this one, and this one has not said so yet.
    resumed: bool,
}

/// Largest file whose pages are looked through at each start, octets: a second or two from an SD card.
const SEARCHED_AT_MOST: u64 = 32 << 20;

/// Pages of the log after which it is written back to the file: 4 MiB.
const CHECKPOINT: u32 = 1_000;

/// Octets that an emptied log may keep on the disk.
const LOG: u32 = 4 << 20;

const TRIED: &str = "write to the store";

impl Store {
    /// Opens the store of a folder for writing; both are made if they are not there. A damaged file is set aside, and a fresh one begun: then
    /// there is a notice.
    ///
    /// # Errors
    /// When links or permissions let others decide what is written, another process writes it ([`Kind::Held`]), it is of a later version or another program, or the disk refuses.
    pub fn open(folder: &Path) -> Result<(Self, Option<Notice>)> {
        let found = trust::folder(folder).map_err(|error| Error::io("keep the store in", folder, &error))?;
        let folder = found.path.as_path();
        let lock = Lock::take(folder)?;
        let (reader, notice) = match open(folder) {
            Ok(opened) => opened,
            Err(error) if error.kind == Kind::Corrupt => {
                let notice = aside::set_aside(folder, &error.said)?;
                (open(folder)?.0, Some(notice))
            }
            Err(error) => return Err(error),
        };
        let burst = analysis::AnalysisSettings::default().burst;
        let (folder, current) = (folder.to_owned(), Current::default());
        let store = Self { folder, reader: Some(reader), current, burst, notices: Vec::new(), _lock: lock };
        if let Some(notice) = &notice {
            store.note(notice)?;
        }
        Ok((store, notice))
    }

    /// For reading what is written.
    ///
    /// # Errors
    /// When a fresh file could not be begun in the place of a damaged one.
    pub fn reader(&self) -> Result<&Reader> {
        self.reader.as_ref().ok_or_else(|| {
            let said = "it was damaged and set aside, and no fresh one could be begun yet";
            Error::new(Kind::Missing, "read the store in", &self.folder, said)
        })
    }

    /// The session that entries belong to now.
    #[must_use]
    pub fn current(&self) -> Option<SessionId> {
        self.current.session
    }

    /// Goes on with a session that was interrupted: entries belong to it. [`Entry::Begun`] with the same layout then begins no other.
    pub fn resume(&mut self, session: SessionId) -> Result<()> {
        let row = self.reader()?.session(session)?;
        self.current = Current { session: Some(session), begun: Some((row.begun, row.design, row.alpha)), resumed: true };
        Ok(())
    }

    /// Settings of the burst detector of the analysis, where they are not the usual ones; sessions that begin keep it.
    pub fn set_burst(&mut self, burst: Option<burst::BurstSettings>) {
        self.burst = burst;
    }

    /// What the owner must be told since this was asked before: files that were found damaged while it ran.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Writes entries of the machine, all of them or none; returns when they are on the disk.
    ///
    /// # Errors
    /// Nothing of the call was written. After [`Kind::Full`] and [`Kind::Disk`] the same call may be made again later; it is not repeated here.
    pub fn write(&mut self, entries: &[Entry]) -> Result<()> {
        self.append(&entries.iter().map(Record::Entry).collect::<Vec<_>>())
    }

    /// Writes a line of the journal; see [`Store::write`].
    pub fn journal(&mut self, line: &JournalLine) -> Result<()> {
        self.append(&[Record::Journal(line)])
    }

    /// Writes records, all of them or none; returns when they are on the disk. See [`Store::write`].
    pub fn append(&mut self, records: &[Record<'_>]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let (current, burst) = (self.current.clone(), self.burst);
        let now = self.transact(
            |connection, path, before| {
                let mut current = before.clone();
                for record in records {
                    put(connection, path, &mut current, burst, *record)?;
                }
                Ok(current)
            },
            &current,
        )?;
        self.current = now;
        tracing::debug!(records = records.len(), "written down");
        Ok(())
    }

    /// What the verdicts of the session are computed from, as far as it is written.
    ///
    /// # Errors
    /// When no session has begun, or the file cannot be read.
    pub fn material(&self) -> Result<Material> {
        let reader = self.reader()?;
        reader.material(self.current.of(reader.path())?)
    }

    /// Writes verdicts as they are reported; `material` is what they were computed from.
    pub fn write_verdicts(
        &mut self,
        at: Timestamp,
        material: &Material,
        verdicts: &Verdicts,
        settings: &verdict::VerdictSettings,
    ) -> Result<()> {
        let (current, basis) = (self.current.clone(), material.basis);
        self.transact(
            |connection, path, current| {
                // After a damaged file was set aside the session has another number.
                let session = current.of(path).unwrap_or(basis.session);
                let basis = verdict_set::Basis { session, ..basis };
                verdict_set::write(connection, at, basis, verdicts, settings).map_err(|error| Error::sql(TRIED, path, &error))
            },
            &current,
        )
    }

    /// Deletes what is too old, in small steps, and gives the room back to the disk.
    pub fn retain(&mut self, retention: &Retention, now: Timestamp) -> Result<Swept> {
        let current = self.current.session;
        let reader = self.reader()?;
        retention::sweep(&reader.connection, retention, now, current)
            .map_err(|error| Error::sql("delete old data from the store", reader.path(), &error))
    }

    /// For damage that shows in reading: sets the file aside and begins a fresh one, in which the session goes on; then there is a notice.
    /// `false`, and nothing is done, if the error is no damage.
    pub fn found_damaged(&mut self, error: &Error) -> Result<bool> {
        if error.kind != Kind::Corrupt {
            return Ok(false);
        }
        self.start_afresh(&error.said).map(|_| true)
    }

    /// Does something to the file as one transaction; sets a damaged file aside and does it to a fresh one.
    fn transact<T>(&mut self, work: impl Fn(&Connection, &Path, &Current) -> Result<T>, current: &Current) -> Result<T> {
        let first = match &self.reader {
            Some(reader) => transaction(reader, &work, current),
            None => Err(Error::new(Kind::Corrupt, TRIED, &self.folder, "it was set aside before")),
        };
        match first {
            Err(error) if error.kind == Kind::Corrupt => {
                let fresh = self.start_afresh(&error.said)?;
                transaction(self.reader()?, &work, &fresh)
            }
            other => other,
        }
    }

    /// Sets the file aside and begins a fresh one, in which the session goes on.
    fn start_afresh(&mut self, why: &str) -> Result<Current> {
        // The file is closed before it is renamed; what is left in its log stays beside it.
        if let Some(reader) = self.reader.take() {
            drop(reader);
            let notice = aside::set_aside(&self.folder, why)?;
            self.notices.push(notice);
        }
        let reader = open(&self.folder)?.0;
        let mut current = self.current.clone();
        if let (Some(_), Some((at, design, alpha))) = (current.session, &current.begun) {
            let begin = |connection: &Connection, path: &Path, _: &Current| {
                session::begin(connection, *at, design, *alpha, self.burst).map_err(|error| Error::sql(TRIED, path, &error))
            };
            current.session = Some(transaction(&reader, &begin, &current)?);
        }
        self.reader = Some(reader);
        self.current = current.clone();
        for notice in self.notices.clone() {
            self.note(&notice)?;
        }
        Ok(current)
    }

    /// Writes a notice to the journal.
    fn note(&self, notice: &Notice) -> Result<()> {
        let line = JournalLine::new(&notice.what().at(clock::now()), notice.to_string());
        let write = |connection: &Connection, path: &Path, current: &Current| {
            journal::write(connection, current.session, &line).map_err(|error| Error::sql(TRIED, path, &error))
        };
        transaction(self.reader()?, &write, &self.current)
    }
}

impl Current {
    fn of(&self, path: &Path) -> Result<SessionId> {
        self.session.ok_or_else(|| Error::new(Kind::Unfit, TRIED, path, "no session has begun that this belongs to"))
    }
}

fn transaction<T>(reader: &Reader, work: &impl Fn(&Connection, &Path, &Current) -> Result<T>, current: &Current) -> Result<T> {
    let (connection, path) = (&reader.connection, reader.path());
    let fault = |error: rusqlite::Error| Error::sql(TRIED, path, &error);
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(fault)?;
    let done = work(&transaction, path, current)?;
    transaction.commit().map_err(fault)?;
    Ok(done)
}

/// Writes one record.
fn put(
    connection: &Connection,
    path: &Path,
    current: &mut Current,
    burst: Option<burst::BurstSettings>,
    record: Record<'_>,
) -> Result<()> {
    let fault = |error: rusqlite::Error| Error::sql(TRIED, path, &error);
    match record {
        Record::Entry(Entry::Begun { at, design, alpha }) => {
            let same = current.begun.as_ref().is_some_and(|begun| begun.1 == *design && begun.2.to_bits() == alpha.to_bits());
            // A process that goes on with a session begins it with the same layout: that is no new session.
            if !(std::mem::take(&mut current.resumed) && same) {
                current.session = Some(session::begin(connection, *at, design, *alpha, burst).map_err(fault)?);
                current.begun = Some((*at, design.clone(), *alpha));
            }
        }
        Record::Entry(Entry::Watched(findings)) => {
            stretch::write(connection, current.session, findings).map_err(fault)?;
        }
        Record::Watched(findings) => {
            stretch::write(connection, current.session, findings).map_err(fault)?;
        }
        Record::Entry(Entry::Drawn(round)) => {
            round::write_drawn(connection, current.of(path)?, round).map_err(fault)?;
        }
        Record::Entry(Entry::Trial(trial)) => {
            let session = current.of(path)?;
            if !round::write(connection, session, trial).map_err(fault)? {
                let number = trial.round.number;
                let said = format!("round {number} of session {session} is written already, and it is another one");
                return Err(Error::new(Kind::Unfit, TRIED, path, said));
            }
        }
        Record::Entry(Entry::Ended { at, why }) => {
            session::end(connection, current.of(path)?, *at, *why).map_err(fault)?;
        }
        Record::Tested(round, tested) => {
            round::write_tested(connection, current.of(path)?, round, tested).map_err(fault)?;
        }
        Record::Journal(line) => journal::write(connection, current.session, line).map_err(fault)?,
        Record::Reply(reply) => journal::write_reply(connection, current.of(path)?, reply).map_err(fault)?,
        Record::Setting(key, value) => journal::write_setting(connection, key, value).map_err(fault)?,
    }
    Ok(())
}

/// Opens the file for writing; makes it if it is not there.
fn open(folder: &Path) -> Result<(Reader, Option<Notice>)> {
    const TRIED: &str = "open the store";
    let path = folder.join(FILE);
    let fault = |error: rusqlite::Error| Error::sql(TRIED, &path, &error);
    let own = |suffix: &str| trust::in_folder(folder, format!("{FILE}{suffix}"));
    for suffix in ["-wal", "-shm"] {
        let path = reader::beside(&path, suffix);
        own(suffix).and_then(|place| place.check_own()).map_err(|error| Error::io(TRIED, &path, &error))?;
    }
    let made = own("").and_then(|place| place.open_own(0o600));
    let file = made.map_err(|error| Error::io(TRIED, &path, &error))?;
    let size = file.metadata().map_or(0, |facts| facts.len());
    if file.metadata().is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0) {
        file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(|error| Error::io(TRIED, &path, &error))?;
    }
    drop(file);
    aside::sync(folder)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags).map_err(fault)?;
    let notice = prepare(&mut connection, &path, size)?;
    Ok((Reader::over(connection, path), notice))
}

/// Makes sure that the file is a sound store of this version.
fn prepare(connection: &mut Connection, path: &Path, size: u64) -> Result<Option<Notice>> {
    let fault = |error: rusqlite::Error| Error::sql("open the store", path, &error);
    schema::connect(connection).map_err(fault)?;
    let state = schema::state(connection).map_err(fault)?;
    let state = state.map_err(|kind| Error::new(kind, "open the store", path, "another program made it"))?;
    if connection.is_readonly(MAIN_DB).map_err(fault)? {
        // The system let us open it for writing: it is the head of the file that forbids it.
        return Err(Error::new(Kind::Corrupt, "open the store", path, "its head is not that of a file that is written"));
    }
    if state == State::Empty {
        // Only before the first table.
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL").map_err(fault)?;
    }
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(fault)?;
    if !mode.eq_ignore_ascii_case("wal") {
        let said = "this file system cannot hold it safely; choose a folder on a local disk";
        return Err(Error::new(Kind::Other, "open the store", path, said));
    }
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {CHECKPOINT}; PRAGMA journal_size_limit = {LOG};"
        ))
        .map_err(fault)?;
    match state {
        State::Empty => schema::create(connection).map_err(fault).map(|()| None),
        State::Version(version) => {
            if size <= SEARCHED_AT_MOST
                && let Some(wrong) = reader::check(connection, "quick_check").map_err(fault)?.first()
            {
                return Err(Error::new(Kind::Corrupt, "open the store", path, wrong.clone()));
            }
            schema::touch(connection).map_err(fault)?;
            let upgraded = if version == VERSION {
                None
            } else {
                let to = schema::upgrade(connection, version, schema::STEPS).map_err(fault)?;
                Some(Notice::Upgraded { from: version, to })
            };
            match schema::lacks(connection).map_err(fault)? {
                Some(what) => Err(Error::new(Kind::Corrupt, "open the store", path, format!("{what} is not in it"))),
                None => Ok(upgraded),
            }
        }
    }
}
