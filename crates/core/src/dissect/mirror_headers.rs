//! What mirrors put around the frames that they carry.

use super::kinds::kind;
use super::rest::Rest;
use super::{Layer, Stop};
use crate::frame::Link;

/// `EtherType`s of GRE for what is inside (RFC 2784, section 2.4; RFC 7637; draft-foschiano-erspan).
const BRIDGED: u16 = 0x6558;
const ERSPAN: u16 = 0x88be;
const ERSPAN_III: u16 = 0x22eb;

/// A frame and how it begins; `None` where what follows the header is no frame.
pub(super) type Opened<'a> = Result<Option<(Link, Rest<'a>)>, Stop>;

/// VXLAN (RFC 7348, section 5): the flag says that the network identifier is valid.
pub(super) fn vxlan(mut body: Rest<'_>) -> Opened<'_> {
    // The highest bit announces the policy of a group (draft-smith-vxlan-group-policy); all others are 0, as is the last octet.
    let [flags, .., last] = *body.take::<8>(Layer::Vxlan)?;
    Ok((flags & !0x80 == 0x08 && last == 0).then_some((Link::Ethernet, body)))
}

/// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe, section 3): the same, and a flag for frames to many; if the next protocol is named, it must be Ethernet. Version 0, and no
/// packet of the tunnel's own management.
pub(super) fn vxlan_gpe(mut body: Rest<'_>) -> Opened<'_> {
    const NAMED: u8 = 0x04;
    const TO_MANY: u8 = 0x02;
    const ETHERNET: u8 = 3;
    let [flags, _, _, next, .., last] = *body.take::<8>(Layer::Vxlan)?;
    let is_frame = next == if flags & NAMED == 0 { 0 } else { ETHERNET };
    Ok((flags & !(NAMED | TO_MANY) == 0x08 && is_frame && last == 0).then_some((Link::Ethernet, body)))
}

/// Geneve (RFC 8926, section 3.4): version 0, and as many options as the first octet says.
pub(super) fn geneve(mut body: Rest<'_>) -> Opened<'_> {
    let [first, _, p0, p1, ..] = *body.take::<8>(Layer::Geneve)?;
    if first >> 6 != 0 || u16::from_be_bytes([p0, p1]) != BRIDGED {
        return Ok(None);
    }
    body.skip(usize::from(first & 0x3f) * 4, Layer::Geneve)?;
    Ok(Some((Link::Ethernet, body)))
}

/// TZSP: version 1, a packet that was received or is to be sent, what it is, and tags until the one that ends them.
pub(super) fn tzsp(mut body: Rest<'_>) -> Opened<'_> {
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
pub(super) fn hp_erm(mut body: Rest<'_>) -> Opened<'_> {
    body.skip(12, Layer::HpErm)?;
    Ok(Some((Link::Ethernet, body)))
}

/// GRE (RFC 2784, RFC 2890) around a frame: bridged, of NVGRE (RFC 7637), or ERSPAN of type I, II or III.
pub(super) fn gre(mut body: Rest<'_>) -> Opened<'_> {
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
pub(super) fn batman(mut frame: Rest<'_>) -> Opened<'_> {
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
