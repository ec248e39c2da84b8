//! Frames built octet by octet: Ethernet II, ARP, IPv4, IPv6, UDP and TCP, with right checksums.

use std::net::{IpAddr, Ipv4Addr};

use earwitness_core::mac::Mac;

/// Protocol number of TCP (IANA).
const TCP: u8 = 6;
/// Protocol number of UDP (IANA).
const UDP: u8 = 17;

/// FIN flag of TCP (RFC 9293, 3.1), as are those below.
pub const FIN: u8 = 0x01;
/// Synchronise.
pub const SYN: u8 = 0x02;
/// Push.
pub const PSH: u8 = 0x08;
/// Acknowledge.
pub const ACK: u8 = 0x10;

/// Sender and receiver of a packet, as one link sees them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    /// Link address of the sender on this link.
    pub source_mac: Mac,
    /// Link address of the receiver on this link.
    pub target_mac: Mac,
    /// Address of the sender.
    pub source: IpAddr,
    /// Address of the receiver; of the same family as the sender's.
    pub target: IpAddr,
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub target_port: u16,
    /// Hops the packet may still take.
    pub hops: u8,
}

impl Ends {
    /// The way back; `hops` is what is left of the answer's.
    #[must_use]
    pub fn back(self, hops: u8) -> Self {
        Self {
            source_mac: self.target_mac,
            target_mac: self.source_mac,
            source: self.target,
            target: self.source,
            source_port: self.target_port,
            target_port: self.source_port,
            hops,
        }
    }
}

/// What a TCP header says besides ports.
#[derive(Clone, Copy, Debug)]
pub struct TcpHeader<'a> {
    /// Sequence number of the first octet.
    pub sequence: u32,
    /// Next octet expected from the other side.
    pub acknowledged: u32,
    /// Flags.
    pub flags: u8,
    /// Window as written, unscaled.
    pub window: u16,
    /// Options, padded to a multiple of four octets.
    pub options: &'a [u8],
}

/// An Ethernet frame that carries a UDP datagram. `id` is the IPv4 identification.
#[must_use]
pub fn udp(ends: &Ends, id: u16, payload: &[u8]) -> Vec<u8> {
    let mut upper = Vec::with_capacity(8 + payload.len());
    upper.extend_from_slice(&ends.source_port.to_be_bytes());
    upper.extend_from_slice(&ends.target_port.to_be_bytes());
    upper.extend_from_slice(&short(8 + payload.len()).to_be_bytes());
    upper.extend_from_slice(&[0, 0]);
    upper.extend_from_slice(payload);
    // A sum of zero is sent as all ones: zero says "not computed" (RFC 768).
    let sum = match transport_checksum(ends, UDP, &upper) {
        0 => 0xffff,
        sum => sum,
    };
    upper[6..8].copy_from_slice(&sum.to_be_bytes());
    ip(ends, UDP, id, &upper)
}

/// An Ethernet frame that carries a TCP segment. `id` is the IPv4 identification.
#[must_use]
pub fn tcp(ends: &Ends, id: u16, header: &TcpHeader<'_>, payload: &[u8]) -> Vec<u8> {
    let mut upper = Vec::with_capacity(20 + header.options.len() + payload.len());
    upper.extend_from_slice(&ends.source_port.to_be_bytes());
    upper.extend_from_slice(&ends.target_port.to_be_bytes());
    upper.extend_from_slice(&header.sequence.to_be_bytes());
    upper.extend_from_slice(&header.acknowledged.to_be_bytes());
    let words = u8::try_from((20 + header.options.len()) / 4).unwrap_or(15);
    upper.extend_from_slice(&[words << 4, header.flags]);
    upper.extend_from_slice(&header.window.to_be_bytes());
    upper.extend_from_slice(&[0; 4]);
    upper.extend_from_slice(header.options);
    upper.extend_from_slice(payload);
    let sum = transport_checksum(ends, TCP, &upper);
    upper[16..18].copy_from_slice(&sum.to_be_bytes());
    ip(ends, TCP, id, &upper)
}

