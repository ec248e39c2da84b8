//! Packed columns: numbers of variable length (LEB128), signed ones folded (zigzag), floats bit by bit.
//!
//! Reading is bounded by the octets that are there: a damaged column gives `None`, never a huge allocation.

use earwitness_core::detect::lottery::Score;
use earwitness_core::findings::{Bin, Mark, Passage, Series, Totals};
use earwitness_core::measure::Measure;
use earwitness_core::time::{SECOND, Timestamp, Window};

/// Writes packed columns.
#[derive(Default, Debug)]
pub(super) struct Packer(Vec<u8>);

impl Packer {
    pub(super) fn octets(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push((value & 0x7f) as u8);
    }

    pub(super) fn count(&mut self, value: usize) {
        self.number(value as u64);
    }

    pub(super) fn signed(&mut self, value: i64) {
        self.number((value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned());
    }

    /// A distance in time, whatever the two are.
    pub(super) fn since(&mut self, at: Timestamp, before: Timestamp) {
        self.signed(at.nanos().wrapping_sub(before.nanos()));
    }

    /// A float in full.
    pub(super) fn bits(&mut self, value: f64) {
        self.0.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A float that is mostly a small multiple of a half: then an even number, else 1 and its bits.
    pub(super) fn float(&mut self, value: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "compared with the value afterwards, bit by bit"
        )]
        let doubled = (value * 2.0) as u64;
        if doubled < 1 << 50 && half(doubled).to_bits() == value.to_bits() {
            self.number(doubled << 1);
        } else {
            self.number(1);
            self.bits(value);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "below 2^50")]
fn half(doubled: u64) -> f64 {
    doubled as f64 / 2.0
}

/// Reads packed columns.
#[derive(Debug)]
pub(super) struct Unpacker<'a>(pub(super) &'a [u8]);

