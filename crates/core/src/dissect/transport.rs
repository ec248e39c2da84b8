//! TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792, RFC 4443), and the tunnels that only [`super::mirror`] may open.

use super::rest::Rest;
use super::rest::octets;
use super::{Dissection, Layer, Stop, Transport};

/// Octets of a TCP header without options.
const TCP_HEADER: usize = 20;
/// Octets of a UDP header.
const UDP_HEADER: usize = 8;

/// What an IP packet carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a> {
    /// The octets behind the IP headers, as many as its length field says.
    pub(super) rest: Rest<'a>,
    pub(super) protocol: u8,
    /// See [`super::Ip::fragment`].
    pub(super) fragment: Option<u16>,
    /// The IP length field was 0, as the packet was larger than it can say.
    pub(super) jumbo: bool,
}

/// Reads the transport header.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, body: Body<'a>) -> Result<(), Stop> {
    // Holds for all but TCP and UDP, and for these as well where their header is cut off.
    facts.payload_len = octets(body.rest.wire);
    let later_fragment = body.fragment.is_some_and(|offset| offset != 0);
    // Protocol numbers of IANA.
    let closed = match body.protocol {
        _ if later_fragment => None,
        1 | 58 => return icmp(facts, body.rest),
        6 => return tcp(facts, body.rest),
        17 => return udp(facts, body),
        4 | 41 => Some(Layer::IpInIp),
        47 => Some(Layer::Gre),
        50 => Some(Layer::Esp),
        137 => Some(Layer::Mpls),
        _ => None,
    };
    facts.payload = body.rest.bytes;
    closed.map_or(Ok(()), |layer| Err(Stop::Unopened(layer)))
}

/// Reads a TCP header.
fn tcp<'a>(facts: &mut Dissection<'a>, segment: Rest<'a>) -> Result<(), Stop> {
    let layer = Layer::Tcp;
    if segment.wire < TCP_HEADER {
        facts.payload_len = 0;
    }
    let mut rest = segment;
    let [s0, s1, d0, d1, sequence @ .., a0, a1, a2, a3, offset, flags, _, _, _, _, _, _] = *rest.take::<TCP_HEADER>(layer)?;
    facts.transport = Transport::Tcp {
        source: u16::from_be_bytes([s0, s1]),
        destination: u16::from_be_bytes([d0, d1]),
        sequence: u32::from_be_bytes(sequence),
        acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
        flags,
    };
    let header_len = usize::from(offset >> 4) * 4;
    // The length fields decide, even where they make no sense.
    facts.payload_len = octets(segment.wire.saturating_sub(header_len));
    let options = header_len.checked_sub(TCP_HEADER).ok_or(Stop::Malformed(layer))?;
    rest.skip(options, layer)?;
    facts.payload = rest.bytes;
    Ok(())
}

/// Reads a UDP header.
fn udp<'a>(facts: &mut Dissection<'a>, body: Body<'a>) -> Result<(), Stop> {
    let layer = Layer::Udp;
    let mut rest = body.rest;
    if rest.wire < UDP_HEADER {
        facts.payload_len = 0;
    }
    let [s0, s1, d0, d1, length @ .., c0, c1] = *rest.take::<UDP_HEADER>(layer)?;
    let destination = u16::from_be_bytes([d0, d1]);
    facts.transport =
        Transport::Udp { source: u16::from_be_bytes([s0, s1]), destination, checksum: u16::from_be_bytes([c0, c1]) };
    let length = match u16::from_be_bytes(length) {
        // A datagram beyond 65,535 octets says 0 (RFC 2675, section 4) and leaves it to the packet.
        0 if body.jumbo => body.rest.wire,
        length => length.into(),
    };
    facts.payload_len = octets(length.saturating_sub(UDP_HEADER));
    let carried = length.checked_sub(UDP_HEADER).ok_or(Stop::Malformed(layer))?;
    facts.payload = rest.limited(carried).bytes;
    Ok(())
}

/// Reads an ICMP header, which counts as payload: it is the message.
fn icmp<'a>(facts: &mut Dissection<'a>, rest: Rest<'a>) -> Result<(), Stop> {
    let [kind, code] = *rest.peek(Layer::Icmp)?;
    facts.transport = Transport::Icmp { kind, code };
    facts.payload = rest.bytes;
    Ok(())
}
