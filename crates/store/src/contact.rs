//! Whom devices sent to, second by second.

use std::collections::BTreeMap;
use std::net::IpAddr;

use earwitness_core::findings::{Contact, DeviceId, Receiver};
use earwitness_core::private::Private;
use rusqlite::{Connection, params};

use super::error::odd;
use super::pack;
use super::session::children;
use super::words::{source, source_word};

/// Writes the contacts of a device in a stretch.
pub(super) fn write(connection: &Connection, stretch: i64, device: i64, contacts: &[Contact]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT INTO contacts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for (place, Contact { receiver, sent }) in (0_i64..).zip(contacts) {
        statement.execute(params![
            stretch,
            device,
            place,
            receiver.address.to_string(),
            receiver.port,
            receiver.name.as_ref().map(|name| name.0.reveal()),
            receiver.name.as_ref().map(|name| source_word(name.1)),
            receiver.local,
            pack::series(sent),
        ])?;
    }
    Ok(())
}

/// The contacts in a stretch, of each device those first that got most.
pub(super) fn of_stretch(
    connection: &Connection,
    stretch: i64,
    known: &BTreeMap<i64, DeviceId>,
) -> rusqlite::Result<Vec<(DeviceId, Contact)>> {
    let sql = "SELECT device, receiver, receiver_port, receiver_name, receiver_name_source, receiver_local, sent FROM contacts \
               WHERE stretch = ?1 ORDER BY device, place";
    children(connection, sql, stretch, |row| {
        let address: IpAddr = row.get::<_, String>(1)?.parse().map_err(|_| odd(1, "an unknown address"))?;
        let name = match (row.get::<_, Option<String>>(3)?, row.get::<_, Option<String>>(4)?) {
            (Some(name), Some(text)) => {
                Some((Private::new(name), source(&text).ok_or_else(|| odd(4, "an unknown source of a name"))?))
            }
            _ => None,
        };
        let receiver = Receiver { address, port: row.get(2)?, name, local: row.get(5)?, country: None, system: None };
        let sent: Vec<u8> = row.get(6)?;
        let sent = pack::unpack_series(&sent).ok_or_else(|| odd(6, "a damaged series"))?;
        Ok((*known.get(&row.get(0)?).ok_or_else(|| odd(0, "an unknown device"))?, Contact { receiver, sent }))
    })
}
