//! Prefixes of the link that have addresses of the internet: what lies in them is a neighbour. They are learnt, never guessed.

use std::net::IpAddr;

use super::Index;
use super::behind::link_of;
use crate::scope::{Network, Scope, scope};

/// Prefixes that are kept of each kind. A link has one or two; a campus has some; the rest is made up.
const PREFIXES: usize = 32;

/// Networks of which is remembered who has an address in them.
const HELD: usize = 64;

/// Shortest prefix that is believed: no link is larger than a site (RFC 6177), or than the largest campus with IPv4.
const SHORTEST: (u8, u8) = (16, 48);

/// What is known of the link's prefixes.
#[derive(Clone, Default, Debug)]
pub(super) struct OnLink {
    /// Those of neighbours.
    learnt: Vec<Network>,
    /// Said to be (by routers and DHCP servers), but nobody has an address in them yet: who says that the whole internet is on the link is not
    /// believed.
    announced: Vec<Network>,
    /// Who was first seen with an address in a network.
    held: Vec<(IpAddr, Index)>,
}

impl OnLink {
    /// Whether an address is a neighbour's.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        self.learnt.iter().any(|prefix| prefix.contains(address))
    }

    /// Whether any neighbour may have an address in the network, as [`link_of`] gives it.
    pub(super) fn overlaps(&self, network: IpAddr) -> bool {
        self.learnt.iter().any(|prefix| prefix.contains(network) || link_of(prefix.address()) == network)
    }

    /// Somebody says that a prefix is on the link; `is_held` tells whether a device has an address in it. Whether it is one that was not known.
    pub(super) fn announce(&mut self, prefix: Network, is_held: impl FnOnce(Network) -> bool) -> bool {
        let least = if prefix.address().is_ipv4() { SHORTEST.0 } else { SHORTEST.1 };
        if prefix.length() < least || scope(prefix.address()) != Scope::Internet || self.learnt.contains(&prefix) {
            return false;
        }
        if is_held(prefix) {
            return learn(&mut self.learnt, prefix);
        }
        if self.announced.len() < PREFIXES && !self.announced.contains(&prefix) {
            self.announced.push(prefix);
        }
        false
    }

    /// A device has an address of its own; whether a prefix became known by that.
    pub(super) fn hold(&mut self, address: IpAddr, index: Index) -> bool {
        if scope(address) != Scope::Internet {
            return false;
        }
        let Self { learnt, announced, held } = self;
        let mut new = false;
        for prefix in announced.extract_if(.., |prefix| prefix.contains(address)) {
            new |= learn(learnt, prefix);
        }
        let network = link_of(address);
        match held.iter().find(|it| it.0 == network) {
            // Two neighbours have addresses in it.
            Some((_, other)) if *other != index => new |= learn(learnt, of_link(network)),
            None if held.len() < HELD => held.push((network, index)),
            Some(_) | None => {}
        }
        new
    }

    /// Two devices talk to each other in one network of IPv6, which is one link (RFC 4291, section 2.5.4); whether that is new.
    pub(super) fn share(&mut self, address: IpAddr) -> bool {
        address.is_ipv6() && learn(&mut self.learnt, of_link(link_of(address)))
    }

    /// A number is nobody's any more.
    pub(super) fn forget(&mut self, index: Index) {
        self.held.retain(|it| it.1 != index);
    }
}

fn of_link(network: IpAddr) -> Network {
    Network::new(network, if network.is_ipv4() { 24 } else { 64 })
}

fn learn(learnt: &mut Vec<Network>, prefix: Network) -> bool {
    let room = learnt.len() < PREFIXES && !learnt.contains(&prefix);
    if room {
        learnt.push(prefix);
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_prefix_that_is_announced_counts_once_somebody_has_an_address_in_it() {
        let mut link = OnLink::default();
        assert!(!link.announce(prefix("130.37.16.0/20"), |_| false));
        assert!(!link.contains(address("130.37.20.7")));
        assert!(link.hold(address("130.37.20.7"), 1));
        assert!(link.contains(address("130.37.31.9")) && !link.contains(address("130.37.32.9")));
        assert!(link.announce(prefix("2001:db8:1:2::/64"), |_| true) && link.contains(address("2001:db8:1:2::9")));
    }

    #[test]
    fn nobody_is_believed_who_says_that_the_internet_is_on_the_link() {
        let mut link = OnLink::default();
        for text in ["0.0.0.0/0", "8.0.0.0/8", "::/0", "2000::/3", "2a00::/32"] {
            assert!(!link.announce(prefix(text), |_| true), "{text}");
        }
    }

    #[test]
    fn a_network_in_which_two_have_addresses_is_the_links() {
        let mut link = OnLink::default();
        assert!(!link.hold(address("2001:db8::1"), 1) && !link.hold(address("2001:db8::2"), 1));
        assert!(!link.contains(address("2001:db8::1")), "one device alone shows nothing");
        assert!(link.hold(address("2001:db8::3"), 2));
        assert!(link.contains(address("2001:db8::ffff")) && !link.contains(address("2001:db8:0:1::1")));
    }

    #[test]
    fn made_up_prefixes_fill_no_table() {
        let mut link = OnLink::default();
        for n in 0..60_000_u32 {
            let [a, b, c, _] = (0x1400_0000 | n << 8).to_be_bytes();
            let network = IpAddr::from([a, b, c, 0]);
            link.announce(Network::new(network, 24), |_| n % 2 == 0);
            link.hold(IpAddr::from([a, b, c, 9]), n);
        }
        assert!(link.learnt.len() + link.announced.len() <= 2 * PREFIXES && link.held.len() <= HELD);
    }
}
