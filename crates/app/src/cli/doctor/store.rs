//! Is there a store, can it be read, and who writes it?

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::doctor::{Check, Status};
use earwitness_store::{Error, Kind, Reader};

const NAME: &str = "store";
/// The file that the writer of a store holds locked.
const LOCK: &str = "earwitness.lock";

/// Looks at the store of a folder without touching it.
pub(super) fn store(folder: &Path) -> Check {
    let sessions = match Reader::open(folder).and_then(|reader| Ok(reader.sessions()?.len())) {
        Ok(sessions) => sessions,
        Err(Error { kind: Kind::Missing, .. }) => {
            return Check::ok(NAME, format!("there is none in {} yet; `earwitness run` makes it", folder.display()));
        }
        Err(error) => {
            let text = error.to_string();
            // The store's own words hold both, apart by a semicolon.
            let (what, advice) = text.split_once("; ").unwrap_or((&text, "see docs/guide/store.md"));
            return Check::other(NAME, Status::Fail, what, advice);
        }
    };
    let sessions = earwitness_base::words::counted(sessions as u64, "session", "sessions");
    let writer = match writer(folder) {
        Some(pid) => format!("process {pid} writes it now"),
        None => "nobody writes it now".to_owned(),
    };
    Check::ok(NAME, format!("the store in {} holds {sessions}; {writer}", folder.display()))
}

/// Who holds the lock, by the kernel's list of locks (proc(5), `/proc/locks`): trying the lock could keep a daemon that starts this
/// moment from getting it.
fn writer(folder: &Path) -> Option<u32> {
    let inode = fs::metadata(folder.join(LOCK)).ok()?.ino();
    holder(&fs::read_to_string("/proc/locks").ok()?, inode)
}

fn holder(locks: &str, inode: u64) -> Option<u32> {
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (kind, pid) = (words.next()?, words.nth(2)?);
        let place = words.next()?;
        let is_it = kind == "FLOCK" && place.rsplit(':').next()?.parse() == Ok(inode);
        if is_it { pid.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_store::{FILE, Store};

    #[test]
    fn a_store_is_told_with_who_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(store(folder.path()).measured.contains("there is none"));
        let (held, _) = Store::open(folder.path()).unwrap();
        let check = store(folder.path());
        assert_eq!(check.status, Status::Ok);
        assert!(
            check.measured.ends_with(&format!("holds 0 sessions; process {} writes it now", std::process::id())),
            "{check:?}"
        );
        drop(held);
        assert!(store(folder.path()).measured.ends_with("nobody writes it now"));
    }

    #[test]
    fn a_file_that_is_no_store_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), vec![7; 9_000]).unwrap();
        let check = store(folder.path());
        assert!(check.status == Status::Fail && check.advice.is_some(), "{check:?}");
    }

    #[test]
    fn a_lock_is_found_by_its_file() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 08:01:77 0 EOF\n2: FLOCK  ADVISORY  WRITE 42 fd:00:77 0 EOF\n";
        assert_eq!((holder(locks, 77), holder(locks, 7)), (Some(42), None));
    }
}
