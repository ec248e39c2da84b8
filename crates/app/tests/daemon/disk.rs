//! Disks that are full or slow, and databases that break while they are used.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::time::{Timestamp, Window};
use earwitness_store::Reader;

use super::feed::{Feed, HOME, uploaded};
use super::run::{PROBING, PROGRAM, Place, Running, until, until_for};

/// A file system in memory, gone with its owner.
struct Small(PathBuf);

impl Small {
    fn new(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "earwitness-test"]).arg(at).output();
        if done.is_ok_and(|done| done.status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("skipped: a small file system needs root");
        None
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        for _ in 0..50 {
            if Command::new("umount").arg(&self.0).stderr(Stdio::null()).status().is_ok_and(|it| it.success()) {
                return;
            }
            clock::sleep(Duration::from_millis(50));
        }
    }
}

const EVERYTHING: Window = Window { from: Timestamp::MIN, until: Timestamp::MAX };

#[test]
fn a_full_disk_is_said_once_silences_it_and_is_forgotten_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Small::new(&folder.path().join("disk")) else { return };
    let place = Place::with_state(disk.0.join("state"));
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    until("something sounds", || place.played() > 0);
    let ballast = disk.0.join("ballast");
    // Whatever is freed meanwhile is taken as well.
    let fill = || {
        if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(&ballast) {
            while file.write_all(&[1; 4096]).is_ok() {}
        }
    };
    fill();
    let mut tell_home = false;
    until("the disk is full for it", || {
        fill();
        // Each of these is written down.
        let _ = place.command(&["tell", if tell_home { "home" } else { "away" }]).output();
        tell_home = !tell_home;
        running.count("no room is left") > 0
    });
    running.line("the store cannot be written");
    let before = Reader::open(place.state()).unwrap().journal(EVERYTHING, 10_000).unwrap();
    clock::sleep(Duration::from_secs(2));
    let played = place.played();
    feed.say(3);
    uploaded(&feed, 1);
    running.line("uploaded");
    clock::sleep(Duration::from_secs(25));
    assert_eq!(place.played(), played, "nothing sounds while nothing can be written down");
    assert_eq!(running.count("until then nothing sounds"), 1, "{}", running.said());
    assert!(running.count("recent frames are not kept") <= 1, "{}", running.said());
    std::fs::remove_file(&ballast).unwrap();
    running.line("the store can be written again; nothing was lost meanwhile");
    running.line("no more: the store cannot be written");
    until("it goes on", || place.played() > played);
    let after = place.reader().journal(EVERYTHING, 10_000).unwrap();
    assert!(after.len() > before.len() && after[..before.len()] == before[..], "what was acknowledged is there");
    assert!(after.iter().any(|line| line.text.contains("uploaded")), "what happened while it was full is written down");
    running.stop();
    place.check();
}

#[test]
fn a_slow_disk_is_not_taken_for_a_clock_that_was_set() {
    if !Command::new("strace").args(["-e", "trace=none", "true"]).output().is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: strace is not there, or may not trace");
        return;
    }
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let mut command = Command::new("strace");
    let inject = "--inject=fdatasync,fsync:delay_enter=300000";
    command.args(["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", inject, PROGRAM, "run", "-c"]);
    command.arg(place.config()).env("TZ", "UTC").stdin(Stdio::null());
    let mut running = Running::spawn(command);
    running.line("frames come from");
    for turn in 1..=3 {
        place.tell("away");
        place.tell("home");
        running.nth("somebody is at home", turn);
    }
    clock::sleep(Duration::from_secs(2));
    assert_eq!(running.count("the clock was set"), 0, "{}", running.said());
    place.tell("stop");
    assert_eq!(running.ended(), 0);
    place.check();
}

