//! What a device says when it asks for an address: DHCP (RFC 2131) and its later form for IPv6 (RFC 8415).
//!
//! The formats are lists of numbered options, shorter to walk than to adapt: the crates that know every option bring a
//! resolver's name machinery with them, and those that do not leave out options that continue (RFC 3396) or overflow into
//! other fields (RFC 2132, 9.3), where devices with long names put them.

mod v6;

use std::net::Ipv4Addr;

pub use self::v6::{Dhcpv6Facts, dhcpv6};
use super::dns::text_of;
use super::text::clean;
use crate::mac::Mac;

/// What a DHCP message is for (RFC 2132, 9.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DhcpKind {
    /// A device looks for servers.
    Discover,
    /// A server offers an address.
    Offer,
    /// A device asks for an address.
    Request,
    /// A device found the address in use.
    Decline,
    /// A server grants the address.
    Ack,
    /// A server refuses.
    Nak,
    /// A device gives its address back.
    Release,
    /// A device that has an address asks for the rest.
    Inform,
    /// Another kind, or none: plain BOOTP (RFC 951).
    Other(u8),
}

/// What a DHCP message says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DhcpFacts {
    /// What the message is for.
    pub kind: DhcpKind,
    /// Whether a server sent it.
    pub from_server: bool,
    /// The device's hardware address; `None` if it is not an Ethernet one.
    pub mac: Option<Mac>,
    /// The name the device has: option 12, else the first label of option 81.
    pub host_name: Option<String>,
    /// Its full name: option 81 (RFC 4702).
    pub full_name: Option<String>,
    /// What kind of device it says it is: option 60.
    pub vendor_class: Option<String>,
    /// The address the device asks for (option 50) or has (field `ciaddr`).
    pub requested: Option<Ipv4Addr>,
    /// The address the server gives: field `yiaddr`.
    pub assigned: Option<Ipv4Addr>,
    /// The mask of its network: option 1.
    pub mask: Option<Ipv4Addr>,
    /// The first router of the network: option 3.
    pub router: Option<Ipv4Addr>,
    /// The server's address: option 54.
    pub server: Option<Ipv4Addr>,
}

/// Octets before the options: fixed fields and the magic cookie (RFC 2131, 2 and 3).
const FIXED: usize = 240;
const COOKIE: &[u8] = &[99, 130, 83, 99];

/// Longest value of an option that is put together from several, octets.
const LONGEST_OPTION: usize = 512;

/// Reads a DHCP message of a device or of a server (UDP ports 67 and 68). `None` if it is none; a message that was cut inside
/// its options tells what stands before the cut.
#[must_use]
pub fn dhcp(payload: &[u8]) -> Option<DhcpFacts> {
    let (fixed, rest) = payload.split_at_checked(FIXED)?;
    let from_server = match fixed.first()? {
        1 => false,
        2 => true,
        _ => return None,
    };
    if fixed.get(236..)? != COOKIE {
        return None;
    }
    // Option 52 says which of the fields `file` (1), `sname` (2) or both hold more options.
    let overload = option(&[rest], 52).first().copied().unwrap_or(0);
    let file = if overload & 1 == 0 { &[] } else { fixed.get(108..236)? };
    let server_name = if overload & 2 == 0 { &[] } else { fixed.get(44..108)? };
    let options = [rest, file, server_name];

    let text = |number| Some(clean(&option(&options, number))).filter(|text| !text.is_empty());
    let address =
        |octets: &[u8]| octets.first_chunk().map(|&four: &[u8; 4]| Ipv4Addr::from(four)).filter(|a| !a.is_unspecified());
    let full_name = full_name(&option(&options, 81));
    let short_name =
        full_name.as_deref().and_then(|name| name.split('.').next()).filter(|name| !name.is_empty()).map(str::to_owned);
    let ethernet = fixed.get(1..3)? == [1, 6];
    Some(DhcpFacts {
        kind: kind_of(option(&options, 53).first().copied().unwrap_or(0)),
        from_server,
        mac: fixed.get(28..34)?.first_chunk().filter(|_| ethernet).map(|&octets| Mac(octets)),
        host_name: text(12).or(short_name),
        full_name,
        vendor_class: text(60),
        requested: address(&option(&options, 50)).or(address(fixed.get(12..16)?)),
        assigned: address(fixed.get(16..20)?),
        mask: address(&option(&options, 1)),
        router: address(&option(&options, 3)),
        server: address(&option(&options, 54)),
    })
}

const fn kind_of(number: u8) -> DhcpKind {
    match number {
        1 => DhcpKind::Discover,
        2 => DhcpKind::Offer,
        3 => DhcpKind::Request,
        4 => DhcpKind::Decline,
        5 => DhcpKind::Ack,
        6 => DhcpKind::Nak,
        7 => DhcpKind::Release,
        8 => DhcpKind::Inform,
        other => DhcpKind::Other(other),
    }
}

/// The value of an option; its parts put together where it occurs several times (RFC 3396, 7).
fn option(areas: &[&[u8]], wanted: u8) -> Vec<u8> {
    let mut value = Vec::new();
    for area in areas {
        let mut rest = *area;
        while let Some((&number, after)) = rest.split_first() {
            rest = after;
            match number {
                0 => {}
                255 => break,
                _ => {
                    let Some((&length, after)) = rest.split_first() else { break };
                    let Some((part, after)) = after.split_at_checked(length.into()) else { break };
                    rest = after;
                    if number == wanted && value.len() < LONGEST_OPTION {
                        value.extend_from_slice(part);
                    }
                }
            }
        }
    }
    value
}

/// Option 81 (RFC 4702, 2): flags, two octets without meaning, and the name, whose form the `E` flag tells.
fn full_name(value: &[u8]) -> Option<String> {
    let (&[flags, _, _], name) = value.split_first_chunk()?;
    let name = if flags & 4 == 0 { clean(name) } else { wire_name(name) };
    let name = name.trim_end_matches('.');
    (!name.is_empty()).then(|| name.to_owned())
}

/// A domain name in the form of the DNS, which may lack its end if it is not full (RFC 4702, 2.3.1, RFC 4704, 4.2).
fn wire_name(wire: &[u8]) -> String {
    let mut rest = wire;
    text_of(std::iter::from_fn(|| {
        let (label, after) = domain::base::name::Label::split_from(rest).ok()?;
        rest = after;
        Some(label)
    }))
}

#[cfg(test)]
mod tests;
