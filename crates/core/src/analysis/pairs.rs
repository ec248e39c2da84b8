//! Who just talked to whom: most packets go between ends that did so a moment ago, and then nothing is new about them.

use std::net::IpAddr;

use crate::dissect::{Dissection, Ip};
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
    /// Whether it was sent to the internet, or to a device that forwards.
    pub(super) upstream: bool,
}

impl Ends {
    pub(super) const NONE: Self =
        Self { source: NOBODY, destination: NOBODY, from: Scope::Home, to: Scope::Home, upstream: false };
}

/// The addresses of a packet on both layers, packed: `N` words of those that follow the link's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Addresses<const N: usize> {
    link: [u64; 2],
    net: [u64; N],
}

/// Octets of an Ethernet frame up to the end of its IPv4 addresses.
const WITH_ADDRESSES: usize = 34;

impl Addresses<1> {
    /// Those of an Ethernet frame with IPv4, as they stand in its octets.
    #[inline]
    pub(super) fn of(header: &[u8; WITH_ADDRESSES]) -> Self {
        // As pieces of eight octets, two of which overlap: octet by octet, they would be put together again at every frame.
        let word = |at: usize| {
            let octets = header.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
            u64::from_le_bytes(octets)
        };
        Self { link: [word(0), word(4)], net: [word(26)] }
    }
}

impl Addresses<4> {
    /// Those of any packet whose link shows two devices or a group.
    #[inline]
    pub(super) fn any(packet: &Dissection<'_>, ip: &Ip) -> Option<Self> {
        let (source, destination) = (packet.source?.to_u64(), packet.destination?.to_u64());
        // A MAC address leaves room for the version: an IPv4 address is not the IPv6 address that it is mapped to.
        let version = u64::from(ip.source.is_ipv6()) << 48;
        let ([s0, s1], [d0, d1]) = (halves(ip.source), halves(ip.destination));
        (source != 0 && destination != 0).then_some(Self { link: [source | version, destination], net: [s0, s1, d0, d1] })
    }
}

/// An address in two numbers, which do not tell its version.
#[inline]
pub(super) fn halves(address: IpAddr) -> [u64; 2] {
    match address {
        IpAddr::V4(v4) => [0, u64::from(v4.to_bits())],
        IpAddr::V6(v6) => {
            let low = v6.to_bits() & u128::from(u64::MAX);
            [v6.to_bits() >> 64, low].map(|half| u64::try_from(half).unwrap_or(0))
        }
    }
}

impl<const N: usize> Addresses<N> {
    /// Where the pair is kept. Pairs that a stranger makes share a place only cost time.
    #[inline]
    fn place(self) -> usize {
        let all = self.net.iter().fold(0_u64, |all, word| all.rotate_left(5) ^ word);
        // The golden ratio spreads neighbouring numbers over the highest bits (Knuth, TAOCP 3, section 6.4).
        let [highest, ..] = all.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        usize::from(highest)
    }

    /// Whether two are the same, compared word by word in registers: arrays are compared in memory, where a word that was
    /// just written holds up a wider read.
    #[inline]
    fn is(&self, other: Self) -> bool {
        let both = self.link.iter().zip(other.link).chain(self.net.iter().zip(other.net));
        both.fold(0, |differ, (one, other)| differ | (one ^ other)) == 0
    }
}

/// The pairs met latest, each at the place that its addresses point to.
#[derive(Clone, Debug)]
pub(super) struct Pairs<const N: usize> {
    recent: Box<[(Addresses<N>, Ends); PAIRS]>,
}

impl<const N: usize> Pairs<N> {
    pub(super) fn new() -> Self {
        let nobody = Addresses { link: [0; 2], net: [0; N] };
        Self { recent: Box::new([(nobody, Ends::NONE); PAIRS]) }
    }

    /// The ends of a packet between these addresses, if they were met lately.
    #[inline]
    pub(super) fn get(&self, addresses: Addresses<N>) -> Option<Ends> {
        let (met, ends) = &self.recent[addresses.place()];
        met.is(addresses).then_some(*ends)
    }

    /// Remembers a pair, if its sender is a device (so that its addresses are not all zero).
    pub(super) fn met(&mut self, addresses: Addresses<N>, ends: Ends) {
        if ends.source != NOBODY {
            self.recent[addresses.place()] = (addresses, ends);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_known_by_all_of_its_addresses() {
        let ends = Ends { source: 3, destination: 4, from: Scope::Home, to: Scope::Internet, upstream: true };
        let header: [u8; WITH_ADDRESSES] = std::array::from_fn(|k| u8::try_from(k).unwrap());
        let mut pairs = Pairs::new();
        assert_eq!(pairs.get(Addresses::of(&header)), None);
        pairs.met(Addresses::of(&header), ends);
        assert_eq!(pairs.get(Addresses::of(&header)), Some(ends));
        for k in 0..WITH_ADDRESSES {
            let mut other = header;
            other[k] ^= 1;
            let is_address = !(12..26).contains(&k);
            assert_eq!(pairs.get(Addresses::of(&other)).is_none(), is_address, "octet {k}");
        }
    }
}
