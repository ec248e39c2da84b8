//! Sightings with all that is known of them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use earwitness_core::findings::{DeviceId, Estimate, FlowKey, Receiver, Seen, Sighting, SightingKind};
use earwitness_core::private::Private;
use earwitness_core::time::{Timestamp, Window};
use rusqlite::{Connection, Row, params};

use super::error::odd;
use super::pack;
use super::session::children;
use super::words::{self, shape_word, sighting_word, source_word, words};

/// In which list of a device a sighting stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// Sent to the internet.
    Internet,
    /// Longer than any utterance.
    Continuous,
    /// Sent to a receiver inside the home.
    Local,
}

words! {
    /// The word for a list.
    pub(super) list_word, list_of: List as &'static str, &str;
    [List::Internet] => "internet",
    [List::Continuous] => "continuous",
    [List::Local] => "local",
}

impl List {
    /// The word for the list.
    #[must_use]
    pub fn word(self) -> &'static str {
        list_word(self)
    }
}

/// A sighting as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredSighting {
    /// Its number within the store.
    pub id: i64,
    /// Whose it is.
    pub device: DeviceId,
    /// In which list it stands.
    pub list: List,
    /// The sighting.
    pub sighting: Sighting,
}

/// Writes a sighting of a device.
pub(super) fn write(connection: &Connection, stretch: i64, device: i64, list: List, it: &Sighting) -> rusqlite::Result<()> {
    let Sighting { kind, window, flow, receiver, audio_seconds, pre_roll_seconds, tail_seconds, bit_rate, .. } = it;
    let Receiver { address, port, name, local, country, system } = receiver;
    let sql = "INSERT INTO sightings (stretch, device, list, kind, from_at, until_at, source, source_port, destination, \
               destination_port, protocol, receiver, receiver_port, receiver_name, receiver_name_source, receiver_local, \
               receiver_country, receiver_system, receiver_system_name, audio_seconds, audio_seconds_low, audio_seconds_high, \
               pre_roll_seconds, tail_seconds, bit_rate, octets_total, octets_audio, marks, pre_roll_seconds_low, \
               pre_roll_seconds_high, tail_seconds_low, tail_seconds_high) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, \
               ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)";
    let sighting = connection.prepare_cached(sql)?.insert(params![
        stretch,
        device,
        list.word(),
        sighting_word(*kind),
        window.from.nanos(),
        window.until.nanos(),
        flow.source.to_string(),
        flow.source_port,
        flow.destination.to_string(),
        flow.destination_port,
        flow.protocol,
        address.to_string(),
        port,
        name.as_ref().map(|name| name.0.reveal()),
        name.as_ref().map(|name| source_word(name.1)),
        local,
        country,
        system.as_ref().map(|system| system.0),
        system.as_ref().map(|system| &system.1),
        audio_seconds.map(|it| it.value),
        audio_seconds.map(|it| it.low),
        audio_seconds.map(|it| it.high),
        pre_roll_seconds.value,
        tail_seconds.value,
        bit_rate,
        it.octets_total.cast_signed(),
        it.octets_audio.cast_signed(),
        pack::marks(&it.marks, window.from),
        pre_roll_seconds.low,
        pre_roll_seconds.high,
        tail_seconds.low,
        tail_seconds.high,
    ])?;
    for (place, seen) in (0_i64..).zip(&it.detectors) {
        write_seen(connection, sighting, place, seen)?;
    }
    Ok(())
}

/// A beat that goes on is handed over again with each stretch, as far as it went: only the last one keeps its records.
pub(super) fn supersede(connection: &Connection, stretch: i64, device: i64, it: &Sighting) -> rusqlite::Result<()> {
    let sql = "UPDATE sightings SET marks = ?5 WHERE stretch = ?1 - 1 AND device = ?2 AND list = 'continuous' AND from_at = ?3 \
               AND source_port = ?4 AND destination = ?6 AND destination_port = ?7";
    let none = pack::marks(&[], it.window.from);
    let flow = &it.flow;
    let (to, port) = (flow.destination.to_string(), flow.destination_port);
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![stretch, device, it.window.from.nanos(), flow.source_port, none, to, port]).map(drop)
}

fn write_seen(connection: &Connection, sighting: i64, place: i64, seen: &Seen) -> rusqlite::Result<()> {
    let sql = "INSERT INTO detections (sighting, place, detector, shape, beat, records, regularity, unevenness, windows, octets, \
               mean_rate, peak_rate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let mut statement = connection.prepare_cached(sql)?;
    let none = None::<f64>;
    match *seen {
        Seen::Clock { shape, beat, records, regularity, unevenness } => {
            let shape = shape_word(shape);
            statement
                .execute(params![sighting, place, "clock", shape, beat, records, regularity, unevenness, none, none, none, none])
        }
        Seen::Burst { windows, mean_rate, peak_rate } => statement
            .execute(params![sighting, place, "burst", none, none, none, none, none, windows, none, mean_rate, peak_rate]),
        Seen::Bulk { octets, mean_rate } => {
            let octets = octets.cast_signed();
            statement.execute(params![sighting, place, "bulk", none, none, none, none, none, none, octets, mean_rate, none])
        }
    }
    .map(drop)
}

