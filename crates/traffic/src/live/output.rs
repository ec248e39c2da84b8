//! Where the capture is written: whole blocks in few writes, to a reader that may be slow, stopped or gone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

/// Octets that a pipe should hold (`/proc/sys/fs/pipe-max-size` is what an ordinary user gets).
const PIPE: usize = 1 << 20;

/// The output, and what it has not taken yet.
#[derive(Debug)]
pub struct Output {
    to: File,
    pipe: bool,
    /// What is to be written next; grows by at most a block of the ring between two writes.
    pub(super) buffer: Vec<u8>,
    written: usize,
}

impl Output {
    /// Writes to standard output. A pipe is opened once more, so that only we do not wait for its reader: others who hold it are not
    /// surprised.
    pub fn standard() -> io::Result<Self> {
        let own = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        if !own.metadata()?.file_type().is_fifo() {
            return Ok(Self::new(own, false));
        }
        // Where the system gives less, the pipe stays as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(&own, PIPE);
        let path = format!("/proc/self/fd/{}", own.as_raw_fd());
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
        // Without it we wait for the reader: it works, but a signal to end is heeded late when the reader is stopped.
        let to = OpenOptions::new().write(true).custom_flags(flags).open(path).unwrap_or(own);
        Ok(Self::new(to, true))
    }

    /// Writes to a file that was just made.
    #[must_use]
    pub fn file(to: File) -> Self {
        Self::new(to, false)
    }

    fn new(to: File, pipe: bool) -> Self {
        Self { to, pipe, buffer: Vec::new(), written: 0 }
    }

    /// Whether octets wait to be taken.
    pub(super) const fn is_waiting(&self) -> bool {
        self.written < self.buffer.len()
    }

    /// Octets that wait to be taken.
    pub(super) const fn waiting(&self) -> usize {
        self.buffer.len().saturating_sub(self.written)
    }

    /// To be waited for: for room, when octets wait; else for the reader's end.
    #[must_use]
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.to.as_fd()
    }

    /// Whether its end can be seen without writing.
    pub(super) const fn is_pipe(&self) -> bool {
        self.pipe
    }

    /// Writes as much as is taken at once.
    pub(super) fn push(&mut self) -> io::Result<()> {
        while let Some(rest) = self.buffer.get(self.written..).filter(|rest| !rest.is_empty()) {
            match self.to.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.written = self.written.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.buffer.clear();
        self.written = 0;
        Ok(())
    }
}
