//! Devices, and what they announced of themselves.

use std::collections::BTreeMap;
use std::net::IpAddr;

use earwitness_core::findings::{DeviceFindings, DeviceId, Role, SenderSign};
use earwitness_core::private::Private;
use rusqlite::{Connection, OptionalExtension, params};

use super::words::{self, role_word, sign_word};

/// The kinds of identity, and the address in full.
fn identity(id: DeviceId) -> (&'static str, String) {
    match id {
        DeviceId::Mac(mac) => ("mac", mac.to_string()),
        DeviceId::Address(address) => ("address", address.to_string()),
    }
}

fn id(kind: &str, address: &str) -> Option<DeviceId> {
    match kind {
        "mac" => address.parse().ok().map(DeviceId::Mac),
        "address" => address.parse().ok().map(DeviceId::Address),
        _ => None,
    }
}

/// The row of a device; made when it is not there.
pub(super) fn row(connection: &Connection, device: DeviceId) -> rusqlite::Result<i64> {
    let (kind, address) = identity(device);
    let known = connection
        .prepare_cached("SELECT id FROM devices WHERE address = ?1 AND kind = ?2")?
        .query_row(params![address, kind], |row| row.get(0))
        .optional()?;
    match known {
        Some(row) => Ok(row),
        None => connection.prepare_cached("INSERT INTO devices (kind, address) VALUES (?1, ?2)")?.insert(params![kind, address]),
    }
}

/// All devices by their rows.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<BTreeMap<i64, DeviceId>> {
    let mut statement = connection.prepare_cached("SELECT id, kind, address FROM devices")?;
    let rows = statement.query_map([], |row| {
        let (number, kind, address): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let device = id(&kind, &address).ok_or_else(|| super::error::odd(1, "a device without an address"))?;
        Ok((number, device))
    })?;
    rows.collect()
}

/// What a device told of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announced {
    /// The host name that it asked for an address with (DHCP) or is found by (mDNS).
    pub host_name: Option<Private<String>>,
    /// The names that it announced (mDNS, SSDP).
    pub names: Vec<Private<String>>,
}

/// What each device that ever told a name told last.
pub(super) fn announced(connection: &Connection) -> rusqlite::Result<BTreeMap<DeviceId, Announced>> {
    let known = all(connection)?;
    let sql = "SELECT device, host_name, names FROM descriptions WHERE host_name IS NOT NULL OR names <> '[]' ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (device, host_name, names): (i64, Option<String>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let names = unlist(&names).ok_or_else(damaged)?.into_iter().map(Private::new).collect();
        if let Some(id) = known.get(&device) {
            found.insert(*id, Announced { host_name: host_name.map(Private::new), names });
        }
    }
    Ok(found)
}

/// What a device announced of itself, as it is written.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Description {
    role: Role,
    randomised: bool,
    addresses: String,
    host_name: Option<String>,
    vendor_class: Option<String>,
    names: String,
    sender_signs: String,
}

impl Description {
    pub(super) fn of(device: &DeviceFindings) -> Self {
        let text = |name: &Private<String>| name.reveal().clone();
        let addresses: Vec<String> = device.addresses.iter().map(ToString::to_string).collect();
        let names: Vec<String> = device.names.iter().map(text).collect();
        let signs: Vec<String> = device.sender_signs.iter().map(|it| sign_word(*it).to_owned()).collect();
        Self {
            role: device.role,
            randomised: device.randomised,
            addresses: list(&addresses),
            host_name: device.host_name.as_ref().map(text),
            vendor_class: device.vendor_class.as_ref().map(text),
            names: list(&names),
            sender_signs: list(&signs),
        }
    }

    /// Fills in a device.
    pub(super) fn fill_in(&self, device: &mut DeviceFindings) -> Option<()> {
        let private = |name: &String| Private::new(name.clone());
        device.role = self.role;
        device.randomised = self.randomised;
        device.addresses = unlist(&self.addresses)?.iter().map(|text| text.parse().ok()).collect::<Option<Vec<IpAddr>>>()?;
        device.host_name = self.host_name.as_ref().map(private);
        device.vendor_class = self.vendor_class.as_ref().map(private);
        device.names = unlist(&self.names)?.into_iter().map(Private::new).collect();
        device.sender_signs = signs_of(&self.sender_signs)?;
        Some(())
    }

    /// What shows that others send under its address.
    pub(super) fn senders(&self) -> rusqlite::Result<Vec<SenderSign>> {
        signs_of(&self.sender_signs).ok_or_else(damaged)
    }
}

/// From which stretch on something showed that others send under a device's address, and what.
pub(super) type SignsByStretch = Vec<(i64, Vec<SenderSign>)>;

