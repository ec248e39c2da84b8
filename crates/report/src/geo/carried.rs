//! The table of networks that the program carries: which autonomous system announces an address, what it is called, and where most of its addresses are
//! registered. Made by `data/networks.py`; whom it is from, and under which licence, is in `data/networks.md`.

use std::net::IpAddr;
use std::sync::OnceLock;

/// Columns of LEB128 numbers and text, packed.
static PACKED: &[u8] = include_bytes!("../../data/networks.zst");

/// The unpacked table; it is unpacked when it is asked for the first time (6 MB, some hundredths of a second).
static TABLE: OnceLock<Option<Table>> = OnceLock::new();

/// More octets than the unpacked table has.
const LARGEST: usize = 16 << 20;

/// Octets of the date.
const DATE: usize = 10;

/// Bits of an IPv4 address below the unit of its ranges, and of an IPv6 address.
const BELOW: (u32, u32) = (8, 80);

/// Ranges from one that is found at once to the next.
const STEP: usize = 64;

struct Table {
    date: &'static str,
    systems: Vec<System>,
    /// Two letters for each system; anything else where its country is not known.
    countries: &'static [u8],
    names: &'static str,
    v4: Ranges,
    v6: Ranges,
}

/// Ranges of units of addresses, ascending, as they are packed: the units before a range that belong to none, those that follow its first one, and the place of its system.
struct Ranges {
    columns: [&'static [u8]; 3],
    /// One for each [`STEP`] ranges.
    marks: Vec<Mark>,
}

/// How far columns were read.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The first unit after the ranges before.
    next: u64,
    /// Octets of each column.
    read: [usize; 3],
}

struct System {
    number: u32,
    /// Where its name begins.
    name: u32,
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
    let place = ranges.find(unit)?;
    let system = table.systems.get(place)?;
    let name = table.names.get(usize::try_from(system.name).ok()?..)?.split('\n').next().unwrap_or_default().to_owned();
    let code = table.countries.get(2 * place..)?.get(..2)?;
    let country = std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|letter| letter.is_ascii_uppercase()));
    Some(Network { country: country.map(str::to_owned), number: system.number, name })
}

/// The day that the table is of, as `2026-06-17`.
#[must_use]
pub fn date() -> Option<&'static str> {
    table().map(|table| table.date)
}

fn table() -> Option<&'static Table> {
    // At once: read as a stream, it takes as much memory again as it has octets, for what it looks back to.
    TABLE.get_or_init(|| unpack(zstd::bulk::decompress(PACKED, LARGEST).ok()?.leak())).as_ref()
}

fn unpack(mut octets: &'static [u8]) -> Option<Table> {
    let date = std::str::from_utf8(octets.split_off(..DATE)?).ok()?;
    let mut column = || {
        let length = u32::from_le_bytes(*octets.split_off(..4)?.first_chunk()?);
        octets.split_off(..usize::try_from(length).ok()?)
    };
    let (differences, countries, names) = (column()?, column()?, std::str::from_utf8(column()?).ok()?);
    let (mut number, mut at) = (0, 0);
    let systems = numbers(differences).zip(names.split('\n')).map(|(difference, name)| {
        number += difference;
        let begins = at;
        at += name.len() + 1;
        Some(System { number: u32::try_from(number).ok()?, name: u32::try_from(begins).ok()? })
    });
    let systems = systems.collect::<Option<_>>()?;
    let mut ranges = || Some(Ranges::new([column()?, column()?, column()?]));
    let (v4, v6) = (ranges()?, ranges()?);
    Some(Table { date, systems, countries, names, v4, v6 })
}

impl Ranges {
    fn new(columns: [&'static [u8]; 3]) -> Self {
        let mut whole = Self { columns, marks: Vec::new() };
        let mut marks = vec![Mark::default()];
        marks.extend(whole.beyond(Mark::default()).map(|(_, after)| after).skip(STEP - 1).step_by(STEP));
        whole.marks = marks;
        whole
    }

    /// The ranges from a mark on: first and last unit and the place of the system, and how far was read then.
    fn beyond(&self, mut mark: Mark) -> impl Iterator<Item = ((u64, u64, usize), Mark)> + '_ {
        std::iter::from_fn(move || {
            let mut take = |place: usize| {
                let (column, read) = (self.columns.get(place)?, mark.read.get_mut(place)?);
                let rest = column.get(*read..)?;
                let length = rest.iter().position(|octet| octet & 128 == 0)? + 1;
                *read += length;
                rest.get(..length).map(number)
            };
            let (gap, longer, place) = (take(0)?, take(1)?, take(2)?);
            let first = mark.next + gap;
            mark.next = first + longer + 1;
            Some(((first, first + longer, usize::try_from(place).unwrap_or(usize::MAX)), mark))
        })
    }

    /// The place of the system that a unit belongs to.
    fn find(&self, unit: u64) -> Option<usize> {
        let before = self.marks.partition_point(|mark| mark.next <= unit);
        let mark = self.marks.get(before.checked_sub(1)?)?;
        let (range, _) = self.beyond(*mark).find(|(range, _)| unit <= range.1)?;
        (range.0 <= unit).then_some(range.2)
    }
}

/// LEB128 numbers one after another.
fn numbers(octets: &[u8]) -> impl Iterator<Item = u64> + '_ {
    octets.split_inclusive(|octet| octet & 128 == 0).map(number)
}

fn number(octets: &[u8]) -> u64 {
    octets.iter().rev().fold(0, |sum, octet| sum << 7 | u64::from(octet & 127))
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
            let all: Vec<_> = ranges.beyond(Mark::default()).map(|it| it.0).collect();
            assert!(all.len() > 50_000 && all.windows(2).all(|pair| pair[0].1 < pair[1].0));
            assert!(all.iter().all(|range| range.0 <= range.1 && range.2 < table.systems.len()));
            for (number, range) in all.iter().enumerate().step_by(37) {
                assert_eq!((ranges.find(range.0), ranges.find(range.1)), (Some(range.2), Some(range.2)), "range {number}");
                let after = all.get(number + 1).filter(|next| next.0 == range.1 + 1).map(|next| next.2);
                assert_eq!(ranges.find(range.1 + 1), after, "behind range {number}");
            }
        }
        assert_eq!(table.countries.len(), 2 * table.systems.len());
        assert!(table.systems.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert_eq!(table.names.split('\n').count(), table.systems.len());
    }
}