const COLUMNS: &str = "id, device, list, kind, from_at, until_at, source, source_port, destination, destination_port, protocol, \
                       receiver, receiver_port, receiver_name, receiver_name_source, receiver_local, receiver_country, \
                       receiver_system, receiver_system_name, audio_seconds, audio_seconds_low, audio_seconds_high, \
                       pre_roll_seconds, tail_seconds, bit_rate, octets_total, octets_audio, marks, pre_roll_seconds_low, \
                       pre_roll_seconds_high, tail_seconds_low, tail_seconds_high";

/// The kind that a word stands for. Early versions called a recording what is a large upload as long as no sound is shown to cause it.
fn kind_of(word: &str) -> Option<SightingKind> {
    let kind = words::kind(word)?;
    Some(if kind == SightingKind::Recording { SightingKind::LargeUpload } else { kind })
}

/// The sightings of a stretch, in the order in which they were written.
pub(super) fn of_stretch(
    connection: &Connection,
    stretch: i64,
    devices: &BTreeMap<i64, DeviceId>,
) -> rusqlite::Result<Vec<StoredSighting>> {
    let sql = format!("SELECT {COLUMNS} FROM sightings WHERE stretch = ?1 ORDER BY id");
    children(connection, &sql, stretch, |row| read(connection, row, devices))
}

fn read(connection: &Connection, row: &Row<'_>, devices: &BTreeMap<i64, DeviceId>) -> rusqlite::Result<StoredSighting> {
    let address = |column: usize| -> rusqlite::Result<IpAddr> {
        row.get::<_, String>(column)?.parse().map_err(|_| odd(column, "an unknown address"))
    };
    let at = |column: usize| row.get(column).map(Timestamp::from_nanos);
    let number = |column: usize| row.get::<_, Option<f64>>(column).map(|it| it.unwrap_or(f64::NAN));
    let id: i64 = row.get(0)?;
    let (list, kind): (String, String) = (row.get(2)?, row.get(3)?);
    let window = Window { from: at(4)?, until: at(5)? };
    let name = match (row.get::<_, Option<String>>(13)?, row.get::<_, Option<String>>(14)?) {
        (Some(name), Some(source)) => {
            Some((Private::new(name), words::source(&source).ok_or_else(|| odd(14, "an unknown source of a name"))?))
        }
        _ => None,
    };
    let system = row.get::<_, Option<u32>>(17)?.zip(row.get::<_, Option<String>>(18)?);
    let audio = row.get::<_, Option<f64>>(19)?;
    let audio_seconds = match audio {
        Some(value) => Some(Estimate { value, low: number(20)?, high: number(21)? }),
        None => None,
    };
    let marks: Vec<u8> = row.get(27)?;
    Ok(StoredSighting {
        id,
        device: *devices.get(&row.get(1)?).ok_or_else(|| odd(1, "an unknown device"))?,
        list: list_of(&list).ok_or_else(|| odd(2, "an unknown list"))?,
        sighting: Sighting {
            kind: kind_of(&kind).ok_or_else(|| odd(3, "an unknown kind"))?,
            window,
            flow: FlowKey {
                source: address(6)?,
                source_port: row.get(7)?,
                destination: address(8)?,
                destination_port: row.get(9)?,
                protocol: row.get(10)?,
            },
            receiver: Receiver {
                address: address(11)?,
                port: row.get(12)?,
                name,
                local: row.get(15)?,
                country: row.get(16)?,
                system,
            },
            audio_seconds,
            pre_roll_seconds: Estimate { value: number(22)?, low: number(28)?, high: number(29)? },
            tail_seconds: Estimate { value: number(23)?, low: number(30)?, high: number(31)? },
            bit_rate: row.get(24)?,
            octets_total: row.get::<_, i64>(25)?.cast_unsigned(),
            octets_audio: row.get::<_, i64>(26)?.cast_unsigned(),
            detectors: seen(connection, id)?,
            marks: pack::unpack_marks(&marks, window.from).ok_or_else(|| odd(27, "damaged records"))?,
        },
    })
}

fn seen(connection: &Connection, sighting: i64) -> rusqlite::Result<Vec<Seen>> {
    let sql = "SELECT detector, shape, beat, records, regularity, unevenness, windows, octets, mean_rate, peak_rate \
               FROM detections WHERE sighting = ?1 ORDER BY place";
    children(connection, sql, sighting, |row| {
        let number = |column: usize| row.get::<_, Option<f64>>(column).map(|it| it.unwrap_or(f64::NAN));
        let detector: String = row.get(0)?;
        match detector.as_str() {
            "clock" => {
                let shape: String = row.get(1)?;
                Ok(Seen::Clock {
                    shape: words::shape(&shape).ok_or_else(|| odd(1, "an unknown shape"))?,
                    beat: row.get(2)?,
                    records: row.get(3)?,
                    regularity: number(4)?,
                    unevenness: number(5)?,
                })
            }
            "burst" => Ok(Seen::Burst { windows: row.get(6)?, mean_rate: number(8)?, peak_rate: number(9)? }),
            "bulk" => Ok(Seen::Bulk { octets: row.get::<_, i64>(7)?.cast_unsigned(), mean_rate: number(8)? }),
            _ => Err(odd(0, "an unknown detector")),
        }
    })
}
