//! IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::rest::{Rest, octets};
use super::transport::{self, Body};
use super::{Dissection, Ip, Layer, Net, Stop};

/// More IPv6 extension headers than this are an attack: RFC 8200, section 4.1, has each at most once, one twice.
pub(super) const MOST_EXTENSIONS: usize = 16;

/// Octets of an IPv4 header without options.
const V4_HEADER: usize = 20;
/// Octets of an IPv6 header without extensions.
const V6_HEADER: usize = 40;

/// Extension headers (IANA "IPv6 Extension Header Types") that are read over; ESP is not, as it hides what follows.
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION: u8 = 60;
/// Nothing follows (RFC 8200, section 4.7).
const NO_NEXT: u8 = 59;

/// Reads a packet of the version that its first nibble names.
pub(super) fn by_version<'a>(facts: &mut Dissection<'a>, rest: Rest<'a>) -> Result<(), Stop> {
    match rest.bytes {
        [0x60..=0x6f, ..] => v6(facts, rest),
        _ => v4(facts, rest),
    }
}

/// Reads an IPv4 packet.
pub(super) fn v4<'a>(facts: &mut Dissection<'a>, rest: Rest<'a>) -> Result<(), Stop> {
    let layer = Layer::Ipv4;
    let [first, _, length @ ..] = *rest.peek::<4>(layer)?;
    let header_len = usize::from(first & 0x0f) * 4;
    if first >> 4 != 4 || header_len < V4_HEADER {
        return Err(Stop::Malformed(layer));
    }
    let length = usize::from(u16::from_be_bytes(length));
    // 0 by segmentation offload: the packet was larger than the field can say.
    let packet = rest.limited(if length == 0 { rest.wire } else { length });
    // Known from here on, whatever may be cut off behind.
    facts.payload_len = octets(packet.wire.saturating_sub(header_len));
    let [_, _, _, _, id @ .., f0, f1, hops, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = *rest.peek::<V4_HEADER>(layer)?;
    let position = u16::from_be_bytes([f0, f1]);
    // The lowest of the three bits above the offset says that more fragments follow.
    let fragment = (position & 0x3fff != 0).then_some((position & 0x1fff) << 3);
    facts.net = Net::Ip(Ip {
        source: IpAddr::V4(Ipv4Addr::new(s0, s1, s2, s3)),
        destination: IpAddr::V4(Ipv4Addr::new(d0, d1, d2, d3)),
        protocol,
        identification: u16::from_be_bytes(id).into(),
        fragment,
        hops,
    });
    let mut rest = packet;
    rest.skip(header_len, layer)?;
    transport::read(facts, Body { rest, protocol, fragment, jumbo: length == 0 })
}

/// Reads an IPv6 packet.
pub(super) fn v6<'a>(facts: &mut Dissection<'a>, rest: Rest<'a>) -> Result<(), Stop> {
    let layer = Layer::Ipv6;
    let [first, _, _, _, length @ ..] = *rest.peek::<6>(layer)?;
    if first >> 4 != 6 {
        return Err(Stop::Malformed(layer));
    }
    let length = usize::from(u16::from_be_bytes(length));
    facts.payload_len = octets(if length == 0 { rest.wire.saturating_sub(V6_HEADER) } else { length });
    let mut fields = rest.peek::<V6_HEADER>(layer).map(|header| Rest { bytes: header, wire: V6_HEADER })?;
    let [_, _, _, _, _, _, next, hops] = *fields.take(layer)?;
    let source = Ipv6Addr::from(*fields.take::<16>(layer)?);
    let destination = Ipv6Addr::from(*fields.take::<16>(layer)?);
    let mut ip = Ip {
        source: IpAddr::V6(source),
        destination: IpAddr::V6(destination),
        protocol: next,
        identification: 0,
        fragment: None,
        hops,
    };
    // 0 in a jumbogram (RFC 2675) and by segmentation offload, but also where truly nothing follows.
    let jumbo = length == 0 && next != NO_NEXT;
    let whole = if jumbo { rest.wire } else { length.saturating_add(V6_HEADER) };
    let mut rest = rest.limited(whole);
    let read = rest.skip(V6_HEADER, layer).and_then(|()| extensions(&mut ip, &mut rest));
    facts.net = Net::Ip(ip);
    facts.payload_len = octets(rest.wire);
    read?;
    transport::read(facts, Body { rest, protocol: ip.protocol, fragment: ip.fragment, jumbo })
}

/// Takes extension headers off, up to the transport header or the inside of a later fragment.
fn extensions(ip: &mut Ip, rest: &mut Rest<'_>) -> Result<(), Stop> {
    let layer = Layer::Ipv6Extension;
    for _ in 0..=MOST_EXTENSIONS {
        let eights = match ip.protocol {
            HOP_BY_HOP | ROUTING | DESTINATION => true,
            AUTHENTICATION => false,
            FRAGMENT => {
                let [next, _, o0, o1, id @ ..] = *rest.take::<8>(layer)?;
                let position = u16::from_be_bytes([o0, o1]);
                let (offset, more) = (position & 0xfff8, position & 1 != 0);
                ip.protocol = next;
                ip.identification = u32::from_be_bytes(id);
                // Offset 0 and nothing more is a whole packet all the same (RFC 6946).
                ip.fragment = (more || offset != 0).then_some(offset);
                if offset != 0 {
                    return Ok(());
                }
                continue;
            }
            _ => return Ok(()),
        };
        let [next, length] = *rest.peek::<2>(layer)?;
        let length = usize::from(length);
        // Counted in 8 octets beyond the first 8, by AH in 4 octets beyond the first 8 (RFC 4302, section 2.2).
        rest.skip(if eights { length * 8 + 8 } else { length * 4 + 8 }, layer)?;
        ip.protocol = next;
    }
    Err(Stop::TooDeep(layer))
}
