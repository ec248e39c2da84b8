//! IEEE 802.11 frames, bare or behind a radiotap header (radiotap.org).

use super::ethernet;
use super::rest::Rest;
use super::{Dissection, Layer, Stop};
use crate::mac::Mac;

/// Bits of the second frame control octet (IEEE 802.11-2020, 9.2.4.1).
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;

/// Bits of a data frame's subtype.
const NO_DATA: u8 = 0x4;
const QOS: u8 = 0x8;

/// Bits of the radiotap flags field.
const WITH_FCS: u8 = 0x10;
const PADDED: u8 = 0x20;
const BAD_FCS: u8 = 0x40;

/// Octets of a frame check sequence.
const FCS: usize = 4;

/// Reads a radiotap header and the frame behind it.
pub(super) fn radiotap<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let layer = Layer::Radiotap;
    let Some([version, _, length @ ..]) = rest.bytes.first_chunk::<4>() else {
        return rest.skip(8, layer);
    };
    let length = usize::from(u16::from_le_bytes(*length));
    if *version != 0 || length < 8 {
        return Err(Stop::Malformed(layer));
    }
    let header = rest.bytes.get(..length).unwrap_or(rest.bytes);
    rest.skip(length, layer)?;
    let flags = radiotap_flags(header).ok_or(Stop::Malformed(layer))?;
    if flags & BAD_FCS != 0 {
        // The air changed it: any address in it may be nobody's.
        return Err(Stop::Malformed(Layer::Ieee80211));
    }
    if flags & WITH_FCS != 0 {
        rest = without_check(rest);
    }
    read(facts, rest, flags & PADDED != 0)
}

/// A frame without its frame check sequence, which ends it on the wire; of a cut frame it may be gone already.
pub(super) fn without_check(rest: Rest<'_>) -> Rest<'_> {
    let body = rest.wire.max(rest.bytes.len()).saturating_sub(FCS);
    Rest { bytes: rest.bytes.get(..body).unwrap_or(rest.bytes), wire: rest.wire.saturating_sub(FCS) }
}

/// The flags field of a radiotap header, 0 where it has none; `None` where the header is too short for what it lists.
fn radiotap_flags(header: &[u8]) -> Option<u8> {
    const TIMER: u32 = 1 << 0;
    const FLAGS: u32 = 1 << 1;
    const MORE: u32 = 1 << 31;

    let mut at: usize = 4;
    let mut first = None;
    loop {
        let word = u32::from_le_bytes(*header.get(at..)?.first_chunk()?);
        at = at.checked_add(4)?;
        let present = *first.get_or_insert(word);
        if word & MORE != 0 {
            continue;
        }
        if present & FLAGS == 0 {
            return Some(0);
        }
        // The one field before it is a 64-bit timer, aligned to its size.
        let timer = if present & TIMER != 0 { at.next_multiple_of(8).checked_add(8)? } else { at };
        return header.get(timer).copied();
    }
}

/// Reads an 802.11 frame; `padded`: its header is filled up to a multiple of 4 octets.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>, padded: bool) -> Result<(), Stop> {
    let layer = Layer::Ieee80211;
    let [control, flags, _, _] = *rest.take(layer)?;
    if control & 0b11 != 0 {
        return Err(Stop::Malformed(layer));
    }
    match (control >> 2) & 0b11 {
        0 => {
            facts.destination = Some(Mac(*rest.take(layer)?));
            facts.source = Some(Mac(*rest.take(layer)?));
            Ok(())
        }
        2 => data(facts, rest, control >> 4, flags, padded),
        // Control frames name no end of a conversation, extension frames are beacons of 60 GHz and sub-1-GHz links.
        _ => Ok(()),
    }
}

/// Reads a data frame from its first address on.
fn data<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>, subtype: u8, flags: u8, padded: bool) -> Result<(), Stop> {
    let layer = Layer::Ieee80211;
    let first = Mac(*rest.take(layer)?);
    let second = Mac(*rest.take(layer)?);
    let third = Mac(*rest.take(layer)?);
    let [sequence, _] = *rest.take(layer)?;
    let relayed = flags & TO_DS != 0 && flags & FROM_DS != 0;
    let fourth = if relayed { Mac(*rest.take(layer)?) } else { third };
    let qos = subtype & QOS != 0;
    let [qos_control, _] = if qos { *rest.take(layer)? } else { [0, 0] };
    let aggregate = qos_control & 0x80 != 0;
    // Table 9-30: who sends and who receives, beyond the two radios. An aggregate holds frames of several, each with
    // its own pair of addresses; the field then names the cell.
    let distributed = |mac| if aggregate { None } else { Some(mac) };
    (facts.destination, facts.source) = match (flags & TO_DS != 0, flags & FROM_DS != 0) {
        (false, false) => (Some(first), Some(second)),
        (false, true) => (Some(first), distributed(third)),
        (true, false) => (distributed(third), Some(second)),
        (true, true) => (distributed(third), distributed(fourth)),
    };
    if subtype & NO_DATA != 0 {
        return Ok(());
    }
    // Only the first fragment of a frame begins with a header that can be read.
    let later_fragment = sequence & 0x0f != 0;
    if flags & PROTECTED != 0 || aggregate || later_fragment {
        return Err(Stop::Unopened(layer));
    }
    let ht_control = qos && flags & ORDER != 0;
    if ht_control {
        rest.skip(4, layer)?;
    }
    // Every part of the header is a multiple of 4 octets but for these two.
    if padded && qos != relayed {
        rest.skip(2, layer)?;
    }
    ethernet::llc(facts, rest)
}