/// By the row of each device of a session whose traffic is kept, and of which anything ever showed that others send under its address: what showed, and when.
pub(super) fn senders(connection: &Connection, session: i64) -> rusqlite::Result<BTreeMap<i64, SignsByStretch>> {
    // A session of a month has millions of rows of series, and hardly ever a device with a sign: only its rows are looked for, and none is sorted.
    let sql = "SELECT series.device, description, stretch FROM stretches CROSS JOIN series ON series.stretch = stretches.id \
               WHERE session = ?1 AND series.device IN (SELECT device FROM descriptions WHERE sender_signs <> '[]') \
               ORDER BY stretches.id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([session])?;
    let mut firsts: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        firsts.entry((row.get(0)?, row.get(1)?)).or_insert(row.get(2)?);
    }
    let mut described = connection.prepare("SELECT sender_signs FROM descriptions WHERE id = ?1")?;
    let mut all: BTreeMap<i64, SignsByStretch> = BTreeMap::new();
    for ((device, description), stretch) in firsts {
        let signs: String = described.query_row([description], |row| row.get(0))?;
        all.entry(device).or_default().push((stretch, signs_of(&signs).ok_or_else(damaged)?));
    }
    Ok(all)
}

fn signs_of(text: &str) -> Option<Vec<SenderSign>> {
    unlist(text)?.iter().map(|text| words::sign(text)).collect()
}

fn damaged() -> rusqlite::Error {
    super::error::odd(0, "damaged signs of several senders")
}

/// Texts as a JSON array, which `SQLite`'s own functions can read.
pub(super) fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

pub(super) fn unlist(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

const COLUMNS: &str = "role, randomised, addresses, host_name, vendor_class, names, sender_signs";

fn read(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Description> {
    let role: String = row.get(from)?;
    Ok(Description {
        role: words::role(&role).ok_or_else(|| super::error::odd(from, "an unknown role"))?,
        randomised: row.get(from + 1)?,
        addresses: row.get(from + 2)?,
        host_name: row.get(from + 3)?,
        vendor_class: row.get(from + 4)?,
        names: row.get(from + 5)?,
        sender_signs: row.get(from + 6)?,
    })
}

/// Descriptions of a device that are looked through for one that is the same: what it announces may come and go.
const RECENT: i64 = 32;

/// The row of what a device announces now; a new one if it announced something else lately.
pub(super) fn describe(connection: &Connection, device: i64, now: &Description) -> rusqlite::Result<i64> {
    let sql = format!("SELECT id, {COLUMNS} FROM descriptions WHERE device = ?1 ORDER BY id DESC LIMIT {RECENT}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([device])?;
    while let Some(row) = rows.next()? {
        if read(row, 1)? == *now {
            return row.get(0);
        }
    }
    let sql = format!("INSERT INTO descriptions (device, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    let Description { role, randomised, addresses, host_name, vendor_class, names, sender_signs } = now;
    let fields = params![device, role_word(*role), randomised, addresses, host_name, vendor_class, names, sender_signs];
    connection.prepare_cached(&sql)?.insert(fields)
}

/// What a device announced last.
pub(super) fn latest(connection: &Connection, device: i64) -> rusqlite::Result<Option<Description>> {
    let sql = format!("SELECT {COLUMNS} FROM descriptions WHERE device = ?1 ORDER BY id DESC LIMIT 1");
    connection.prepare_cached(&sql)?.query_row([device], |row| read(row, 0)).optional()
}

/// A description by its row.
pub(super) fn description(connection: &Connection, row: i64) -> rusqlite::Result<Description> {
    let sql = format!("SELECT {COLUMNS} FROM descriptions WHERE id = ?1");
    connection.prepare_cached(&sql)?.query_row([row], |row| read(row, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::mac::Mac;
    use earwitness_core::time::{Timestamp, Window};

    #[test]
    fn what_is_known_of_a_device_comes_back_and_a_row_is_written_for_each_change() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(crate::schema::SQL).unwrap();
        let seen = Window { from: Timestamp::from_nanos(0), until: Timestamp::from_nanos(1) };
        let nothing = DeviceFindings::new(DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1])), Role::Device, seen);
        let addresses = vec![[192, 168, 1, 2].into()];
        let name = |name: &str| Private::new(name.to_owned());
        let (host_name, names) = (Some(name("thing")), vec![name("Küche")]);
        let mut found = DeviceFindings { addresses, host_name, names, ..nothing.clone() };
        let device = row(&connection, found.id).unwrap();
        let mut rows = Vec::new();
        for signs in [vec![], vec![SenderSign::Forwards, SenderSign::TcpOptions, SenderSign::Ports]] {
            found.sender_signs = signs;
            rows.push(describe(&connection, device, &Description::of(&found)).unwrap());
            let mut read = nothing.clone();
            description(&connection, *rows.last().unwrap()).unwrap().fill_in(&mut read).unwrap();
            assert_eq!(read, found);
        }
        assert_eq!(describe(&connection, device, &Description::of(&found)).unwrap(), rows[1]);
        assert_ne!(rows[0], rows[1]);
    }
}
