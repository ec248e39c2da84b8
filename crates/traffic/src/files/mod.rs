//! Captures as one stream of frames: files plain or packed, standard input, a growing file, several at once.

mod content;
mod feed;
mod follow;
mod lane;
mod merge;
mod source;
mod trouble;
mod zip;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::available_parallelism;

use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Decoder, Description};
use earwitness_core::time::Timestamp;

pub use follow::Follow;
pub use trouble::{OpenError, Trouble};

use feed::Feed;
use lane::{Drained, Lane};
use source::Source;

/// Octets read at once (what a plain read is fastest with, `docs/benchmarks.md`).
const CHUNK: usize = 256 * 1024;
/// The same, when many files share the memory.
const SMALL_CHUNK: usize = 64 * 1024;
/// Files from which on the smaller chunks are used.
const MANY: usize = 4;

/// Octets from which on a file is read ahead: below, it is read before that pays.
const LARGE: u64 = 32 << 20;

/// Index of a capture file among those given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

impl FileId {
    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How frames of several files follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// By time; at equal times, the file named first comes first. Each file keeps its own order.
    #[default]
    Merged,
    /// One file after another, as named.
    Sequential,
}

/// How far the reading has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Octets taken from all files, as they lie on disk.
    pub octets: u64,
    /// Octets of all files, unless one of them is a pipe or grows.
    pub total: Option<u64>,
    /// The file being read.
    pub file: FileId,
    /// Frames read from it.
    pub frames: u64,
}

/// One capture file and what became of it.
#[derive(Debug)]
pub struct Capture {
    /// Its name as given; `-` is standard input.
    pub path: PathBuf,
    /// Frames read from it.
    pub frames: u64,
    /// Frames that, by its own account, the capturing machine lost.
    pub dropped: u64,
    /// Octets of the uncompressed capture that were read.
    pub octets: u64,
    /// Octets of the uncompressed capture that follow damage, of which nothing was read; those of a pipe or a file that grows are not known.
    pub behind: u64,
    /// Its interfaces, by [`Frame::interface`]; complete once it was read.
    pub interfaces: Vec<Description>,
    /// Where it comes from; `None` once it cannot be read (any more).
    source: Option<Source>,
}

/// All captures of one run, as one stream of frames.
pub struct Captures {
    files: Vec<Capture>,
    troubles: Vec<Trouble>,
    order: Order,
    follow: Option<Follow>,
    total: Option<u64>,
    taken: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

/// Who reads a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fetch {
    /// The decoder's own thread, unless there is something to unpack, or much to read and another processor.
    Inline,
    /// The decoder's own thread.
    Here,
    /// The same, for a look at the first frame that does not count as progress.
    Look,
    /// A thread of its own.
    Ahead,
}

impl Captures {
    /// Finds the files; those that cannot be read become [`Captures::troubles`].
    ///
    /// # Errors
    /// When none of them can be read, or when more than one is to be followed.
    pub fn open(paths: &[PathBuf], order: Order, follow: Option<Follow>) -> Result<Self, OpenError> {
        if follow.is_some() && paths.len() != 1 {
            return Err(OpenError::SeveralToFollow);
        }
        let mut captures = Self {
            files: Vec::new(),
            troubles: Vec::new(),
            order,
            total: if follow.is_some() { None } else { Some(0) },
            follow,
            taken: Arc::default(),
            stop: Arc::default(),
        };
        for path in paths {
            let file = FileId(u32::try_from(captures.files.len()).map_err(|_| OpenError::TooMany)?);
            let source = match Source::find(path) {
                Ok((source, octets)) => {
                    captures.total = captures.total.zip(octets).map(|(sum, more)| sum.saturating_add(more));
                    Some(source)
                }
                Err(error) => {
                    captures.trouble(file, path, (0, 0), true, error.to_string());
                    None
                }
            };
            let path = path.clone();
            captures.files.push(Capture { path, frames: 0, dropped: 0, octets: 0, behind: 0, interfaces: Vec::new(), source });
        }
        if captures.files.iter().all(|file| file.source.is_none()) {
            return Err(OpenError::Nothing(captures.troubles));
        }
        Ok(captures)
    }

    /// Lets whoever sets `stop` end the waiting for a pipe that nobody writes to; what has come is read to its end.
    pub fn stop_waiting_on(&mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
    }

