//! A pcapng section: its byte order and its interfaces.

use super::blocks::{EPB, code};
use super::clock::Clock;
use super::{MAX_BLOCK, index, word};
use crate::frame::{Frame, Link};

/// Interfaces of one section that are kept.
pub(super) const MAX_INTERFACES: usize = 65_536;
/// Interfaces of a whole file whose descriptions are kept.
pub(super) const MAX_DESCRIPTIONS: usize = 4_096;

/// What a capture file says about one of its interfaces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// Link type as it stands in the file; [`Link::from_number`] says what is made of it.
    pub link_type: u32,
    /// Most octets kept of a frame; 0 for no limit.
    pub snaplen: u32,
    /// Name, such as `eth0`; empty where the file has none.
    pub name: String,
    /// What somebody wrote about it; mostly empty.
    pub description: String,
}

/// What decoding a frame needs to know of its interface.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    pub(super) link: Link,
    pub(super) clock: Clock,
    pub(super) snaplen: u32,
    /// Frames that the capturing machine is known to have lost.
    pub(super) dropped: u64,
}

/// The section that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) big: bool,
    pub(super) interfaces: Vec<Interface>,
    /// Interfaces of the sections before.
    pub(super) base: u32,
    /// Whether packets without a time were met and noted.
    pub(super) untimed: bool,
}

/// Octets of an enhanced packet block before the frame.
const EPB_HEAD: usize = 28;

/// Octets of its options, when they are the direction alone and the end of options: what live captures write.
const FLAGS: usize = 12;

/// Whether what follows a frame, padding included, is the direction alone.
#[inline]
fn is_flags<const BIG: bool>(padded: &[u8]) -> bool {
    let Some(&[c0, c1, l0, l1, _, _, _, _, e0, e1, ..]) = padded.last_chunk::<FLAGS>() else { return false };
    let half = |octets: [u8; 2]| if BIG { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) };
    half([c0, c1]) == code::EPB_FLAGS && half([l0, l1]) == 4 && [e0, e1] == [0, 0]
}

impl Section {
    /// The number that the next section's first interface is given.
    pub(super) fn end(&self) -> u32 {
        self.base.saturating_add(u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX))
    }

    /// The number of an interface over the whole file.
    #[inline]
    pub(super) const fn number(&self, interface: u32) -> u32 {
        self.base.saturating_add(interface)
    }

    /// The enhanced packet block at the start of `bytes` and what follows it, when it is whole, ordinary and without
    /// options but the direction.
    #[inline]
    pub(super) fn ordinary<'a, const BIG: bool>(&self, bytes: &'a [u8]) -> Option<(Frame<'a>, &'a [u8])> {
        let (head, rest) = bytes.split_first_chunk::<EPB_HEAD>()?;
        let &[k0, k1, k2, k3, t0, t1, t2, t3, i0, i1, i2, i3, h0, h1, h2, h3, l0, l1, l2, l3, tail @ ..] = head;
        let [c0, c1, c2, c3, w0, w1, w2, w3] = tail;
        let total = index(word::<BIG>([t0, t1, t2, t3]));
        let captured = index(word::<BIG>([c0, c1, c2, c3]));
        let wire_len = word::<BIG>([w0, w1, w2, w3]);
        if word::<BIG>([k0, k1, k2, k3]) != EPB || captured > MAX_BLOCK - EPB_HEAD - 4 {
            return None;
        }
        // Cannot overflow, as `captured` is small now; spelt out because this is the hottest line of the program.
        let padded = captured.wrapping_add(3) & !3;
        let behind = padded.wrapping_add(4);
        let plain = behind.wrapping_add(EPB_HEAD);
        if total != plain && total != plain.wrapping_add(FLAGS) {
            return None;
        }
        let (body, rest) = rest.split_at_checked(total.wrapping_sub(EPB_HEAD))?;
        let (body, trailer) = body.split_last_chunk::<4>()?;
        if *trailer != [t0, t1, t2, t3] {
            return None;
        }
        let (bytes, options) = body.split_at_checked(captured)?;
        if total != plain && !is_flags::<BIG>(options) {
            return None;
        }
        let id = word::<BIG>([i0, i1, i2, i3]);
        let interface = self.interfaces.get(index(id))?;
        let ticks = (u64::from(word::<BIG>([h0, h1, h2, h3])) << 32) | u64::from(word::<BIG>([l0, l1, l2, l3]));
        let at = interface.clock.at(ticks);
        Some((Frame { at, link: interface.link, wire_len, bytes, interface: self.number(id) }, rest))
    }
}
