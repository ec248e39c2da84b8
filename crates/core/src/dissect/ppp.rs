//! PPP (RFC 1661), its HDLC framing (RFC 1662), and PPP over Ethernet (RFC 2516).

use super::ethernet;
use super::rest::Rest;
use super::{Dissection, Layer, Stop, ip};

/// Reads a frame of link type `PPP` or `PPP_HDLC`: with or without address and control octets.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    match rest.bytes {
        // All stations, unnumbered information (RFC 1662, section 3.1).
        [0xff] | [0xff, 0x03, ..] => rest.skip(2, Layer::Ppp)?,
        // Cisco HDLC to one or to all, which shares the link type (RFC 1547, section 4.3.1): an `EtherType` follows.
        [0x0f | 0x8f, 0x00, ..] => {
            let [_, _, high, low] = *rest.take(Layer::Ppp)?;
            return ethernet::typed(facts, u16::from_be_bytes([high, low]), rest);
        }
        _ => {}
    }
    protocol(facts, rest)
}

/// Reads a `PPPoE` session header and the PPP packet behind it.
pub(super) fn session<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    // Version and type are 1, the code of session data is 0; session and length are not needed: IP has its own.
    let [0x11, 0x00, _, _, _, _] = *rest.take(Layer::PppoE)? else { return Err(Stop::Malformed(Layer::PppoE)) };
    protocol(facts, rest)
}

/// Reads from the protocol number on, which is one octet where the peers agreed on it (RFC 1661, section 6.5): odd
/// numbers end a protocol, even ones begin it.
fn protocol<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let [first] = *rest.take(Layer::Ppp)?;
    let number = if first & 1 == 1 {
        first.into()
    } else {
        let [second] = *rest.take(Layer::Ppp)?;
        u16::from_be_bytes([first, second])
    };
    // IANA "PPP DLL Protocol Numbers".
    match number {
        0x0021 => ip::v4(facts, rest),
        0x0057 => ip::v6(facts, rest),
        // Van Jacobson compression, multilink, encryption (one link, bundle), compression (one link, bundle).
        0x002d | 0x002f | 0x003d | 0x0053 | 0x0055 | 0x00fb | 0x00fd => Err(Stop::Unopened(Layer::Ppp)),
        0x0281 | 0x0283 => Err(Stop::Unopened(Layer::Mpls)),
        // Padding (RFC 1661, section 2); spanning trees and Cisco's discovery.
        0x0001 | 0x0201 | 0x0203 | 0x0205 | 0x0207 => Ok(()),
        // Protocols of the network layer carry data, and so may those of low volume; the rest sets up the link and the network (RFC 1661, section 2).
        0..0x8000 => Err(Stop::UnknownProtocol(Layer::Ppp, number.into())),
        _ => Ok(()),
    }
}
