//! A frame of the ring as an enhanced packet block (draft-ietf-opsawg-pcapng, 4.3), in as few steps as possible.

use earwitness_ring::{Captured, Direction};

/// Octets of the block in front of the frame.
const HEAD: usize = 28;
/// Octets behind the frame and its padding: the option with the flags, the end of options, the length again.
const TAIL: u32 = 16;
/// Octets of the two addresses, behind which a tag stands.
const ADDRESSES: usize = 12;
/// Octets of a tag.
const TAG: u32 = 4;

/// Appends a frame; a tag that the kernel took out is put back. At most `snap` octets of it are kept.
#[inline]
pub(super) fn packet(out: &mut Vec<u8>, interface: u32, frame: &Captured<'_>, snap: u32) {
    let captured = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
    let Some(vlan) = frame.vlan else {
        // The kernel has cut it already.
        head(out, interface, frame, captured, frame.wire_len);
        out.extend_from_slice(frame.bytes);
        tail(out, captured, frame.direction);
        return;
    };
    let (addresses, rest) = frame.bytes.split_at_checked(ADDRESSES).unwrap_or((frame.bytes, &[]));
    let kept = captured.saturating_add(TAG).min(snap);
    head(out, interface, frame, kept, frame.wire_len.saturating_add(TAG));
    let start = out.len();
    out.extend_from_slice(addresses);
    out.extend_from_slice(&vlan.protocol.to_be_bytes());
    out.extend_from_slice(&vlan.control.to_be_bytes());
    out.extend_from_slice(rest);
    out.truncate(start.saturating_add(usize::try_from(kept).unwrap_or(0)));
    tail(out, kept, frame.direction);
}

/// Octets of the whole block.
#[inline]
fn total(captured: u32) -> u32 {
    // A frame has less than 2^20 octets: it fits into a block of the ring.
    (captured.wrapping_add(3) & !3).wrapping_add(28 + TAIL)
}

#[inline]
fn head(out: &mut Vec<u8>, interface: u32, frame: &Captured<'_>, captured: u32, wire_len: u32) {
    // No overflow: both factors are under 2^32 and 2^30.
    let at = u64::from(frame.seconds).wrapping_mul(1_000_000_000).wrapping_add(u64::from(frame.nanos));
    // The upper half comes first in either byte order.
    let [h0, h1, h2, h3, l0, l1, l2, l3] = at.rotate_left(32).to_le_bytes();
    let [t0, t1, t2, t3] = total(captured).to_le_bytes();
    let [i0, i1, i2, i3] = interface.to_le_bytes();
    let [c0, c1, c2, c3] = captured.to_le_bytes();
    let [w0, w1, w2, w3] = wire_len.to_le_bytes();
    let head: [u8; HEAD] =
        [6, 0, 0, 0, t0, t1, t2, t3, i0, i1, i2, i3, h0, h1, h2, h3, l0, l1, l2, l3, c0, c1, c2, c3, w0, w1, w2, w3];
    out.extend_from_slice(&head);
}

#[inline]
fn tail(out: &mut Vec<u8>, captured: u32, direction: Direction) {
    let [t0, t1, t2, t3] = total(captured).to_le_bytes();
    let padding = match captured & 3 {
        0 => 0,
        used => 4 - used as usize,
    };
    out.extend_from_slice([0; 3].get(..padding).unwrap_or_default());
    // epb_flags (code 2, four octets), opt_endofopt.
    out.extend_from_slice(&[2, 0, 4, 0, flags(direction), 0, 0, 0, 0, 0, 0, 0, t0, t1, t2, t3]);
}

/// `epb_flags`: bits 0 and 1 are the direction (1 inbound, 2 outbound), bits 2 to 4 how it was addressed (1 unicast, 2 multicast, 3
/// broadcast, 4 to another machine).
const fn flags(direction: Direction) -> u8 {
    match direction {
        Direction::ToUs => 0b00101,
        Direction::Multicast => 0b01001,
        Direction::Broadcast => 0b01101,
        Direction::ToOthers => 0b10001,
        Direction::Outgoing => 0b00010,
        Direction::Unknown(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::frame::{Frame, Link};
    use earwitness_core::pcap::write;
    use earwitness_core::time::Timestamp;
    use earwitness_ring::Vlan;

    fn captured(bytes: &[u8]) -> Captured<'_> {
        let wire_len = u32::try_from(bytes.len()).unwrap() + 7;
        Captured {
            seconds: 4_000_000_000,
            nanos: 999_999_999,
            wire_len,
            bytes,
            direction: Direction::Outgoing,
            vlan: None,
            interface: 9,
            checksum_pending: false,
            joined: false,
        }
    }

    #[test]
    fn blocks_are_octet_for_octet_those_of_the_format() {
        for length in 0..70 {
            let bytes: Vec<u8> = (0..length).collect();
            let (mut ours, mut theirs) = (vec![1], vec![1]);
            packet(&mut ours, 3, &captured(&bytes), 1000);
            let at = Timestamp::from_nanos(4_000_000_000_999_999_999);
            let frame = Frame { at, link: Link::Ethernet, wire_len: u32::from(length) + 7, bytes: &bytes, interface: 3 };
            write::packet(&mut theirs, &frame, &write::Remarks { comment: None, flags: Some(2) });
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn a_tag_is_put_back_and_counts_as_octets_of_the_wire() {
        let bytes: Vec<u8> = (0..60).collect();
        for (snap, kept) in [(1000_u32, 64_usize), (60, 60), (14, 14)] {
            let cut = bytes.get(..bytes.len().min(snap as usize)).unwrap();
            let vlan = Some(Vlan { protocol: 0x88a8, control: 100 });
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            packet(&mut ours, 0, &Captured { vlan, wire_len: 60, ..captured(cut) }, snap);
            let mut whole = bytes[..12].to_vec();
            whole.extend_from_slice(&[0x88, 0xa8, 0, 100]);
            whole.extend_from_slice(&bytes[12..]);
            whole.truncate(kept);
            let at = Timestamp::from_nanos(4_000_000_000_999_999_999);
            let frame = Frame { at, link: Link::Ethernet, wire_len: 64, bytes: &whole, interface: 0 };
            write::packet(&mut theirs, &frame, &write::Remarks { comment: None, flags: Some(2) });
            assert_eq!(ours, theirs);
        }
    }
}