    /// Gives `each` every frame until the files end or it has enough; calls `progress` now and then.
    ///
    /// Trouble with a file ends that file only. Calling it again finds nothing: the files have been read.
    pub fn for_each<F>(&mut self, progress: &mut dyn FnMut(Progress), mut each: F) -> ControlFlow<()>
    where
        F: FnMut(&Frame<'_>, FileId) -> ControlFlow<()>,
    {
        let several = self.files.iter().filter(|file| file.source.is_some()).count() > 1;
        let flow = if several && self.order == Order::Merged {
            self.merge(progress, &mut each)
        } else {
            self.one_by_one(progress, &mut each, if several { Fetch::Ahead } else { Fetch::Inline })
        };
        for file in &mut self.files {
            file.source = None;
        }
        flow
    }

    fn one_by_one<F>(&mut self, progress: &mut dyn FnMut(Progress), each: &mut F, fetch: Fetch) -> ControlFlow<()>
    where
        F: FnMut(&Frame<'_>, FileId) -> ControlFlow<()>,
    {
        for file in self.ids() {
            let Some(mut lane) = self.lane(file, fetch) else { continue };
            let mut pause = self.pause(file, progress);
            let drained = lane.drain::<false, F>((Timestamp::MAX, file), &mut pause, each);
            self.close(file, &lane);
            if drained == Drained::Stopped {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// What was wrong, in the order in which it was met.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// The files by [`FileId`], with what was read of each so far.
    #[must_use]
    pub fn files(&self) -> &[Capture] {
        &self.files
    }

    /// Frames read from all files.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.files.iter().map(|file| file.frames).fold(0, u64::saturating_add)
    }

    /// Octets of all files as they lie on disk, unless one of them is a pipe or grows.
    #[must_use]
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..).map(FileId).take(self.files.len())
    }

    fn is_pipe(&self, file: FileId) -> bool {
        self.files.get(file.index()).and_then(|file| file.source.as_ref()).is_some_and(Source::is_pipe)
    }

    /// Opens a file for reading; what goes wrong is noted.
    fn lane(&mut self, file: FileId, fetch: Fetch) -> Option<Lane> {
        let size = if self.files.len() > MANY { SMALL_CHUNK } else { CHUNK };
        let capture = self.files.get_mut(file.index())?;
        let source = capture.source.as_mut()?;
        let growing = self.follow.is_some();
        let piped = source.is_pipe();
        let eager = piped || growing;
        let is_large = self.total.is_some_and(|octets| octets >= LARGE) && available_parallelism().is_ok_and(|all| all.get() > 1);
        let taken = if fetch == Fetch::Look { Arc::default() } else { Arc::clone(&self.taken) };
        let opened =
            source.open(&capture.path, self.follow.as_ref()).and_then(|raw| content::recognise(raw, taken)).and_then(|content| {
                if fetch == Fetch::Ahead || (fetch == Fetch::Inline && (content.packed || piped || is_large)) {
                    Feed::ahead(content.octets, size, eager, Arc::clone(&self.stop))
                } else {
                    Ok(Feed::here(content.octets, size))
                }
            });
        match opened {
            Ok(feed) => Some(Lane::new(file, feed, (!piped && !growing, growing), Arc::clone(&self.stop))),
            Err(error) => {
                let path = capture.path.clone();
                capture.source = None;
                self.trouble(file, &path, (0, 0), true, error.to_string());
                None
            }
        }
    }

    /// Takes over what a lane has found out.
    fn close(&mut self, file: FileId, lane: &Lane) {
        let Some(capture) = self.files.get_mut(file.index()) else { return };
        capture.frames = lane.decoder.frames();
        capture.octets = lane.decoder.offset().saturating_sub(lane.decoder.passed_over());
        capture.behind = lane.behind;
        capture.dropped = lane.dropped;
        capture.interfaces = lane.decoder.interfaces().to_vec();
        let path = capture.path.clone();
        for (offset, frames, what) in lane.oddities.lines().chain(lane.restarted.iter().cloned()) {
            self.trouble(file, &path, (offset, frames), false, what);
        }
        if let Some(broken) = &lane.broken {
            self.trouble(file, &path, broken.place(), true, broken.to_string());
        }
    }

    fn trouble(&mut self, file: FileId, path: &Path, (offset, frames): (u64, u64), ended: bool, what: String) {
        self.troubles.push(Trouble { file, path: path.to_owned(), offset, frames, ended, what });
    }

    /// What to do at every chunk of a file.
    fn pause<'p>(&self, file: FileId, progress: &'p mut dyn FnMut(Progress)) -> impl FnMut(&Decoder) + use<'p> {
        let (taken, total) = (Arc::clone(&self.taken), self.total);
        move |decoder| {
            let octets = taken.load(Ordering::Relaxed);
            progress(Progress { octets, total, file, frames: decoder.frames() });
        }
    }
}
