//! One writer at a time: a lock that the kernel takes back when its holder dies, whatever it dies of.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

use earwitness_core::time::Timestamp;
use rustix::fs::{FlockOperation, flock};

use super::error::{Error, Holder, Kind, Result};
use earwitness_base::{clock, trust};

/// Name of the lock file in the store's folder.
const NAME: &str = "earwitness.lock";

/// Longest content of a lock file that is read, octets.
const LONGEST: u64 = 64;

/// The lock, as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// [`Kind::Held`] with who has it.
    pub(super) fn take(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let fault = |error: &std::io::Error| Error::io("open the lock", &path, error);
        // It is written over below: whatever it leads to would be.
        let opened = trust::in_folder(folder, NAME).and_then(|place| place.open_own(0o600));
        let mut file = opened.map_err(|error| fault(&error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(Error::new(Kind::Held(holder(&mut file)), "open the store in", folder, ""));
            }
            Err(error) => return Err(fault(&error.into())),
        }
        // Who holds it is for people; a full disk must not keep the daemon from what it can still do.
        let _ = file.set_len(0).and_then(|()| {
            file.rewind()?;
            writeln!(file, "{} {}", std::process::id(), clock::now().nanos())
        });
        Ok(Self { file })
    }
}

/// Closing the file is not enough: a program that is being started on another thread holds a copy of it until it runs, and the lock with it.
impl Drop for Lock {
    fn drop(&mut self) {
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    // What cannot be read is not told.
    let _ = file.take(LONGEST).read_to_string(&mut text);
    let mut words = text.split_whitespace();
    let process = words.next().and_then(|word| word.parse().ok());
    let since = words.next().and_then(|word| word.parse().ok()).map(Timestamp::from_nanos);
    Holder { process, since }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_of_the_first_and_a_stale_file_blocks_nobody() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), "99999 17").unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let Err(Error { kind: Kind::Held(holder), .. }) = Lock::take(folder.path()) else { panic!("held twice") };
        assert_eq!(holder.process, Some(std::process::id()));
        assert!(holder.to_string().starts_with(&format!("process {} (since 2", std::process::id())), "{holder}");
        drop(first);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_link_or_another_files_name_is_no_lock_and_what_it_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "precious").unwrap();
        let path = folder.path().join(NAME);
        for (hard, message) in [(false, "symbolic link"), (true, "hard links")] {
            if hard {
                std::fs::hard_link(&precious, &path).unwrap();
            } else {
                std::os::unix::fs::symlink(&precious, &path).unwrap();
            }
            let error = Lock::take(folder.path()).unwrap_err().to_string();
            assert!(error.contains(message) && error.contains("remove"), "{error}");
            std::fs::remove_file(&path).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
    }

    #[test]
    fn what_was_let_go_is_free_although_a_program_that_is_being_started_has_a_copy_still() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let _copy = first.file.try_clone().unwrap();
        drop(first);
        Lock::take(folder.path()).unwrap();
    }
}