/// An Ethernet frame with an ARP packet (RFC 826): a request, or the answer to one.
#[must_use]
pub fn arp(answer: bool, sender: (Mac, Ipv4Addr), target: (Mac, Ipv4Addr)) -> Vec<u8> {
    let mut frame = ethernet(sender.0, if answer { target.0 } else { Mac::BROADCAST }, 0x0806);
    frame.extend_from_slice(&[0, 1, 8, 0, 6, 4, 0, if answer { 2 } else { 1 }]);
    frame.extend_from_slice(&sender.0.0);
    frame.extend_from_slice(&sender.1.octets());
    frame.extend_from_slice(&if answer { target.0.0 } else { [0; 6] });
    frame.extend_from_slice(&target.1.octets());
    frame
}

fn ethernet(source: Mac, target: Mac, kind: u16) -> Vec<u8> {
    let mut frame = Vec::with_capacity(1_514);
    frame.extend_from_slice(&target.0);
    frame.extend_from_slice(&source.0);
    frame.extend_from_slice(&kind.to_be_bytes());
    frame
}

fn ip(ends: &Ends, protocol: u8, id: u16, upper: &[u8]) -> Vec<u8> {
    let kind = if ends.source.is_ipv4() { 0x0800 } else { 0x86dd };
    let mut frame = ethernet(ends.source_mac, ends.target_mac, kind);
    match (ends.source, ends.target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => {
            let length = short(20 + upper.len()).to_be_bytes();
            let id = id.to_be_bytes();
            let mut header = vec![0x45, 0, length[0], length[1], id[0], id[1], 0x40, 0, ends.hops, protocol, 0, 0];
            header.extend_from_slice(&source.octets());
            header.extend_from_slice(&target.octets());
            let sum = checksum(&[&header]);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            frame.extend_from_slice(&header);
        }
        (source, target) => {
            frame.extend_from_slice(&[0x60, 0, 0, 0]);
            frame.extend_from_slice(&short(upper.len()).to_be_bytes());
            frame.extend_from_slice(&[protocol, ends.hops]);
            frame.extend_from_slice(&v6_octets(source));
            frame.extend_from_slice(&v6_octets(target));
        }
    }
    frame.extend_from_slice(upper);
    frame
}

fn transport_checksum(ends: &Ends, protocol: u8, upper: &[u8]) -> u16 {
    let length = short(upper.len()).to_be_bytes();
    let tail = [0, protocol, length[0], length[1]];
    match (ends.source, ends.target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => checksum(&[&source.octets(), &target.octets(), &tail, upper]),
        (source, target) => checksum(&[&v6_octets(source), &v6_octets(target), &tail, upper]),
    }
}

fn v6_octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// The internet checksum (RFC 1071). Only the last part may have an odd length.
fn checksum(parts: &[&[u8]]) -> u16 {
    !folded(parts.iter().fold(0, |sum, part| sum + words(part)))
}

/// The sum of the 16-bit words of a part in the order of a little-endian machine, four octets at a time: the sum does
/// not depend on the order of octets but for a swap at the end (RFC 1071, 2, B).
pub(crate) fn words(part: &[u8]) -> u64 {
    let (fours, rest) = part.as_chunks::<4>();
    // No part has 2^32 words: the sum cannot wrap, and says so lest a check stops it from being vectorised.
    let sum = fours.iter().fold(0_u64, |sum, four| sum.wrapping_add(u64::from(u32::from_le_bytes(*four))));
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    sum + u64::from(u32::from_le_bytes(last))
}

/// The ones' complement sum that [`words`] adds up to, in network order.
pub(crate) fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).unwrap_or(0).swap_bytes()
}

/// A length as a 16-bit field; what is built here never comes near its end.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_agrees_with_the_example_of_rfc_1071() {
        assert_eq!(checksum(&[&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]]), !0xddf2);
    }

    #[test]
    fn a_header_with_its_checksum_sums_to_zero() {
        let ends = Ends {
            source_mac: Mac([0, 0, 0x5e, 0, 0x53, 2]),
            target_mac: Mac([0, 0, 0x5e, 0, 0x53, 1]),
            source: "192.168.1.2".parse().unwrap(),
            target: "192.0.2.1".parse().unwrap(),
            source_port: 40_000,
            target_port: 53,
            hops: 64,
        };
        let frame = udp(&ends, 1, b"odd");
        assert_eq!(checksum(&[&frame[14..34]]), 0);
        assert_eq!(checksum(&[&frame[26..34], &[0, 17, 0, 11], &frame[34..]]), 0);
        assert_eq!(ends.back(60).back(64), ends);
    }
}
