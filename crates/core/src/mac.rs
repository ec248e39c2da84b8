//! Link-layer addresses.

use std::fmt;
use std::str::FromStr;

/// An IEEE 802 MAC address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// `ff:ff:ff:ff:ff:ff`.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// The address as a number, for hashing and comparing.
    #[must_use]
    pub const fn to_u64(self) -> u64 {
        let [o0, o1, o2, o3, o4, o5] = self.0;
        u64::from_be_bytes([0, 0, o0, o1, o2, o3, o4, o5])
    }

    /// Group bit (IEEE 802-2014, 8.2.2): broadcast or multicast, never a source.
    #[must_use]
    pub const fn is_group(self) -> bool {
        self.0[0] & 1 != 0
    }

    /// Local bit (IEEE 802-2014, 8.2.2): not assigned by a maker, so most likely randomised.
    #[must_use]
    pub const fn is_local(self) -> bool {
        self.0[0] & 2 != 0
    }

    /// All zero: loopback, or a link that has no addresses.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.to_u64() == 0
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, octet) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { ":" };
            write!(out, "{separator}{octet:02x}")?;
        }
        Ok(())
    }
}

/// Prints the maker's half only: what names a person's device stays out of logs.
impl fmt::Debug for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, ..] = self.0;
        write!(out, "{a:02x}:{b:02x}:{c:02x}:..")
    }
}

/// The text is not six octets in hexadecimal, separated by `:` or `-`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a MAC address; write it like 02:42:ac:11:00:02")]
pub struct NotAMac(pub String);

impl FromStr for Mac {
    type Err = NotAMac;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAMac(text.to_owned());
        let mut octets = [0; 6];
        let mut parts = text.split([':', '-']);
        for octet in &mut octets {
            let part = parts.next().filter(|part| (1..=2).contains(&part.len())).ok_or_else(wrong)?;
            *octet = u8::from_str_radix(part, 16).map_err(|_| wrong())?;
        }
        if parts.next().is_some() { Err(wrong()) } else { Ok(Self(octets)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        let mac: Mac = "f4:B8:5e-ff:2b:1b".parse().unwrap();
        assert_eq!(mac.to_string(), "f4:b8:5e:ff:2b:1b");
        assert_eq!(mac.to_u64(), 0xf4b8_5eff_2b1b);
    }

    #[test]
    fn says_what_is_not_an_address() {
        for text in ["", "1:2:3:4:5", "1:2:3:4:5:6:7", "g0:00:00:00:00:00", "123:0:0:0:0:0"] {
            assert_eq!(text.parse::<Mac>(), Err(NotAMac(text.to_owned())));
        }
    }

    #[test]
    fn a_log_does_not_show_the_whole_address() {
        assert_eq!(format!("{:?}", Mac([1, 2, 3, 4, 5, 6])), "01:02:03:..");
    }
}
