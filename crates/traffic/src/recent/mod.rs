//! The frames of the latest hours on disk, so that the evidence of a sighting can be cut out later.
//!
//! A folder of plain pcapng files, each named by the time of its first frame (nanoseconds since 1970) and readable by any program. The oldest are
//! deleted by size and age. What a kill leaves behind is readable to the last whole block; the torn rest is cut at the next start.

mod cut;
mod segment;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use earwitness_core::frame::Frame;
use earwitness_core::time::Timestamp;

pub use cut::Cut;
use earwitness_base::{clock, trust};
use segment::Segment;

/// Segments that the limits are divided into: that much of what is kept goes at once.
const PARTS: u32 = 16;
/// Least and most octets of a segment.
const SEGMENT: (u64, u64) = (64 << 10, 8 << 20);
/// Least time of a segment.
const SPAN: Duration = Duration::from_secs(60);
/// Frames are left out for so long after a write failed, before the next try.
const PAUSE: Duration = Duration::from_secs(10);

/// The snap length that a capture says when no frame was cut (`pcapng`: any that no frame exceeds; 262,144 is what capture programs write).
const MOST_SNAP: u32 = 262_144;

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Octets of all files together; a file more may be there for a moment.
    pub octets: u64,
    /// How long a file is kept after its last frame.
    pub age: Duration,
    /// Octets kept of a frame.
    pub snap: u32,
}

impl Limits {
    /// Headers only: Ethernet (14), two tags (8), IPv6 (40), TCP with all options (60) are 122 octets; behind them lie the header of a TLS record and that of the next, where
    /// a short one comes first. With fewer octets, records that leave in pairs can no longer be told apart, and an upload of samples may not be found again.
    pub const HEADERS: u32 = 200;
}

impl Default for Limits {
    fn default() -> Self {
        Self { octets: 256 << 20, age: Duration::from_secs(7 * 86_400), snap: Self::HEADERS }
    }
}

/// Frames cannot be kept for now; it is tried again by itself.
#[derive(Debug, thiserror::Error)]
#[error(
    "recent frames are not kept in {}: {source}; make room there. Everything else goes on, and this is tried again", folder.display()
)]
pub struct NotKept {
    /// The folder.
    pub folder: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// A finished file.
#[derive(Clone, Debug)]
struct Kept {
    path: PathBuf,
    octets: u64,
    /// When it was finished, by the clock that nobody sets; one from before the start is as old as its time stamp says.
    finished: Age,
}

/// How old something was at a moment of the clock that nobody sets.
#[derive(Clone, Copy, Debug)]
struct Age {
    at: Duration,
    old: Duration,
}

impl Age {
    const fn now(self, now: Duration) -> Duration {
        self.old.saturating_add(now.saturating_sub(self.at))
    }
}

/// The frames of the latest hours.
#[derive(Debug)]
pub struct FrameRing {
    folder: PathBuf,
    limits: Limits,
    kept: VecDeque<Kept>,
    open: Option<Segment>,
    /// Until when nothing is tried after a write failed.
    pause: Option<Duration>,
    left_out: u64,
}

impl FrameRing {
    /// Opens the folder (made with mode 0700), cuts off what a kill has torn, and deletes what is over the limits. `now` is
    /// [`clock::since_boot`].
    ///
    /// # Errors
    /// When the folder cannot be made or read, or links or permissions let others decide what is written ([`trust`]).
    pub fn open(folder: &Path, limits: Limits, now: Duration) -> io::Result<Self> {
        let folder = &trust::folder(folder)?.path;
        let today = clock::now();
        let mut kept = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if segment::start_of(&path).is_none() {
                continue;
            }
            let octets = segment::mend(&path)?;
            if octets == 0 {
                fs::remove_file(&path)?;
                continue;
            }
            let changed = fs::metadata(&path)?.mtime().saturating_mul(1_000_000_000);
            let old = u64::try_from(today.since(Timestamp::from_nanos(changed))).unwrap_or(0);
            kept.push(Kept { path, octets, finished: Age { at: now, old: Duration::from_nanos(old) } });
        }
        kept.sort_by(|a, b| a.path.cmp(&b.path));
        let mut ring = Self { folder: folder.to_owned(), limits, kept: kept.into(), open: None, pause: None, left_out: 0 };
        ring.delete(now);
        Ok(ring)
    }

