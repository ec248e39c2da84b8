//! Sessions: their whole layout, when they began, and why they ended.

use std::collections::BTreeMap;
use std::fmt;

use earwitness_core::detect::burst;
use earwitness_core::plan::Done;
use earwitness_core::probe::Stimulus;
use earwitness_core::schedule::{Design, MOST_SLOTS, Quiet};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::timeline::Factor;
use earwitness_core::verdict;
use rusqlite::{Connection, Row, params};

use super::error::odd;
use super::words::{self, sound_word, why_word};

/// Number of a session within its store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SessionId(pub i64);

impl fmt::Display for SessionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A session as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct SessionRow {
    /// Its number.
    pub id: SessionId,
    /// When it began.
    pub begun: Timestamp,
    /// Version of the program that began it.
    pub program: String,
    /// How it is laid out.
    pub design: Design,
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// Settings of the burst detector; `None` if it was left out.
    pub burst: Option<burst::BurstSettings>,
    /// When it ended, and why; `None` if it goes on, or was broken off.
    pub ended: Option<(Timestamp, Done)>,
    /// When its series were deleted because of their age: then no verdict of it can be computed again.
    pub retired: Option<Timestamp>,
    /// By which rules its rounds were scored and its verdicts formed: [`verdict::RULES`] of the program that began it.
    pub rules: i64,
}

impl SessionRow {
    /// What the verdicts of the session are computed with.
    #[must_use]
    pub fn verdict_settings(&self) -> verdict::VerdictSettings {
        verdict::VerdictSettings { alpha: self.alpha, seed: self.design.seed, ..verdict::VerdictSettings::default() }
    }
}

const COLUMNS: &str = "id, begun_at, program, alpha, seed, slots, slot, guard, rest_least, rest_most, only_when_away, local_offset, \
                       warm_up, burst_window, burst_kbits, burst_windows, ended_at, ended_why, retired_at, rules";

/// Writes that a session began.
pub(super) fn begin(
    connection: &Connection,
    at: Timestamp,
    design: &Design,
    alpha: f64,
    burst: Option<burst::BurstSettings>,
) -> rusqlite::Result<SessionId> {
    let Design { seed, slots, slot, guard, rest, stimuli, factors, lengths, quiet, only_when_away, local_offset, warm_up } =
        design;
    let sql = "INSERT INTO sessions (begun_at, program, alpha, seed, slots, slot, guard, rest_least, rest_most, only_when_away, \
               local_offset, warm_up, burst_window, burst_kbits, burst_windows, rules) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    let session = connection.prepare_cached(sql)?.insert(params![
        at.nanos(),
        env!("CARGO_PKG_VERSION"),
        alpha,
        seed.cast_signed(),
        i64::try_from(*slots).unwrap_or(i64::MAX),
        slot,
        guard,
        rest.0,
        rest.1,
        only_when_away,
        local_offset,
        warm_up,
        burst.map(|it| it.window),
        burst.map(|it| it.kbits),
        burst.map(|it| it.windows),
        verdict::RULES,
    ])?;
    let mut sounds = connection.prepare_cached("INSERT INTO session_sounds VALUES (?1, ?2, ?3, ?4)")?;
    for (place, Stimulus { name, kind }) in (0_i64..).zip(stimuli) {
        sounds.execute(params![session, place, name, sound_word(*kind)])?;
    }
    let mut rows = connection.prepare_cached("INSERT INTO session_factors VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (place, factor) in (0_i64..).zip(factors) {
        for (level_place, level) in (0_i64..).zip(factor.levels()) {
            rows.execute(params![session, place, level_place, factor.name(), level])?;
        }
    }
    let mut rows = connection.prepare_cached("INSERT INTO session_lengths VALUES (?1, ?2, ?3)")?;
    for (place, length) in (0_i64..).zip(lengths) {
        rows.execute(params![session, place, length])?;
    }
    let mut rows = connection.prepare_cached("INSERT INTO session_quiet VALUES (?1, ?2, ?3, ?4)")?;
    for (place, Quiet { from, until }) in (0_i64..).zip(quiet) {
        rows.execute(params![session, place, from, until])?;
    }
    Ok(SessionId(session))
}

/// Writes that a session ended.
pub(super) fn end(connection: &Connection, session: SessionId, at: Timestamp, why: Done) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("UPDATE sessions SET ended_at = ?2, ended_why = ?3 WHERE id = ?1")?;
    statement.execute(params![session.0, at.nanos(), why_word(why)]).map(drop)
}

