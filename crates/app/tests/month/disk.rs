//! A disk that refuses, since the system lets this process write to no file, and one that is full.

use std::fs::{OpenOptions, create_dir, remove_file};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

/// What a write beyond the limit raises besides failing.
const SIGXFSZ: i32 = 25;

/// Where the store lies.
pub(crate) struct Disk {
    /// The limit on the size of files, as it was.
    usual: Option<u64>,
    refuses: bool,
    full: bool,
    /// A small file system in memory, where this is root.
    mounted: bool,
    state: PathBuf,
    _folder: TempDir,
}

impl Disk {
    pub(crate) fn new() -> Self {
        // Caught, so that a refused write is an error and no death.
        signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).unwrap();
        // In memory, where nothing waits for a disk, if there is such a place.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let state = folder.path().join("disk");
        create_dir(&state).unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=48m,mode=700", "earwitness-test"]).arg(&state).output();
        let mounted = mount.is_ok_and(|done| done.status.success());
        if !mounted {
            eprintln!("a small file system needs root; no disk is full in this month");
        }
        let usual = getrlimit(Resource::Fsize).current;
        Self { usual, refuses: false, full: false, mounted, state, _folder: folder }
    }

    /// The folder of the store.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// Whether it is small enough to be filled.
    pub(crate) const fn can_be_full(&self) -> bool {
        self.mounted
    }

    /// Whether something may fail to be written.
    pub(crate) const fn may_fail(&self) -> bool {
        self.refuses || self.full
    }

    /// Lets every write fail, or none.
    pub(crate) fn refuse(&mut self, refuses: bool) {
        let Rlimit { maximum, .. } = getrlimit(Resource::Fsize);
        let current = if refuses { Some(0) } else { self.usual };
        setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
        self.refuses = refuses;
    }

    /// Fills it to the last octet, or makes room again.
    pub(crate) fn fill(&mut self, full: bool) {
        let ballast = self.state.join("ballast");
        if !full || !self.mounted {
            // It may not be there.
            let _ = remove_file(ballast);
            self.full = false;
            return;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(ballast).unwrap();
        for size in [1 << 20, 4_096, 1] {
            let octets = vec![1; size];
            while file.write_all(&octets).is_ok() {}
        }
        self.full = true;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.refuse(false);
        if self.mounted {
            // A test that failed may have files open in it.
            let _ = Command::new("umount").arg("-l").arg(&self.state).status();
        }
    }
}
