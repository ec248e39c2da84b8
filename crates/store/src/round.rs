//! Rounds with their scores, and what the published test said after each.

use std::collections::BTreeMap;

use earwitness_core::detect::lottery::Score;
use earwitness_core::detect::ttest::Evidence;
use earwitness_core::findings::DeviceId;
use earwitness_core::measure::Measure;
use earwitness_core::probe::{Played, Round, Stimulus, Void};
use earwitness_core::samples::Tested;
use earwitness_core::time::Timestamp;
use earwitness_core::trial::Trial;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::device;
use super::error::odd;
use super::pack::{self, Packer, Unpacker};
use super::session::SessionId;
use super::sounded::{self, Sounded};
use super::words::{self, heard_word, sound_word, void_word};

/// Writes a trial. `false` if another one with its number is there; the same one may come twice.
pub(super) fn write(connection: &Connection, session: SessionId, trial: &Trial) -> rusqlite::Result<bool> {
    let Trial { round, scores } = trial;
    let Round { number, slots, drawn, played, void } = round;
    let Played { stimulus, onset, length, heard, .. } = played;
    let mut rows: Vec<(i64, &[Score<Measure>])> = Vec::with_capacity(scores.len());
    for (device, measures) in scores {
        rows.push((device::row(connection, *device)?, measures));
    }
    let sql = "INSERT INTO rounds (session, number, slots, drawn, sound, sound_kind, onset, length, heard, void, scores) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO UPDATE SET sound = excluded.sound, \
               sound_kind = excluded.sound_kind, onset = excluded.onset, length = excluded.length, heard = excluded.heard, \
               void = excluded.void, scores = excluded.scores \
               WHERE rounds.void = 'drawn' AND rounds.slots = excluded.slots AND rounds.drawn = excluded.drawn";
    let written = connection.prepare_cached(sql)?.execute(params![
        session.0,
        number,
        pack::slots(slots),
        i64::try_from(*drawn).unwrap_or(i64::MAX),
        stimulus.name,
        sound_word(stimulus.kind),
        onset.nanos(),
        length,
        heard_word(*heard),
        void.map(void_word),
        pack::scores(rows.into_iter()),
    ])?;
    if written > 0 {
        sounded::write(connection, session, *number, played)?;
        return Ok(true);
    }
    Ok(one(connection, session, *number)?.is_some_and(|before| before == *trial))
}

const COLUMNS: &str = "number, slots, drawn, sound, sound_kind, onset, length, heard, void, scores";

/// Stands for what happened to a round whose lot was drawn and that is not scored yet. No such row is read as a trial.
const DRAWN: &str = "drawn";

/// Writes that the lot of a round was drawn, or what was played in it since.
pub(super) fn write_drawn(connection: &Connection, session: SessionId, round: &Round) -> rusqlite::Result<()> {
    let sql = "INSERT INTO rounds (session, number, slots, drawn, sound, sound_kind, onset, length, heard, void, scores) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO UPDATE SET sound = excluded.sound, \
               sound_kind = excluded.sound_kind, onset = excluded.onset, length = excluded.length, heard = excluded.heard \
               WHERE rounds.void = 'drawn' AND rounds.slots = excluded.slots AND rounds.drawn = excluded.drawn";
    let Played { stimulus, onset, length, heard, .. } = &round.played;
    let fields = params![
        session.0,
        round.number,
        pack::slots(&round.slots),
        i64::try_from(round.drawn).unwrap_or(i64::MAX),
        stimulus.name,
        sound_word(stimulus.kind),
        onset.nanos(),
        length,
        heard_word(*heard),
        DRAWN,
        pack::scores(std::iter::empty()),
    ];
    if connection.prepare_cached(sql)?.execute(fields)? > 0 {
        sounded::write(connection, session, round.number, &round.played)?;
    }
    Ok(())
}

/// Rounds whose lots were drawn and that are not scored.
pub(super) fn unfinished(connection: &Connection, session: SessionId) -> rusqlite::Result<Vec<Round>> {
    let sql = format!("SELECT {COLUMNS} FROM rounds WHERE session = ?1 AND void = '{DRAWN}' ORDER BY number");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut sounded = sounded::read(connection, session, (0, u32::MAX))?;
    let rows = statement.query_map([session.0], |row| read(row, &BTreeMap::new(), &mut sounded).map(|trial| trial.round))?;
    rows.collect()
}

/// One trial.
fn one(connection: &Connection, session: SessionId, number: u32) -> rusqlite::Result<Option<Trial>> {
    let devices = device::all(connection)?;
    let sql = format!("SELECT {COLUMNS} FROM rounds WHERE session = ?1 AND number = ?2");
    let mut sounded = sounded::read(connection, session, (number, number))?;
    connection.prepare_cached(&sql)?.query_row(params![session.0, number], |row| read(row, &devices, &mut sounded)).optional()
}