/// No time of a layout is longer, nanoseconds: the configuration allows a day.
const LONGEST_TIME: i64 = 31 * 86_400 * SECOND;

/// All sessions, oldest first.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<SessionRow>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM sessions ORDER BY id"))?;
    let rows = statement.query_map([], |row| read(connection, row))?;
    rows.collect()
}

/// One session.
pub(super) fn one(connection: &Connection, session: SessionId) -> rusqlite::Result<SessionRow> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM sessions WHERE id = ?1"))?;
    statement.query_row([session.0], |row| read(connection, row))
}

fn read(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let moment = |column: usize| row.get::<_, Option<i64>>(column).map(|it| it.map(Timestamp::from_nanos));
    let id: i64 = row.get(0)?;
    let burst = match (row.get(13)?, row.get(14)?, row.get(15)?) {
        (Some(window), Some(kbits), Some(windows)) => Some(burst::BurstSettings { window, kbits, windows }),
        _ => None,
    };
    let ended = match (moment(16)?, row.get::<_, Option<String>>(17)?) {
        (Some(at), Some(why)) => Some((at, words::why(&why).ok_or_else(|| odd(17, "an unknown end"))?)),
        _ => None,
    };
    let session = SessionRow {
        id: SessionId(id),
        begun: Timestamp::from_nanos(row.get(1)?),
        program: row.get(2)?,
        alpha: row.get(3)?,
        design: Design {
            seed: row.get::<_, i64>(4)?.cast_unsigned(),
            slots: usize::try_from(row.get::<_, i64>(5)?).map_err(|_| odd(5, "a negative number of slots"))?,
            slot: row.get(6)?,
            guard: row.get(7)?,
            rest: (row.get(8)?, row.get(9)?),
            only_when_away: row.get(10)?,
            local_offset: row.get(11)?,
            warm_up: row.get(12)?,
            stimuli: sounds(connection, id)?,
            factors: factors(connection, id)?,
            lengths: children(connection, "SELECT length FROM session_lengths WHERE session = ?1 ORDER BY place", id, |row| {
                row.get(0)
            })?,
            quiet: children(
                connection,
                "SELECT from_minute, until_minute FROM session_quiet WHERE session = ?1 ORDER BY place",
                id,
                |row| Ok(Quiet { from: row.get(0)?, until: row.get(1)? }),
            )?,
        },
        burst,
        ended,
        retired: moment(18)?,
        rules: row.get(19)?,
    };
    let Design { slots, slot, guard, rest, local_offset, warm_up, lengths, .. } = &session.design;
    let times = [slot, guard, &rest.0, &rest.1, warm_up];
    let sane = *slots <= MOST_SLOTS
        && session.alpha > 0.0
        && session.alpha < 1.0
        && times.into_iter().chain(lengths).all(|time| (0..=LONGEST_TIME).contains(time))
        && local_offset.saturating_abs() <= LONGEST_TIME;
    if sane { Ok(session) } else { Err(odd(5, "a damaged layout of a session")) }
}

fn sounds(connection: &Connection, session: i64) -> rusqlite::Result<Vec<Stimulus>> {
    children(connection, "SELECT name, kind FROM session_sounds WHERE session = ?1 ORDER BY place", session, |row| {
        let kind: String = row.get(1)?;
        Ok(Stimulus { name: row.get(0)?, kind: words::sound(&kind).ok_or_else(|| odd(1, "an unknown kind of sound"))? })
    })
}

fn factors(connection: &Connection, session: i64) -> rusqlite::Result<Vec<Factor>> {
    let sql = "SELECT place, name, level FROM session_factors WHERE session = ?1 ORDER BY place, level_place";
    let rows = children(connection, sql, session, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut factors: BTreeMap<i64, (String, Vec<String>)> = BTreeMap::new();
    for (place, name, level) in rows {
        factors.entry(place).or_insert_with(|| (name, Vec::new())).1.push(level);
    }
    let factor = |(name, levels): (String, Vec<String>)| Factor::new(&name, levels).map_err(|_| odd(1, "a damaged factor"));
    factors.into_values().map(factor).collect()
}

/// The rows that belong to another.
pub(super) fn children<T>(
    connection: &Connection,
    sql: &str,
    of: i64,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([of], read)?;
    rows.collect()
}
