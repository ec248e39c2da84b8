//! Stretches: what was seen from one hand-over to the next.

use std::collections::BTreeMap;

use earwitness_core::findings::{BurstRun, CaptureFacts, Damage, DeviceFindings, DeviceId, Findings, Role};
use earwitness_core::time::{Timestamp, Window};
use rusqlite::{Connection, params};

use super::device::{self, Description};
use super::error::odd;
use super::session::{SessionId, children};
use super::sighting::{self, List};
use super::{contact, pack};

/// Writes a stretch; says its number.
pub(super) fn write(connection: &Connection, session: Option<SessionId>, findings: &Findings) -> rusqlite::Result<i64> {
    let Findings { capture, devices } = findings;
    let sql = "INSERT INTO stretches (session, first, last, frames, wire_octets, cut, oversized, dropped, clock_back, clock_ahead, \
               stopped, others, sightings_left_out, flows_not_followed) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let stretch = connection.prepare_cached(sql)?.insert(params![
        session.map(|it| it.0),
        capture.first.map(Timestamp::nanos),
        capture.last.map(Timestamp::nanos),
        capture.frames.cast_signed(),
        capture.wire_octets.cast_signed(),
        capture.cut.cast_signed(),
        capture.oversized.cast_signed(),
        capture.dropped.cast_signed(),
        capture.clock_back.cast_signed(),
        capture.clock_ahead.cast_signed(),
        serde_json::to_string(&capture.stopped).unwrap_or_default(),
        capture.others.cast_signed(),
        capture.sightings_left_out.cast_signed(),
        capture.flows_not_followed.cast_signed(),
    ])?;
    for found in devices {
        write_device(connection, stretch, found)?;
    }
    Ok(stretch)
}

fn write_device(connection: &Connection, stretch: i64, found: &DeviceFindings) -> rusqlite::Result<()> {
    let device = device::row(connection, found.id)?;
    let description = device::describe(connection, device, &Description::of(found))?;
    let mut statement = connection.prepare_cached("INSERT INTO series VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    statement.execute(params![
        stretch,
        device,
        description,
        found.seen.from.nanos(),
        found.seen.until.nanos(),
        pack::totals([found.upstream, found.downstream, found.local, found.chatter], found.passage.as_ref()),
        pack::series(&found.sent),
        pack::series(&found.received),
    ])?;
    for (list, sightings) in
        [(List::Internet, &found.sightings), (List::Continuous, &found.continuous), (List::Local, &found.local_sightings)]
    {
        for it in sightings {
            if list == List::Continuous {
                sighting::supersede(connection, stretch, device, it)?;
            }
            sighting::write(connection, stretch, device, list, it)?;
        }
    }
    contact::write(connection, stretch, device, &found.contacts)?;
    let mut statement = connection.prepare_cached("INSERT INTO bursts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for (place, run) in (0_i64..).zip(&found.bursts) {
        statement.execute(params![
            stretch,
            device,
            place,
            run.window.from.nanos(),
            run.window.until.nanos(),
            run.windows,
            run.octets.cast_signed(),
            run.mean_rate,
            run.peak_rate
        ])?;
    }
    Ok(())
}

/// Number of the last stretch of a session; 0 where there is none.
pub(super) fn last(connection: &Connection, session: SessionId) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(id), 0) FROM stretches WHERE session = ?1")?;
    statement.query_row([session.0], |row| row.get(0))
}

/// The stretches of a session up to one of them.
pub(super) fn of_session(connection: &Connection, session: SessionId, last: i64) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT id FROM stretches WHERE session = ?1 AND id <= ?2 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![session.0, last], |row| row.get(0))?;
    rows.collect()
}

/// The stretches that share a moment with a window, and those of which nobody knows when they were.
pub(super) fn within(connection: &Connection, window: Window) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT id FROM stretches WHERE (first < ?2 AND last >= ?1) OR first IS NULL ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![window.from.nanos(), window.until.nanos()], |row| row.get(0))?;
    rows.collect()
}

/// Stretches that were written after the one with that number and end at `from` or later, in the order in which they were written.
pub(super) fn after(connection: &Connection, number: i64, from: Timestamp) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT id FROM stretches WHERE id > ?1 AND last >= ?2 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![number, from.nanos()], |row| row.get(0))?;
    rows.collect()
}

/// From the first to the last frame of each stretch whose sightings are kept, in order of time.
pub(super) fn watched(connection: &Connection) -> rusqlite::Result<Vec<Window>> {
    let sql = "SELECT first, last FROM stretches WHERE first IS NOT NULL AND last IS NOT NULL AND (retired = 0 OR last >= \
               (SELECT min(from_at) FROM sightings JOIN stretches AS old ON old.id = stretch WHERE old.retired = 1)) ORDER BY first";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Window { from: Timestamp::from_nanos(row.get(0)?), until: Timestamp::from_nanos(row.get(1)?).plus(1) })
    })?;
    rows.collect()
}

