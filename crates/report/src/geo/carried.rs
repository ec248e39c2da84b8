//! The table of networks that the program carries: which autonomous system announces an address, what it is called, and where most of its addresses are
//! registered. Made by `data/networks.py`; whom it is from, and under which licence, is in `data/networks.md`.

use std::net::IpAddr;
use std::sync::OnceLock;

/// Columns of LEB128 numbers and text, packed.
static PACKED: &[u8] = include_bytes!("../../data/networks.zst");

/// The unpacked table; it is unpacked when it is asked for the first time (about 10 MB, some hundredths of a second).
static TABLE: OnceLock<Option<Table>> = OnceLock::new();

/// Octets of the date.
const DATE: usize = 10;

/// Bits of an IPv4 address below the unit of its ranges, and of an IPv6 address.
const BELOW: (u32, u32) = (8, 80);

struct Table {
    date: &'static str,
    systems: Vec<System>,
    names: &'static str,
    /// First and last unit, and the place of the system; ascending.
    v4: Vec<(u64, u64, usize)>,
    v6: Vec<(u64, u64, usize)>,
}

struct System {
    number: u32,
    country: Option<&'static str>,
    /// Where its name lies.
    name: std::ops::Range<usize>,
}

/// What is known of an address.
pub(super) struct Network {
    pub(super) country: Option<String>,
    pub(super) number: u32,
    pub(super) name: String,
}

/// The network that an address belongs to, where the table has it.
pub(super) fn lookup(address: IpAddr) -> Option<Network> {
    let table = table()?;
    let (ranges, unit) = match address {
        IpAddr::V4(v4) => (&table.v4, u64::from(v4.to_bits() >> BELOW.0)),
        IpAddr::V6(v6) => (&table.v6, u64::try_from(v6.to_bits() >> BELOW.1).ok()?),
    };
    let before = ranges.partition_point(|range| range.0 <= unit);
    let range = ranges.get(before.checked_sub(1)?).filter(|range| unit <= range.1)?;
    let system = table.systems.get(range.2)?;
    let name = table.names.get(system.name.clone()).unwrap_or_default().to_owned();
    Some(Network { country: system.country.map(str::to_owned), number: system.number, name })
}

/// The day that the table is of, as `2026-06-17`.
#[must_use]
pub fn date() -> Option<&'static str> {
    table().map(|table| table.date)
}

fn table() -> Option<&'static Table> {
    TABLE.get_or_init(|| unpack(zstd::stream::decode_all(PACKED).ok()?.leak())).as_ref()
}

fn unpack(mut octets: &'static [u8]) -> Option<Table> {
    let date = std::str::from_utf8(octets.split_off(..DATE)?).ok()?;
    let mut column = || {
        let length = u32::from_le_bytes(*octets.split_off(..4)?.first_chunk()?);
        octets.split_off(..usize::try_from(length).ok()?)
    };
    let (differences, countries, names) = (column()?, column()?, std::str::from_utf8(column()?).ok()?);
    let mut number = 0;
    let mut at = 0;
    let systems = numbers(differences).zip(countries.chunks(2)).zip(names.split('\n')).map(|((difference, code), name)| {
        number += difference;
        let range = at..at + name.len();
        at = range.end + 1;
        let country = std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|letter| letter.is_ascii_uppercase()));
        System { number: u32::try_from(number).unwrap_or(0), country, name: range }
    });
    let systems = systems.collect();
    let mut ranges = || {
        let (gaps, lengths, places) = (column()?, column()?, column()?);
        let mut next = 0;
        let range = |((gap, length), place): ((u64, u64), u64)| {
            let first = next + gap;
            next = first + length + 1;
            (first, first + length, usize::try_from(place).unwrap_or(usize::MAX))
        };
        Some(numbers(gaps).zip(numbers(lengths)).zip(numbers(places)).map(range).collect())
    };
    let (v4, v6) = (ranges()?, ranges()?);
    Some(Table { date, systems, names, v4, v6 })
}

/// LEB128 numbers one after another.
fn numbers(octets: &[u8]) -> impl Iterator<Item = u64> + '_ {
    octets
        .split_inclusive(|octet| octet & 128 == 0)
        .map(|number| number.iter().rev().fold(0, |sum, octet| sum << 7 | u64::from(octet & 127)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(address: &str) -> Option<(u32, Option<String>)> {
        lookup(address.parse().unwrap()).map(|it| (it.number, it.country))
    }

    /// Resolvers that everybody knows, by RFC 8482's authors, Google and Quad9, and blocks that are nobody's (RFC 5737, RFC 3849, RFC 1918).
    #[test]
    fn well_known_addresses_have_their_network_and_unassigned_ones_none() {
        assert_eq!(known("8.8.8.8").map(|it| it.0), Some(15_169));
        assert_eq!(known("2001:4860:4860::8888").map(|it| it.0), Some(15_169));
        assert_eq!(known("1.1.1.1").map(|it| it.0), Some(13_335));
        assert_eq!(known("9.9.9.9").map(|it| it.0), Some(19_281));
        for nobody in ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "192.168.1.1", "10.0.0.1", "fe80::1"] {
            assert_eq!(known(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn the_whole_table_is_in_order_and_each_range_has_a_system() {
        let table = table().unwrap();
        assert!(table.date.starts_with("20") && table.systems.len() > 50_000);
        for ranges in [&table.v4, &table.v6] {
            assert!(ranges.len() > 50_000 && ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
            assert!(ranges.iter().all(|range| range.0 <= range.1 && range.2 < table.systems.len()));
        }
        assert!(table.systems.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert!(table.systems.iter().all(|it| table.names.get(it.name.clone()).is_some_and(|name| !name.contains('\n'))));
    }
}
