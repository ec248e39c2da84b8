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
}

impl PackedBins {
    /// Adds a bin behind the others.
    pub fn push(&mut self, bin: Bin) {
        put(&mut self.octets, zigzag(bin.index.wrapping_sub(self.last)));
        put(&mut self.octets, u64::from(bin.frames));
        put(&mut self.octets, bin.payload_octets);
        self.last = bin.index;
        self.count += 1;
    }

    /// The bins, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = Bin> + '_ {
        let mut rest = self.octets.as_slice();
        let mut index = 0_i64;
        std::iter::from_fn(move || {
            index = index.wrapping_add(unzigzag(take(&mut rest)?));
            let frames = u32::try_from(take(&mut rest)?).unwrap_or(u32::MAX);
            Some(Bin { index, frames, payload_octets: take(&mut rest)? })
        })
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
        self.octets.capacity()
    }

    /// Gives back memory that is not needed any more.
    pub fn shrink(&mut self) {
        self.octets.shrink_to_fit();
    }
}

impl FromIterator<Bin> for PackedBins {
    fn from_iter<T: IntoIterator<Item = Bin>>(bins: T) -> Self {
        let mut packed = Self::default();
        bins.into_iter().for_each(|bin| packed.push(bin));
        packed
    }
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
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), bins);
        }
    }
}
