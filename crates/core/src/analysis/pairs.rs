//! Who just talked to whom: most packets go between ends that did so a moment ago, and then nothing is new about them.

use crate::roster::Index;
use crate::scope::Scope;

/// Pairs that are at hand; a home with 50 busy devices has about as many conversations at once.
const PAIRS: usize = 256;

/// Stands for an end that is no device: a group, or one that found no room.
pub(super) const NOBODY: Index = Index::MAX;

/// The two ends of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ends {
    /// The device that sent it, or [`NOBODY`].
    pub(super) source: Index,
    /// The device that it was sent to, or [`NOBODY`].
    pub(super) destination: Index,
    /// Where the sender's address lies.
    pub(super) from: Scope,
    /// Where the receiver's address lies.
    pub(super) to: Scope,
}

impl Ends {
    pub(super) const NONE: Self = Self { source: NOBODY, destination: NOBODY, from: Scope::Home, to: Scope::Home };
}

/// The addresses of an Ethernet frame with IPv4, both layers, as they stand in its octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Addresses {
    link: [u64; 2],
    net: u64,
}

impl Addresses {
    /// Octets up to the end of the IPv4 addresses.
    pub(super) const END: usize = 34;

    #[inline]
    pub(super) fn of(header: &[u8; Self::END]) -> Self {
        let [l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, _, _, net @ ..] = *header;
        let [_, _, _, _, _, _, _, _, _, _, _, _, net @ ..] = net;
        Self {
            // Twelve octets in two words that overlap: no shorter reads.
            link: [u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]), u64::from_le_bytes([l4, l5, l6, l7, l8, l9, l10, l11])],
            net: u64::from_le_bytes(net),
        }
    }

    /// Where the pair is kept. Pairs that a stranger makes share a place only cost time.
    #[inline]
    fn place(self) -> usize {
        // The golden ratio spreads neighbouring numbers over the highest bits (Knuth, TAOCP 3, section 6.4).
        let [highest, ..] = self.net.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        usize::from(highest)
    }
}

/// The pairs met latest, each at the place that its addresses point to.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    recent: Box<[(Addresses, Ends); PAIRS]>,
}

impl Pairs {
    pub(super) fn new() -> Self {
        let addresses = Addresses { link: [0; 2], net: 0 };
        Self { recent: Box::new([(addresses, Ends::NONE); PAIRS]) }
    }

    /// The ends of a packet between these addresses, if they were met lately.
    #[inline]
    pub(super) fn get(&self, addresses: Addresses) -> Option<Ends> {
        let (met, ends) = self.recent[addresses.place()];
        (met == addresses).then_some(ends)
    }

    /// Remembers a pair. Its sender must be known, so that the addresses are not all zero.
    pub(super) fn met(&mut self, addresses: Addresses, ends: Ends) {
        self.recent[addresses.place()] = (addresses, ends);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_known_by_all_of_its_addresses() {
        let ends = Ends { source: 3, destination: 4, from: Scope::Home, to: Scope::Internet };
        let header: [u8; Addresses::END] = std::array::from_fn(|k| u8::try_from(k).unwrap());
        let mut pairs = Pairs::new();
        assert_eq!(pairs.get(Addresses::of(&header)), None);
        pairs.met(Addresses::of(&header), ends);
        assert_eq!(pairs.get(Addresses::of(&header)), Some(ends));
        for k in 0..Addresses::END {
            let mut other = header;
            other[k] ^= 1;
            let is_address = !(12..26).contains(&k);
            assert_eq!(pairs.get(Addresses::of(&other)).is_none(), is_address, "octet {k}");
        }
    }
}
