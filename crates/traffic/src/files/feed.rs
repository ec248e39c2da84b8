//! Brings the octets of one file to the decoder: read in place, or fetched and unpacked by a thread ahead of it.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// Octets in front of each chunk, where the rest of the one before it is put so that a frame across both is whole.
const HEADROOM: usize = 64 * 1024;

/// What the kernel keeps of a file is copied some four times faster on some processors where it begins at the same place of a page in the file and in
/// memory. So files are read from multiples of this on, into places that are multiples of it.
pub(super) const PAGE: usize = 4096;

/// Chunks that a thread may be ahead.
const AHEAD: usize = 3;

/// Time between two looks at whether to stop waiting for a pipe.
const TIMEOUT: Duration = Duration::from_millis(100);

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

/// Octets that begin at [`begin`]; shorter than the vector that holds them.
struct Chunk {
    room: Vec<u8>,
    end: usize,
}

/// Octets of memory for a chunk of `size`.
const fn room_for(size: usize) -> usize {
    HEADROOM + PAGE + size
}

/// Where a chunk begins in its room: behind the headroom, at the first multiple of a page.
fn begin(room: &[u8]) -> usize {
    HEADROOM + room.get(HEADROOM..).map_or(0, |behind| behind.as_ptr().align_offset(PAGE).min(PAGE))
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
        if left <= HEADROOM {
            if self.chunk.len() > 2 * room_for(self.size) {
                self.chunk.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, left);
                self.chunk.truncate(room_for(self.size));
                self.chunk.shrink_to_fit();
            }
            self.chunk.resize(self.chunk.len().max(room_for(self.size)), 0);
            let begin = begin(&self.chunk);
            self.chunk.copy_within(self.start..self.end, begin - left);
            (self.start, self.end) = (begin - left, begin);
        } else if self.chunk.len() < self.end + self.size {
            self.chunk.resize(self.end + self.size, 0);
        }
        let at = self.end;
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
            match filled.recv_timeout(TIMEOUT) {
                Ok(next) => break next,
                Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return Ok(false),
            }
        };
        let Chunk { mut room, end } = next?;
        let rest = self.chunk.get(self.start..self.end).unwrap_or_default();
        let left = rest.len();
        let begin = begin(&room);
        if left <= HEADROOM {
            if let Some(front) = room.get_mut(begin - left..begin) {
                front.copy_from_slice(rest);
            }
            let used = std::mem::replace(&mut self.chunk, room);
            (self.start, self.end) = (begin - left, end);
            if used.len() == room_for(self.size) {
                // The thread may have ended; then the chunk is of no more use.
                let _ = empty.send(used);
            }
        } else {
            self.chunk.truncate(self.end);
            self.chunk.drain(..self.start);
            self.chunk.extend_from_slice(room.get(begin..end).unwrap_or_default());
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
        let mut room = spare.try_recv().unwrap_or_else(|_| vec![0; room_for(size)]);
        let begin = begin(&room);
        let (mut end, mut failed, mut ended) = (begin, None, false);
        while let Some(free) = room.get_mut(end..begin + size).filter(|free| !free.is_empty()) {
            match patiently(octets.as_mut(), free) {
                Ok(0) => ended = true,
                Ok(count) => end += count,
                Err(error) => failed = Some(error),
            }
            if eager || ended || failed.is_some() {
                break;
            }
        }
        if end > begin && fill.send(Ok(Chunk { room, end })).is_err() {
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

#[cfg(test)]
mod tests {
    use super::super::content::recognise;
    use super::*;
    use std::sync::Mutex;

    /// A file that notes where each read began, in it and in memory.
    struct Watched {
        at: usize,
        length: usize,
        reads: Arc<Mutex<Vec<(usize, usize)>>>,
    }

    impl Read for Watched {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.reads.lock().unwrap().push((self.at, into.as_ptr().addr()));
            let count = into.len().min(self.length - self.at);
            into[..count].fill(7);
            self.at += count;
            Ok(count)
        }
    }

    /// Reads a file by chunks of `size`, of each of which `left` octets belong to what comes next; gives all reads but the first.
    fn reads(left: usize, size: usize, ahead: bool) -> Vec<(usize, usize)> {
        let reads = Arc::default();
        let file = Watched { at: 0, length: 20 * size + 5, reads: Arc::clone(&reads) };
        let octets = recognise(file, Arc::default()).unwrap().octets;
        let mut feed = if ahead { Feed::ahead(octets, size, false, Arc::default()).unwrap() } else { Feed::here(octets, size) };
        let mut sum = 0;
        while feed.fill(left + 1).unwrap() {
            sum += feed.ready().len() - left;
            feed.keep(left);
        }
        assert_eq!(sum + feed.ready().len(), 20 * size + 5, "no octet is lost");
        reads.lock().unwrap().split_off(1)
    }

    #[test]
    fn every_read_but_the_first_begins_at_a_page_of_the_file_and_of_memory() {
        for (left, ahead) in [(0, false), (17, false), (1_500, false), (HEADROOM, false), (0, true), (17, true), (HEADROOM, true)]
        {
            let reads = reads(left, 256 * 1024, ahead);
            assert!(reads.len() > 19);
            // A thread goes on where it is until its chunk is full.
            let odd: Vec<_> = reads.iter().filter(|(file, memory)| file % PAGE != 0 || memory % PAGE != 0).collect();
            assert!(odd.len() <= 1, "with {left} octets left, ahead {ahead}: {odd:?}");
            assert!(odd.iter().all(|(file, _)| *file == 20 * 256 * 1024 + 5), "only the end of the file: {odd:?}");
        }
    }
}
