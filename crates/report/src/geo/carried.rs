//! The table of networks that the program carries: which autonomous system announces an address, what it is called, and where most of its addresses are
//! registered. Made by `data/networks.py`; whom it is from, and under which licence, is in `data/networks.md`.

use std::net::IpAddr;
use std::sync::OnceLock;

/// Blocks of columns of LEB128 numbers and text, each block packed by itself.
static PACKED: &[u8] = include_bytes!("../../data/networks.bin");

/// Where the blocks lie. A block is unpacked when an address in it is asked for the first time: a home takes some of them, 5 MB are all.
static TABLE: OnceLock<Option<Table>> = OnceLock::new();

/// Octets of the date.
const DATE: usize = 10;

/// Bits of an IPv4 address below the unit of its ranges, and of an IPv6 address.
const BELOW: (u32, u32) = (8, 80);

/// Ranges from one that is found at once to the next.
const STEP: usize = 64;

struct Table {
    date: &'static str,
    systems: Blocks<Systems>,
    v4: Blocks<Ranges>,
    v6: Blocks<Ranges>,
}

/// Blocks in the order of what they begin with.
struct Blocks<B>(Vec<Block<B>>);

struct Block<B> {
    /// The first place or unit of it.
    first: u64,
    /// Octets of it when it is unpacked.
    length: usize,
    packed: &'static [u8],
    unpacked: OnceLock<Option<B>>,
}

/// What three columns hold.
trait Columns: Sized {
    /// Reads the columns of a block that begins with a place or unit.
    fn read(first: u64, columns: [&'static [u8]; 3]) -> Option<Self>;
}

/// Systems of neighbouring places.
struct Systems {
    first: u64,
    /// The number of each, and where its name begins.
    numbers: Vec<(u32, u32)>,
    /// Two letters for each system; anything else where its country is not known.
    countries: &'static [u8],
    names: &'static str,
}

/// Ranges of units of addresses, ascending, as they are packed: the units before a range that belong to none, those that follow its first one, and the place of its system.
struct Ranges {
    columns: [&'static [u8]; 3],
    /// One for each [`STEP`] ranges.
    marks: Vec<Mark>,
}

/// How far columns were read.
#[derive(Clone, Copy)]
struct Mark {
    /// The first unit after the ranges before.
    next: u64,
    /// Octets of each column.
    read: [usize; 3],
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
    let place = ranges.holding(unit)?.find(unit)?;
    table.systems.holding(place)?.network(place)
}

/// The day that the table is of, as `2026-06-17`.
#[must_use]
pub fn date() -> Option<&'static str> {
    table().map(|table| table.date)
}

fn table() -> Option<&'static Table> {
    TABLE.get_or_init(|| Table::read(PACKED)).as_ref()
}

impl Table {
    fn read(mut octets: &'static [u8]) -> Option<Self> {
        let date = std::str::from_utf8(octets.split_off(..DATE)?).ok()?;
        let mut lists = [Vec::new(), Vec::new(), Vec::new()];
        for list in &mut lists {
            for _ in 0..u32_of(&mut octets)? {
                let first = u64::from_le_bytes(*octets.split_off(..8)?.first_chunk()?);
                list.push((first, u32_of(&mut octets)?, u32_of(&mut octets)?));
            }
        }
        let [systems, v4, v6] = lists;
        Some(Self {
            date,
            systems: Blocks::read(systems, &mut octets)?,
            v4: Blocks::read(v4, &mut octets)?,
            v6: Blocks::read(v6, &mut octets)?,
        })
    }
}

impl<B: Columns> Blocks<B> {
    /// Takes the blocks from the octets: first place or unit, length and packed length of each.
    fn read(list: Vec<(u64, usize, usize)>, octets: &mut &'static [u8]) -> Option<Self> {
        let take = |(first, length, packed)| {
            Some(Block { first, length, packed: octets.split_off(..packed)?, unpacked: OnceLock::new() })
        };
        list.into_iter().map(take).collect::<Option<_>>().map(Self)
    }

