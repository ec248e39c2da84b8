//! The memory that the kernel and we share.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a block's status stands: behind version and offset of the private area (`struct tpacket_block_desc`).
const STATUS: usize = 8;

/// The mapped ring: `count` blocks of `size` octets.
#[derive(Debug)]
pub(crate) struct Map {
    start: NonNull<u8>,
    size: usize,
    count: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and all that is reached through a shared reference is atomic or not written to.
unsafe impl Send for Map {}

impl Map {
    /// Maps the ring of a socket that has one of this size.
    pub(crate) fn new(fd: BorrowedFd<'_>, size: usize, count: usize) -> io::Result<Self> {
        let length = size.checked_mul(count).filter(|&length| length > 0 && size >= 4096 && size.is_multiple_of(4096));
        let length = length.ok_or(io::ErrorKind::InvalidInput)?;
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        // SAFETY: asks for new memory at a place of the kernel's choice.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), length, access, flags, fd.as_raw_fd(), 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast::<u8>()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, size, count })
    }

    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// First octet of a block; a number past the end means the last block.
    fn place(&self, block: usize) -> NonNull<u8> {
        let block = block.min(self.count - 1);
        // SAFETY: `block < count`, so the offset is under `size * count`, the length of the mapping.
        unsafe { self.start.add(block * self.size) }
    }

    fn status(&self, block: usize) -> &AtomicU32 {
        // SAFETY: `STATUS` is under 4096, the least size of a block.
        let status = unsafe { self.place(block).add(STATUS) };
        // SAFETY: blocks begin at multiples of a page and `STATUS` is a multiple of 4, so the place is aligned; it lives as long as the mapping,
        // that is as long as `self`; both sides only touch it as a whole word.
        unsafe { AtomicU32::from_ptr(status.as_ptr().cast()) }
    }

    /// The octets of a block, if the kernel has handed it over.
    pub(crate) fn ready(&self, block: usize) -> Option<&[u8]> {
        if self.status(block).load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: `size` octets from there lie in the mapping. The kernel does not write to a block from handing it over until
        // `Map::release`, which needs `&mut self` and so comes after the last use of the slice.
        Some(unsafe { std::slice::from_raw_parts(self.place(block).as_ptr(), self.size) })
    }

    /// Gives a block back to the kernel.
    pub(crate) fn release(&mut self, block: usize) {
        self.status(block).store(libc::TP_STATUS_KERNEL, Ordering::Release);
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the mapping was made with this start and length, and no slice of it outlives `self`. It cannot fail for such a range.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.size * self.count) };
    }
}
