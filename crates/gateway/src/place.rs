//! Where a gateway keeps what it needs while it is up.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use earwitness_base::trust::{self, Distrust};
use rustix::fs::{FlockOperation, flock};

/// What supervisor and daemons say.
const LOG: &str = "gateway.log";
/// The lock of whoever changes anything.
const LOCK: &str = "gateway.lock";

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

    /// What supervisor and daemons said; stays when the gateway goes.
    pub(super) fn log(&self) -> PathBuf {
        self.0.join(LOG)
    }

    /// Makes the folders. One whose links or owner are not trusted ([`trust`]) is refused before anything is written.
    pub(super) fn make(&self) -> anyhow::Result<()> {
        self.make_root()
            .and_then(|()| trust::folder(&self.folder()).map(|_| ()))
            .map_err(|error| cannot("make", &self.folder(), error))
    }

    fn make_root(&self) -> io::Result<()> {
        let is_new = !self.0.exists();
        let root = trust::folder(&self.0)?.path;
        if is_new { fs::set_permissions(root, Permissions::from_mode(0o755)) } else { Ok(()) }
    }

    /// Opens the log, to add to it.
    pub(super) fn open_log(&self) -> anyhow::Result<File> {
        let file = trust::in_folder(&self.0, LOG).and_then(|log| log.append_own(0o600));
        file.with_context(|| format!("cannot open {}", self.log().display()))
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
        let path = self.0.join(LOCK);
        self.make_root()
            .and_then(|()| trust::in_folder(&self.0, LOCK)?.open_own(0o600))
            .map_err(|error| cannot("open", &path, error))
            .and_then(|file| match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => Ok(Some(Held { place: self.clone(), lock: file })),
                Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
                Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
            })
    }
}

/// Says what could not be done; what is not trusted says what to do by itself.
fn cannot(what: &str, path: &Path, error: io::Error) -> anyhow::Error {
    let remedy = if Distrust::is_in(&error) { "" } else { "; become root, or name another folder with --run" };
    anyhow::Error::new(error).context(format!("cannot {what} {}{remedy}", path.display()))
}

/// A place whose lock this process holds: only with it anything is done or undone.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) place: Place,
    /// The lock: free when every copy of this descriptor is closed.
    pub(super) lock: File,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_in_place_of_the_log_or_the_folder_is_refused_and_what_it_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (place, precious) = (Place::new(&folder.path().join("run")), folder.path().join("precious"));
        place.make().unwrap();
        fs::write(&precious, "precious").unwrap();
        symlink(&precious, place.log()).unwrap();
        let error = format!("{:#}", place.open_log().unwrap_err());
        assert!(error.contains("symbolic link"), "{error}");
        fs::hard_link(&precious, place.root().join("gateway.lock")).unwrap();
        let error = format!("{:#}", place.lock().unwrap_err());
        assert!(error.contains("hard links") && !error.contains("become root"), "{error}");
        assert_eq!(fs::read_to_string(precious).unwrap(), "precious");
    }
}
