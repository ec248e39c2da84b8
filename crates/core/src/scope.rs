//! Which addresses lie inside a home, and which on the internet.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Where an address lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Inside: private, link-local, shared or loopback addresses, or a network named with `--local`.
    Home,
    /// Multicast and broadcast.
    Group,
    /// The rest: the internet. Documentation ranges count as such, because test networks use them that way.
    Internet,
}

/// A block of addresses, as in `192.0.2.0/24` (RFC 4632).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The block that `length` leading bits of an address name; more than an address has are all of them.
    #[must_use]
    pub const fn new(address: IpAddr, length: u8) -> Self {
        let most = if address.is_ipv4() { 32 } else { 128 };
        Self { address, prefix: if length > most { most } else { length } }
    }

    /// An address of the block, as it was given.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Leading bits that all addresses of the block share.
    #[must_use]
    pub const fn length(&self) -> u8 {
        self.prefix
    }

    /// Whether the address lies inside.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = |bits: u8| u32::from(bits - self.prefix.min(bits));
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(shift(32)).unwrap_or(0) == 0,
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(shift(128)).unwrap_or(0) == 0,
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The text is no network.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a network; write it like 192.168.1.0/24 or 2001:db8::/32")]
pub struct NotANetwork(pub String);

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if prefix > most { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

/// Where an address lies, without being told more (IANA special-purpose registries, RFC 6890).
#[expect(clippy::inline_always, reason = "see `Roster::scope`")]
#[inline(always)]
#[must_use]
pub fn scope(address: IpAddr) -> Scope {
    match address {
        IpAddr::V4(v4) => scope_v4(v4),
        IpAddr::V6(v6) => scope_v6(v6),
    }
}

/// Whether an address has a meaning on one link only: no router forwards from or to it (RFC 3927, section 2.7; RFC 4291, section 2.5.6).
#[must_use]
pub const fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// Scope of an IPv4 address by its first octet; `None` where the second decides.
const BY_FIRST_OCTET: [Option<Scope>; 256] = {
    let mut table = [Some(Scope::Internet); 256];
    table[0] = Some(Scope::Home);
    table[10] = Some(Scope::Home);
    table[127] = Some(Scope::Home);
    let mut undecided = [100, 169, 172, 192, 255].as_slice();
    while let [first, rest @ ..] = undecided {
        table[*first] = None;
        undecided = rest;
    }
    let mut group = 224;
    while group < 240 {
        table[group] = Some(Scope::Group);
        group += 1;
    }
    table
};

#[expect(clippy::inline_always, reason = "see `Roster::scope`")]
#[inline(always)]
fn scope_v4(address: Ipv4Addr) -> Scope {
    let [first, ..] = address.octets();
    match BY_FIRST_OCTET[usize::from(first)] {
        Some(scope) => scope,
        None => by_second_octet(address),
    }
}

fn by_second_octet(address: Ipv4Addr) -> Scope {
    match address.octets() {
        [192, 168, ..] | [169, 254, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Scope::Home,
        [255, 255, 255, 255] => Scope::Group,
        _ => Scope::Internet,
    }
}

#[inline(never)]
fn scope_v6(address: Ipv6Addr) -> Scope {
    match address.octets() {
        [0xff, ..] => Scope::Group,
        // Unique local (RFC 4193) and link-local.
        [0xfc | 0xfd, ..] | [0xfe, 0x80..=0xbf, ..] => Scope::Home,
        _ if address.is_unspecified() || address.is_loopback() => Scope::Home,
        _ => address.to_ipv4_mapped().map_or(Scope::Internet, scope_v4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Scope {
        scope(text.parse().unwrap())
    }

    #[test]
    fn homes_groups_and_the_internet() {
        for home in
            ["10.1.2.3", "192.168.86.40", "172.31.0.1", "100.64.9.9", "169.254.1.1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"]
        {
            assert_eq!(of(home), Scope::Home, "{home}");
        }
        for group in ["224.0.0.251", "255.255.255.255", "ff02::fb"] {
            assert_eq!(of(group), Scope::Group, "{group}");
        }
        for internet in ["8.8.8.8", "172.32.0.1", "198.51.100.10", "2001:db8::1", "100.128.0.1"] {
            assert_eq!(of(internet), Scope::Internet, "{internet}");
        }
    }

    #[test]
    fn a_network_holds_what_shares_its_prefix() {
        let net: Network = "130.37.16.0/20".parse().unwrap();
        assert!(net.contains("130.37.31.255".parse().unwrap()) && !net.contains("130.37.32.0".parse().unwrap()));
        let everything: Network = "::/0".parse().unwrap();
        assert!(everything.contains("2001:db8::1".parse().unwrap()) && !everything.contains("1.2.3.4".parse().unwrap()));
        let one: Network = "192.0.2.7".parse().unwrap();
        assert!(one.contains("192.0.2.7".parse().unwrap()) && !one.contains("192.0.2.8".parse().unwrap()));
        assert_eq!((net.to_string(), one.to_string()), ("130.37.16.0/20".to_owned(), "192.0.2.7/32".to_owned()));
        assert_eq!("1.2.3.4/33".parse::<Network>(), Err(NotANetwork("1.2.3.4/33".to_owned())));
        assert!("home".parse::<Network>().is_err());
    }
}
