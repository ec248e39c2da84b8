//! What lies in a block: frames with their headers (`struct tpacket3_hdr`, then `struct sockaddr_ll`).

use crate::map::Map;

/// Octets of `struct tpacket3_hdr`; the address follows.
const HEADER: usize = 48;
/// Octets of both that are read here.
const READ: usize = HEADER + 12;
/// Tags of a frame that the kernel has taken out of it have this protocol number unless it says otherwise.
const CUSTOMER_TAG: u16 = 0x8100;

/// Which way a frame went (`sll_pkttype`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// To this machine.
    ToUs,
    /// To all.
    Broadcast,
    /// To a group.
    Multicast,
    /// To another machine, passing by.
    ToOthers,
    /// From this machine.
    Outgoing,
    /// Anything else.
    Unknown(u8),
}

/// A tag that the kernel has taken out of the frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vlan {
    /// Protocol number: 0x8100 (IEEE 802.1Q) or 0x88a8 (802.1ad).
    pub protocol: u16,
    /// Priority, drop eligibility and VLAN number.
    pub control: u16,
}

/// A frame in the ring.
#[derive(Clone, Copy, Debug)]
pub struct Captured<'a> {
    /// Seconds since 1970 at which the kernel saw it.
    pub seconds: u32,
    /// Nanoseconds of that second.
    pub nanos: u32,
    /// Octets of the whole frame, as the kernel saw it: without tag and checksum, and joined by offloads.
    pub wire_len: u32,
    /// Octets that were kept.
    pub bytes: &'a [u8],
    /// Which way it went.
    pub direction: Direction,
    /// The tag that was taken out.
    pub vlan: Option<Vlan>,
    /// The interface it was seen on.
    pub interface: u32,
    /// Its checksum is still to be computed by the card (`TP_STATUS_CSUMNOTREADY`): a frame of this machine.
    pub checksum_pending: bool,
    /// It is several segments of TCP in one (`TP_STATUS_GSO_TCP`; kernels before 6.6 do not say).
    pub joined: bool,
}

/// A block of frames; given back to the kernel when dropped.
#[derive(Debug)]
pub struct Block<'a> {
    map: &'a mut Map,
    number: usize,
}

impl<'a> Block<'a> {
    pub(crate) fn new(map: &'a mut Map, number: usize) -> Self {
        Self { map, number }
    }

    /// Its frames, in the order in which they came.
    #[must_use]
    pub fn frames(&self) -> Frames<'_> {
        Frames::new(self.map.ready(self.number).unwrap_or_default())
    }
}

impl Drop for Block<'_> {
    fn drop(&mut self) {
        self.map.release(self.number);
    }
}

/// Walks the frames of a block.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    block: &'a [u8],
    next: usize,
    left: u32,
}

impl<'a> Frames<'a> {
    /// The frames of a block as the kernel lays it out (`struct tpacket_block_desc`); whatever is not so ends the walk.
    #[must_use]
    pub fn new(block: &'a [u8]) -> Self {
        Self { block, next: word(block, 16) as usize, left: word(block, 12) }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Captured<'a>;

    #[inline]
    fn next(&mut self) -> Option<Captured<'a>> {
        self.left = self.left.checked_sub(1)?;
        let frame = self.block.get(self.next..)?;
        let header = frame.first_chunk::<READ>()?;
        self.next = self.next.wrapping_add(field::<0>(header) as usize);
        let status = field::<20>(header);
        let mac = field::<24>(header) & 0xffff;
        #[cfg(target_endian = "big")]
        let mac = field::<24>(header) >> 16;
        let bytes = frame.get(mac as usize..)?.get(..field::<12>(header) as usize)?;
        let vlan = (status & libc::TP_STATUS_VLAN_VALID != 0).then(|| Vlan {
            protocol: if status & libc::TP_STATUS_VLAN_TPID_VALID == 0 { CUSTOMER_TAG } else { half::<36>(header) },
            control: half::<32>(header),
        });
        let direction = match header[HEADER + 10] {
            libc::PACKET_HOST => Direction::ToUs,
            libc::PACKET_BROADCAST => Direction::Broadcast,
            libc::PACKET_MULTICAST => Direction::Multicast,
            libc::PACKET_OTHERHOST => Direction::ToOthers,
            libc::PACKET_OUTGOING => Direction::Outgoing,
            other => Direction::Unknown(other),
        };
        Some(Captured {
            seconds: field::<4>(header),
            nanos: field::<8>(header),
            wire_len: field::<16>(header),
            bytes,
            direction,
            vlan,
            interface: field::<52>(header),
            checksum_pending: status & libc::TP_STATUS_CSUMNOTREADY != 0,
            joined: status & GSO_TCP != 0,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, usize::try_from(self.left).ok())
    }
}

/// `TP_STATUS_GSO_TCP`.
const GSO_TCP: u32 = 1 << 8;

fn word(block: &[u8], at: usize) -> u32 {
    block.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |octets| u32::from_ne_bytes(*octets))
}

/// A word of a header; `AT` is checked when compiled.
#[inline]
fn field<const AT: usize>(header: &[u8; READ]) -> u32 {
    const { assert!(AT + 4 <= READ) };
    u32::from_ne_bytes([header[AT], header[AT + 1], header[AT + 2], header[AT + 3]])
}

/// The same for half a word.
#[inline]
fn half<const AT: usize>(header: &[u8; READ]) -> u16 {
    const { assert!(AT + 2 <= READ) };
    u16::from_ne_bytes([header[AT], header[AT + 1]])
}
