//! Networks as they are written in a configuration.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// An IPv4 network: an address whose host bits are zero, and a length of prefix of 16 to 29.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ipv4Network {
    base: u32,
    length: u8,
}

/// Shortest and longest prefix of a home: from 65,534 addresses to six.
const LENGTHS: std::ops::RangeInclusive<u8> = 16..=29;

impl Ipv4Network {
    /// 10.77.0.0/24.
    pub const DEFAULT: Self = Self { base: 0x0a4d_0000, length: 24 };

    /// The network of any length around an address, host bits dropped; for comparing with routes.
    #[must_use]
    pub fn around(address: Ipv4Addr, length: u8) -> Self {
        let length = length.min(32);
        Self { base: u32::from(address) & mask(length), length }
    }

    /// The address at this place, 0 being the network itself.
    #[must_use]
    pub fn at(self, place: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.base.saturating_add(place))
    }

    /// The gateway's: the first.
    #[must_use]
    pub fn gateway(self) -> Ipv4Addr {
        self.at(1)
    }

    /// The last one that a device can have: below the broadcast address.
    #[must_use]
    pub fn last(self) -> Ipv4Addr {
        self.at((!mask(self.length)).saturating_sub(1))
    }

    /// As four octets.
    #[must_use]
    pub fn netmask(self) -> Ipv4Addr {
        Ipv4Addr::from(mask(self.length))
    }

    /// Bits of the prefix.
    #[must_use]
    pub const fn length(self) -> u8 {
        self.length
    }

    /// Whether a device of the network may have this address.
    #[must_use]
    pub fn holds(self, address: Ipv4Addr) -> bool {
        let address = u32::from(address);
        address & mask(self.length) == self.base && address != self.base && address != self.base | !mask(self.length)
    }

    /// Whether both have an address in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let shared = mask(self.length.min(other.length));
        self.base & shared == other.base & shared
    }
}

/// The mask of a prefix of at most 32 bits.
fn mask(length: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
}

impl fmt::Display for Ipv4Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", Ipv4Addr::from(self.base), self.length)
    }
}

impl FromStr for Ipv4Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no IPv4 network; write address and length of the prefix, such as 10.77.0.0/24");
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
        let length: u8 = length.parse().map_err(|_| wrong())?;
        if !LENGTHS.contains(&length) {
            return Err(format!(
                "a prefix of {length} bits does not suit a home; allowed are {} to {}",
                LENGTHS.start(),
                LENGTHS.end()
            ));
        }
        if !address.is_private() {
            return Err(format!(
                "{address} belongs to somebody on the internet; use a private network (RFC 1918): in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
            ));
        }
        let network = Self::around(address, length);
        if network.base != u32::from(address) {
            return Err(format!("{text} has bits set behind its prefix; write {network}"));
        }
        Ok(network)
    }
}

impl<'de> Deserialize<'de> for Ipv4Network {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A /64 of unique local addresses (RFC 4193).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UlaPrefix(Ipv6Addr);

impl UlaPrefix {
    /// The gateway's address in it.
    #[must_use]
    pub fn gateway(self) -> Ipv6Addr {
        Ipv6Addr::from(u128::from(self.0) | 1)
    }

    /// The prefix without its length.
    #[must_use]
    pub const fn address(self) -> Ipv6Addr {
        self.0
    }
}

impl fmt::Display for UlaPrefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/64", self.0)
    }
}

impl FromStr for UlaPrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is neither \"off\" nor a /64 of unique local addresses (RFC 4193), such as fd12:3456:789a:1::/64 with digits of your own"
            )
        };
        let address: Ipv6Addr = text.strip_suffix("/64").ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
        let local = address.octets().first() == Some(&0xfd);
        if local && u128::from(address) << 64 == 0 { Ok(Self(address)) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_read_as_it_prints() {
        let network: Ipv4Network = "192.168.40.0/22".parse().unwrap();
        assert_eq!(network.to_string(), "192.168.40.0/22");
        assert_eq!(network.gateway(), Ipv4Addr::new(192, 168, 40, 1));
        assert_eq!(network.last(), Ipv4Addr::new(192, 168, 43, 254));
        assert_eq!(network.netmask(), Ipv4Addr::new(255, 255, 252, 0));
        assert!(network.holds(Ipv4Addr::new(192, 168, 41, 0)) && !network.holds(Ipv4Addr::new(192, 168, 43, 255)));
        assert_eq!("10.77.0.0/24".parse(), Ok(Ipv4Network::DEFAULT));
    }

    #[test]
    fn what_is_no_home_network_is_refused_with_one_that_is() {
        for (text, part) in [
            ("10.77.0.0", "10.77.0.0/24"),
            ("10.77.0.9/24", "write 10.77.0.0/24"),
            ("8.8.8.0/24", "RFC 1918"),
            ("10.0.0.0/8", "16 to 29"),
            ("10.0.0.0/30", "16 to 29"),
            ("10.0.0.0/99", "16 to 29"),
        ] {
            let error = text.parse::<Ipv4Network>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn networks_overlap_when_one_holds_the_other() {
        let of = |address: [u8; 4], length| Ipv4Network::around(Ipv4Addr::from(address), length);
        assert!(Ipv4Network::DEFAULT.overlaps(of([10, 0, 0, 0], 8)));
        assert!(Ipv4Network::DEFAULT.overlaps(of([10, 77, 0, 200], 32)));
        assert!(!Ipv4Network::DEFAULT.overlaps(of([10, 77, 1, 0], 24)));
    }

    #[test]
    fn only_a_unique_local_prefix_is_announced() {
        let prefix: UlaPrefix = "fd00:1:2:3::/64".parse().unwrap();
        assert_eq!((prefix.to_string(), prefix.gateway().to_string()), ("fd00:1:2:3::/64".into(), "fd00:1:2:3::1".into()));
        for text in ["2001:db8::/64", "fd00::/48", "fd00::1/64", "fc00::/64", "on", ""] {
            assert!(text.parse::<UlaPrefix>().is_err(), "{text}");
        }
    }
}
