//! Octets and frames per bin, kept small: a few octets of memory for each bin that is not empty, none for the others.

use crate::bins::{Bin, PackedBins};
use crate::findings::Series;
use crate::time::{SECOND, Timestamp};

/// Turns times into bin numbers; remembers the last bin, because neighbours mostly share one.
#[derive(Clone, Copy, Debug)]
pub struct Bins {
    origin: Timestamp,
    width: i64,
    from: i64,
    index: i64,
    /// Far jumps so far.
    jumps: u32,
}

/// Farthest step back, and ahead, that is no far jump, nanoseconds: what clocks of several places differ by, and a capture that paused.
const FAR: (i64, i64) = (3_600 * SECOND, 86_400 * SECOND);

/// Far jumps that are followed. A frame that jumps after so many is counted in the bin of the frame before, so that stamps without any order
/// cannot fill the memory with bins: captures put together from thousands of files jump less.
const MOST_JUMPS: u32 = 10_000;

impl Bins {
    /// Bins of `width` nanoseconds (at least 1), the first of which begins at `origin`.
    #[must_use]
    pub fn new(origin: Timestamp, width: i64) -> Self {
        Self { origin, width: width.max(1), from: origin.nanos(), index: 0, jumps: 0 }
    }

    /// Start of bin 0.
    #[must_use]
    pub fn origin(&self) -> Timestamp {
        self.origin
    }

    /// Bins of the same width from another origin.
    #[must_use]
    pub fn restarted(self, origin: Timestamp) -> Self {
        Self::new(origin, self.width)
    }

    /// Number of the bin that holds `at`; negative before the origin.
    #[inline]
    pub fn index(&mut self, at: Timestamp) -> i64 {
        let into = at.nanos().wrapping_sub(self.from);
        if into.cast_unsigned() >= self.width.cast_unsigned() {
            self.turn(at);
        }
        self.index
    }

    #[cold]
    fn turn(&mut self, at: Timestamp) {
        // In 128 bits: the two may lie five centuries apart.
        let passed = i128::from(at.nanos()) - i128::from(self.origin.nanos());
        let step = i128::from(at.nanos()) - i128::from(self.from);
        if step < -i128::from(FAR.0) || step > i128::from(FAR.1) {
            if self.jumps >= MOST_JUMPS {
                return;
            }
            self.jumps += 1;
        }
        let index = passed.div_euclid(i128::from(self.width));
        self.index = i64::try_from(index).unwrap_or(if index < 0 { i64::MIN } else { i64::MAX });
        self.from = at.nanos().saturating_sub(i64::try_from(passed.rem_euclid(i128::from(self.width))).unwrap_or(0));
    }
}

/// One direction of one device.
///
/// Closed bins are stored as variable-length numbers: distance from the bin stored before, frames, octets.
#[derive(Clone, Default, Debug)]
pub struct Track {
    open: Open,
    closed: PackedBins,
    unsorted: usize,
}

/// The bin that frames are added to.
#[derive(Clone, Copy, Default, Debug)]
struct Open {
    index: i64,
    frames: u64,
    payload_octets: u64,
}

impl Open {
    fn bin(self) -> Bin {
        let frames = u32::try_from(self.frames).unwrap_or(u32::MAX);
        Bin { index: self.index, frames, payload_octets: self.payload_octets }
    }
}

/// Bins stored out of order before the track is sorted again: bounds the memory of a clock that jumps back and forth.
const UNSORTED: usize = 4_096;

impl Track {
    /// Adds a frame to a bin; whether the frame before it was added to another one.
    #[inline]
    pub fn add(&mut self, index: i64, payload_octets: u32) -> bool {
        let turns = index != self.open.index;
        if turns {
            self.turn(index);
        }
        // Wraps around after 2^32 frames that each claim 4 GiB.
        self.open.frames = self.open.frames.wrapping_add(1);
        self.open.payload_octets = self.open.payload_octets.wrapping_add(u64::from(payload_octets));
        turns
    }

    #[cold]
    fn turn(&mut self, index: i64) {
        self.close();
        self.open = Open { index, ..Open::default() };
    }

