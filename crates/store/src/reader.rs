//! Reading a store; also one that another process writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings};
use earwitness_core::probe::Round;
use earwitness_core::samples::Tested;
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, Verdicts};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction};

use super::VERSION;
use super::error::{Error, Kind, Result, odd};
use super::journal::{self, JournalLine, Reply};
use super::schema::{self, State};
use super::session::{self, SessionId, SessionRow};
use super::sighting::StoredSighting;
use super::verdict_set::{self, Basis, VerdictSet};
use super::{FILE, device, round, sighting, stretch};

/// A store that can be read.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
    path: PathBuf,
    /// Version of the file.
    version: i64,
}

/// Which stretches are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// Those of a session.
    Session(SessionId),
    /// Those that share a moment with the window.
    Window(Window),
}

impl Of {
    fn stretches(self, connection: &Connection) -> rusqlite::Result<Vec<i64>> {
        match self {
            Self::Session(session) => stretch::of_session(connection, session, i64::MAX),
            Self::Window(window) => stretch::within(connection, window),
        }
    }
}

/// What the verdicts of a session are computed from.
#[derive(Clone, Debug)]
pub struct Material {
    /// What was seen.
    pub findings: Findings,
    /// Its rounds, as they were played.
    pub rounds: Vec<Round>,
    /// What the published test said.
    pub tested: BTreeMap<u32, Tested>,
    pub(super) basis: Basis,
}

impl Material {
    /// The devices that were seen.
    #[must_use]
    pub fn devices(&self) -> &[DeviceFindings] {
        &self.findings.devices
    }

    /// The verdicts that follow.
    #[must_use]
    pub fn verdicts(&self, settings: &verdict::VerdictSettings) -> Verdicts {
        verdict::judge(&self.findings, self.rounds.clone(), &self.tested, settings)
    }
}

