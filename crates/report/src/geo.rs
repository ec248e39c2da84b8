//! Country and autonomous system of a receiver, from tables in the `MaxMind` DB format that the user gives, and from the one that the program carries.

mod carried;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use earwitness_core::findings::Findings;
use earwitness_core::name_protocols::text::clean;
use maxminddb::{LookupResult, MaxMindDbError, PathElement, Reader};

/// Records looked at to find out what a table is about.
const SAMPLE: usize = 1_000;

pub use self::carried::date;

/// Tables to look addresses up in; without any file, the one that the program carries.
#[derive(Default)]
pub struct Geo {
    tables: Vec<Reader<Vec<u8>>>,
}

/// A file is no table of countries or autonomous systems.
#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    /// It cannot be read.
    #[error("cannot read {path}: {1}", path = .0.display())]
    Unreadable(PathBuf, std::io::Error),
    /// It is not in the `MaxMind` DB format, or damaged.
    #[error("{path} is not a MaxMind DB file ({1}); give an .mmdb file", path = .0.display())]
    NotATable(PathBuf, MaxMindDbError),
    /// It is such a table, of the kind named, but its records tell neither country nor system.
    #[error("{path} is a table of {1:?} and holds neither countries nor autonomous systems; give one of country, city or ASN", path = .0.display())]
    OffTopic(PathBuf, String),
}

impl Geo {
    /// Opens the tables: one of countries, one of autonomous systems, or one of both, in any order.
    pub fn open(paths: &[PathBuf]) -> Result<Self, GeoError> {
        let tables = paths.iter().map(|path| table(path)).collect::<Result<_, _>>()?;
        Ok(Self { tables })
    }

    /// ISO 3166-1 code of the country, and number and name of the autonomous system, as far as a table tells them. The first
    /// table that does is believed, and what the program carries after those of the user.
    #[must_use]
    pub fn lookup(&self, address: IpAddr) -> (Option<String>, Option<(u32, String)>) {
        let records = || self.tables.iter().filter_map(|table| table.lookup(address).ok());
        let (country, system) = (records().find_map(|record| country(&record)), records().find_map(|record| system(&record)));
        if country.is_some() && system.is_some() {
            return (country, system);
        }
        let Some(carried) = carried::lookup(address) else { return (country, system) };
        // Of another network than the user's table says, its country would not fit.
        let same = system.as_ref().is_none_or(|system| system.0 == carried.number);
        let country = country.or_else(|| carried.country.filter(|_| same));
        (country, system.or_else(|| Some((carried.number, clean(carried.name.as_bytes())))))
    }

    /// Fills in where the receivers on the internet are.
    pub fn locate(&self, findings: &mut Findings) {
        for device in &mut findings.devices {
            let uploads = [&mut device.sightings, &mut device.continuous, &mut device.local_sightings].into_iter().flatten();
            let receivers = uploads.map(|it| &mut it.receiver).chain(device.contacts.iter_mut().map(|it| &mut it.receiver));
            for it in receivers.filter(|it| !it.local) {
                (it.country, it.system) = self.lookup(it.address);
            }
        }
    }
}

fn table(path: &Path) -> Result<Reader<Vec<u8>>, GeoError> {
    let octets = std::fs::read(path).map_err(|error| GeoError::Unreadable(path.to_owned(), error))?;
    let broken = |error| GeoError::NotATable(path.to_owned(), error);
    let table = Reader::from_source(octets).map_err(broken)?;
    let mut sample = table.networks(maxminddb::WithinOptions::default()).map_err(broken)?.take(SAMPLE);
    let tells = sample.any(|record| record.is_ok_and(|record| country(&record).is_some() || system(&record).is_some()));
    drop(sample);
    if tells { Ok(table) } else { Err(GeoError::OffTopic(path.to_owned(), clean(table.metadata().database_type.as_bytes()))) }
}

type Record<'a> = LookupResult<'a, Vec<u8>>;

/// The text at a place in the record, where there is one.
fn text<'a>(record: &Record<'a>, keys: &[&str]) -> Option<&'a str> {
    let path: Vec<_> = keys.iter().map(|key| PathElement::Key(key)).collect();
    record.decode_path(&path).ok().flatten()
}

/// Some publishers write a map with the code and names in it, others the code alone.
fn country(record: &Record<'_>) -> Option<String> {
    let code = text(record, &["country", "iso_code"])
        .or_else(|| text(record, &["country_code"]))
        .or_else(|| text(record, &["country"]))?;
    let is_code = code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_alphabetic());
    is_code.then(|| code.to_ascii_uppercase())
}

/// A number and a name apart from each other, or a text like `AS64496`, as the publishers like it.
fn system(record: &Record<'_>) -> Option<(u32, String)> {
    let number = record.decode_path(&[PathElement::Key("autonomous_system_number")]).ok().flatten();
    let number = number.or_else(|| text(record, &["asn"])?.strip_prefix("AS")?.parse().ok())?;
    let name = text(record, &["autonomous_system_organization"])
        .or_else(|| text(record, &["as_name"]))
        .or_else(|| text(record, &["name"]));
    Some((number, clean(name.unwrap_or_default().as_bytes())))
}

#[cfg(test)]
mod tests;
