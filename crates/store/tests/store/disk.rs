//! Disks that are full, fail, or may not be written to.

use std::path::Path;
use std::process::Command;

use earwitness_store::{Kind, Reader, SessionId, Store};

use crate::calls::batch;
use crate::cuts::Mounted;
use crate::sample::begun;
use crate::writer::{Said, Writer, all_there, failures};

#[test]
fn a_full_disk_is_said_loses_nothing_and_is_forgotten_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::new(&folder.path().join("small"), &["-t", "tmpfs", "-o", "size=1m", "earwitness-test"]) else {
        return;
    };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![1; 400 << 10]).unwrap();
    let (mut store, _) = Store::open(&disk.path().join("store")).unwrap();
    store.write(&[begun()]).unwrap();
    let mut written = 0;
    let error = loop {
        match store.write(&batch(written)) {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 10_000, "a megabyte is never full");
    };
    assert_eq!(error.kind, Kind::Full, "{error}");
    assert!(error.to_string().contains("no room is left") && error.to_string().contains("by itself"), "{error}");
    let all: Vec<u32> = (0..written).collect();
    assert_eq!(all_there(store.reader().unwrap(), &all), written, "what is written can be read while it is full");
    assert_eq!(store.write(&batch(written)).unwrap_err().kind, Kind::Full, "it stays full");
    std::fs::remove_file(&ballast).unwrap();
    store.write(&batch(written)).unwrap();
    assert_eq!(store.take_notices(), []);
    drop(store);
    let (store, notice) = Store::open(&disk.path().join("store")).unwrap();
    assert_eq!((notice, all_there(store.reader().unwrap(), &all)), (None, written + 1));
}

#[test]
fn a_store_on_a_disk_that_may_not_be_written_to_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::new(&folder.path().join("disk"), &["-t", "tmpfs", "-o", "size=4m", "earwitness-test"]) else {
        return;
    };
    let place = disk.path().join("store ?%23");
    let (mut store, _) = Store::open(&place).unwrap();
    store.write(&[begun()]).unwrap();
    store.write(&batch(0)).unwrap();
    drop(store);
    if !disk.remount("ro") {
        eprintln!("skipped: remount");
        return;
    }
    let reader = Reader::open(&place).unwrap();
    assert_eq!(all_there(&reader, &[0]), 1);
    let error = Store::open(&place).unwrap_err();
    assert_eq!(error.kind, Kind::Denied, "{error}");
}

/// Runs a writer of `batches` batches under strace, which lets system calls fail; `None` where there is no strace.
fn traced(folder: &Path, inject: &str, batches: u32, log: &Path) -> Option<Vec<Said>> {
    if !Command::new("strace").args(["-e", "trace=none", "true"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: strace is not there, or may not trace");
        return None;
    }
    let calls = inject.split(':').next().unwrap_or_default();
    let around = ["strace", "-f", "-qq", "-o", log.to_str()?, "-e", &format!("trace={calls}"), "-e", &format!("inject={inject}")];
    Some(Writer::under(&around.map(str::to_owned), folder, Some(batches), false).finish())
}

fn acknowledged(said: &[Said]) -> Vec<u32> {
    said.iter().filter_map(|it| if let Said::Acknowledged(number) = it { Some(*number) } else { None }).collect()
}

fn opens_with(folder: &Path, said: &[Said], what: &str) {
    let (store, notice) = Store::open(folder).unwrap();
    assert_eq!(notice, None, "{what}");
    let reader = store.reader().unwrap();
    if reader.sessions().unwrap().is_empty() {
        assert!(acknowledged(said).is_empty(), "{what}");
        return;
    }
    all_there(reader, &acknowledged(said));
    assert_eq!(reader.integrity().unwrap(), Vec::<String>::new(), "{what}");
}

#[test]
fn any_write_may_find_no_room() {
    let mut full = 0;
    // The first hundred or so writes make the file; each batch then takes a dozen.
    for when in (1..400).step_by(23) {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        let inject = format!("pwrite64:error=ENOSPC:when={when}");
        let Some(said) = traced(&store, &inject, 12, &folder.path().join("log")) else { return };
        full += failures(&said, &Kind::Full);
        opens_with(&store, &said, &inject);
        if acknowledged(&said).is_empty() {
            continue;
        }
        assert!(acknowledged(&said).len() >= 11, "{inject}: one call fails, the next one goes on: {said:?}");
    }
    assert!(full >= 3, "{full}");
}

#[test]
fn a_disk_that_fails_to_keep_what_it_was_given_is_said_once_and_not_asked_again_and_again() {
    let mut failed = 0;
    for when in (1..26).step_by(3) {
        let folder = tempfile::tempdir().unwrap();
        let (store, log) = (folder.path().join("store"), folder.path().join("log"));
        let inject = format!("fsync,fdatasync:error=EIO:when={when}");
        let Some(said) = traced(&store, &inject, 12, &log) else { return };
        failed += failures(&said, &Kind::Disk);
        assert!(failures(&said, &Kind::Disk) <= 1, "{inject}: {said:?}");
        opens_with(&store, &said, &inject);
    }
    assert!(failed >= 3, "{failed}");
    let folder = tempfile::tempdir().unwrap();
    let (store, log) = (folder.path().join("store"), folder.path().join("log"));
    let said = traced(&store, "fsync,fdatasync:error=EIO:when=16+", 30, &log).unwrap();
    let failures = failures(&said, &Kind::Disk);
    let calls = std::fs::read_to_string(&log).unwrap().lines().filter(|line| line.contains("INJECTED")).count();
    println!("{failures} calls failed, {calls} times the disk was asked");
    assert!(failures >= 10 && calls <= failures * 2 + 4, "{failures} calls failed, {calls} times the disk was asked");
    opens_with(&store, &said, "a disk that keeps nothing any more");
}

#[test]
fn the_same_call_may_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(folder.path()).unwrap();
    store.write(&[begun()]).unwrap();
    store.write(&batch(0)[1..]).unwrap();
    store.write(&batch(0)[1..]).unwrap();
    assert_eq!(store.reader().unwrap().trials(SessionId(1)).unwrap().len(), 1);
}
