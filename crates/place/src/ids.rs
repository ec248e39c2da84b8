//! The ids of captures, computed by a thread beside the analysis: it reads a little ahead of it, so that most octets come from the disk once.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use earwitness_dataset::capture_id;

/// Octets that the thread may be ahead of the analysis: what any machine keeps of files that were read.
const AHEAD: u64 = 256 << 20;

/// What the thread and the analysis share.
#[derive(Debug, Default)]
struct Shared {
    board: Mutex<Board>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Board {
    /// One for each file; `None` until it is known, and empty where the file could not be read.
    ids: Vec<Option<Arc<str>>>,
    /// A file that the analysis waits for.
    wanted: Option<usize>,
    /// Octets that the analysis has read.
    read: u64,
    over: bool,
}

impl Shared {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids of the files of a place.
#[derive(Debug)]
pub(crate) struct Ids {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Ids {
    /// Begins to compute them; those that are known already are handed in.
    pub(crate) fn begin(files: Vec<(PathBuf, u64)>, known: Vec<Option<Arc<str>>>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        shared.board().ids = known;
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("digest".to_owned()).spawn(move || compute(&theirs, &files))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The analysis has come so far.
    pub(crate) fn read(&self, octets: u64) {
        self.shared.board().read = octets;
        self.shared.moved.notify_all();
    }

    /// The id of a file, waited for; empty where it could not be read.
    pub(crate) fn of(&self, file: usize) -> Arc<str> {
        let mut board = self.shared.board();
        loop {
            match board.ids.get(file) {
                Some(Some(id)) => return Arc::clone(id),
                Some(None) if !board.over => {}
                _ => return "".into(),
            }
            board.wanted = Some(file);
            self.shared.moved.notify_all();
            board = self.shared.moved.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Ids {
    fn drop(&mut self) {
        self.shared.board().over = true;
        self.shared.moved.notify_all();
        if let Some(thread) = self.thread.take() {
            // It has nothing to say.
            let _ = thread.join();
        }
    }
}

/// The thread: file after file, the one that is waited for first.
fn compute(shared: &Shared, files: &[(PathBuf, u64)]) {
    let mut done = 0;
    let mut next = 0;
    while let Some(file) = choose(shared, files, &mut next, done) {
        let Some((path, octets)) = files.get(file) else { return };
        let stop = || shared.board().over;
        let id = capture_id::of_file(path, stop).ok().flatten().map_or_else(|| "".into(), |(id, _)| id.into());
        done += octets;
        if let Some(place) = shared.board().ids.get_mut(file) {
            *place = Some(id);
        }
        shared.moved.notify_all();
    }
    shared.board().over = true;
    shared.moved.notify_all();
}

/// The file whose turn it is, once the thread is not too far ahead; `None` when all are known, or nobody asks any more.
fn choose(shared: &Shared, files: &[(PathBuf, u64)], next: &mut usize, done: u64) -> Option<usize> {
    let mut board = shared.board();
    loop {
        while board.ids.get(*next).is_some_and(Option::is_some) {
            *next += 1;
        }
        if board.over || *next >= files.len() {
            return None;
        }
        if let Some(wanted) = board.wanted.take().filter(|it| board.ids.get(*it).is_some_and(Option::is_none)) {
            return Some(wanted);
        }
        if done <= board.read.saturating_add(AHEAD) {
            return Some(*next);
        }
        board = shared.moved.wait(board).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_whatever_order_they_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<(PathBuf, u64)> = (0..20_u8)
            .map(|number| {
                let path = folder.path().join(number.to_string());
                std::fs::write(&path, [number]).unwrap();
                // So long that the thread may not go ahead by itself.
                (path, AHEAD)
            })
            .collect();
        let ids = Ids::begin(files.clone(), vec![None; files.len()]).unwrap();
        for file in [19, 3, 3, 0, 11] {
            assert_eq!(*ids.of(file), *capture_id::of_octets(&[u8::try_from(file).unwrap()]));
        }
        ids.read(u64::MAX);
        assert_eq!(*ids.of(12), *capture_id::of_octets(&[12]));
    }

    #[test]
    fn a_file_that_is_gone_has_none() {
        let ids = Ids::begin(vec![("/nowhere/at/all".into(), 1)], vec![None]).unwrap();
        assert_eq!(*ids.of(0), *"");
        assert_eq!(*ids.of(1), *"");
    }
}
