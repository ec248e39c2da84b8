//! What of a home's addresses may leave it: devices by pseudonyms that only the home can resolve, networks in the place of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use data_encoding::HEXLOWER_PERMISSIVE;
use earwitness_core::findings::{DeviceId, Receiver, Sighting};
use earwitness_core::mac::Mac;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

/// Octets of a key.
const OCTETS: usize = 32;

/// A key, which has no `Debug`: whoever knows it can tell which devices a home has.
pub struct Key([u8; OCTETS]);

impl Key {
    /// A key from octets that nobody can guess.
    #[must_use]
    pub const fn new(octets: [u8; OCTETS]) -> Self {
        Self(octets)
    }

    /// Reads a line of 64 hexadecimal digits; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// The line that [`Self::parse`] reads.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}\n", HEXLOWER_PERMISSIVE.encode(&self.0))
    }
}

/// Gives devices pseudonyms by HMAC-SHA256 (RFC 2104) under a key that stays in the home: the same ones as long as the key is the same.
pub struct Pseudonyms {
    keyed: Hmac<Sha256>,
}

impl Pseudonyms {
    /// Pseudonyms under a key.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        // A key that is shorter than a block is filled up with zeros (RFC 2104, section 2).
        let mut block = [0; 64];
        block[..OCTETS].copy_from_slice(&key.0);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// The pseudonym of a device, of the form of a MAC address: the maker's three octets stay, where a maker gave the address; the rest is the digest's. Of another
    /// address nothing stays, and the local bit (IEEE 802-2014, 8.2.2) is set.
    #[must_use]
    pub fn device(&self, device: DeviceId) -> DeviceId {
        let mut keyed = self.keyed.clone();
        match device {
            DeviceId::Mac(mac) => keyed.update(&mac.0),
            DeviceId::Address(IpAddr::V4(it)) => keyed.update(&it.octets()),
            DeviceId::Address(IpAddr::V6(it)) => keyed.update(&it.octets()),
        }
        let digest = keyed.finalize().into_bytes();
        let mut octets = [0; 6];
        for (to, from) in octets.iter_mut().zip(digest) {
            *to = from;
        }
        match device {
            DeviceId::Mac(mac) if !mac.is_local() => octets[..3].copy_from_slice(&mac.0[..3]),
            _ => octets[0] = octets[0] & 0xfc | 0x02,
        }
        DeviceId::Mac(Mac(octets))
    }

    /// What tells another key, or another store under the same key, from this one, without saying anything of either.
    #[must_use]
    pub fn mark(&self, store: &str) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(store.as_bytes());
        HEXLOWER_PERMISSIVE.encode(&keyed.finalize().into_bytes())
    }
}

/// Takes what only the home may know out of a sighting: the device's address on the flow, which device of the home it sent to, and of receivers outside all but the
/// network.
pub fn shorten(it: &mut Sighting) {
    it.flow.source = Ipv4Addr::UNSPECIFIED.into();
    it.flow.source_port = 0;
    let receiver = &mut it.receiver;
    if receiver.local {
        *receiver =
            Receiver { address: Ipv4Addr::UNSPECIFIED.into(), port: 0, name: None, local: true, country: None, system: None };
    }
    receiver.address = network(receiver.address);
    (it.flow.destination, it.flow.destination_port) = (receiver.address, receiver.port);
}

/// The first part of addresses of 6to4 (RFC 3056), whose next two are an address of IPv4.
const TUNNELLED: u16 = 0x2002;

/// The network that an address lies in, as far as it is customary to keep it: 24 bits of IPv4, 48 of IPv6, which are those of a site (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(it) => {
            if let Some(mapped) = it.to_ipv4_mapped() {
                return network(mapped.into());
            }
            let [first, second, third, ..] = it.segments();
            let third = if first == TUNNELLED { third & 0xff00 } else { third };
            Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(text: &str) -> DeviceId {
        DeviceId::Mac(text.parse().unwrap())
    }

    #[test]
    fn a_pseudonym_keeps_the_maker_and_follows_from_the_key() {
        let pseudonyms = Pseudonyms::new(&Key::new([7; OCTETS]));
        let real = mac("00:17:88:01:02:03");
        // By openssl: 631ad24bced1... is the HMAC-SHA256 of these six octets under 32 octets 07.
        assert_eq!(pseudonyms.device(real), mac("00:17:88:4b:ce:d1"));
        assert_ne!(pseudonyms.device(real), Pseudonyms::new(&Key::new([8; OCTETS])).device(real));
        for other in [mac("02:17:88:01:02:03"), DeviceId::Address("192.0.2.7".parse().unwrap())] {
            let DeviceId::Mac(shown) = pseudonyms.device(other) else { unreachable!() };
            assert!(shown.is_local() && !shown.is_group() && shown.0[1..3] != [0x17, 0x88], "{shown}");
        }
    }

    #[test]
    fn a_mark_differs_with_the_key_and_with_the_store() {
        let of = |octet: u8, store: &str| Pseudonyms::new(&Key::new([octet; OCTETS])).mark(store);
        assert_eq!(of(7, "1"), of(7, "1"));
        assert!(of(7, "1") != of(8, "1") && of(7, "1") != of(7, "2"));
    }

    #[test]
    fn a_key_is_a_line_of_digits() {
        let text = Key::new([0xa5; OCTETS]).reveal();
        assert_eq!(Key::parse(&text).map(|it| it.0), Some([0xa5; OCTETS]));
        for bad in ["", "a5", "no key", &text[..62], &format!("{}00", text.trim())] {
            assert!(Key::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn of_an_address_its_network_stays() {
        let shown = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(shown("198.51.100.77"), "198.51.100.0");
        assert_eq!(shown("2001:db8:1:2:3::4"), "2001:db8:1::");
        assert_eq!(shown("::ffff:198.51.100.77"), "198.51.100.0");
        assert_eq!(shown("2002:c633:644d::1"), "2002:c633:6400::", "198.51.100.77 by 6to4");
    }
}
