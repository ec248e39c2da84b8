//! Headers that a capturing program or driver put in front of frames: PPI, Prism, AVS, NFLOG, PKTAP.

use super::rest::Rest;
use super::{Dissection, Layer, Stop, ip, layered, wifi};
use crate::frame::Link;
use crate::mac::Mac;

/// A 32-bit field in the byte order of the capturing host, which is not told: a small number in one of them.
fn small(field: [u8; 4]) -> u32 {
    u32::from_le_bytes(field).min(u32::from_be_bytes(field))
}

/// Reads what a header names; headers of this kind within each other are nobody's, and would lead on without end.
fn named<'a>(facts: &mut Dissection<'a>, number: u32, rest: Rest<'a>) -> Result<(), Stop> {
    match Link::from_number(number) {
        Link::Ppi | Link::Pktap | Link::Nflog => Err(Stop::UnknownLink(number)),
        link => layered::read(facts, link, rest),
    }
}

/// Per-packet information (`CACE` Technologies, 2008): all fields little-endian, its own length with the header.
pub(super) fn ppi<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    /// Common fields of 802.11, with flags behind a 64-bit timer.
    const COMMON: u16 = 2;
    const WITH_FCS: u8 = 1;

    let [version, _, l0, l1, number @ ..] = *rest.peek::<8>(Layer::Ppi)?;
    let length = usize::from(u16::from_le_bytes([l0, l1]));
    if version != 0 || length < 8 {
        return Err(Stop::Malformed(Layer::Ppi));
    }
    let mut fields = rest.bytes.get(8..length).unwrap_or_default();
    rest.skip(length, Layer::Ppi)?;
    while let Some((&[k0, k1, s0, s1], body)) = fields.split_first_chunk::<4>() {
        let size = usize::from(u16::from_le_bytes([s0, s1]));
        if u16::from_le_bytes([k0, k1]) == COMMON && body.get(8).is_some_and(|flags| flags & WITH_FCS != 0) {
            rest = wifi::without_check(rest);
        }
        fields = body.get(size..).unwrap_or_default();
    }
    named(facts, u32::from_le_bytes(number), rest)
}

/// The header of the Prism drivers, of 144 octets, which says its own length; some drivers write that of AVS instead.
pub(super) fn prism<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let [code, length] = rest.peek::<8>(Layer::Prism).map(|it| [[it[0], it[1], it[2], it[3]], [it[4], it[5], it[6], it[7]]])?;
    // `P80211CAPTURE_VERSION`, in network byte order.
    if code[..3] == [0x80, 0x21, 0x10] {
        return avs(facts, rest);
    }
    header(&mut rest, small(length))?;
    wifi::read(facts, rest, false)
}

/// The header of AVS, in network byte order, which says its own length.
pub(super) fn avs<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let [_, _, _, _, length @ ..] = *rest.peek::<8>(Layer::Prism)?;
    header(&mut rest, u32::from_be_bytes(length))?;
    wifi::read(facts, rest, false)
}

/// Takes a header off that says its own length.
fn header(rest: &mut Rest<'_>, length: u32) -> Result<(), Stop> {
    /// Longer ones no driver writes.
    const LONGEST: u32 = 1_024;
    if !(8..=LONGEST).contains(&length) {
        return Err(Stop::Malformed(Layer::Prism));
    }
    rest.skip(length as usize, Layer::Prism)
}

/// Attributes of the packet filter of Linux (`linux/netfilter/nfnetlink_log.h`): length and type in the byte order of the host.
pub(super) fn nflog<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    const HARDWARE_ADDRESS: u16 = 8;
    const PAYLOAD: u16 = 9;
    /// More attributes than are defined.
    const MOST: usize = 32;

    let layer = Layer::Nflog;
    let [_, 0, _, _] = *rest.take::<4>(layer)? else { return Err(Stop::Malformed(layer)) };
    for _ in 0..MOST {
        if rest.wire == 0 {
            return Ok(());
        }
        let [l0, l1, k0, k1] = *rest.take::<4>(layer)?;
        // Types are small numbers, so that one order gives one.
        let big = k0 == 0 && k1 != 0;
        let read = |octets| if big { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) };
        let length = usize::from(read([l0, l1])).checked_sub(4).ok_or(Stop::Malformed(layer))?;
        match read([k0, k1]) {
            PAYLOAD => return ip::by_version(facts, rest.limited(length)),
            HARDWARE_ADDRESS => {
                let [0, 6, _, _, address @ ..] = *rest.peek::<10>(layer)? else { return Err(Stop::Malformed(layer)) };
                facts.source = Some(Mac(address));
            }
            _ => {}
        }
        rest.skip(length.next_multiple_of(4), layer)?;
    }
    Err(Stop::TooDeep(layer))
}

/// The header of Darwin (`bsd/net/pktap.h` of XNU): its length, that a packet follows, the link type of that; behind the name of
/// the interface, flags that tell the direction.
pub(super) fn pktap<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    const OUT: u32 = 2;
    let layer = Layer::Pktap;
    let mut fields = rest;
    let length = small(*fields.take(layer)?) as usize;
    let kind = small(*fields.take(layer)?);
    let number = small(*fields.take(layer)?);
    fields.skip(24, layer)?;
    let flags = small(*fields.take(layer)?);
    if length < 40 || kind != 1 {
        return Err(Stop::Malformed(layer));
    }
    rest.skip(length, layer)?;
    facts.sent = Some(flags & OUT != 0);
    named(facts, number, rest)
}
