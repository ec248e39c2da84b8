//! Brings the octets of one file to the decoder: read in place, or fetched and unpacked by a thread ahead of it.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// Octets in front of each chunk, where the rest of the one before it is put so that a frame across both is whole.
const HEADROOM: usize = 64 * 1024;

/// Chunks that a thread may be ahead.
const AHEAD: usize = 3;

/// Time between two looks at whether to stop waiting for a pipe.
const PATIENCE: Duration = Duration::from_millis(100);

/// The octets that lie ready, and where more come from.
pub(super) struct Feed {
    chunk: Vec<u8>,
    start: usize,
    end: usize,
    size: usize,
    from: From,
}

enum From {
    Here(Box<dyn Read + Send>),
    Thread { filled: Receiver<io::Result<Chunk>>, empty: Sender<Vec<u8>>, stop: Arc<AtomicBool> },
    Ended,
}

/// Octets behind the headroom; shorter than the vector that holds them.
struct Chunk {
    room: Vec<u8>,
    end: usize,
}

impl Feed {
    /// Reads `size` octets at a time, whenever some are asked for.
    pub(super) fn here(octets: Box<dyn Read + Send>, size: usize) -> Self {
        Self { chunk: Vec::new(), start: 0, end: 0, size, from: From::Here(octets) }
    }

    /// Reads on a thread that stays a few chunks ahead. With `eager`, chunks need not be full: what came is handed over.
    ///
    /// Whoever sets `stop` ends the waiting: what has not come by then is not waited for.
    pub(super) fn ahead(octets: Box<dyn Read + Send>, size: usize, eager: bool, stop: Arc<AtomicBool>) -> io::Result<Self> {
        let (fill, filled) = sync_channel(AHEAD);
        let (empty, spare) = channel();
        thread::Builder::new().name("read".to_owned()).spawn(move || fetch(octets, size, eager, &fill, &spare))?;
        Ok(Self { chunk: Vec::new(), start: 0, end: 0, size, from: From::Thread { filled, empty, stop } })
    }

    /// What lies ready.
    #[inline]
    pub(super) fn ready(&self) -> &[u8] {
        self.chunk.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes away all but the last `rest` octets of what lies ready.
    #[inline]
    pub(super) fn keep(&mut self, rest: usize) {
        self.start = self.end.saturating_sub(rest).max(self.start);
    }

    /// Some octets of what lies around, by their place from the start of the chunk.
    pub(super) fn at(&self, from: usize, count: usize) -> &[u8] {
        self.chunk.get(from..).and_then(|rest| rest.get(..count)).unwrap_or_default()
    }

    /// Where `part`, a piece of what lies ready, begins in the chunk.
    pub(super) fn place_of(&self, part: &[u8]) -> usize {
        part.as_ptr().addr().saturating_sub(self.chunk.as_ptr().addr())
    }

    /// Waits until `need` octets lie ready; `false` when the file ends before.
    pub(super) fn fill(&mut self, need: usize) -> io::Result<bool> {
        while self.ready().len() < need {
            let more = match &mut self.from {
                From::Ended => false,
                From::Here(_) => self.read()?,
                From::Thread { .. } => self.receive()?,
            };
            if !more {
                self.from = From::Ended;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads behind what lies ready.
    fn read(&mut self) -> io::Result<bool> {
        let left = self.end - self.start;
        // A frame across two chunks moves in front; one that is longer than that grows where it is.
        let at = if left <= HEADROOM { HEADROOM } else { self.end };
        if left <= HEADROOM {
            if self.chunk.len() > 2 * (HEADROOM + self.size) {
                self.chunk.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, left);
                self.chunk.truncate(HEADROOM + self.size);
                self.chunk.shrink_to_fit();
            }
            self.chunk.resize(self.chunk.len().max(HEADROOM + self.size), 0);
            self.chunk.copy_within(self.start..self.end, HEADROOM - left);
            (self.start, self.end) = (HEADROOM - left, HEADROOM);
        } else if self.chunk.len() < at + self.size {
            self.chunk.resize(at + self.size, 0);
        }
        let From::Here(octets) = &mut self.from else { return Ok(false) };
        let room = self.chunk.get_mut(at..at + self.size).unwrap_or_default();
        let count = patiently(octets.as_mut(), room)?;
        self.end = at + count;
        Ok(count > 0)
    }

    /// Takes the next chunk of the thread.
    fn receive(&mut self) -> io::Result<bool> {
        let From::Thread { filled, empty, stop } = &mut self.from else { return Ok(false) };
        let next = loop {
            match filled.recv_timeout(PATIENCE) {
                Ok(next) => break next,
                Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return Ok(false),
            }
        };
        let Chunk { mut room, end } = next?;
        let rest = self.chunk.get(self.start..self.end).unwrap_or_default();
        let left = rest.len();
        if left <= HEADROOM {
            if let Some(front) = room.get_mut(HEADROOM - left..HEADROOM) {
                front.copy_from_slice(rest);
            }
            let used = std::mem::replace(&mut self.chunk, room);
            (self.start, self.end) = (HEADROOM - left, end);
            if used.len() == HEADROOM + self.size {
                // The thread may have ended; then the chunk is of no more use.
                let _ = empty.send(used);
            }
        } else {
            self.chunk.truncate(self.end);
            self.chunk.drain(..self.start);
            self.chunk.extend_from_slice(room.get(HEADROOM..end).unwrap_or_default());
            (self.start, self.end) = (0, self.chunk.len());
            let _ = empty.send(room);
        }
        Ok(true)
    }
}

/// The thread: fills chunks until the file ends, breaks, or nobody wants them any more.
fn fetch(
    mut octets: Box<dyn Read + Send>,
    size: usize,
    eager: bool,
    fill: &SyncSender<io::Result<Chunk>>,
    spare: &Receiver<Vec<u8>>,
) {
    loop {
        let mut room = spare.try_recv().unwrap_or_else(|_| vec![0; HEADROOM + size]);
        let (mut end, mut failed, mut ended) = (HEADROOM, None, false);
        while let Some(free) = room.get_mut(end..).filter(|free| !free.is_empty()) {
            match patiently(octets.as_mut(), free) {
                Ok(0) => ended = true,
                Ok(count) => end += count,
                Err(error) => failed = Some(error),
            }
            if eager || ended || failed.is_some() {
                break;
            }
        }
        if end > HEADROOM && fill.send(Ok(Chunk { room, end })).is_err() {
            return;
        }
        if let Some(error) = failed {
            // Nobody waiting for it is no loss.
            let _ = fill.send(Err(error));
            return;
        }
        if ended {
            return;
        }
    }
}

/// One read that signals do not break off.
fn patiently(octets: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match octets.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