    /// What is kept in a folder, to cut from while another process writes to it: nothing is mended or deleted.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let age = Age { at: Duration::ZERO, old: Duration::ZERO };
        let mut kept = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if segment::start_of(&path).is_some() {
                kept.push(Kept { octets: fs::metadata(&path).map_or(0, |facts| facts.len()), path, finished: age });
            }
        }
        kept.sort_by(|a, b| a.path.cmp(&b.path));
        let limits = Limits { octets: u64::MAX, age: Duration::MAX, snap: MOST_SNAP };
        Ok(Self { folder: folder.to_owned(), limits, kept: kept.into(), open: None, pause: None, left_out: 0 })
    }

    /// Keeps a frame, cut to [`Limits::snap`]. It is on disk at the latest after [`FrameRing::tend`].
    ///
    /// # Errors
    /// When it could not be written: said once, then frames are only counted until the next try.
    pub fn push(&mut self, frame: &Frame<'_>) -> Result<(), NotKept> {
        if self.pause.is_some() {
            self.left_out = self.left_out.saturating_add(1);
            return Ok(());
        }
        let result = self.write(frame);
        result.map_err(|source| self.give_up(source))
    }

    fn write(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let segment = match &mut self.open {
            Some(segment) => segment,
            None => self.open.insert(Segment::create(&self.folder, frame.at, self.limits.snap)?),
        };
        segment.push(frame)?;
        if segment.octets() >= (self.limits.octets / u64::from(PARTS)).clamp(SEGMENT.0, SEGMENT.1) {
            let now = clock::since_boot();
            self.finish(now)?;
            self.delete(now);
        }
        Ok(())
    }

    /// Writes out what was pushed, begins a new file when it is time, deletes what is too old. To be called every few seconds; `now` is
    /// [`clock::since_boot`].
    ///
    /// # Errors
    /// As [`FrameRing::push`].
    pub fn tend(&mut self, now: Duration) -> Result<(), NotKept> {
        if self.pause.is_some_and(|until| now >= until) {
            self.pause = None;
        }
        let span = (self.limits.age / PARTS).max(SPAN);
        let result = match &mut self.open {
            Some(segment) if now.saturating_sub(segment.begun()) >= span => self.finish(now),
            Some(segment) => segment.flush(),
            None => Ok(()),
        };
        self.delete(now);
        result.map_err(|source| self.give_up(source))
    }

    /// Frames that could not be kept so far.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Octets of all files.
    #[must_use]
    pub fn octets(&self) -> u64 {
        let open = self.open.as_ref().map_or(0, Segment::octets);
        self.kept.iter().map(|kept| kept.octets).fold(open, u64::saturating_add)
    }

    /// Closes the file that is written to.
    fn finish(&mut self, now: Duration) -> io::Result<()> {
        let Some(mut segment) = self.open.take() else { return Ok(()) };
        let result = segment.flush();
        // What is whole in it stays.
        let finished = Age { at: now, old: Duration::ZERO };
        self.kept.push_back(Kept { path: segment.path().to_owned(), octets: segment.octets(), finished });
        result
    }

    fn give_up(&mut self, source: io::Error) -> NotKept {
        let now = clock::since_boot();
        self.left_out = self.left_out.saturating_add(1);
        self.pause = Some(now.saturating_add(PAUSE));
        // The segment has cut its torn end; nothing more can be done with it.
        let _ = self.finish(now);
        NotKept { folder: self.folder.clone(), source }
    }

    /// Deletes the oldest files until the limits hold.
    fn delete(&mut self, now: Duration) {
        while let Some(oldest) = self.kept.front() {
            if self.octets() <= self.limits.octets && oldest.finished.now(now) <= self.limits.age {
                return;
            }
            // One that cannot be deleted is gone already, or will be met again at the next start.
            let _ = fs::remove_file(&oldest.path);
            self.kept.pop_front();
        }
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.kept.iter().map(|kept| kept.path.as_path()).chain(self.open.iter().map(Segment::path))
    }
}

impl Drop for FrameRing {
    fn drop(&mut self) {
        // Nobody can be told any more.
        let _ = self.finish(Duration::ZERO);
    }
}
