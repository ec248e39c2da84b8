//! Octets and frames per bin, packed: a few octets of memory for each bin that is not empty, none for the others.

/// Octets and frames of one device in one bin of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Bin {
    /// Bin number: the bin covers `[origin + index * width, origin + (index + 1) * width)`.
    pub index: i64,
    /// Frames seen.
    pub frames: u32,
    /// Octets above the transport header.
    pub payload_octets: u64,
}

/// Bins one after another, as variable-length numbers (LEB128): distance from the bin before, frames, octets.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PackedBins {
    octets: Vec<u8>,
    last: i64,
    count: usize,
    /// Whether a bin was added that does not come after the one before.
    unordered: bool,
    /// After each [`STRIDE`] bins: the number of the last one, and where the next one begins.
    strides: Vec<(i64, usize)>,
}

/// Octets of the longest bin: three numbers of 64 bits, seven of them in an octet.
const LONGEST: usize = 30;

/// Bins between two places from which unpacking can begin.
const STRIDE: usize = 256;

impl PackedBins {
    /// Adds a bin behind the others.
    pub fn push(&mut self, bin: Bin) {
        if self.octets.capacity() - self.octets.len() < LONGEST {
            self.octets.reserve(LONGEST);
        }
        put(&mut self.octets, zigzag(bin.index.wrapping_sub(self.last)));
        put(&mut self.octets, u64::from(bin.frames));
        put(&mut self.octets, bin.payload_octets);
        self.unordered |= self.count > 0 && bin.index <= self.last;
        self.last = bin.index;
        self.count += 1;
        if self.count.is_multiple_of(STRIDE) {
            self.strides.push((self.last, self.octets.len()));
        }
    }

    /// The bins, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = Bin> + '_ {
        unpack(0, self.octets.as_slice())
    }

    /// The bins from number `first` on, of bins that were added in order of time: without unpacking those before.
    pub fn since(&self, first: i64) -> impl Iterator<Item = Bin> + '_ {
        let strides = self.strides.partition_point(|stride| stride.0 < first);
        let (index, at) = strides.checked_sub(1).and_then(|before| self.strides.get(before)).copied().unwrap_or_default();
        unpack(index, self.octets.get(at..).unwrap_or_default()).skip_while(move |bin| bin.index < first)
    }

    /// Whether each bin comes after the one that was added before it.
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        !self.unordered
    }

    /// Number of the bin added last.
    #[must_use]
    pub fn last_index(&self) -> Option<i64> {
        (self.count > 0).then_some(self.last)
    }

    /// Number of bins.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Octets of memory that they take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.octets.capacity() + self.strides.capacity() * size_of::<(i64, usize)>()
    }

    /// Gives back memory that is not needed any more.
    pub fn shrink(&mut self) {
        self.octets.shrink_to_fit();
        self.strides.shrink_to_fit();
    }
}

impl FromIterator<Bin> for PackedBins {
    fn from_iter<T: IntoIterator<Item = Bin>>(bins: T) -> Self {
        let mut packed = Self::default();
        bins.into_iter().for_each(|bin| packed.push(bin));
        packed
    }
}

fn unpack(mut index: i64, mut rest: &[u8]) -> impl Iterator<Item = Bin> + '_ {
    std::iter::from_fn(move || {
        index = index.wrapping_add(unzigzag(take(&mut rest)?));
        let frames = u32::try_from(take(&mut rest)?).unwrap_or(u32::MAX);
        Some(Bin { index, frames, payload_octets: take(&mut rest)? })
    })
}

const fn zigzag(value: i64) -> u64 {
    (value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn put(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push((value & 0x7f) as u8);
}

fn take(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (octet, rest) = from.split_first()?;
        *from = rest;
        value |= u64::from(octet & 0x7f) << shift;
        if octet & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(bins in prop::collection::vec((any::<i64>(), any::<u32>(), any::<u64>()), 0..50)) {
            let bins: Vec<Bin> =
                bins.into_iter().map(|(index, frames, payload_octets)| Bin { index, frames, payload_octets }).collect();
            let packed: PackedBins = bins.iter().copied().collect();
            prop_assert_eq!((packed.len(), packed.last_index()), (bins.len(), bins.last().map(|bin| bin.index)));
            prop_assert_eq!(packed.is_in_order(), bins.is_sorted_by(|a, b| a.index < b.index));
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), bins);
        }

        #[test]
        fn the_end_is_unpacked_without_the_beginning(steps in prop::collection::vec(1_i64..9, 0..2_000), first in -5_i64..9_000) {
            let mut index = 0;
            let mut next = |step| { index += step; index };
            let bins: Vec<Bin> = steps.into_iter().map(|step| Bin { index: next(step), frames: 1, payload_octets: 7 }).collect();
            let packed: PackedBins = bins.iter().copied().collect();
            let expected: Vec<_> = bins.iter().copied().filter(|bin| bin.index >= first).collect();
            prop_assert_eq!(packed.since(first).collect::<Vec<_>>(), expected);
        }
    }
}
