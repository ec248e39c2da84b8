//! Neighbour discovery of IPv6 (RFC 4861): what routers and neighbours say of themselves.

use std::net::Ipv6Addr;

/// Message types (RFC 4861, section 4).
const ROUTER_ADVERTISEMENT: u8 = 134;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;

/// Octets of a router advertisement before its options (RFC 4861, section 4.2).
const ADVERTISEMENT: usize = 16;

/// Prefix information (RFC 4861, section 4.6.2).
const PREFIX: u8 = 3;

/// The flag that a prefix is on the link.
const ON_LINK: u8 = 0x80;

/// Options that are read of one message.
const MOST_OPTIONS: usize = 32;

/// What a message says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Neighbour<'a> {
    /// A router offers a default route, or with a lifetime of 0 says that it is none (RFC 4861, section 6.2.3).
    Router {
        /// For how long, seconds.
        lifetime: u16,
        /// Its options; see [`on_link_prefixes`].
        options: &'a [u8],
    },
    /// Somebody says that an address is theirs.
    Claims(Ipv6Addr),
}

/// Reads an `ICMPv6` message that came with a hop limit of 255, without which it is none of these (RFC 4861, section 7.1).
#[must_use]
pub fn neighbour(message: &[u8]) -> Option<Neighbour<'_>> {
    match message {
        [ROUTER_ADVERTISEMENT, 0, _, _, _, _, high, low, ..] => {
            let options = message.get(ADVERTISEMENT..).unwrap_or_default();
            Some(Neighbour::Router { lifetime: u16::from_be_bytes([*high, *low]), options })
        }
        [NEIGHBOUR_ADVERTISEMENT, 0, _, _, _, _, _, _, rest @ ..] => {
            rest.first_chunk::<16>().map(|target| Neighbour::Claims(Ipv6Addr::from(*target)))
        }
        _ => None,
    }
}

/// The prefixes that options say are on the link and in use, with their lengths.
pub fn on_link_prefixes(options: &[u8]) -> impl Iterator<Item = (Ipv6Addr, u8)> + '_ {
    let mut rest = options;
    let options = std::iter::from_fn(move || {
        let eights = usize::from(*rest.get(1)?);
        let (option, after) = rest.split_at_checked(eights * 8).filter(|_| eights > 0)?;
        rest = after;
        Some(option)
    });
    options.take(MOST_OPTIONS).filter_map(|option| {
        let [PREFIX, 4, length, flags, v0, v1, v2, v3, _, _, _, _, _, _, _, _, prefix @ ..] = option else { return None };
        let valid = u32::from_be_bytes([*v0, *v1, *v2, *v3]) > 0;
        let prefix = prefix.first_chunk::<16>()?;
        (flags & ON_LINK != 0 && valid && *length <= 128).then(|| (Ipv6Addr::from(*prefix), *length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn advertisement(lifetime: u16, flags: u8, valid: u32) -> Vec<u8> {
        let mut message = vec![134, 0, 0, 0, 64, 0];
        message.extend(lifetime.to_be_bytes());
        message.extend([0; 8]);
        message.extend([1, 1, 2, 0, 0, 0, 0, 1, 3, 4, 64, flags]);
        message.extend(valid.to_be_bytes());
        message.extend([0; 8]);
        message.extend("2001:db8:1:2::".parse::<Ipv6Addr>().unwrap().octets());
        message
    }

    #[test]
    fn a_router_tells_its_lifetime_and_its_prefixes() {
        let message = advertisement(1_800, 0xc0, 86_400);
        let Some(Neighbour::Router { lifetime: 1_800, options }) = neighbour(&message) else { panic!("{message:?}") };
        assert_eq!(on_link_prefixes(options).collect::<Vec<_>>(), [("2001:db8:1:2::".parse().unwrap(), 64)]);
        for (flags, valid) in [(0x40, 86_400), (0xc0, 0)] {
            let message = advertisement(0, flags, valid);
            let Some(Neighbour::Router { lifetime: 0, options }) = neighbour(&message) else { panic!("{message:?}") };
            assert_eq!(on_link_prefixes(options).count(), 0, "neither off the link nor withdrawn");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_panic(mut message in prop::collection::vec(any::<u8>(), 0..200), kind in 133..138_u8) {
            if let Some(first) = message.first_mut() {
                *first = kind;
            }
            if let Some(Neighbour::Router { options, .. }) = neighbour(&message) {
                prop_assert!(on_link_prefixes(options).count() <= MOST_OPTIONS);
            }
        }
    }
}