    fn close(&mut self) {
        if self.open.frames == 0 {
            return;
        }
        if self.closed.last_index().is_some_and(|last| self.open.index <= last) {
            self.unsorted += 1;
        }
        self.closed.push(self.open.bin());
        self.open.frames = 0;
        self.open.payload_octets = 0;
        if self.unsorted > UNSORTED.max(self.closed.len() / 4) {
            self.sort();
        }
    }

    fn sort(&mut self) {
        self.closed = sorted(&self.closed);
        self.unsorted = 0;
    }

    /// The bins from number `first` on, in order of time, as far as they were counted.
    #[must_use]
    pub fn since(&self, first: i64) -> Vec<Bin> {
        let open = (self.open.frames > 0).then(|| self.open.bin());
        if self.unsorted == 0 && open.is_none_or(|open| self.closed.last_index().is_none_or(|last| last < open.index)) {
            return self.closed.since(first).chain(open.filter(|open| open.index >= first)).collect();
        }
        let mut bins = self.closed.clone();
        if let Some(open) = open {
            bins.push(open);
        }
        sorted(&bins).since(first).collect()
    }

    /// Takes out the bins before number `first`, in order of time.
    #[must_use]
    pub fn take_before(&mut self, first: i64) -> PackedBins {
        if self.open.index < first {
            self.close();
        }
        if self.unsorted > 0 {
            self.sort();
        }
        if self.closed.last_index().is_some_and(|last| last < first) {
            return std::mem::take(&mut self.closed);
        }
        let rest = self.closed.since(first).collect();
        let whole = std::mem::replace(&mut self.closed, rest);
        whole.iter().take_while(|bin| bin.index < first).collect()
    }

    /// All bins, in order of time.
    #[must_use]
    pub fn series(mut self, origin: Timestamp, width: i64) -> Series {
        self.close();
        if self.unsorted > 0 {
            self.sort();
        }
        self.closed.shrink();
        Series { origin, width, bins: self.closed }
    }

    /// Octets of memory that the closed bins take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.closed.memory()
    }
}

/// Bins in order of time, those with one number added up.
fn sorted(bins: &PackedBins) -> PackedBins {
    in_order(bins.iter().collect()).into_iter().collect()
}

