//! Power cuts: the disk as it was at one moment, mounted again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use earwitness_store::Store;

use crate::sample::Chance;
use crate::writer::{Writer, all_there};

/// A file system that is gone when its owner is.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    /// Mounts something on a new folder; `None`, and says why, if this process may not.
    pub(crate) fn new(at: &Path, arguments: &[&str]) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(arguments).arg(at).output();
        match done {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            Ok(output) => {
                eprintln!("skipped: mount {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                eprintln!("skipped: mount: {error}");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn remount(&self, option: &str) -> bool {
        Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(&self.0).status().is_ok_and(|it| it.success())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        for _ in 0..50 {
            if Command::new("umount").arg(&self.0).status().is_ok_and(|it| it.success()) {
                return;
            }
            earwitness_base::clock::sleep(Duration::from_millis(50));
        }
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Copies a disk as it is at one moment, although the kernel may go on writing to it: what is the same in two readings, one after the other,
/// was there at the moment between them. Says how often it had to begin again.
fn snapshot(disk: &Path, copy: &Path) -> u32 {
    let (disk, copy) = (disk.to_str().unwrap(), copy.to_str().unwrap());
    for torn in 0..100 {
        assert!(run("cp", &["--sparse=always", disk, copy]));
        if run("cmp", &["-s", disk, copy]) {
            return torn;
        }
    }
    panic!("the disk never rests");
}

/// Cuts the power under a writer; `look` is shown the disk after the cut and what had been acknowledged, and says whether to go on.
fn cuts(most: u32, plain: bool, mut look: impl FnMut(&Path, &[u32]) -> bool) -> Option<u32> {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let disk = place("disk.img");
    std::fs::File::create(&disk).unwrap().set_len(48 << 20).unwrap();
    if !run("mkfs.ext4", &["-q", "-F", disk.to_str().unwrap()]) {
        eprintln!("skipped: mkfs.ext4 is not there (package e2fsprogs)");
        return None;
    }
    let mounted = Mounted::new(&place("disk"), &["-o", "loop", disk.to_str().unwrap()])?;
    let store = mounted.path().join("store");
    std::fs::create_dir(&store).unwrap();
    let writer = Writer::under(&[], &store, None, plain);
    writer.wait_for(5);
    let mut chance = Chance(u64::from(std::process::id()));
    for cut in 1..=most {
        earwitness_base::clock::sleep(Duration::from_millis(20 + chance.below(150)));
        writer.signal("-STOP");
        // What it had said before it was stopped has arrived by then.
        earwitness_base::clock::sleep(Duration::from_millis(100));
        let acknowledged = writer.acknowledged();
        // A name of its own: a loop device that still knows the last copy would show that one again.
        let copy = place(&format!("cut-{cut}.img"));
        let torn = snapshot(&disk, &copy);
        if torn > 0 {
            println!("the kernel wrote while the disk was copied, {torn} times; copied again");
        }
        writer.signal("-CONT");
        let after = Mounted::new(&place(&format!("after-{cut}")), &["-o", "loop", copy.to_str().unwrap()])?;
        std::fs::remove_file(&copy).unwrap();
        if !look(&after.path().join("store"), &acknowledged) {
            return Some(cut);
        }
    }
    Some(most)
}

#[test]
fn twelve_power_cuts_lose_nothing_that_was_acknowledged() {
    let mut all = 0;
    let most = std::env::var("EARWITNESS_TEST_CUTS").ok().and_then(|it| it.parse().ok()).unwrap_or(12);
    let done = cuts(most, false, |folder, acknowledged| {
        let (store, notice) = Store::open(folder).unwrap();
        assert_eq!(notice, None, "after {} batches", acknowledged.len());
        let reader = store.reader().unwrap();
        let found = all_there(reader, acknowledged);
        assert_eq!(reader.integrity().unwrap(), Vec::<String>::new());
        println!("acknowledged {}, found {found}", acknowledged.len());
        all = acknowledged.len();
        true
    });
    assert!(done.is_none() || all > 30, "{all}");
}

/// Or else the test above could not see a store that forgets to wait for the disk.
#[test]
fn a_database_that_does_not_wait_for_the_disk_is_found_out_by_the_same_cuts() {
    let mut lost = 0;
    let done = cuts(20, true, |folder, acknowledged| {
        let connection = rusqlite::Connection::open(folder.join("plain.db")).unwrap();
        let found: u32 = connection.query_row("SELECT count(*) FROM a", [], |row| row.get(0)).unwrap_or(0);
        lost += acknowledged.len().saturating_sub(found as usize);
        lost == 0
    });
    println!("lost {lost} rows at cut {done:?}");
    assert!(done.is_none() || lost > 0, "twenty cuts in a row lost nothing: are they cuts?");
}
