//! A file that grows while it is read.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How to wait for a growing file.
#[derive(Clone)]
pub struct Follow {
    /// Set by whoever wants it to end, such as the handler of Ctrl-C.
    pub stop: Arc<AtomicBool>,
    /// End after this long without a new octet; `None` to wait for ever.
    pub idle: Option<Duration>,
    /// Time between two looks at the file.
    pub poll: Duration,
    /// Lets time pass: [`crate::clock::sleep`], but for tests.
    pub sleep: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Follow {
    /// Looks five times a second until `stop` is set.
    #[must_use]
    pub fn until(stop: Arc<AtomicBool>) -> Self {
        Self { stop, idle: None, poll: Duration::from_millis(200), sleep: Arc::new(crate::clock::sleep) }
    }
}

/// Reads on where the file ended before, until told to stop.
pub(super) struct Followed {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) follow: Follow,
    /// Octets read.
    pub(super) at: u64,
}

impl Followed {
    /// What has become of the file, if it is not the one that is being read any more.
    fn gone(&self) -> io::Result<Option<&'static str>> {
        let ours = self.file.metadata()?;
        if ours.len() < self.at {
            return Ok(Some("the file became shorter while it was followed; start again to read what it holds now"));
        }
        Ok(match fs::metadata(&self.path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => None,
            Ok(_) => Some("another file has taken its name; start again to follow that one"),
            Err(_) => Some("the file was removed while it was followed"),
        })
    }
}

impl Read for Followed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut idle = Duration::ZERO;
        let mut gone = None;
        loop {
            let count = self.file.read(into)?;
            if count > 0 || into.is_empty() {
                self.at = self.at.saturating_add(count as u64);
                return Ok(count);
            }
            if let Some(what) = gone {
                return Err(io::Error::new(ErrorKind::NotFound, what));
            }
            if self.follow.stop.load(Ordering::Relaxed) || self.follow.idle.is_some_and(|limit| idle >= limit) {
                return Ok(0);
            }
            gone = self.gone()?;
            if gone.is_none() {
                (self.follow.sleep)(self.follow.poll);
                idle = idle.saturating_add(self.follow.poll);
            }
        }
    }
}
