//! Header facts of one frame. Dissection never fails: it says how far it came and why it stopped.
//!
//! A frame inside a mirror (`mirror`) is read as if it had been captured where it was mirrored.
//!
//! [`dissect`] is the one entry. Frames of the commonest shape are read in one go (`plain`); all others, and those
//! that hold any surprise, layer by layer (`layered`). Both give the same answer, which the tests check.

mod arp;
mod display;
mod ethernet;
mod ip;
mod kinds;
mod layered;
mod loopback;
mod mirror;
mod mirror_headers;
mod neighbour;
mod off_port;
mod plain;
mod ppp;
mod rest;
mod sll;
mod transport;
mod wifi;
mod wrapped;

#[cfg(test)]
mod tests;

pub use neighbour::{Neighbour, neighbour, on_link_prefixes};

use std::net::IpAddr;

use crate::frame::Link;
use crate::mac::Mac;

/// Reads the headers of a frame of `wire_len` octets, of which `bytes` were captured.
///
/// Whatever the octets are, this returns: it neither fails nor allocates, and reads each octet at most a few times.
#[expect(clippy::inline_always, reason = "see `plain`: what the caller does not look at is then never stored")]
#[inline(always)]
#[must_use]
pub fn dissect(link: Link, bytes: &[u8], wire_len: u32) -> Dissection<'_> {
    plain(link, bytes).unwrap_or_else(|| layered::dissect(link, bytes, wire_len))
}

/// Reads a frame of the commonest shape, Ethernet with a whole IPv4 packet and TCP or UDP. `None` if it is any other.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn plain(link: Link, bytes: &[u8]) -> Option<Dissection<'_>> {
    if link == Link::Ethernet { plain::ethernet_ipv4(bytes) } else { None }
}

/// Reads a frame of the second commonest shape; `None` for all others.
#[expect(clippy::inline_always, reason = "see `dissect`")]
#[inline(always)]
pub(crate) fn plain_ipv6(link: Link, bytes: &[u8]) -> Option<Dissection<'_>> {
    if link == Link::Ethernet { plain::ethernet_ipv6(bytes) } else { None }
}

pub(crate) use layered::dissect as layered;

/// What the headers of a frame say. The payload is lent, not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dissection<'a> {
    /// Link-layer sender, where the link has one.
    pub source: Option<Mac>,
    /// Link-layer receiver, where the link has one.
    pub destination: Option<Mac>,
    /// Whether the capturing host itself sent the frame, where the link says so (Linux cooked capture).
    pub sent: Option<bool>,
    /// Port by which the frame came in, where the link says so: the interface of a cooked capture, the port in the tag of a switch; else 0.
    pub port: u32,
    /// What the frame carries.
    pub net: Net,
    /// Header facts above IP.
    pub transport: Transport,
    /// Octets above the transport header by the *length fields*, so that a snap length does not change it
    /// (`docs/design/detection.md`, section "payload"). 0 for what is not IP. A packet whose transport header was cut
    /// off counts with all that follows its IP headers.
    pub payload_len: u32,
    /// The captured part of that payload, padding excluded; may be shorter than `payload_len`, never longer. Empty
    /// where the transport header is cut off or malformed.
    pub payload: &'a [u8],
    /// Octets on the wire that a mirror put around the frame that the other facts describe; 0 for a frame that was
    /// captured where it passed. The frame itself had `wire_len - outer` octets.
    pub outer: u32,
    /// Why reading ended before the transport payload, if it did.
    pub stop: Option<Stop>,
}

/// The network layer of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Net {
    /// IPv4 or IPv6.
    Ip(Ip),
    /// An ARP packet for IPv4 over Ethernet (RFC 826): who says which address is theirs.
    Arp {
        /// Sender hardware address.
        mac: Mac,
        /// Sender protocol address.
        address: std::net::Ipv4Addr,
    },
    /// Anything else; its `EtherType` or 0 where there is none.
    Other(u16),
}

/// The facts of an IP header (the innermost one that was opened).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ip {
    /// Sender.
    pub source: IpAddr,
    /// Receiver.
    pub destination: IpAddr,
    /// Upper-layer protocol number, after IPv6 extension headers.
    pub protocol: u8,
    /// IPv4 identification, or that of an IPv6 fragment header; 0 without one.
    pub identification: u32,
    /// Fragment offset in octets: `Some(0)` is the first fragment of several, `None` a whole packet.
    pub fragment: Option<u16>,
    /// TTL or hop limit.
    pub hops: u8,
}

/// The transport header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// TCP (RFC 9293).
    Tcp {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
        /// Sequence number of the first payload octet.
        sequence: u32,
        /// Acknowledgement number.
        acknowledgement: u32,
        /// The eight flag bits, FIN lowest.
        flags: u8,
    },
    /// UDP (RFC 768).
    Udp {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
        /// Checksum as sent; tells a copy of a datagram from another one of equal size.
        checksum: u16,
    },
    /// `ICMP` or `ICMPv6`.
    Icmp {
        /// Message type.
        kind: u8,
        /// Message code.
        code: u8,
    },
    /// Another protocol, a later fragment, a header that was cut off, or no IP at all.
    Other,
}

/// Why dissection ended early.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stop {
    /// The header was longer on the wire than what the capture holds of it.
    Truncated {
        /// The header that was being read.
        layer: Layer,
        /// Octets it needs.
        need: usize,
        /// Octets that are there.
        have: usize,
    },
    /// A field holds a value that the header's definition rules out, or the frame or packet ends inside the header.
    Malformed(Layer),
    /// A tunnel or encrypted link that is left closed.
    Unopened(Layer),
    /// More nested headers than any sane frame has.
    TooDeep(Layer),
    /// A link type that this program does not read, by its number.
    UnknownLink(u32),
    /// An `EtherType` that may carry anything, and that this program does not read.
    UnknownType(u16),
    /// What another header names by a number, that may carry anything and is not read: the destination service access point of LLC, the organisation of SNAP,
    /// the protocol of PPP or of a cooked frame, the address family of BSD loopback.
    UnknownProtocol(Layer, u32),
}

impl Stop {
    /// Whether this is a tunnel of whole link-layer frames that was left closed: what it holds is the traffic of devices behind the sender, or of nobody in
    /// the home, and its sizes and moments say nothing of the sender itself.
    #[must_use]
    pub const fn is_closed_mirror(self) -> bool {
        matches!(self, Self::Unopened(Layer::GreBridged | Layer::Vxlan | Layer::Geneve | Layer::Tzsp | Layer::HpErm))
    }
}

/// A header, for saying where dissection stopped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the names are the protocols' own")]
pub enum Layer {
    Ethernet,
    Vlan,
    PppoE,
    Ppp,
    LinuxSll,
    LinuxSll2,
    BsdLoopback,
    Radiotap,
    Ieee80211,
    Llc,
    Snap,
    Arp,
    Ipv4,
    Ipv6,
    Ipv6Extension,
    Tcp,
    Udp,
    Icmp,
    Gre,
    GreBridged,
    Vxlan,
    IpInIp,
    Mpls,
    Esp,
    Geneve,
    Tzsp,
    HpErm,
    Batman,
    Ppi,
    Prism,
    Nflog,
    Pktap,
    SwitchTag,
}
