//! What happened, in words; replies that a microphone heard; and settings that outlive a start.

use earwitness_core::findings::DeviceId;
use earwitness_core::time::{Timestamp, Window};
use rusqlite::{Connection, OptionalExtension, params};

use super::device;
use super::error::odd;
use super::session::{SessionId, children};
use super::words::words;

/// What kind of thing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The program began.
    Started,
    /// The program ended.
    Stopped,
    /// Something that the owner must know.
    Notice,
    /// Something failed.
    Fault,
    /// Something works again.
    Mended,
    /// The clock was set.
    ClockStepped,
    /// Frames were lost, or an interface was away.
    CaptureGap,
    /// Probing was paused.
    Paused,
    /// Probing goes on.
    Resumed,
    /// Somebody came home or left.
    Presence,
    /// A device joined.
    Joined,
    /// An upload that looks like audio was seen.
    Sighted,
    /// A round was scored.
    Scored,
    /// A reaction was proven.
    Proven,
    /// Old data were deleted.
    Swept,
    /// The configuration was read again.
    Reloaded,
}

words! {
    /// The word for what happened.
    pub(super) event_word, event_of: Event as &'static str, &str;
    [Event::Started] => "started",
    [Event::Stopped] => "stopped",
    [Event::Notice] => "notice",
    [Event::Fault] => "fault",
    [Event::Mended] => "mended",
    [Event::ClockStepped] => "clock stepped",
    [Event::CaptureGap] => "capture gap",
    [Event::Paused] => "paused",
    [Event::Resumed] => "resumed",
    [Event::Presence] => "presence",
    [Event::Joined] => "joined",
    [Event::Sighted] => "sighted",
    [Event::Scored] => "scored",
    [Event::Proven] => "proven",
    [Event::Swept] => "swept",
    [Event::Reloaded] => "reloaded",
}

impl Event {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        event_word(self)
    }
}

/// A line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalLine {
    /// When it happened.
    pub at: Timestamp,
    /// What kind of thing.
    pub event: Event,
    /// The device it is about.
    pub device: Option<DeviceId>,
    /// A sentence; at most 4,000 characters of it are kept.
    pub text: String,
}

/// Longest text of a line, characters: strangers choose part of it.
const LONGEST: usize = 4_000;

/// A reply that a microphone heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reply {
    /// After the probe of this round.
    pub round: u32,
    /// From its first to its last sound.
    pub window: Window,
    /// How loud it was, decibels below full scale.
    pub level_db: f64,
}

pub(super) fn write(connection: &Connection, session: Option<SessionId>, line: &JournalLine) -> rusqlite::Result<()> {
    let device = line.device.map(|device| device::row(connection, device)).transpose()?;
    let text: String = line.text.chars().take(LONGEST).collect();
    let sql = "INSERT INTO journal (at, kind, session, device, text) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![line.at.nanos(), line.event.word(), session.map(|it| it.0), device, text]).map(drop)
}

/// The latest lines, oldest first.
pub(super) fn latest(connection: &Connection, window: Window, most: u32) -> rusqlite::Result<Vec<JournalLine>> {
    let known = device::all(connection)?;
    let sql = "SELECT at, kind, device, text FROM journal WHERE at >= ?1 AND at < ?2 ORDER BY id DESC LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![window.from.nanos(), window.until.nanos(), most], |row| {
        let (kind, device): (String, Option<i64>) = (row.get(1)?, row.get(2)?);
        Ok(JournalLine {
            at: Timestamp::from_nanos(row.get(0)?),
            event: event_of(&kind).ok_or_else(|| odd(1, "an unknown kind of line"))?,
            device: device.map(|row| known.get(&row).copied().ok_or_else(|| odd(2, "an unknown device"))).transpose()?,
            text: row.get(3)?,
        })
    })?;
    let mut lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    lines.reverse();
    Ok(lines)
}

pub(super) fn write_reply(connection: &Connection, session: SessionId, reply: &Reply) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO replies VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let Reply { round, window, level_db } = reply;
    statement.execute(params![session.0, round, window.from.nanos(), window.until.nanos(), level_db]).map(drop)
}

pub(super) fn replies(connection: &Connection, session: SessionId) -> rusqlite::Result<Vec<Reply>> {
    let sql = "SELECT round, from_at, until_at, level_db FROM replies WHERE session = ?1 ORDER BY round, from_at";
    children(connection, sql, session.0, |row| {
        let window = Window { from: Timestamp::from_nanos(row.get(1)?), until: Timestamp::from_nanos(row.get(2)?) };
        Ok(Reply { round: row.get(0)?, window, level_db: row.get::<_, Option<f64>>(3)?.unwrap_or(f64::NAN) })
    })
}

pub(super) fn write_setting(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute(params![key, value]).map(drop)
}

pub(super) fn setting(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT value FROM settings WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}
