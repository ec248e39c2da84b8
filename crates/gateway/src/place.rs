//! Where a gateway keeps what it needs while it is up.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustix::fs::{FlockOperation, flock};

/// The folder of a running gateway, usually [`Place::USUAL`]: gone after a reboot.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

impl Place {
    /// A folder in memory on every system with systemd (file-hierarchy(7)).
    pub const USUAL: &'static str = "/run/earwitness";

    /// A folder of one's own.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The folder that others may look into.
    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// What belongs to the gateway that is up; only root reads it.
    pub(super) fn folder(&self) -> PathBuf {
        self.0.join("gateway")
    }

    /// A file of the gateway that is up.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// What keeper and daemons said; stays when the gateway goes.
    pub(super) fn log(&self) -> PathBuf {
        self.0.join("gateway.log")
    }

    /// Makes the folders.
    pub(super) fn make(&self) -> anyhow::Result<()> {
        let make = |path: &Path, mode| DirBuilder::new().recursive(true).mode(mode).create(path);
        make(&self.0, 0o755)
            .and_then(|()| make(&self.folder(), 0o700))
            .with_context(|| format!("cannot make {}; become root, or name another folder with --run", self.folder().display()))
    }

    /// Removes what belonged to the gateway.
    pub(super) fn clear(&self) -> anyhow::Result<()> {
        match fs::remove_dir_all(self.folder()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.folder().display()))
            }
            _ => Ok(()),
        }
    }

    /// The lock that whoever changes anything holds; `None` when somebody else does. The file stays: removing it would let two hold it.
    pub(super) fn lock(&self) -> anyhow::Result<Option<Held>> {
        let path = self.0.join("gateway.lock");
        DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(&self.0)
            .and_then(|()| OpenOptions::new().create(true).append(true).mode(0o600).open(&path))
            .with_context(|| format!("cannot open {}; become root, or name another folder with --run", path.display()))
            .and_then(|file| match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => Ok(Some(Held { place: self.clone(), lock: file })),
                Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
                Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
            })
    }
}

/// A place whose lock this process holds: only with it anything is done or undone.
#[derive(Debug)]
pub(super) struct Held {
    /// The place.
    pub(super) place: Place,
    /// The lock: free when every copy of this descriptor is closed.
    pub(super) lock: File,
}