/// The trials of a session up to a round, in the order of their numbers.
pub(super) fn trials(connection: &Connection, session: SessionId, last: u32) -> rusqlite::Result<Vec<Trial>> {
    let devices = device::all(connection)?;
    let sql =
        format!("SELECT {COLUMNS} FROM rounds WHERE session = ?1 AND number <= ?2 AND void IS NOT '{DRAWN}' ORDER BY number");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut sounded = sounded::read(connection, session, (0, last))?;
    let rows = statement.query_map(params![session.0, last], |row| read(row, &devices, &mut sounded))?;
    rows.collect()
}

/// Number of the last round of a session.
pub(super) fn last(connection: &Connection, session: SessionId) -> rusqlite::Result<Option<u32>> {
    let mut statement = connection.prepare_cached("SELECT max(number) FROM rounds WHERE session = ?1 AND void IS NOT ?2")?;
    statement.query_row(params![session.0, DRAWN], |row| row.get(0))
}

fn read(row: &Row<'_>, devices: &BTreeMap<i64, DeviceId>, sounded: &mut BTreeMap<u32, Sounded>) -> rusqlite::Result<Trial> {
    let (slots, scores): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(9)?);
    let (kind, heard): (String, String) = (row.get(4)?, row.get(7)?);
    let void = row.get::<_, Option<String>>(8)?;
    let reason = |word: &str| if word == DRAWN { Some(Void::Interrupted) } else { words::void(word) };
    let void = void.map(|word| reason(&word).ok_or_else(|| odd(8, "an unknown reason"))).transpose()?;
    let stimulus = Stimulus { name: row.get(3)?, kind: words::sound(&kind).ok_or_else(|| odd(4, "an unknown kind of sound"))? };
    let number = row.get(0)?;
    let Sounded { condition, timelines } = sounded.remove(&number).unwrap_or_default();
    let round = Round {
        number,
        slots: pack::unpack_slots(&slots).ok_or_else(|| odd(1, "damaged slots"))?,
        drawn: usize::try_from(row.get::<_, i64>(2)?).map_err(|_| odd(2, "a negative slot"))?,
        played: Played {
            stimulus,
            condition,
            onset: Timestamp::from_nanos(row.get(5)?),
            length: row.get(6)?,
            heard: words::heard(&heard).ok_or_else(|| odd(7, "an unknown word"))?,
            timelines,
        },
        void,
    };
    let scores = pack::unpack_scores(&scores).ok_or_else(|| odd(9, "damaged scores"))?;
    let scores = scores.into_iter().map(|(row, measures)| Some((*devices.get(&row)?, measures)));
    let scores = scores.collect::<Option<_>>().ok_or_else(|| odd(9, "scores of an unknown device"))?;
    Ok(Trial { round, scores })
}

/// Writes what the published test said after the probe of a round; what was there before is replaced.
pub(super) fn write_tested(connection: &Connection, session: SessionId, round: u32, tested: &Tested) -> rusqlite::Result<()> {
    let mut to = Packer::default();
    to.count(tested.devices.len());
    for (id, evidence) in &tested.devices {
        let Evidence { bins, left_out, statistic, p, reacted } = *evidence;
        to.signed(device::row(connection, *id)?);
        to.count(bins);
        to.number(left_out);
        to.number(u64::from(statistic.is_some()) | u64::from(p.is_some()) << 1 | u64::from(reacted) << 2);
        [statistic, p].into_iter().flatten().for_each(|number| to.bits(number));
    }
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO tests VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute(params![session.0, round, tested.cut, to.octets()]).map(drop)
}

/// What the published test said, by the number of the round.
pub(super) fn tested(connection: &Connection, session: SessionId, last: u32) -> rusqlite::Result<BTreeMap<u32, Tested>> {
    let devices = device::all(connection)?;
    let mut statement = connection.prepare_cached("SELECT round, cut, devices FROM tests WHERE session = ?1 AND round <= ?2")?;
    let rows = statement.query_map(params![session.0, last], |row| {
        let octets: Vec<u8> = row.get(2)?;
        let evidence = evidence(&octets, &devices).ok_or_else(|| odd(2, "damaged results of the two-sample test"))?;
        Ok((row.get(0)?, Tested { devices: evidence, cut: row.get(1)? }))
    })?;
    rows.collect()
}

fn evidence(octets: &[u8], devices: &BTreeMap<i64, DeviceId>) -> Option<BTreeMap<DeviceId, Evidence>> {
    let mut of = Unpacker(octets);
    let count = of.count()?;
    let mut all = BTreeMap::new();
    for _ in 0..count {
        let device = *devices.get(&of.signed()?)?;
        let (bins, left_out, flags) = (usize::try_from(of.number()?).ok()?, of.number()?, of.number()?);
        let mut number = |flag: u64| if flags & flag == 0 { Some(None) } else { of.bits().map(Some) };
        let (statistic, p) = (number(1)?, number(2)?);
        all.insert(device, Evidence { bins, left_out, statistic, p, reacted: flags & 4 != 0 });
    }
    of.whole(all)
}