/// A stretch as it was handed over; what was deleted because of its age is missing.
pub(super) fn read(connection: &Connection, stretch: i64, known: &BTreeMap<i64, DeviceId>) -> rusqlite::Result<Findings> {
    let mut devices: BTreeMap<DeviceId, DeviceFindings> = BTreeMap::new();
    let sql = "SELECT device, description, seen_from, seen_until, totals, sent, received FROM series WHERE stretch = ?1";
    for found in children(connection, sql, stretch, |row| {
        let number: i64 = row.get(0)?;
        let id = *known.get(&number).ok_or_else(|| odd(0, "an unknown device"))?;
        let seen = Window { from: Timestamp::from_nanos(row.get(2)?), until: Timestamp::from_nanos(row.get(3)?) };
        let (totals, sent, received): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let (all, passage) = pack::unpack_totals(&totals).ok_or_else(|| odd(4, "damaged totals"))?;
        let [upstream, downstream, local, chatter] = all;
        let series = |octets: &[u8], column| pack::unpack_series(octets).ok_or_else(|| odd(column, "a damaged series"));
        let (sent, received) = (series(&sent, 5)?, series(&received, 6)?);
        let mut found = DeviceFindings {
            upstream,
            downstream,
            local,
            chatter,
            sent,
            received,
            passage,
            ..DeviceFindings::new(id, Role::Device, seen)
        };
        let description = device::description(connection, row.get(1)?)?;
        description.fill_in(&mut found).ok_or_else(|| odd(1, "a damaged description"))?;
        Ok(found)
    })? {
        devices.insert(found.id, found);
    }
    for (id, contact) in contact::of_stretch(connection, stretch, known)? {
        if let Some(found) = devices.get_mut(&id) {
            found.contacts.push(contact);
        }
    }
    for it in sighting::of_stretch(connection, stretch, known)? {
        let found = match devices.entry(it.device) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            // Its series was deleted.
            std::collections::btree_map::Entry::Vacant(entry) => {
                let mut found = DeviceFindings::new(it.device, Role::Device, it.sighting.window);
                let row = known.iter().find(|row| *row.1 == it.device).map_or(0, |row| *row.0);
                if let Some(description) = device::latest(connection, row)? {
                    description.fill_in(&mut found).ok_or_else(|| odd(1, "a damaged description"))?;
                }
                entry.insert(found)
            }
        };
        match it.list {
            List::Internet => found.sightings.push(it.sighting),
            List::Continuous => found.continuous.push(it.sighting),
            List::Local => found.local_sightings.push(it.sighting),
        }
    }
    // The device's own runs of loud windows, in captures that end.
    let sql =
        "SELECT device, from_at, until_at, windows, octets, mean_rate, peak_rate FROM bursts WHERE stretch = ?1 ORDER BY place";
    for (id, run) in children(connection, sql, stretch, |row| {
        let number = |column: usize| row.get::<_, Option<f64>>(column).map(|it| it.unwrap_or(f64::NAN));
        let run = BurstRun {
            window: Window { from: Timestamp::from_nanos(row.get(1)?), until: Timestamp::from_nanos(row.get(2)?) },
            windows: row.get(3)?,
            octets: row.get::<_, i64>(4)?.cast_unsigned(),
            mean_rate: number(5)?,
            peak_rate: number(6)?,
        };
        Ok((*known.get(&row.get(0)?).ok_or_else(|| odd(0, "an unknown device"))?, run))
    })? {
        if let Some(found) = devices.get_mut(&id) {
            found.bursts.push(run);
        }
    }
    Ok(Findings { capture: facts(connection, stretch)?, devices: devices.into_values().collect() })
}

fn facts(connection: &Connection, stretch: i64) -> rusqlite::Result<CaptureFacts> {
    let sql = "SELECT first, last, frames, wire_octets, cut, oversized, dropped, clock_back, clock_ahead, stopped, others, \
               sightings_left_out, flows_not_followed FROM stretches WHERE id = ?1";
    connection.prepare_cached(sql)?.query_row([stretch], |row| {
        let moment = |column: usize| row.get::<_, Option<i64>>(column).map(|it| it.map(Timestamp::from_nanos));
        let count = |column: usize| row.get::<_, i64>(column).map(i64::cast_unsigned);
        let stopped: String = row.get(9)?;
        Ok(CaptureFacts {
            first: moment(0)?,
            last: moment(1)?,
            frames: count(2)?,
            wire_octets: count(3)?,
            cut: count(4)?,
            oversized: count(5)?,
            dropped: count(6)?,
            clock_back: count(7)?,
            clock_ahead: count(8)?,
            stopped: serde_json::from_str(&stopped).map_err(|_| odd(9, "damaged reasons"))?,
            // A live capture is of links that are read, and no file that could be damaged.
            unread_octets: 0,
            damage: Damage::default(),
            others: count(10)?,
            sightings_left_out: count(11)?,
            flows_not_followed: count(12)?,
        })
    })
}
