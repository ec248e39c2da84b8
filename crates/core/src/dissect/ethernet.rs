//! Ethernet (IEEE 802.3), its VLAN tags (IEEE 802.1Q), LLC/SNAP (IEEE 802.2), and what an `EtherType` leads to.

use super::kinds::kind;
use super::rest::Rest;
use super::{Dissection, Layer, Net, Stop, arp, ip, kinds, ppp};
use crate::mac::Mac;

/// More tags than this are an attack or an accident: 802.1ad knows two, and stacked carriers a few more.
pub(super) const MOST_VLAN_TAGS: usize = 16;

/// Up to here the type field is a length (IEEE 802.3, 3.2.6), and LLC follows.
const LARGEST_LENGTH: u16 = 1500;

/// Shorter frames are padded to this (IEEE 802.3, 3.2.7), and a frame check sequence or the mark of a tap may follow. Where more does, the field is no length:
/// some switches put a tag of their own there.
pub(super) const SHORTEST: u16 = 46;
pub(super) const TRAILER: usize = 18;

/// Reads an Ethernet frame.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    addresses(facts, &mut rest)?;
    let kind = u16::from_be_bytes(*rest.take::<2>(Layer::Ethernet)?);
    typed(facts, kind, rest)
}

/// Reads an Ethernet frame with the tag of a switch between the addresses and the type: 4 octets, of Broadcom
/// (`net/dsa/tag_brcm.c` of Linux) and of Marvell (`tag_dsa.c`).
pub(super) fn behind_tag<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    addresses(facts, &mut rest)?;
    facts.port = port_of(*rest.take(Layer::SwitchTag)?);
    let kind = u16::from_be_bytes(*rest.take::<2>(Layer::Ethernet)?);
    typed(facts, kind, rest)
}

/// Reads an Ethernet frame behind the 4 octets that some switches of Broadcom put first.
pub(super) fn behind_first_tag<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    facts.port = port_of(*rest.take(Layer::SwitchTag)?);
    read(facts, rest)
}

/// The port in a tag of Marvell, whose last octet is of the VLAN, or of Broadcom, whose second octet is 0: nothing tells which it is.
fn port_of([_, marvell, _, broadcom]: [u8; 4]) -> u32 {
    u32::from(marvell >> 3) << 8 | u32::from(broadcom & 31)
}

fn addresses<'a>(facts: &mut Dissection<'a>, rest: &mut Rest<'a>) -> Result<(), Stop> {
    let addresses = rest.take::<12>(Layer::Ethernet)?;
    if let Some((destination, source)) = addresses.split_first_chunk::<6>() {
        facts.destination = Some(Mac(*destination));
        facts.source = source.first_chunk().copied().map(Mac);
    }
    Ok(())
}

/// Reads what follows an `EtherType`, through any VLAN tags.
pub(super) fn typed<'a>(facts: &mut Dissection<'a>, mut kind: u16, mut rest: Rest<'a>) -> Result<(), Stop> {
    for _ in 0..=MOST_VLAN_TAGS {
        facts.net = Net::Other(kind);
        match kind {
            kind::VLAN | kind::SERVICE_VLAN | kind::OLD_SERVICE_VLAN => {
                let [_, _, high, low] = *rest.take::<4>(Layer::Vlan)?;
                kind = u16::from_be_bytes([high, low]);
            }
            // Two octets of padding, four of the tag, then the type of the frame (`tag_dsa.c` of Linux).
            kind::MARVELL_TAG => {
                let [_, _, tag @ ..] = *rest.take::<6>(Layer::SwitchTag)?;
                facts.port = port_of(tag);
                kind = u16::from_be_bytes(*rest.take::<2>(Layer::SwitchTag)?);
            }
            // The first octet tells the tags of two generations from each other and from the protocols that share the type
            // (`tag_rtl8_4.c`, `tag_rtl4_a.c` of Linux).
            kind::REALTEK => {
                let tag = match *rest.peek::<1>(Layer::SwitchTag)? {
                    [0x04] => 6,
                    [0xa0..=0xaf] => 2,
                    _ => return Err(Stop::UnknownType(kind)),
                };
                rest.skip(tag, Layer::SwitchTag)?;
                kind = u16::from_be_bytes(*rest.take::<2>(Layer::SwitchTag)?);
            }
            kind::IPV4 => return ip::v4(facts, rest),
            kind::IPV6 => return ip::v6(facts, rest),
            kind::ARP => return arp::read(facts, rest),
            kind::PPPOE_SESSION => return ppp::session(facts, rest),
            kind::MPLS | kind::MPLS_UPSTREAM => return Err(Stop::Unopened(Layer::Mpls)),
            kind::BATMAN => return Err(Stop::Unopened(Layer::Batman)),
            0..=LARGEST_LENGTH if rest.wire <= usize::from(kind.max(SHORTEST)) + TRAILER => return llc(facts, rest),
            kind if kinds::manages_the_link(kind) => return Ok(()),
            kind => return Err(Stop::UnknownType(kind)),
        }
    }
    Err(Stop::TooDeep(Layer::Vlan))
}

/// Reads an LLC header; behind SNAP, with the organisation code of RFC 1042 or that of 802.1H, stands an `EtherType`.
pub(super) fn llc<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    facts.net = Net::Other(0);
    let [access_point, source, control] = *rest.take::<3>(Layer::Llc)?;
    if (access_point, source, control) != (0xaa, 0xaa, 0x03) {
        let inside = rest.bytes.first().copied().unwrap_or_default();
        let quiet = kinds::manages_by_llc(access_point, control, inside);
        return if quiet { Ok(()) } else { Err(Stop::UnknownProtocol(Layer::Llc, access_point.into())) };
    }
    let [o0, o1, o2, high, low] = *rest.take::<5>(Layer::Llc)?;
    let kind = u16::from_be_bytes([high, low]);
    match u32::from_be_bytes([0, o0, o1, o2]) {
        // A length has no place here: it would lead to LLC in LLC without end.
        0 | 0xf8 if kind > LARGEST_LENGTH => typed(facts, kind, rest),
        organisation if kinds::manages_by_snap(organisation, kind) => Ok(()),
        organisation => Err(Stop::UnknownProtocol(Layer::Snap, organisation)),
    }
}
