//! What was played in a round, to the sample: timelines with their segments, and the level of each factor.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use earwitness_core::probe::Played;
use earwitness_core::timeline::{Arrangement, Condition, Content, Decibels, Digest, Placed, Segment, Sound, Source, Timeline};
use rusqlite::{Connection, Row, ToSql, params};

use super::error::odd;
use super::session::SessionId;
use super::words::{self, noise_word};

/// What is known of a round besides its row.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Sounded {
    pub(super) condition: Condition,
    pub(super) timelines: Option<Arrangement>,
}

/// Writes what was played in a round whose row is there, in place of what was written of it before.
pub(super) fn write(connection: &Connection, session: SessionId, round: u32, played: &Played) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM segments WHERE session = ?1 AND round = ?2",
        "DELETE FROM timelines WHERE session = ?1 AND round = ?2",
        "DELETE FROM factors WHERE session = ?1 AND round = ?2",
    ] {
        connection.prepare_cached(sql)?.execute(params![session.0, round])?;
    }
    for (name, level) in played.condition.levels() {
        let mut row = connection.prepare_cached("INSERT INTO factors VALUES (?1, ?2, ?3, ?4)")?;
        row.execute(params![session.0, round, name, level])?;
    }
    let timelines = played.timelines.iter().flat_map(Arrangement::timelines);
    for (place, Placed { offset, timeline }) in (0_i64..).zip(timelines) {
        let mut row = connection.prepare_cached("INSERT INTO timelines VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        let (rate, planned) = (timeline.rate().get(), timeline.planned().cast_signed());
        row.execute(params![session.0, round, place, offset, rate, planned, timeline.digest().octets()])?;
        for (part, segment) in (0_i64..).zip(timeline.segments()) {
            write_segment(connection, params![session.0, round, place, part, segment.samples().cast_signed()], segment)?;
        }
    }
    Ok(())
}

/// The columns of a segment that has a source: text or name, voice, speed, seed.
type Named<'a> = (&'static str, Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<i64>);

fn write_segment(connection: &Connection, at: &[&dyn ToSql], segment: &Segment) -> rusqlite::Result<()> {
    let sql = "INSERT INTO segments (session, round, timeline, place, samples, kind, text, voice, speed, seed, whole, level, sha256) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let mut row = connection.prepare_cached(sql)?;
    let sound = if let Content::Sound(sound) = segment.content() { Some(sound) } else { None };
    let named: Named<'_> = match segment.content() {
        Content::Silence => ("silence", None, None, None, None),
        Content::Gap => ("gap", None, None, None, None),
        Content::Sound(sound) => match &sound.source {
            Source::Utterance { text, voice, speed } => ("utterance", Some(text), Some(voice), Some(speed), None),
            Source::File { name } => ("file", Some(name), None, None, None),
            Source::Noise { kind, seed } => ("noise", Some(noise_word(*kind)), None, None, Some(seed.cast_signed())),
        },
    };
    let whole = sound.map(|it| it.whole.cast_signed());
    let (level, digest) = (sound.map(|it| it.level.hundredths()), sound.map(|it| *it.digest.octets()));
    let more = params![named.0, named.1, named.2, named.3, named.4, whole, level, digest];
    row.execute(at.iter().chain(more).copied().collect::<Vec<_>>().as_slice()).map(drop)
}

/// What was played in the rounds of a session with these numbers; what is known of none is left out.
pub(super) fn read(
    connection: &Connection,
    session: SessionId,
    (first, last): (u32, u32),
) -> rusqlite::Result<BTreeMap<u32, Sounded>> {
    let mut all: BTreeMap<u32, Sounded> = BTreeMap::new();
    let range = params![session.0, first, last];
    let mut levels: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
    let sql = "SELECT round, name, level FROM factors WHERE session = ?1 AND round BETWEEN ?2 AND ?3";
    for row in connection.prepare_cached(sql)?.query_map(range, |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))? {
        let (round, level) = row?;
        levels.entry(round).or_default().push(level);
    }
    for (round, levels) in levels {
        all.entry(round).or_default().condition = Condition::new(levels).map_err(|_| odd(1, "a damaged condition of a round"))?;
    }
    let mut segments: BTreeMap<(u32, i64), Vec<Segment>> = BTreeMap::new();
    let sql = "SELECT round, timeline, samples, kind, whole, level, sha256, text, voice, speed, seed FROM segments \
               WHERE session = ?1 AND round BETWEEN ?2 AND ?3 ORDER BY round, timeline, place";
    for row in connection.prepare_cached(sql)?.query_map(range, |row| Ok(((row.get(0)?, row.get(1)?), segment(row)?)))? {
        let (of, segment) = row?;
        segments.entry(of).or_default().push(segment);
    }
    let mut placed: BTreeMap<u32, Vec<Placed>> = BTreeMap::new();
    let sql = "SELECT round, place, begins, rate, planned, sha256 FROM timelines \
               WHERE session = ?1 AND round BETWEEN ?2 AND ?3 ORDER BY round, place";
    let mut rows = connection.prepare_cached(sql)?;
    for row in rows.query_map(range, |row| {
        let of = (row.get(0)?, row.get(1)?);
        let rate = NonZeroU32::new(row.get(3)?).ok_or_else(|| odd(3, "a rate of nothing"))?;
        let planned = row.get::<_, i64>(4)?.cast_unsigned();
        let timeline = Timeline::new(rate, segments.remove(&of).unwrap_or_default(), planned, Digest::from_octets(row.get(5)?));
        let timeline = timeline.map_err(|_| odd(4, "a damaged timeline"))?;
        Ok((of.0, Placed { offset: row.get(2)?, timeline }))
    })? {
        let (round, timeline) = row?;
        placed.entry(round).or_default().push(timeline);
    }
    for (round, placed) in placed {
        let arrangement = Arrangement::new(placed).map_err(|_| odd(2, "timelines that overlap"))?;
        all.entry(round).or_default().timelines = Some(arrangement);
    }
    Ok(all)
}

fn segment(row: &Row<'_>) -> rusqlite::Result<Segment> {
    let samples = row.get::<_, i64>(2)?.cast_unsigned();
    let kind: String = row.get(3)?;
    let source = match kind.as_str() {
        "silence" => return Segment::silence(samples).map_err(|_| odd(2, "a damaged segment")),
        "gap" => return Segment::gap(samples).map_err(|_| odd(2, "a damaged segment")),
        "utterance" => Source::Utterance { text: row.get(7)?, voice: row.get(8)?, speed: row.get(9)? },
        "file" => Source::File { name: row.get(7)? },
        "noise" => {
            let word: String = row.get(7)?;
            let kind = words::noise(&word).ok_or_else(|| odd(7, "an unknown noise"))?;
            Source::Noise { kind, seed: row.get::<_, i64>(10)?.cast_unsigned() }
        }
        _ => return Err(odd(3, "an unknown kind of segment")),
    };
    let sound = Sound {
        source,
        whole: row.get::<_, i64>(4)?.cast_unsigned(),
        level: Decibels::from_hundredths(row.get(5)?),
        digest: Digest::from_octets(row.get(6)?),
    };
    Segment::sound(samples, sound).map_err(|_| odd(2, "a damaged segment"))
}