/// The same, not packed.
pub(crate) fn in_order(mut all: Vec<Bin>) -> Vec<Bin> {
    all.sort_by_key(|bin| bin.index);
    all.dedup_by(|next, kept| {
        let same = next.index == kept.index;
        if same {
            kept.frames = kept.frames.saturating_add(next.frames);
            kept.payload_octets = kept.payload_octets.wrapping_add(next.payload_octets);
        }
        same
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_clock_that_jumps_52_years_costs_a_few_octets() {
        let mut bins = Bins::new(Timestamp::from_nanos(0), SECOND);
        let mut track = Track::default();
        for at in [0, 1, 52 * 365 * 86_400, 52 * 365 * 86_400 + 1] {
            track.add(bins.index(Timestamp::from_nanos(at * SECOND)), 100);
        }
        assert!(track.memory() < 64, "{}", track.memory());
        assert_eq!(track.series(Timestamp::from_nanos(0), SECOND).bins.len(), 4);
    }

    #[test]
    fn an_hour_of_full_bins_stays_under_a_quarter_of_the_budget() {
        let mut track = Track::default();
        for second in 0..3_600 {
            for _ in 0..20 {
                track.add(second, 1_448);
            }
        }
        assert!(track.memory() < 150_000 / 4, "{}", track.memory());
    }

    #[test]
    fn stamps_without_order_do_not_fill_the_memory() {
        let mut bins = Bins::new(Timestamp::from_nanos(0), SECOND);
        let mut tracks = vec![Track::default(); 400];
        let lot = crate::lot::Lot::new(6);
        for frame in 0..300_000 {
            let year = 366 * 86_400 * SECOND;
            let at = i64::try_from(lot.draw("stamp", frame, 50 * year.unsigned_abs())).unwrap();
            let track = usize::try_from(frame % 400).unwrap();
            tracks[track].add(bins.index(Timestamp::from_nanos(at)), 100);
        }
        let memory: usize = tracks.iter().map(Track::memory).sum();
        assert!(memory < 1_000_000, "{memory} octets");
        let octets: u64 = tracks
            .into_iter()
            .flat_map(|track| track.series(bins.origin(), SECOND).bins.iter().collect::<Vec<_>>())
            .map(|bin| bin.payload_octets)
            .sum();
        assert_eq!(octets, 30_000_000, "no octet is lost");
    }

    #[test]
    fn the_ends_of_time_have_bins() {
        let mut bins = Bins::new(Timestamp::MAX, 1);
        assert_eq!(bins.index(Timestamp::MIN), i64::MIN);
        let mut bins = Bins::new(Timestamp::MIN, 1);
        assert_eq!(bins.index(Timestamp::MAX), i64::MAX);
        assert_eq!(bins.index(Timestamp::MIN), 0);
    }

    proptest! {
        #[test]
        fn no_octet_is_lost_whatever_the_clock_does(
            frames in prop::collection::vec((prop_oneof![0_i64..20, any::<i64>()], 0_u32..70_000), 0..300)
        ) {
            let mut bins = Bins::new(Timestamp::from_nanos(3), 10);
            let mut track = Track::default();
            let mut expected: BTreeMap<i64, (u32, u64)> = BTreeMap::new();
            for (at, octets) in frames {
                track.add(bins.index(Timestamp::from_nanos(at)), octets);
                let index = i64::try_from((i128::from(at) - 3).div_euclid(10)).unwrap();
                let bin = expected.entry(index).or_default();
                *bin = (bin.0 + 1, bin.1 + u64::from(octets));
            }
            let series = track.series(Timestamp::from_nanos(3), 10);
            let got: BTreeMap<i64, (u32, u64)> =
                series.bins.iter().map(|bin| (bin.index, (bin.frames, bin.payload_octets))).collect();
            prop_assert_eq!(got.len(), series.bins.len());
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn the_latest_bins_are_those_that_the_whole_ends_with(
            indices in prop::collection::vec(0_i64..3_000, 1..2_000), ordered in any::<bool>(), first in 0_i64..3_000
        ) {
            let mut indices = indices;
            if ordered {
                indices.sort_unstable();
            }
            let mut track = Track::default();
            for index in &indices {
                track.add(*index, 1);
            }
            let latest = track.since(first);
            let whole = track.series(Timestamp::default(), 1);
            prop_assert_eq!(latest, whole.bins.iter().filter(|bin| bin.index >= first).collect::<Vec<_>>());
        }

        #[test]
        fn what_is_taken_out_bit_by_bit_adds_up_to_the_whole(
            indices in prop::collection::vec(0_i64..300, 1..500), takes in prop::collection::vec(0_i64..320, 1..8)
        ) {
            let (mut whole, mut track) = (Track::default(), Track::default());
            let mut taken: Vec<Bin> = Vec::new();
            for (turn, index) in indices.iter().enumerate() {
                whole.add(*index, 7);
                track.add(*index, 7);
                if turn.is_multiple_of(60) {
                    let first = takes[turn / 60 % takes.len()];
                    let out = track.take_before(first);
                    prop_assert!(out.iter().all(|bin| bin.index < first));
                    taken.extend(out.iter());
                }
            }
            taken.extend(track.take_before(i64::MAX).iter());
            prop_assert_eq!(track.since(i64::MIN).len(), 0);
            prop_assert_eq!(in_order(taken), whole.series(Timestamp::default(), 1).bins.iter().collect::<Vec<_>>());
        }

        #[test]
        fn sorting_in_between_changes_nothing(indices in prop::collection::vec(0_i64..500, 1..20_000)) {
            let mut track = Track::default();
            for index in &indices {
                track.add(*index, 1);
            }
            let frames: u64 = track.series(Timestamp::default(), 1).bins.iter().map(|bin| u64::from(bin.frames)).sum();
            prop_assert_eq!(frames, indices.len() as u64);
        }
    }
}
