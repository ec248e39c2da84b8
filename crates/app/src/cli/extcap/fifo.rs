//! The pipe to Wireshark: whole blocks for a reader that may be slow, and gone at any time.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use earwitness_base::clock;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

/// How long Wireshark may take to open its end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked whether it has.
const LOOK: Duration = Duration::from_millis(20);
/// Octets that may wait for the reader; with more no further frames are taken, so that the kernel's ring fills and counts what it loses.
const MOST: usize = 4 << 20;
/// Octets that the pipe should hold (`/proc/sys/fs/pipe-max-size` is what an ordinary user gets).
const PIPE: usize = 1 << 20;

/// The pipe, and what its reader has not taken yet.
#[derive(Debug)]
pub(super) struct Fifo {
    to: File,
    /// What is to be written next.
    pub(super) buffer: Vec<u8>,
    written: usize,
}

/// Nobody reads any more.
#[derive(Debug)]
pub(super) struct ReaderGone;

impl Fifo {
    /// Opens it once somebody reads; `None` if it was asked to end meanwhile.
    ///
    /// # Errors
    /// When there is no FIFO, or nobody reads it for long.
    pub(super) fn open(path: &Path, stop: &OwnedFd) -> anyhow::Result<Option<Self>> {
        let name = path.display();
        let facts = std::fs::metadata(path).with_context(|| format!("{name} cannot be opened"))?;
        if !facts.file_type().is_fifo() {
            bail!("{name} is no FIFO; Wireshark makes one. For a capture in a file use `earwitness capture -o FILE`");
        }
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let begun = clock::since_boot();
        loop {
            match File::options().write(true).custom_flags(flags).open(path) {
                Ok(to) => {
                    // Where the system gives less, the pipe stays as it is.
                    let _ = rustix::pipe::fcntl_setpipe_size(&to, PIPE);
                    return Ok(Some(Self { to, buffer: Vec::new(), written: 0 }));
                }
                Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {}
                Err(error) => return Err(error).with_context(|| format!("{name} cannot be opened")),
            }
            if clock::since_boot().saturating_sub(begun) > PATIENCE {
                bail!("nobody reads {name}");
            }
            let wait = Timespec::try_from(LOOK).ok();
            if poll(&mut [PollFd::new(stop, PollFlags::IN)], wait.as_ref()).is_ok_and(|ready| ready > 0) {
                return Ok(None);
            }
        }
    }

    /// To be waited for: for room where octets wait, else for the end of the reader.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.to.as_fd()
    }

    /// Whether octets wait to be taken.
    pub(super) const fn is_waiting(&self) -> bool {
        self.written < self.buffer.len()
    }

    /// Whether so many wait that no more should come.
    pub(super) const fn is_full(&self) -> bool {
        self.buffer.len().saturating_sub(self.written) >= MOST
    }

    /// Writes as much as is taken at once.
    pub(super) fn push(&mut self) -> anyhow::Result<Result<(), ReaderGone>> {
        while let Some(rest) = self.buffer.get(self.written..).filter(|rest| !rest.is_empty()) {
            match self.to.write(rest) {
                Ok(count) => self.written = self.written.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // What was taken need not be kept until the rest is.
                    self.buffer.drain(..self.written);
                    self.written = 0;
                    return Ok(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Err(ReaderGone)),
                Err(error) => return Err(error).context("frames cannot be handed to Wireshark"),
            }
        }
        self.buffer.clear();
        self.written = 0;
        Ok(Ok(()))
    }
}
