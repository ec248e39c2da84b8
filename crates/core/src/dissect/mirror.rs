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
use super::rest::Rest;
use super::{Dissection, Layer, Net, Stop, Transport};
use crate::frame::Link;
use crate::scope::{Scope, scope};

/// VXLAN: RFC 7348, section 8, and the port that Linux used before.
const VXLAN: u16 = 4789;
const LINUX_VXLAN: u16 = 8472;
/// Geneve (RFC 8926, section 3.3).
const GENEVE: u16 = 6081;
/// `TaZmen` Sniffer Protocol, as `MikroTik` routers and wireless sniffers send it.
const TZSP: u16 = 37008;
/// HP Encapsulated Remote Mirroring.
const HP_ERM: u16 = 7932;

/// `EtherType`s of GRE for what is inside (RFC 2784, section 2.4; RFC 7637; draft-foschiano-erspan).
const BRIDGED: u16 = 0x6558;
const ERSPAN: u16 = 0x88be;
const ERSPAN_III: u16 = 0x22eb;

/// Whether datagrams to this port may hold a frame.
#[inline]
pub(super) const fn is_port(port: u16) -> bool {
    matches!(port, VXLAN | LINUX_VXLAN | GENEVE | TZSP | HP_ERM)
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
            GENEVE => (Layer::Geneve, geneve(body)),
            TZSP => (Layer::Tzsp, tzsp(body)),
            HP_ERM => (Layer::HpErm, hp_erm(body)),
            _ => return Inside::Nothing,
        },
        _ if facts.stop == Some(Stop::Unopened(Layer::Gre)) => (Layer::GreBridged, gre(body)),
        _ => return Inside::Nothing,
    };
    let at_home = stays_at_home(ip.source, ip.destination);
    judge(layer, at_home, opened)
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

type Opened<'a> = Result<Option<(Link, Rest<'a>)>, Stop>;

/// VXLAN (RFC 7348, section 5): the flag says that the network identifier is valid.
fn vxlan(mut body: Rest<'_>) -> Opened<'_> {
    // The highest bit announces the policy of a group (draft-smith-vxlan-group-policy); all others are 0, as is the last octet.
    let [flags, .., last] = *body.take::<8>(Layer::Vxlan)?;
    Ok((flags & !0x80 == 0x08 && last == 0).then_some((Link::Ethernet, body)))
}

/// Geneve (RFC 8926, section 3.4): version 0, and as many options as the first octet says.
fn geneve(mut body: Rest<'_>) -> Opened<'_> {
    let [first, _, p0, p1, ..] = *body.take::<8>(Layer::Geneve)?;
    if first >> 6 != 0 || u16::from_be_bytes([p0, p1]) != BRIDGED {
        return Ok(None);
    }
    body.skip(usize::from(first & 0x3f) * 4, Layer::Geneve)?;
    Ok(Some((Link::Ethernet, body)))
}

/// TZSP: version 1, a packet that was received or is to be sent, what it is, and tags until the one that ends them.
fn tzsp(mut body: Rest<'_>) -> Opened<'_> {
    let [1, 0 | 1, p0, p1] = *body.take::<4>(Layer::Tzsp)? else { return Ok(None) };
    let link = match u16::from_be_bytes([p0, p1]) {
        1 => Link::Ethernet,
        18 => Link::Ieee80211,
        119 => Link::Prism,
        127 => Link::Avs,
        _ => return Ok(None),
    };
    loop {
        match *body.take::<1>(Layer::Tzsp)? {
            [0] => {}
            [1] => return Ok(Some((link, body))),
            _ => {
                let [length] = *body.take::<1>(Layer::Tzsp)?;
                body.skip(length.into(), Layer::Tzsp)?;
            }
        }
    }
}

/// HP ERM: 12 octets of which little is published, then the frame.
fn hp_erm(mut body: Rest<'_>) -> Opened<'_> {
    body.skip(12, Layer::HpErm)?;
    Ok(Some((Link::Ethernet, body)))
}

/// GRE (RFC 2784, RFC 2890) around a frame: bridged, of NVGRE (RFC 7637), or ERSPAN of type I, II or III.
fn gre(mut body: Rest<'_>) -> Opened<'_> {
    const CHECKSUM: u8 = 0x80;
    const KEY: u8 = 0x20;
    const SEQUENCE: u8 = 0x10;
    let layer = Layer::Gre;
    let [flags, version, p0, p1] = *body.take::<4>(layer)?;
    // Source routes (RFC 1701) and the enhanced version of PPTP carry no frames.
    if flags & !(CHECKSUM | KEY | SEQUENCE) != 0 || version != 0 {
        return Ok(None);
    }
    let optional = [CHECKSUM, KEY, SEQUENCE].iter().filter(|it| flags & **it != 0).count();
    body.skip(optional * 4, layer)?;
    match u16::from_be_bytes([p0, p1]) {
        BRIDGED => {}
        // Type I has no header of its own, and GRE then counts no packets.
        ERSPAN if flags & SEQUENCE == 0 => {}
        ERSPAN => {
            let [first, ..] = *body.take::<8>(layer)?;
            if first >> 4 != 1 {
                return Ok(None);
            }
        }
        ERSPAN_III => {
            let [first, .., kind, last] = *body.take::<12>(layer)?;
            // Frame type 0 is Ethernet; the lowest bit announces a platform's own 8 octets.
            if first >> 4 != 2 || kind >> 2 & 0x1f != 0 {
                return Ok(None);
            }
            if last & 1 != 0 {
                body.skip(8, layer)?;
            }
        }
        _ => return Ok(None),
    }
    Ok(Some((Link::Ethernet, body)))
}

/// A unicast or broadcast frame in the mesh of batman-adv (version 15, `include/uapi/linux/batadv_packet.h` of Linux). Fragments and
/// what the mesh says to itself stay closed.
fn batman(mut frame: Rest<'_>) -> Opened<'_> {
    let layer = Layer::Batman;
    let [_, _, _, _, _, _, _, _, _, _, _, _, high, low] = *frame.take::<14>(layer)?;
    if u16::from_be_bytes([high, low]) != kind::BATMAN {
        return Ok(None);
    }
    let header = match *frame.peek::<2>(layer)? {
        [0x01, 15] => 14,
        [0x40, 15] => 10,
        [0x42, 15] => 18,
        _ => return Ok(None),
    };
    frame.skip(header, layer)?;
    Ok(Some((Link::Ethernet, frame)))
}
