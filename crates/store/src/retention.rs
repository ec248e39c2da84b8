//! What is deleted because of its age: series and sightings that no verdict needs, and old lines of the journal. Rounds and verdicts stay.

use earwitness_core::time::{SECOND, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::session::SessionId;

/// How long things are kept, days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Series: what each device sent and received, second by second.
    pub series: u32,
    /// Sightings.
    pub sightings: u32,
    /// Lines of the journal.
    pub journal: u32,
}

impl Default for Retention {
    /// A season of series, a year of the rest.
    fn default() -> Self {
        Self { series: 90, sightings: 365, journal: 365 }
    }
}

/// What was deleted, and what was kept in spite of its age.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Swept {
    /// Stretches whose series were deleted.
    pub stretches: u64,
    /// Sightings that were deleted.
    pub sightings: u64,
    /// Lines of the journal that were deleted.
    pub lines: u64,
    /// Sessions whose verdicts cannot be computed again any more.
    pub retired: Vec<SessionId>,
    /// What is old enough but still needed.
    pub kept: Vec<Kept>,
}

/// Series that are kept because the verdicts of their session rest on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The session: it has not ended, or ended later than that long ago.
    pub session: SessionId,
    /// Its stretches that are old enough.
    pub stretches: u64,
}

/// Rows of a transaction: small enough to hold up nobody.
const STEP: u32 = 200;

/// Most steps of a call; the next call goes on.
const STEPS: u32 = 500;

/// Pages that are given back to the disk at once.
const PAGES: u32 = 256;

const DAY: i64 = 86_400 * SECOND;

/// Deletes what is too old.
pub(super) fn sweep(
    connection: &Connection,
    retention: &Retention,
    now: Timestamp,
    current: Option<SessionId>,
) -> rusqlite::Result<Swept> {
    let before = |days: u32| now.plus(-DAY.saturating_mul(days.into())).nanos();
    let current = current.map_or(-1, |session| session.0);
    let mut swept = Swept::default();
    // A session's series go together or not at all: its verdicts need all of them. One that was broken off ended with its last stretch.
    let sql = "SELECT id FROM sessions WHERE retired_at IS NULL AND id <> ?2 AND \
               coalesce(ended_at, (SELECT max(last) FROM stretches WHERE session = sessions.id), begun_at) < ?1";
    swept.retired = column(connection, sql, params![before(retention.series), current])?.into_iter().map(SessionId).collect();
    for session in &swept.retired {
        let sql = "UPDATE sessions SET retired_at = ?2 WHERE id = ?1";
        step(connection, |connection| connection.execute(sql, params![session.0, now.nanos()]))?;
    }
    let old = "SELECT stretches.id FROM stretches LEFT JOIN sessions ON sessions.id = stretches.session \
               WHERE stretches.retired = 0 AND coalesce(stretches.last, stretches.first, sessions.begun_at, 0) < ?1 \
               AND (stretches.session IS NULL OR sessions.retired_at IS NOT NULL) LIMIT ?2";
    for _ in 0..STEPS {
        let stretches = column(connection, old, params![before(retention.series), STEP])?;
        if stretches.is_empty() {
            break;
        }
        step(connection, |connection| {
            for stretch in &stretches {
                connection.prepare_cached("DELETE FROM series WHERE stretch = ?1")?.execute([stretch])?;
                connection.prepare_cached("DELETE FROM contacts WHERE stretch = ?1")?.execute([stretch])?;
                connection.prepare_cached("DELETE FROM bursts WHERE stretch = ?1")?.execute([stretch])?;
                connection.prepare_cached("UPDATE stretches SET retired = 1 WHERE id = ?1")?.execute([stretch])?;
            }
            Ok(stretches.len())
        })?;
        swept.stretches += stretches.len() as u64;
    }
    // Sightings of a session that is not retired are evidence of it.
    let sql = "DELETE FROM sightings WHERE id IN (SELECT sightings.id FROM sightings JOIN stretches ON stretches.id = stretch \
               WHERE stretches.retired = 1 AND until_at < ?1 LIMIT ?2)";
    swept.sightings = repeat(connection, sql, before(retention.sightings))?;
    let sql = "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE at < ?1 LIMIT ?2)";
    swept.lines = repeat(connection, sql, before(retention.journal))?;
    let sql = "SELECT session, count(*) FROM stretches JOIN sessions ON sessions.id = session \
               WHERE retired = 0 AND retired_at IS NULL AND last < ?1 GROUP BY session";
    let mut statement = connection.prepare_cached(sql)?;
    let kept = statement.query_map([before(retention.series)], |row| {
        Ok(Kept { session: SessionId(row.get(0)?), stretches: row.get::<_, i64>(1)?.cast_unsigned() })
    })?;
    swept.kept = kept.collect::<rusqlite::Result<_>>()?;
    give_back(connection)?;
    Ok(swept)
}

fn column(connection: &Connection, sql: &str, of: impl rusqlite::Params) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(of, |row| row.get(0))?;
    rows.collect()
}

/// One transaction.
fn step(connection: &Connection, work: impl FnOnce(&Connection) -> rusqlite::Result<usize>) -> rusqlite::Result<usize> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let rows = work(&transaction)?;
    transaction.commit()?;
    Ok(rows)
}

/// Deletes in steps until nothing is left to delete.
fn repeat(connection: &Connection, sql: &str, before: i64) -> rusqlite::Result<u64> {
    let mut all = 0;
    for _ in 0..STEPS {
        let rows = step(connection, |connection| connection.execute(sql, params![before, STEP]))?;
        all += rows as u64;
        if rows == 0 {
            break;
        }
    }
    Ok(all)
}

/// Gives free pages back to the disk.
fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 0..STEPS {
        let free: u32 = connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        if free == 0 {
            break;
        }
        let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}
