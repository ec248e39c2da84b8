//! A disk that refuses: the system lets this process write to no file.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

/// What a write beyond the limit raises besides failing.
const SIGXFSZ: i32 = 25;

/// The limit on the size of files, as it was.
pub(crate) struct Disk {
    usual: Option<u64>,
    pub(crate) refuses: bool,
}

impl Disk {
    pub(crate) fn new() -> Self {
        // Caught, so that a refused write is an error and no death.
        signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).unwrap();
        Self { usual: getrlimit(Resource::Fsize).current, refuses: false }
    }

    pub(crate) fn refuse(&mut self, refuses: bool) {
        let Rlimit { maximum, .. } = getrlimit(Resource::Fsize);
        let current = if refuses { Some(0) } else { self.usual };
        setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
        self.refuses = refuses;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.refuse(false);
    }
}

/// A folder in memory, where nothing waits for a disk; else the usual place.
pub(crate) fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap()
}