impl Unpacker<'_> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (octet, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(octet & 0x7f) << shift;
            if octet & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A number of things that follow, each of which takes an octet at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    pub(super) fn since(&mut self, before: Timestamp) -> Option<Timestamp> {
        Some(Timestamp::from_nanos(before.nanos().wrapping_add(self.signed()?)))
    }

    pub(super) fn bits(&mut self) -> Option<f64> {
        let (octets, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(f64::from_bits(u64::from_le_bytes(*octets)))
    }

    pub(super) fn float(&mut self) -> Option<f64> {
        match self.number()? {
            1 => self.bits(),
            even if even & 1 == 0 => Some(half(even >> 1)),
            _ => None,
        }
    }

    /// `value`, if nothing follows it.
    pub(super) fn whole<T>(&self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

/// One direction of a device: origin, width (0 for the usual second), bins.
pub(super) fn series(series: &Series) -> Vec<u8> {
    let mut to = Packer::default();
    put_series(&mut to, series);
    to.octets()
}

fn put_series(to: &mut Packer, series: &Series) {
    to.since(series.origin, Timestamp::default());
    to.signed(if series.width == SECOND { 0 } else { series.width });
    to.count(series.bins.len());
    let mut last = 0_i64;
    for Bin { index, frames, payload_octets } in series.bins.iter() {
        to.signed(index.wrapping_sub(last));
        to.number(frames.into());
        to.number(payload_octets);
        last = index;
    }
}

/// The same, back.
pub(super) fn unpack_series(octets: &[u8]) -> Option<Series> {
    let mut of = Unpacker(octets);
    let series = take_series(&mut of)?;
    of.whole(series)
}

fn take_series(of: &mut Unpacker<'_>) -> Option<Series> {
    let (origin, width) = (of.since(Timestamp::default())?, of.signed()?);
    let count = of.count()?;
    let mut series = Series { origin, width: if width == 0 { SECOND } else { width }, ..Series::default() };
    let mut index = 0_i64;
    for _ in 0..count {
        index = index.wrapping_add(of.signed()?);
        let frames = u32::try_from(of.number()?).ok()?;
        series.bins.push(Bin { index, frames, payload_octets: of.number()? });
    }
    series.bins.shrink();
    Some(series)
}

/// Frames, octets on the wire, payload octets of each; then, where it was noted, the passage.
pub(super) fn totals(all: [Totals; 4], passage: Option<&Passage>) -> Vec<u8> {
    let mut to = Packer::default();
    for Totals { frames, wire_octets, payload_octets } in all {
        for number in [frames, wire_octets, payload_octets] {
            to.number(number);
        }
    }
    if let Some(Passage { upstream, downstream, missed, affected }) = passage {
        put_series(&mut to, upstream);
        put_series(&mut to, downstream);
        if !missed.bins.is_empty() || !affected.bins.is_empty() {
            put_series(&mut to, missed);
        }
        if !affected.bins.is_empty() {
            put_series(&mut to, affected);
        }
    }
    to.octets()
}

/// The same, back.
pub(super) fn unpack_totals(octets: &[u8]) -> Option<([Totals; 4], Option<Passage>)> {
    let mut of = Unpacker(octets);
    let mut all = [Totals::default(); 4];
    for totals in &mut all {
        *totals = Totals { frames: of.number()?, wire_octets: of.number()?, payload_octets: of.number()? };
    }
    if of.0.is_empty() {
        return Some((all, None));
    }
    let (upstream, downstream) = (take_series(&mut of)?, take_series(&mut of)?);
    // Written only where there is any.
    let mut seldom = || {
        let series = if of.0.is_empty() { Series::default() } else { take_series(&mut of)? };
        Some(if series.bins.is_empty() { Series::default() } else { series })
    };
    let (missed, affected) = (seldom()?, seldom()?);
    let passage = Passage { upstream, downstream, missed, affected };
    of.whole((all, Some(passage)))
}

/// Records of a sighting: distance in time, then length and whether it is audio.
pub(super) fn marks(marks: &[Mark], from: Timestamp) -> Vec<u8> {
    let mut to = Packer::default();
    to.count(marks.len());
    let mut last = from;
    for mark in marks {
        to.since(mark.at, last);
        to.number(u64::from(mark.length) << 1 | u64::from(mark.audio));
        last = mark.at;
    }
    to.octets()
}

/// The same, back.
pub(super) fn unpack_marks(octets: &[u8], from: Timestamp) -> Option<Vec<Mark>> {
    let mut of = Unpacker(octets);
    let count = of.count()?;
    let mut marks = Vec::with_capacity(count);
    let mut last = from;
    for _ in 0..count {
        last = of.since(last)?;
        let number = of.number()?;
        marks.push(Mark { at: last, length: u32::try_from(number >> 1).ok()?, audio: number & 1 == 1 });
    }
    of.whole(marks)
}

/// Slots of a round: distance from the end of the one before, length.
pub(super) fn slots(slots: &[Window]) -> Vec<u8> {
    let mut to = Packer::default();
    to.count(slots.len());
    let mut last = Timestamp::default();
    for slot in slots {
        to.since(slot.from, last);
        to.since(slot.until, slot.from);
        last = slot.until;
    }
    to.octets()
}

/// The same, back.
pub(super) fn unpack_slots(octets: &[u8]) -> Option<Vec<Window>> {
    let mut of = Unpacker(octets);
    let count = of.count()?;
    let mut slots = Vec::with_capacity(count);
    let mut last = Timestamp::default();
    for _ in 0..count {
        let from = of.since(last)?;
        last = of.since(from)?;
        slots.push(Window { from, until: last });
    }
    of.whole(slots)
}

/// Seconds of clocked audio where they are not known.
const UNKNOWN: f64 = -1.0;

/// Scores of a round, by the rows of the devices.
pub(super) fn scores<'a>(scores: impl ExactSizeIterator<Item = (i64, &'a [Score<Measure>])>) -> Vec<u8> {
    let mut to = Packer::default();
    to.count(scores.len());
    for (device, measures) in scores {
        to.signed(device);
        to.count(measures.len());
        for score in measures {
            let Measure { clocked, octets } = score.seen();
            // Where only the least is known, no seconds are: less than none stand for that.
            to.float(if score.known().is_some() { clocked } else { UNKNOWN });
            to.float(octets);
        }
    }
    to.octets()
}

