//! A file that grows while it is read.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
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
    /// Lets time pass: [`earwitness_base::clock::sleep`], but for tests.
    pub sleep: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Follow {
    /// Looks five times a second until `stop` is set.
    #[must_use]
    pub fn until(stop: Arc<AtomicBool>) -> Self {
        Self { stop, idle: None, poll: Duration::from_millis(200), sleep: Arc::new(earwitness_base::clock::sleep) }
    }
}

/// Octets at the start of a file that tell whether it is still the same: a file header, and the time stamp of the first frame.
const MARK: usize = 64;

/// Reads on where the file ended before, until told to stop; goes on with the file that has taken its name or its place.
pub(super) struct Followed {
    file: File,
    path: PathBuf,
    follow: Follow,
    /// Octets read.
    at: u64,
    /// The first octets that were read.
    mark: Vec<u8>,
    /// Another file, once the one before it gave no more.
    next: Option<Restart>,
}

/// That what follows is another file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Restart {
    /// The name belongs to another file.
    #[error("another file has taken the name of the one that was followed; reading went on with that one")]
    Replaced,
    /// The file was cut and is written anew.
    #[error(
        "the file was written anew in its place while it was followed; reading went on with what it holds now, and frames between may be lost"
    )]
    Rewritten,
}

impl Followed {
    pub(super) fn new(file: File, path: &Path, follow: &Follow) -> Self {
        Self { file, path: path.to_owned(), follow: follow.clone(), at: 0, mark: Vec::new(), next: None }
    }

    /// What has become of the file, if it is not the one that is being read any more.
    fn gone(&self) -> io::Result<Option<Restart>> {
        let ours = self.file.metadata()?;
        let mut start = vec![0; self.mark.len()];
        if ours.len() < self.at || self.file.read_exact_at(&mut start, 0).is_err() || start != self.mark {
            return Ok(Some(Restart::Rewritten));
        }
        Ok(match fs::metadata(&self.path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => None,
            Ok(_) => Some(Restart::Replaced),
            // A program that rotates files may be about to make the next one.
            Err(_) => None,
        })
    }

    /// Opens what the name stands for now.
    fn restart(&mut self) -> io::Result<()> {
        self.file = File::open(&self.path)?;
        (self.at, self.next) = (0, None);
        self.mark.clear();
        Ok(())
    }

    /// Keeps the beginning in mind.
    fn remember(&mut self, octets: &[u8]) {
        let more = MARK.saturating_sub(self.mark.len());
        self.mark.extend_from_slice(octets.get(..more).unwrap_or(octets));
        self.at = self.at.saturating_add(octets.len() as u64);
    }
}

impl Read for Followed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut idle = Duration::ZERO;
        let mut waited = false;
        loop {
            if waited && self.next != Some(Restart::Replaced) {
                self.next = self.gone()?;
            }
            if self.next != Some(Restart::Rewritten) {
                let count = self.file.read(into)?;
                if count > 0 || into.is_empty() {
                    self.remember(into.get(..count).unwrap_or_default());
                    return Ok(count);
                }
            }
            if let Some(next) = self.next {
                self.restart()?;
                return Err(io::Error::other(next));
            }
            if self.follow.stop.load(Ordering::Relaxed) || self.follow.idle.is_some_and(|limit| idle >= limit) {
                return match fs::metadata(&self.path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => Err(io::Error::new(
                        ErrorKind::NotFound,
                        "the file was removed while it was followed, and no other took its name",
                    )),
                    _ => Ok(0),
                };
            }
            (self.follow.sleep)(self.follow.poll);
            idle = idle.saturating_add(self.follow.poll);
            waited = true;
        }
    }
}