    /// The block that a place or unit lies in.
    fn holding(&self, at: u64) -> Option<&B> {
        let before = self.0.partition_point(|block| block.first <= at);
        let block = self.0.get(before.checked_sub(1)?)?;
        block.unpacked.get_or_init(|| block.unpack()).as_ref()
    }
}

impl<B: Columns> Block<B> {
    fn unpack(&self) -> Option<B> {
        let mut octets: &'static [u8] = zstd::bulk::decompress(self.packed, self.length).ok()?.leak();
        let mut column = || {
            let length = u32_of(&mut octets)?;
            octets.split_off(..length)
        };
        B::read(self.first, [column()?, column()?, column()?])
    }
}

impl Columns for Systems {
    fn read(first: u64, [differences, countries, names]: [&'static [u8]; 3]) -> Option<Self> {
        let names = std::str::from_utf8(names).ok()?;
        let (mut number, mut at) = (0, 0);
        let each = numbers(differences).zip(names.split('\n')).map(|(difference, name)| {
            number += difference;
            let begins = at;
            at += name.len() + 1;
            Some((u32::try_from(number).ok()?, u32::try_from(begins).ok()?))
        });
        Some(Self { first, numbers: each.collect::<Option<_>>()?, countries, names })
    }
}

impl Systems {
    /// The system of a place.
    fn network(&self, place: u64) -> Option<Network> {
        let place = usize::try_from(place.checked_sub(self.first)?).ok()?;
        let (number, begins) = *self.numbers.get(place)?;
        let name = self.names.get(usize::try_from(begins).ok()?..)?.split('\n').next().unwrap_or_default().to_owned();
        let code = self.countries.get(2 * place..)?.get(..2)?;
        let country = std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|letter| letter.is_ascii_uppercase()));
        Some(Network { country: country.map(str::to_owned), number, name })
    }
}

impl Columns for Ranges {
    fn read(first: u64, columns: [&'static [u8]; 3]) -> Option<Self> {
        let begins = Mark { next: first, read: [0; 3] };
        let mut whole = Self { columns, marks: vec![begins] };
        let marks: Vec<_> = whole.beyond(begins).map(|(_, after)| after).skip(STEP - 1).step_by(STEP).collect();
        whole.marks.extend(marks);
        Some(whole)
    }
}

impl Ranges {
    /// The ranges from a mark on: first and last unit and the place of the system, and how far was read then.
    fn beyond(&self, mut mark: Mark) -> impl Iterator<Item = ((u64, u64, u64), Mark)> + '_ {
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
            Some(((first, first + longer, place), mark))
        })
    }

    /// The place of the system that a unit belongs to.
    fn find(&self, unit: u64) -> Option<u64> {
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

/// A length or a count.
fn u32_of(octets: &mut &'static [u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*octets.split_off(..4)?.first_chunk()?)).ok()
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
        let systems: Vec<_> = table.systems.0.iter().map(|block| table.systems.holding(block.first).unwrap()).collect();
        let numbers: Vec<_> = systems.iter().flat_map(|it| &it.numbers).map(|it| it.0).collect();
        assert!(table.date.starts_with("20") && numbers.len() > 50_000);
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
        for block in &systems {
            assert_eq!((block.countries.len(), block.names.split('\n').count()), (2 * block.numbers.len(), block.numbers.len()));
        }
        for (place, number) in numbers.iter().enumerate() {
            let place = place as u64;
            assert_eq!(table.systems.holding(place).and_then(|it| it.network(place)).map(|it| it.number), Some(*number));
        }
        for ranges in [&table.v4, &table.v6] {
            let find = |unit| ranges.holding(unit).and_then(|it| it.find(unit));
            let blocks = ranges.0.iter().map(|block| ranges.holding(block.first).unwrap());
            let all: Vec<_> = blocks.flat_map(|it| it.beyond(it.marks[0])).map(|it| it.0).collect();
            assert!(all.len() > 50_000 && all.windows(2).all(|pair| pair[0].1 < pair[1].0));
            assert!(all.iter().all(|range| range.0 <= range.1 && range.2 < numbers.len() as u64));
            for (number, range) in all.iter().enumerate().step_by(37) {
                assert_eq!((find(range.0), find(range.1)), (Some(range.2), Some(range.2)), "range {number}");
                let after = all.get(number + 1).filter(|next| next.0 == range.1 + 1).map(|next| next.2);
                assert_eq!(find(range.1 + 1), after, "behind range {number}");
            }
        }
    }
}