/// The same, back.
pub(super) fn unpack_scores(octets: &[u8]) -> Option<Vec<(i64, Vec<Score<Measure>>)>> {
    let mut of = Unpacker(octets);
    let count = of.count()?;
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let device = of.signed()?;
        let slots = of.count()?;
        let mut measures = Vec::with_capacity(slots);
        for _ in 0..slots {
            let sent = Measure { clocked: of.float()?, octets: of.float()? };
            let unknown = sent.clocked < 0.0;
            measures.push(if unknown { Score::AtLeast(Measure { clocked: 0.0, ..sent }) } else { Score::Known(sent) });
        }
        all.push((device, measures));
    }
    of.whole(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(nanos: i64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    proptest! {
        #[test]
        fn floats_come_back_bit_by_bit(values in prop::collection::vec(prop_oneof![any::<f64>(), (0_u32..9_000).prop_map(|it| f64::from(it) / 2.0)], 0..40)) {
            let mut to = Packer::default();
            for value in &values {
                to.float(*value);
            }
            let octets = to.octets();
            let mut of = Unpacker(&octets);
            for value in values {
                prop_assert_eq!(of.float().unwrap().to_bits(), value.to_bits());
            }
            prop_assert_eq!(of.whole(()), Some(()));
        }

        #[test]
        fn series_and_slots_come_back(origin: i64, from: i64, width in 1_i64..9_000_000_000, bins in prop::collection::vec((any::<i64>(), any::<u32>(), any::<u64>()), 0..50)) {
            let bins = bins.into_iter().map(|(index, frames, payload_octets)| Bin { index, frames, payload_octets }).collect();
            let before = Series { origin: at(origin), width, bins };
            prop_assert_eq!(unpack_series(&series(&before)), Some(before.clone()));
            let sums = [Totals { frames: 1, wire_octets: u64::MAX, payload_octets: 0 }; 4];
            let downstream = Series { width: SECOND, ..Series::default() };
            let missed = if before.bins.is_empty() { Series::default() } else { before.clone() };
            let noted = Passage { upstream: before, downstream, missed: missed.clone(), affected: Series::default() };
            let affected = Passage { affected: missed, ..noted.clone() };
            let only = Passage { missed: Series::default(), ..affected.clone() };
            for passage in [None, Some(noted), Some(affected), Some(only)] {
                prop_assert_eq!(unpack_totals(&totals(sums, passage.as_ref())), Some((sums, passage)));
            }
            let windows = vec![Window { from: at(origin), until: at(from) }, Window { from: at(width), until: at(origin) }];
            prop_assert_eq!(unpack_slots(&slots(&windows)), Some(windows));
        }

        #[test]
        fn rubbish_is_refused_or_read_but_costs_no_more_than_its_size(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            let bins = unpack_series(&octets).map_or(0, |series| series.bins.len());
            let marks = unpack_marks(&octets, at(0)).map_or(0, |marks| marks.len());
            let scores = unpack_scores(&octets).map_or(0, |scores| scores.len());
            let noted = unpack_totals(&octets).and_then(|all| all.1).map_or(0, |passage| passage.upstream.bins.len());
            prop_assert!(bins.max(marks).max(scores).max(noted) <= octets.len());
            prop_assert!(unpack_slots(&octets).is_none_or(|slots| slots.len() <= octets.len()));
        }
    }

    #[test]
    fn a_quiet_slot_takes_two_octets() {
        let quiet = [Score::Known(Measure::default()); 8];
        assert_eq!(scores([(1, quiet.as_slice())].into_iter()).len(), 3 + 16);
        assert!(unpack_series(&[0; 2]).is_none(), "cut");
        assert!(unpack_series(&[0, 0, 0, 9]).is_none(), "too long");
    }
}