impl Reader {
    /// Opens a store for reading: its folder, or the file itself, also one that was set aside.
    ///
    /// # Errors
    /// When there is none, it may not be read, or is of a later version. One of an earlier version is read as it is.
    pub fn open(path: &Path) -> Result<Self> {
        const TRIED: &str = "read the store";
        let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
        fs::metadata(&path).map_err(|error| Error::io(TRIED, &path, &error))?;
        let fault = |error: rusqlite::Error| Error::sql(TRIED, &path, &error);
        let mut found = probed(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        // On a disk that nobody may write to, what SQLite keeps beside cannot be made. If there is nothing in it, it is not needed.
        let log = fs::metadata(beside(&path, "-wal")).map_or(0, |log| log.len());
        if log == 0 && found.as_ref().is_err_and(|error| matches!(fault_kind(error), Kind::Denied | Kind::Missing)) {
            found = immutable(&path)
                .map_or(found, |uri| probed(Path::new(&uri), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI));
        }
        let (connection, state) = found.map_err(fault)?;
        match state {
            Ok(State::Version(version)) => {
                if version < VERSION {
                    schema::complete(&connection).map_err(|error| Error::sql(TRIED, &path, &error))?;
                }
                Ok(Self { connection, path, version })
            }
            Ok(State::Empty) => Err(Error::new(Kind::Missing, TRIED, &path, "nothing has been written to it yet")),
            Err(kind) => Err(Error::new(kind, TRIED, &path, "another program made it")),
        }
    }

    pub(super) fn over(connection: Connection, path: PathBuf) -> Self {
        Self { connection, path, version: VERSION }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stays with what is there now: all that follows is read as of this moment, whatever is written meanwhile. The writer's log cannot be
    /// emptied as long as this reader lives.
    pub fn hold(&self) -> Result<()> {
        self.connection.execute_batch("BEGIN").map_err(|error| Error::sql("read the store", &self.path, &error))
    }

    /// All sessions, oldest first.
    pub fn sessions(&self) -> Result<Vec<SessionRow>> {
        self.read(session::all)
    }

    /// One session.
    pub fn session(&self, session: SessionId) -> Result<SessionRow> {
        self.read(|connection| session::one(connection, session))
    }

    /// The rounds of a session with their scores, in order: what [`earwitness_core::experiment::Experiment::resumed`] goes on from.
    pub fn trials(&self, session: SessionId) -> Result<Vec<Trial>> {
        self.read(|connection| round::trials(connection, session, u32::MAX))
    }

    /// All rounds of a session in order. One that is not scored yet, or never was because the program died, stands as interrupted.
    pub fn rounds(&self, session: SessionId) -> Result<Vec<Round>> {
        let mut rounds = self.read(|connection| {
            let scored = round::trials(connection, session, u32::MAX)?.into_iter().map(|trial| trial.round);
            Ok(scored.chain(round::unfinished(connection, session)?).collect::<Vec<Round>>())
        })?;
        rounds.sort_by_key(|round| round.number);
        Ok(rounds)
    }

    /// Rounds whose lots were drawn and that were never scored, because the program died within them.
    pub fn unfinished(&self, session: SessionId) -> Result<Vec<Round>> {
        self.read(|connection| round::unfinished(connection, session))
    }

    /// How many sessions before this one, or of all, drew at least one lot.
    pub fn sessions_with_rounds(&self, before: Option<SessionId>) -> Result<usize> {
        self.read(|connection| {
            let sql = "SELECT count(DISTINCT session) FROM rounds WHERE session < ?1";
            let sessions: i64 = connection.query_row(sql, [before.map_or(i64::MAX, |before| before.0)], |row| row.get(0))?;
            Ok(usize::try_from(sessions).unwrap_or(0))
        })
    }

    /// The devices of a session, and when each was seen first and last.
    pub fn devices(&self, session: SessionId) -> Result<Vec<(DeviceId, Window)>> {
        self.read(|connection| {
            let known = device::all(connection)?;
            let sql = "SELECT series.device, min(seen_from), max(seen_until) FROM series \
                       JOIN stretches ON stretches.id = series.stretch WHERE session = ?1 GROUP BY series.device";
            session::children(connection, sql, session.0, |row| {
                let device = *known.get(&row.get(0)?).ok_or_else(|| odd(0, "an unknown device"))?;
                Ok((device, Window { from: Timestamp::from_nanos(row.get(1)?), until: Timestamp::from_nanos(row.get(2)?) }))
            })
        })
    }

    /// All devices that are known from any session.
    pub fn known(&self) -> Result<Vec<DeviceId>> {
        self.read(|connection| Ok(device::all(connection)?.into_values().collect()))
    }

    /// The number of every device that was ever seen, which it keeps.
    pub fn numbers(&self) -> Result<BTreeMap<DeviceId, usize>> {
        let number = |(number, device): (i64, DeviceId)| Some((device, usize::try_from(number).ok()?));
        self.read(|connection| Ok(device::all(connection)?.into_iter().filter_map(number).collect()))
    }

    /// What each device that ever told a name told last, in whatever session.
    pub fn announced(&self) -> Result<BTreeMap<DeviceId, device::Announced>> {
        self.read(device::announced)
    }

    /// What the published test said after each probe of a session.
    pub fn tested(&self, session: SessionId) -> Result<BTreeMap<u32, Tested>> {
        self.read(|connection| round::tested(connection, session, u32::MAX))
    }

    /// What the verdicts of a session are computed from, as far as it is written.
    pub fn material(&self, session: SessionId) -> Result<Material> {
        self.read(|connection| {
            let last_stretch = stretch::last(connection, session)?;
            let last_round = round::last(connection, session)?;
            material(connection, Basis { session, last_stretch, last_round })
        })
    }

    /// What was seen in the stretches that share a moment with the window, put together.
    pub fn findings(&self, window: Window) -> Result<Findings> {
        self.read(|connection| {
            let burst = earwitness_core::analysis::AnalysisSettings::default().burst;
            assembled(connection, stretch::within(connection, window)?, burst.as_ref())
        })
    }

    /// Stretches one by one, as they were handed over.
    pub fn stretches(&self, of: Of, mut each: impl FnMut(Findings) -> Result<()>) -> Result<()> {
        let (stretches, known) = self.read(|connection| Ok((of.stretches(connection)?, device::all(connection)?)))?;
        for stretch in stretches {
            each(self.read(|connection| stretch::read(connection, stretch, &known))?)?;
        }
        Ok(())
    }

    /// How many stretches a session has: about one a minute.
    pub fn stretches_of(&self, session: SessionId) -> Result<usize> {
        self.read(|connection| Ok(Of::Session(session).stretches(connection)?.len()))
    }

    /// Stretches that were written after the one with the number `after` and end at `from` or later, one by one with their numbers. Numbers grow.
    pub fn stretches_after(&self, after: i64, from: Timestamp, mut each: impl FnMut(i64, Findings) -> Result<()>) -> Result<()> {
        let (stretches, known) =
            self.read(|connection| Ok((stretch::after(connection, after, from)?, device::all(connection)?)))?;
        for number in stretches {
            each(number, self.read(|connection| stretch::read(connection, number, &known))?)?;
        }
        Ok(())
    }

    /// When the first frame came that the store ever knew of, which is not forgotten: it tells one store from another.
    pub fn first_frame(&self) -> Result<Option<Timestamp>> {
        self.read(|connection| {
            let sql = "SELECT first FROM stretches WHERE first IS NOT NULL ORDER BY id LIMIT 1";
            let first = connection.query_row(sql, [], |row| row.get(0)).optional()?;
            Ok(first.map(Timestamp::from_nanos))
        })
    }

    /// The number of the stretch that was written last; 0 before the first.
    pub fn last_stretch(&self) -> Result<i64> {
        self.read(|connection| connection.query_row("SELECT coalesce(max(id), 0) FROM stretches", [], |row| row.get(0)))
    }

    /// Sightings one by one.
    pub fn sightings(&self, of: Of, mut each: impl FnMut(StoredSighting) -> Result<()>) -> Result<()> {
        let (stretches, known) = self.read(|connection| Ok((of.stretches(connection)?, device::all(connection)?)))?;
        for stretch in stretches {
            self.read(|connection| sighting::of_stretch(connection, stretch, &known))?.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// When frames were seen of which the sightings are kept, in or out of sessions, in order: from the first to the last frame of each stretch. Of stretches whose series
    /// were deleted because of their age, only those from the earliest sighting on that is left of any of them.
    pub fn watched(&self) -> Result<Vec<Window>> {
        self.read(stretch::watched)
    }

    /// The sets of verdicts of a session, oldest first.
    pub fn verdicts(&self, session: SessionId) -> Result<Vec<VerdictSet>> {
        self.read(|connection| verdict_set::all(connection, session))
    }

    /// The latest lines of the journal in the window, oldest first.
    pub fn journal(&self, window: Window, most: u32) -> Result<Vec<JournalLine>> {
        self.read(|connection| journal::latest(connection, window, most))
    }

    /// What the microphone heard after the probes of a session.
    pub fn replies(&self, session: SessionId) -> Result<Vec<Reply>> {
        self.read(|connection| journal::replies(connection, session))
    }

    /// A setting that outlives a start.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.read(|connection| journal::setting(connection, key))
    }

    /// What is wrong with the file itself: its pages, rows that point nowhere, a shape unlike a fresh one. A line each, none if all is well.
    pub fn integrity(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut wrong = check(connection, "integrity_check")?;
            let mut statement = connection.prepare("PRAGMA main.foreign_key_check")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (table, of): (String, String) = (row.get(0)?, row.get(2)?);
                wrong.push(format!("a row of {table} belongs to one of {of} that is not there"));
            }
            wrong.extend(schema::differences(connection, self.version)?);
            Ok(wrong)
        })
    }

