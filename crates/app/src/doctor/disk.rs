//! Is there room for what is written down, and on what does it lie?

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::{Check, Status};

const NAME: &str = "disk";
/// Below this a session cannot be written down: a month of verdicts and rounds is some megabytes, evidence comes on top.
const LEAST: u64 = 64 << 20;
/// Below this it becomes tight.
const TIGHT: u64 = 1 << 30;

/// What is mounted somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Mount {
    point: PathBuf,
    kind: String,
    source: String,
}

/// Looks at the file system of a folder, or of the nearest folder above it that exists.
#[must_use]
pub(crate) fn disk(folder: &Path) -> Check {
    let Some(there) =
        folder.ancestors().find_map(|it| fs::canonicalize(if it.as_os_str().is_empty() { Path::new(".") } else { it }).ok())
    else {
        return Check::other(
            NAME,
            Status::Fail,
            format!("{} cannot be looked at", folder.display()),
            "name another folder with --state",
        );
    };
    let Ok(figures) = statvfs(&there) else {
        return Check::other(
            NAME,
            Status::Fail,
            format!("{} cannot be looked at", there.display()),
            "name another folder with --state",
        );
    };
    let free = figures.f_bavail.saturating_mul(figures.f_frsize);
    let mount = fs::read_to_string("/proc/self/mountinfo").ok().and_then(|text| mount_of(&text, &there));
    let kind = mount.as_ref().map_or_else(|| "an unknown file system".to_owned(), |it| it.kind.clone());
    let measured = format!("{} MB are free for {} ({kind})", free >> 20, folder.display());
    let card = mount.as_ref().is_some_and(|it| it.source.contains("/mmcblk"));
    let volatile = mount.as_ref().is_some_and(|it| matches!(it.kind.as_str(), "tmpfs" | "ramfs"));
    if figures.f_flag.contains(StatVfsMountFlags::RDONLY) {
        let point = mount.map_or_else(|| there.clone(), |it| it.point);
        return Check::other(
            NAME,
            Status::Fail,
            format!("{} can only be read ({kind})", folder.display()),
            format!("if a fault made it so, see `dmesg`; otherwise: sudo mount -o remount,rw {}", point.display()),
        );
    }
    if free < LEAST {
        return Check::other(NAME, Status::Fail, measured, "make room, or name another folder with --state");
    }
    if volatile {
        return Check::other(
            NAME,
            Status::Warn,
            format!("{measured}: it lies in memory, and is gone when the machine is switched off"),
            "name a folder on a disk with --state",
        );
    }
    if free < TIGHT {
        return Check::other(NAME, Status::Warn, measured, "it is tight; make room, or keep evidence for a shorter time");
    }
    if card {
        return Check::other(
            NAME,
            Status::Warn,
            format!("{measured}, on an SD card"),
            "little is written, in batches; still, cards wear out: take one for endurance, or a USB disk, and never pull the plug",
        );
    }
    Check::ok(NAME, measured)
}

/// The mount that a path lies in: the longest mount point that it begins with, the last of equal ones (proc(5), `mountinfo`).
fn mount_of(text: &str, path: &Path) -> Option<Mount> {
    let mounts = text.lines().filter_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        let mut after = after.split(' ');
        let (kind, source) = (after.next()?.to_owned(), after.next()?.to_owned());
        Some(Mount { point: PathBuf::from(point), kind, source })
    });
    mounts.filter(|it| path.starts_with(&it.point)).max_by_key(|it| it.point.components().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n\
        30 22 0:25 / /run rw - tmpfs tmpfs rw,size=9k\n31 22 8:1 / /mnt/my\\040disk rw - ext4 /dev/sda1 rw\n";

    #[test]
    fn a_folder_lies_in_the_innermost_mount() {
        let of = |path: &str| mount_of(MOUNTS, Path::new(path)).unwrap().source;
        assert_eq!(of("/var/lib/earwitness"), "/dev/mmcblk0p2");
        assert_eq!(of("/mnt/my disk/x"), "/dev/sda1");
        assert_eq!((of("/run/x"), of("/running")), ("tmpfs".into(), "/dev/mmcblk0p2".into()));
    }

    #[test]
    fn a_folder_that_is_not_there_yet_counts_as_the_one_above() {
        let here = tempfile::tempdir().unwrap();
        let check = disk(&here.path().join("not/there/yet"));
        assert!(check.measured.contains("MB are free"), "{check:?}");
        assert_eq!(disk(Path::new("/proc/earwitness")).status, Status::Fail);
    }
}
