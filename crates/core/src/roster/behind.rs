//! What stood behind a MAC address: networks of the internet for which it received, or from which it sent. A device has its own few, the gateway
//! those of everybody it leads to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks that are remembered for each MAC address.
const NETWORKS: usize = 16;

/// Of these, as many inside one block that a provider is given: the servers of one content network shall not fill the table.
const PER_BLOCK: usize = 2;

/// What was seen of a network.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Marks(u16);

impl Marks {
    /// Packets for it were handed to the MAC address.
    pub(super) const TO: Self = Self(1);
    /// The MAC address sent packets from it.
    pub(super) const FROM: Self = Self(2);
    /// The other end had a private IPv4 address: such a pair lies on two sides of a gateway, unless the public one belongs to the link.
    pub(super) const PRIVATE: Self = Self(4);
    /// The MAC address sent packets from it to yet another network of the internet.
    pub(super) const ONWARD: Self = Self(8);
    /// It sent some with a hop count as senders set it: they came from there.
    pub(super) const INITIAL: Self = Self(16);
    /// It sent some with a hop count that had been lowered: somebody else sent them.
    pub(super) const LOWERED: Self = Self(32);
    /// The link does not show receivers, so that packets for the network cannot be seen being handed over.
    pub(super) const BLIND: Self = Self(64);
    /// Questions for it were handed to the MAC address that servers on the internet answer.
    pub(super) const ASKED: Self = Self(128);
    /// It handed packets from it, with a lowered hop count, to a public address that is known to be on the link.
    pub(super) const IN: Self = Self(256);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, all: Self) -> bool {
        self.0 & all.0 == all.0
    }
}

/// The network of one link that an address lies in, as far as addresses tell: /64 (RFC 4291, section 2.5.4), /24.
pub(super) fn link_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & 0xffff_ff00)),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// Whether two addresses lie in the network of one link, as far as addresses tell.
#[must_use]
pub fn share_a_link(one: IpAddr, other: IpAddr) -> bool {
    link_of(one) == link_of(other)
}

/// The block of addresses that one customer or service is given: /48, /16.
fn block_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & 0xffff_0000)),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 80 << 80)),
    }
}

/// The networks that a MAC address stood before.
#[derive(Clone, Default, Debug)]
pub(super) struct Behind {
    seen: Vec<(IpAddr, Marks)>,
}

impl Behind {
    /// Adds what was seen of the network of an address; whether that was new.
    pub(super) fn add(&mut self, address: IpAddr, marks: Marks) -> bool {
        let network = link_of(address);
        if let Some((_, known)) = self.seen.iter_mut().find(|it| it.0 == network) {
            let before = *known;
            *known = known.and(marks);
            return *known != before;
        }
        let block = block_of(network);
        if self.seen.iter().filter(|it| block_of(it.0) == block).count() >= PER_BLOCK {
            return false;
        }
        if self.seen.len() < NETWORKS {
            self.seen.push((network, marks));
            return true;
        }
        // Who asks a thousand addresses that do not answer shall not hide those that do.
        let silent = |it: &&mut (IpAddr, Marks)| marks.has(Marks::FROM) && !it.1.has(Marks::FROM);
        if let Some(place) = self.seen.iter_mut().find(silent) {
            *place = (network, marks);
            return true;
        }
        false
    }

    /// The networks and what was seen of them.
    pub(super) fn networks(&self) -> impl Iterator<Item = (IpAddr, Marks)> + Clone + '_ {
        self.seen.iter().copied()
    }
}

/// How many blocks the networks lie in.
pub(super) fn breadth(networks: impl Iterator<Item = IpAddr>) -> usize {
    let mut blocks: Vec<IpAddr> = networks.map(block_of).collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_that_answer_are_not_hidden_by_those_that_are_silent() {
        let mut behind = Behind::default();
        for n in 0..200_u8 {
            behind.add(IpAddr::from([20 + n / 2, n, 1, 1]), Marks::TO);
        }
        for n in 0..3_u8 {
            assert!(behind.add(IpAddr::from([9, n, 1, 1]), Marks::FROM));
        }
        let answered = behind.networks().filter(|it| it.1.has(Marks::FROM)).map(|it| it.0);
        assert_eq!((breadth(answered), behind.seen.len()), (3, NETWORKS));
    }

    #[test]
    fn one_content_network_takes_two_places() {
        let mut behind = Behind::default();
        for n in 0..200_u8 {
            behind.add(IpAddr::from([142, 250, n, 1]), Marks::FROM);
        }
        assert_eq!(behind.seen.len(), PER_BLOCK);
        assert!(behind.add(address("2001:db8::1"), Marks::FROM));
        assert_eq!(breadth(behind.networks().map(|it| it.0)), 2);
    }

    #[test]
    fn addresses_of_one_link() {
        assert!(share_a_link(address("2001:db8:0:1::1"), address("2001:db8:0:1:ffff::9")));
        assert!(!share_a_link(address("2001:db8:0:1::1"), address("2001:db8:0:2::1")));
        assert!(share_a_link(address("130.37.20.7"), address("130.37.20.250")));
        assert!(!share_a_link(address("130.37.20.7"), address("2001:db8::1")));
    }
}