    /// Octets of the file, and of those the ones that are free for reuse.
    pub fn size(&self) -> Result<(u64, u64)> {
        self.read(|connection| {
            let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0).map(i64::cast_unsigned));
            let page = number("page_size")?;
            Ok((number("page_count")?.saturating_mul(page), number("freelist_count")?.saturating_mul(page)))
        })
    }

    /// As of one moment, so that what several statements find belongs together whatever is written between them.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let at_once = || {
            // What is held is of one moment already.
            let moment = self.connection.is_autocommit().then(|| self.connection.unchecked_transaction()).transpose()?;
            let found = read(&self.connection)?;
            moment.map_or(Ok(()), Transaction::finish)?;
            Ok(found)
        };
        at_once().map_err(|error| Error::sql("read the store", &self.path, &error))
    }
}

/// What verdicts are computed from.
pub(super) fn material(connection: &Connection, basis: Basis) -> rusqlite::Result<Material> {
    let row = session::one(connection, basis.session)?;
    let stretches = stretch::of_session(connection, basis.session, basis.last_stretch)?;
    let (trials, tested) = match basis.last_round {
        Some(last) => (round::trials(connection, basis.session, last)?, round::tested(connection, basis.session, last)?),
        None => (Vec::new(), BTreeMap::new()),
    };
    Ok(Material {
        findings: assembled(connection, stretches, row.burst.as_ref())?,
        rounds: trials.into_iter().map(|trial| trial.round).collect(),
        tested,
        basis,
    })
}

/// Stretches put together, of which one at a time is in memory.
fn assembled(
    connection: &Connection,
    stretches: Vec<i64>,
    burst: Option<&earwitness_core::detect::burst::BurstSettings>,
) -> rusqlite::Result<Findings> {
    let known = device::all(connection)?;
    let mut failed = Ok(());
    let parts = stretches.into_iter().map_while(|number| {
        let read = stretch::read(connection, number, &known);
        read.map_err(|error| failed = Err(error)).ok()
    });
    let whole = Findings::assemble(parts, burst);
    failed.map(|()| whole)
}

/// What `quick_check` or `integrity_check` finds wrong.
pub(super) fn check(connection: &Connection, which: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA {which}(20)"))?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Opens a file and looks what it is.
fn probed(path: &Path, flags: OpenFlags) -> rusqlite::Result<(Connection, std::result::Result<State, Kind>)> {
    let connection = Connection::open_with_flags(path, flags)?;
    schema::connect(&connection)?;
    let state = schema::state(&connection)?;
    Ok((connection, state))
}

fn fault_kind(error: &rusqlite::Error) -> Kind {
    Error::sql("", Path::new(""), error).kind
}

/// The name under which `SQLite` reads a file that nobody writes.
fn immutable(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    let escaped = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{escaped}?immutable=1"))
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