#[test]
fn a_database_that_breaks_while_it_runs_is_set_aside_and_watching_goes_on() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    place.tell("away");
    running.line("nobody is at home");
    let files = || -> Vec<PathBuf> {
        std::fs::read_dir(place.state()).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_file()).collect()
    };
    for path in files() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains("sqlite") || name.contains(".db") {
            let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            let length = file.metadata().unwrap().len();
            file.seek(SeekFrom::Start(0)).unwrap();
            file.write_all(&vec![0xa5; usize::try_from(length).unwrap()]).unwrap();
        }
    }
    let mut home = true;
    until_for(Duration::from_secs(90), "it is noticed", || {
        place.tell(if home { "home" } else { "away" });
        home = !home;
        clock::sleep(Duration::from_millis(300));
        running.count("damaged") > 0 || running.count("aside") > 0
    });
    let said = running.said();
    feed.say(3);
    running.line("uploaded");
    running.stop();
    eprintln!("{said}");
    let aside =
        files().iter().any(|path| path.to_string_lossy().contains("corrupt") || path.to_string_lossy().contains("damaged"));
    assert!(aside, "{:?}", files());
    let journal = place.reader().journal(EVERYTHING, 1_000).unwrap();
    assert!(journal.iter().any(|line| line.text.contains("uploaded")), "{journal:?}");
    place.check();
}

/// A store that `run` wrote, and the program stopped.
fn written(place: &Place) -> Feed {
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let mut running = place.start(&["run"]);
    running.line("is new on the network");
    clock::sleep(Duration::from_secs(1));
    running.stop();
    feed
}

fn set_aside(place: &Place) -> Vec<PathBuf> {
    let files = std::fs::read_dir(place.state()).unwrap().map(|it| it.unwrap().path());
    let aside = |path: &PathBuf| path.to_string_lossy().contains(".db.corrupt.") && !path.to_string_lossy().contains("Z-");
    files.filter(aside).collect()
}

#[test]
fn a_store_whose_pages_are_sound_and_whose_rows_are_not_is_set_aside() {
    for (number, wrong) in [
        "UPDATE sessions SET slots = 1000000000",
        "UPDATE sessions SET ended_at = 1, ended_why = 'zzz'",
        "UPDATE sessions SET alpha = 2",
        "UPDATE devices SET address = 'zzz' WHERE id = 1",
    ]
    .into_iter()
    .enumerate()
    {
        let place = Place::new();
        let _feed = written(&place);
        let store = rusqlite::Connection::open(place.state().join("earwitness.db")).unwrap();
        let changed = store.execute(wrong, []);
        if number > 0 && changed.is_err() {
            // The file itself refuses it.
            continue;
        }
        assert!(changed.unwrap() > 0, "{wrong}");
        drop(store);
        let mut running = place.start(&["run"]);
        running.line("the store was damaged (");
        running.line("frames come from");
        running.stop();
        assert_eq!(running.count("the store was damaged ("), 1, "{wrong}: {}", running.said());
        assert_eq!(set_aside(&place).len(), 1, "{wrong}");
        place.check();
    }
}

#[test]
fn a_large_store_with_a_damaged_journal_is_set_aside_when_old_lines_are_deleted() {
    let place = Place::new();
    let _feed = written(&place);
    let path = place.state().join("earwitness.db");
    let mut store = rusqlite::Connection::open(&path).unwrap();
    let lines = store.transaction().unwrap();
    for number in 0..11_000 {
        // One to a page, older than anything that is kept.
        let line = (number, "x".repeat(3_500));
        lines.execute("INSERT INTO journal (at, kind, text) VALUES (?1, 'notice', ?2)", line).unwrap();
    }
    lines.commit().unwrap();
    store.pragma_update(None, "wal_checkpoint", "truncate").unwrap();
    drop(store);
    let octets = std::fs::read(&path).unwrap();
    assert!(octets.len() > 33 << 20, "its pages are not looked through at the start");
    let leaf = |page: &[u8]| page[0] == 0x0d && page.ends_with(b"xxxx");
    let leaves: Vec<usize> = octets.chunks(4096).enumerate().filter(|(_, page)| leaf(page)).map(|it| it.0).collect();
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(u64::try_from(leaves[leaves.len() / 2] * 4096).unwrap())).unwrap();
    file.write_all(&[0xff; 64]).unwrap();
    let mut running = place.start(&["run"]);
    running.line("the store was damaged (");
    running.line("frames come from");
    running.stop();
    assert_eq!((running.count("the store was damaged ("), set_aside(&place).len()), (1, 1), "{}", running.said());
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    running.stop();
    assert_eq!(running.count("damaged"), 0, "{}", running.said());
    place.check();
}
