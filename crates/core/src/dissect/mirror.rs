//! Mirrors: frames that a switch or router copied and sent on inside packets of its own, to whoever analyses them.
//!
//! The same headers carry the private networks of companies and providers, whose inside belongs to no home. Two things tell a
//! mirror from those: it carries whole *link-layer* frames, with the MAC addresses of others, and both ends of the outer packet lie
//! *inside the home*, or in the network of one link with public addresses. Tunnels of packets (IP in IP, GRE with IP inside) and what is
//! encrypted stay closed and count for whoever sends them. Frames in a tunnel to or from the internet stay closed and count for nobody
//! ([`Stop::is_closed_mirror`]): they may be a mirror whose ends have public addresses. A tunnel that joins two parts of one home at the link
//! layer is opened as well: what it carries are the frames of the home's devices.

use std::net::IpAddr;

use super::kinds::kind;
use super::mirror_headers::{Opened, batman, geneve, gre, hp_erm, tzsp, vxlan, vxlan_gpe};
use super::rest::Rest;
use super::{Dissection, Ip, Layer, Net, Stop, Transport, off_port};
use crate::frame::Link;
use crate::scope::{Scope, scope};

/// VXLAN: RFC 7348, section 8, and the port that Linux used before.
const VXLAN: u16 = 4789;
const LINUX_VXLAN: u16 = 8472;
/// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe, section 8.1).
const VXLAN_GPE: u16 = 4790;
/// Geneve (RFC 8926, section 3.3).
const GENEVE: u16 = 6081;
/// `TaZmen` Sniffer Protocol, as `MikroTik` routers and wireless sniffers send it.
const TZSP: u16 = 37008;
/// HP Encapsulated Remote Mirroring.
const HP_ERM: u16 = 7932;

/// Whether datagrams to this port may hold a frame.
#[inline]
pub(super) const fn is_port(port: u16) -> bool {
    matches!(port, VXLAN | LINUX_VXLAN | VXLAN_GPE | GENEVE | TZSP | HP_ERM)
}

/// What a frame holds besides its own headers.
pub(super) enum Inside<'a> {
    /// No other frame.
    Nothing,
    /// A frame that cannot be read, or that is none of the home.
    Closed(Stop),
    /// A frame, how it begins, and what carried it.
    Frame(Layer, Link, Rest<'a>),
}

/// The frame inside a frame that has been read.
pub(super) fn inside<'a>(facts: &Dissection<'a>, frame: Rest<'a>) -> Inside<'a> {
    if facts.stop == Some(Stop::Unopened(Layer::Batman)) {
        return judge(Layer::Batman, true, batman(frame));
    }
    let Net::Ip(ip) = facts.net else { return Inside::Nothing };
    let body = Rest { bytes: facts.payload, wire: facts.payload_len as usize };
    let (layer, opened) = match facts.transport {
        Transport::Udp { destination, .. } if facts.stop.is_none() => match destination {
            VXLAN | LINUX_VXLAN => (Layer::Vxlan, vxlan(body)),
            VXLAN_GPE => (Layer::Vxlan, vxlan_gpe(body)),
            GENEVE => (Layer::Geneve, geneve(body)),
            TZSP => (Layer::Tzsp, tzsp(body)),
            HP_ERM => (Layer::HpErm, hp_erm(body)),
            _ => return at_another_port(ip, body),
        },
        _ if facts.stop == Some(Stop::Unopened(Layer::Gre)) => (Layer::GreBridged, gre(body)),
        _ => return Inside::Nothing,
    };
    let at_home = stays_at_home(ip.source, ip.destination);
    judge(layer, at_home, opened)
}

/// A datagram to a port of no mirror: it is not opened, and to or from the internet counts for its sender like any other.
fn at_another_port(ip: Ip, body: Rest<'_>) -> Inside<'_> {
    match off_port::mirror(body) {
        Some(layer) if stays_at_home(ip.source, ip.destination) => Inside::Closed(Stop::Unopened(layer)),
        _ => Inside::Nothing,
    }
}

/// Whether no router of the internet lies between two addresses. Those of IPv6 with the same 64 bits first are of one link (RFC 4291, section 2.5.4);
/// of public addresses of IPv4 nobody can tell where a network ends.
fn stays_at_home(source: IpAddr, destination: IpAddr) -> bool {
    let public = |it| scope(it) == Scope::Internet;
    match (source, destination) {
        (IpAddr::V6(a), IpAddr::V6(b)) if public(source) && public(destination) => a.to_bits() >> 64 == b.to_bits() >> 64,
        _ => !public(source) && !public(destination),
    }
}

/// Decides on what was found behind a header; `Ok(None)` where that is no frame.
fn judge(layer: Layer, at_home: bool, opened: Opened<'_>) -> Inside<'_> {
    match opened {
        Ok(Some((link, inner))) if is_plausible(layer, link, inner) => {
            if at_home {
                Inside::Frame(layer, link, inner)
            } else {
                Inside::Closed(Stop::Unopened(layer))
            }
        }
        Err(stop @ Stop::Truncated { .. }) if at_home => Inside::Closed(stop),
        _ => Inside::Nothing,
    }
}

/// Whether an Ethernet frame has a sender, and a type or a length where these belong; others are not looked into. HP ERM has no field by
/// which it could be known, so that only a frame of the commonest types is believed.
fn is_plausible(layer: Layer, link: Link, inner: Rest<'_>) -> bool {
    if link != Link::Ethernet {
        return true;
    }
    let Some([_, _, _, _, _, _, sender @ .., high, low]) = inner.bytes.first_chunk::<14>() else { return false };
    let typed = u16::from_be_bytes([*high, *low]);
    let is_type = match layer {
        Layer::HpErm => matches!(typed, kind::IPV4 | kind::IPV6 | kind::ARP | kind::VLAN | kind::SERVICE_VLAN),
        _ => !(1501..0x0600).contains(&typed),
    };
    sender[0] & 1 == 0 && sender != &[0; 6] && is_type
}
