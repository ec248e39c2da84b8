//! Mirrors that send to a UDP port of their own, where only the datagram itself tells what it is.
//!
//! Believed is a whole header of TZSP, VXLAN, VXLAN-GPE or Geneve, an Ethernet header behind it, and behind that an IP header whose version, length and, in IPv4,
//! checksum fit what is there. With the fields of the tunnel these are more than 60 bits, of IPv4 more than 80: sound does not meet them, neither encoded nor raw.
//!
//! Such a frame is not opened: it is counted as unread, and nobody is charged with it. On a port that anybody may choose, a datagram that a router passes on under its
//! own address could else speak for any device of the home. Left closed it takes nothing away but itself.

use super::Layer;
use super::ethernet::{SHORTEST, TRAILER};
use super::kinds::kind;
use super::mirror_headers::{Opened, geneve, tzsp, vxlan, vxlan_gpe};
use super::rest::Rest;
use crate::frame::Link;

/// Mirrors begin below this octet, while QUIC (RFC 9000, section 17), RTP (RFC 3550, section 5.1), CoAP (RFC 7252, section 3) and text do not.
const ABOVE_ALL: u8 = 0x40;

/// Next headers that a mirrored packet of IPv6 may name: extensions, TCP, UDP, ESP, `ICMPv6`.
const NEXT_HEADERS: [u8; 9] = [0, 6, 17, 43, 44, 50, 51, 58, 60];

/// Whether a datagram begins as one of these. Asked of every datagram, so that one octet decides about most.
#[expect(clippy::inline_always, reason = "see `plain`")]
#[inline(always)]
pub(super) fn may_be(payload: &[u8]) -> bool {
    payload.first().is_some_and(|first| *first < ABOVE_ALL) && has_header(payload)
}

#[cold]
#[inline(never)]
fn has_header(payload: &[u8]) -> bool {
    header(payload).is_some()
}

/// How to read what begins with these octets.
type Reader = fn(Rest<'_>) -> Opened<'_>;

/// The header that a datagram begins with, by its first four octets.
fn header(payload: &[u8]) -> Option<(Layer, Reader)> {
    match payload.first_chunk()? {
        [1, 0 | 1, 0, 1] => Some((Layer::Tzsp, tzsp)),
        [0x08, 0, 0, 0] => Some((Layer::Vxlan, vxlan)),
        [0x0c | 0x0e, 0, 0, 3] => Some((Layer::Vxlan, vxlan_gpe)),
        [0..ABOVE_ALL, _, 0x65, 0x58] => Some((Layer::Geneve, geneve)),
        _ => None,
    }
}

/// The header of the mirror that a datagram holds, if what follows it can be nothing but a frame.
pub(super) fn mirror(body: Rest<'_>) -> Option<Layer> {
    let (layer, read) = header(body.bytes)?;
    let Ok(Some((Link::Ethernet, frame))) = read(body) else { return None };
    holds_packet(frame, layer).then_some(layer)
}

/// Whether an Ethernet frame, of one VLAN or none, holds an IP packet.
fn holds_packet(mut frame: Rest<'_>, layer: Layer) -> bool {
    let Ok([_, _, _, _, _, _, sender, .., high, low]) = frame.take::<14>(layer) else { return false };
    let mut typed = u16::from_be_bytes([*high, *low]);
    if typed == kind::VLAN {
        let Ok([_, _, high, low]) = frame.take::<4>(layer) else { return false };
        typed = u16::from_be_bytes([*high, *low]);
    }
    sender & 1 == 0
        && match typed {
            kind::IPV4 => is_ipv4(frame),
            kind::IPV6 => is_ipv6(frame),
            _ => false,
        }
}

fn is_ipv4(packet: Rest<'_>) -> bool {
    let Some([first, _, high, low]) = packet.bytes.first_chunk() else { return false };
    let header_len = usize::from(first & 0x0f) * 4;
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let Some(header) = packet.bytes.get(..header_len) else { return false };
    first >> 4 == 4 && (20..=length).contains(&header_len) && fits(length, packet) && sums_up(header)
}

fn is_ipv6(packet: Rest<'_>) -> bool {
    let Some([first, _, _, _, high, low, next, ..]) = packet.bytes.first_chunk::<40>() else { return false };
    let length = 40 + usize::from(u16::from_be_bytes([*high, *low]));
    first >> 4 == 6 && NEXT_HEADERS.contains(next) && fits(length, packet)
}

/// Whether a packet fills its frame, but for what pads a short one, and a trailer.
fn fits(length: usize, packet: Rest<'_>) -> bool {
    length <= packet.wire && packet.wire <= length.max(SHORTEST.into()) + TRAILER
}

/// Whether the ones' complement sum of a header and its checksum is all ones (RFC 1071).
fn sums_up(header: &[u8]) -> bool {
    let words = header.chunks_exact(2).filter_map(|word| word.first_chunk().copied().map(u16::from_be_bytes));
    words.fold(0_u16, |sum, word| {
        let (sum, carry) = sum.overflowing_add(word);
        sum + u16::from(carry)
    }) == u16::MAX
}
