//! The socket with its ring.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use crate::block::Block;
use crate::map::Map;
use crate::sys;

/// How large the ring is and how long a frame waits in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Octets of the whole ring; rounded to whole blocks, at least two.
    pub octets: usize,
    /// Octets of a block, the unit that the kernel hands over; a power of two and at least 64 KiB, so that any frame but the largest joined
    /// ones fits.
    pub block: usize,
    /// The longest that a block with a frame in it is held back; whole milliseconds, at least one.
    pub retire: Duration,
    /// Octets kept of a frame; the kernel cuts.
    pub snap: u32,
}

impl Default for Shape {
    fn default() -> Self {
        Self { octets: 16 << 20, block: 256 << 10, retire: Duration::from_millis(50), snap: 262_144 }
    }
}

/// What the kernel has counted since it was asked last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// Frames that reached the socket, those included that found no room.
    pub received: u32,
    /// Frames that found no room.
    pub dropped: u32,
}

/// A packet socket with a mapped ring. Made with `CAP_NET_RAW`; everything after that needs no privilege.
#[derive(Debug)]
pub struct Ring {
    // Unmapped before the socket is closed.
    map: Map,
    socket: OwnedFd,
    /// The block that the kernel hands over next.
    next: usize,
    /// Octets kept of a frame.
    snap: u32,
}

impl Ring {
    /// A socket with its ring; nothing comes before [`Ring::bind`].
    ///
    /// # Errors
    /// `PermissionDenied` without `CAP_NET_RAW`; `OutOfMemory` where the kernel has no room for the ring; `InvalidInput` for a shape that
    /// cannot be.
    pub fn open(shape: Shape) -> io::Result<Self> {
        let socket = sys::packet_socket()?;
        let fd = socket.as_fd();
        sys::set_option(fd, libc::SOL_PACKET, libc::PACKET_VERSION, &VERSION_3)?;
        sys::keep(fd, shape.snap)?;
        let impossible = || io::Error::from(io::ErrorKind::InvalidInput);
        if !shape.block.is_power_of_two() || shape.block < 64 << 10 {
            return Err(impossible());
        }
        let count = (shape.octets / shape.block).max(2);
        let block_size = u32::try_from(shape.block).map_err(|_| impossible())?;
        let block_count = u32::try_from(count).map_err(|_| impossible())?;
        let request = libc::tpacket_req3 {
            tp_block_size: block_size,
            tp_block_nr: block_count,
            // With version 3, frames lie one behind the other; the kernel only checks that these agree.
            tp_frame_size: block_size,
            tp_frame_nr: block_count,
            tp_retire_blk_tov: u32::try_from(shape.retire.as_millis()).unwrap_or(u32::MAX).max(1),
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        sys::set_option(fd, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        let map = Map::new(fd, shape.block, count)?;
        Ok(Self { map, socket, next: 0, snap: shape.snap })
    }

    /// Receives the frames of this interface from now on, and of no other. Can be called again after the interface is gone.
    ///
    /// # Errors
    /// `ENODEV` when no interface has this index.
    pub fn bind(&mut self, index: u32) -> io::Result<()> {
        sys::bind(self.socket.as_fd(), index)?;
        sys::keep(self.socket.as_fd(), self.snap)?;
        // Binding to an interface that is down leaves an error behind, which would make the next wait return at once.
        self.take_error().map(drop)
    }

    /// Asks the interface to receive what is not addressed to it, as long as the socket lives.
    ///
    /// # Errors
    /// `ENODEV` when no interface has this index.
    pub fn listen_to_all(&self, index: u32) -> io::Result<()> {
        let request = libc::packet_mreq { mr_ifindex: index.cast_signed(), mr_type: MR_PROMISC, mr_alen: 0, mr_address: [0; 8] };
        sys::set_option(self.socket.as_fd(), libc::SOL_PACKET, libc::PACKET_ADD_MEMBERSHIP, &request)
    }

    /// Lets no further frame in, and counts none, until [`Ring::bind`]: what lies in the ring is handed over within the time of
    /// [`Shape::retire`].
    pub fn close_entrance(&self) -> io::Result<()> {
        sys::keep(self.socket.as_fd(), 0)
    }

    /// The next block that the kernel has handed over.
    pub fn block(&mut self) -> Option<Block<'_>> {
        let block = self.next;
        self.map.ready(block)?;
        self.next = if block + 1 < self.map.count() { block + 1 } else { 0 };
        Some(Block::new(&mut self.map, block))
    }

    /// Frames received and lost since this was called last.
    pub fn statistics(&self) -> io::Result<Statistics> {
        let empty = libc::tpacket_stats_v3 { tp_packets: 0, tp_drops: 0, tp_freeze_q_cnt: 0 };
        let counted = sys::option(self.socket.as_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS, empty)?;
        Ok(Statistics { received: counted.tp_packets, dropped: counted.tp_drops })
    }

    /// What is wrong with the socket, and forgets it: `ENETDOWN` once the interface went down or away. Until it is asked for, every wait for
    /// the socket returns at once.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        let error: c_int = sys::option(self.socket.as_fd(), libc::SOL_SOCKET, libc::SO_ERROR, 0)?;
        Ok((error != 0).then(|| io::Error::from_raw_os_error(error)))
    }

    /// Waits for a block or an error, at most so long; says whether there is one.
    pub fn wait(&self, most: Duration) -> io::Result<bool> {
        sys::poll(self.socket.as_fd(), c_int::try_from(most.as_millis()).unwrap_or(c_int::MAX))
    }
}

impl AsFd for Ring {
    /// For waiting on several at once; nothing is read from it.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// `TPACKET_V3`.
const VERSION_3: c_int = 2;
/// `PACKET_MR_PROMISC`.
const MR_PROMISC: u16 = 1;
