//! DHCP for IPv6 (RFC 8415).

use super::super::text::clean;
use super::wire_name;
use crate::mac::Mac;

/// What a device says when it asks for an IPv6 address or for the network's servers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dhcpv6Facts {
    /// Its hardware address, where its identifier holds one (RFC 8415, 11.2 and 11.4). It may be that of another of its ports.
    pub mac: Option<Mac>,
    /// Its name: option 39 (RFC 4704).
    pub host_name: Option<String>,
    /// What kind of device it says it is: the first class of option 16.
    pub vendor_class: Option<String>,
}

/// Reads a message of a `DHCPv6` client (UDP port 547). `None` if it is none, or one of a server or relay.
#[must_use]
pub fn dhcpv6(payload: &[u8]) -> Option<Dhcpv6Facts> {
    let (&[kind, _, _, _], mut rest) = payload.split_first_chunk()?;
    // Solicit, Request, Confirm, Renew, Rebind, Release, Decline, Information-request (RFC 8415, 7.3).
    if !matches!(kind, 1 | 3..=6 | 8 | 9 | 11) {
        return None;
    }
    let mut facts = Dhcpv6Facts { mac: None, host_name: None, vendor_class: None };
    let mut client = false;
    while let Some((&[number_high, number_low, high, low], after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((value, after)) = after.split_at_checked(length) else { break };
        rest = after;
        match u16::from_be_bytes([number_high, number_low]) {
            1 => {
                client = true;
                facts.mac = hardware(value);
            }
            16 => facts.vendor_class = value.get(4..).and_then(class),
            39 => facts.host_name = value.split_first().map(|(_, name)| wire_name(name)).filter(|name| !name.is_empty()),
            _ => {}
        }
    }
    // Any client but one that only asks for information says who it is (RFC 8415, 21.2).
    (client || kind == 11).then_some(facts)
}

/// The Ethernet address in a DHCP unique identifier of type 1 (with time) or 3.
const fn hardware(identifier: &[u8]) -> Option<Mac> {
    match *identifier {
        [0, 1, 0, 1, _, _, _, _, ref address @ ..] | [0, 3, 0, 1, ref address @ ..] => match address.first_chunk() {
            Some(octets) if address.len() == octets.len() => Some(Mac(*octets)),
            _ => None,
        },
        _ => None,
    }
}

/// The first of several texts with their lengths.
fn class(texts: &[u8]) -> Option<String> {
    let (&length, text) = texts.split_first_chunk()?;
    let text = clean(text.get(..usize::from(u16::from_be_bytes(length)))?);
    (!text.is_empty()).then_some(text)
}
