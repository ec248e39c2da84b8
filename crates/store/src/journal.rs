//! What happened, in words; replies that a microphone heard; and settings that outlive a start.

use earwitness_core::event::{Event, What};
use earwitness_core::findings::DeviceId;
use earwitness_core::time::{Timestamp, Window};
use rusqlite::{Connection, OptionalExtension, params};

use super::device;
use super::error::odd;
use super::session::{SessionId, children};
use super::words::words;

/// What kind of thing happened, as the file names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Started,
    Stopped,
    Notice,
    Fault,
    Mended,
    ClockStepped,
    CaptureGap,
    Paused,
    Resumed,
    Presence,
    Joined,
    Sighted,
    Scored,
    Proven,
    Swept,
    Reloaded,
}

words! {
    /// The word for it. Once written they stay: an earlier program cannot read a line with a word that it does not know.
    word, kind: Kind as &'static str, &str;
    [Kind::Started] => "started",
    [Kind::Stopped] => "stopped",
    [Kind::Notice] => "notice",
    [Kind::Fault] => "fault",
    [Kind::Mended] => "mended",
    [Kind::ClockStepped] => "clock stepped",
    [Kind::CaptureGap] => "capture gap",
    [Kind::Paused] => "paused",
    [Kind::Resumed] => "resumed",
    [Kind::Presence] => "presence",
    [Kind::Joined] => "joined",
    [Kind::Sighted] => "sighted",
    [Kind::Scored] => "scored",
    [Kind::Proven] => "proven",
    [Kind::Swept] => "swept",
    [Kind::Reloaded] => "reloaded",
}

impl Kind {
    const fn of(what: &What) -> Self {
        match what {
            What::Started { .. } => Self::Started,
            What::Stopped(_) => Self::Stopped,
            What::Share { .. }
            | What::Committed { .. }
            | What::Played { .. }
            | What::Verdict { .. }
            | What::NoFurtherRound(_)
            | What::SetAside { .. }
            | What::Upgraded { .. }
            | What::Said { .. } => Self::Notice,
            What::Fault(_) => Self::Fault,
            What::Mended(_) => Self::Mended,
            What::ClockStepped { .. } | What::SourceClock { .. } => Self::ClockStepped,
            What::FramesLost { .. } | What::Gap(_) => Self::CaptureGap,
            What::Held(_) => Self::Paused,
            What::Freed(_) => Self::Resumed,
            What::Presence { .. } => Self::Presence,
            What::Joined { .. } => Self::Joined,
            What::Sighted { .. } => Self::Sighted,
            What::Scored { .. } => Self::Scored,
            What::Proven { .. } => Self::Proven,
            What::Swept { .. } => Self::Swept,
            What::Reloaded => Self::Reloaded,
        }
    }
}

/// A line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalLine {
    /// When it happened.
    pub at: Timestamp,
    /// The word for what kind of thing it was.
    pub word: &'static str,
    /// The device it is about.
    pub device: Option<DeviceId>,
    /// A sentence; at most 4,000 characters of it are kept.
    pub text: String,
}

impl JournalLine {
    /// The line for an event; `text` is how it reads as a sentence.
    #[must_use]
    pub fn new(event: &Event, text: String) -> Self {
        Self { at: event.at, word: word(Kind::of(&event.what)), device: event.what.device(), text }
    }
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
    statement.execute(params![line.at.nanos(), line.word, session.map(|it| it.0), device, text]).map(drop)
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
            word: self::kind(&kind).map(word).ok_or_else(|| odd(1, "an unknown kind of line"))?,
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
