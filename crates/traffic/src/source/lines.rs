//! What a command says on standard error, line by line and bounded.

use earwitness_base::text::clean;
use std::io;
use std::os::fd::AsFd;

/// Octets of a line that are kept; the rest of a longer one counts as the next line.
const LONGEST: usize = 1_000;
/// Lines passed on at one call; further ones are only counted.
const AT_ONCE: usize = 64;
/// Octets read at one call, so that one who talks without end stops nobody.
const READ: usize = 1 << 16;

/// The lines of one stream.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    last: String,
    closed: bool,
}

impl Lines {
    /// Reads what is there from a descriptor that does not block, and gives `each` its whole lines.
    pub(super) fn read(&mut self, from: impl AsFd, each: &mut dyn FnMut(&str)) {
        let (mut taken, mut lines, mut more) = (0_usize, 0_usize, 0_u64);
        let mut chunk = [0; 4096];
        while !self.closed && taken < READ {
            match rustix::io::read(&from, &mut chunk) {
                Ok(0) => self.closed = true,
                Ok(count) => {
                    taken = taken.saturating_add(count);
                    for &octet in chunk.get(..count).unwrap_or_default() {
                        if octet != b'\n' {
                            self.begun.push(octet);
                        }
                        if octet == b'\n' || self.begun.len() >= LONGEST {
                            self.line(&mut lines, &mut more, each);
                        }
                    }
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break,
                Err(_) => self.closed = true,
            }
        }
        if self.closed {
            self.line(&mut lines, &mut more, each);
        }
        if more > 0 {
            each(&format!("(and {more} more lines)"));
        }
    }

    fn line(&mut self, lines: &mut usize, more: &mut u64, each: &mut dyn FnMut(&str)) {
        let text = clean(&String::from_utf8_lossy(&self.begun), LONGEST);
        self.begun.clear();
        if text.is_empty() {
            return;
        }
        if *lines < AT_ONCE {
            *lines += 1;
            each(&text);
        } else {
            *more = more.saturating_add(1);
        }
        self.last = text;
    }

    /// The line that came last; empty when there was none.
    pub(super) fn last(&self) -> &str {
        &self.last
    }

    /// Whether there will be no more.
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }
}

/// Lets reads of a pipe's end return at once when nothing is there.
pub(super) fn unblock(pipe: impl AsFd) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(&pipe)?;
    rustix::fs::fcntl_setfl(&pipe, flags | rustix::fs::OFlags::NONBLOCK)?;
    Ok(())
}
