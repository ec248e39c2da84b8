//! A simulated home that lives in real time behind a FIFO: `cat` of it is a source of frames as any other.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::pcap::{Description, write};
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_sim::house::{HouseUpload, Sound};
use earwitness_sim::{House, Plan};

use super::run::until;

/// A device that is woken by `computer`, one that is deaf, and one that seldom says anything.
pub(crate) const HOME: &str = r#"
title = "A home"
description = "Played live."
start = 2026-03-02T12:00:00Z
hours = 8
network = { one_lost_in = 0, stall_every_seconds = 100_000.0 }

[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]
wake_probability = 1.0

[[device]]
name = "plug"
kind = "idle"
every_seconds = 2

[[device]]
name = "scale"
kind = "idle"
every_seconds = 11
"#;

/// All devices of the simulated home have joined by then, nanoseconds after its beginning.
const SETTLED: i64 = 40 * SECOND;

struct Shared {
    house: Mutex<House>,
    /// Real time less the time of the house, once it plays.
    apart: i64,
    /// Written as it is before the next frame.
    raw: Mutex<Vec<u8>>,
    /// Written to nobody when this is false: the writing end is closed.
    open: AtomicBool,
    /// The writing end is open.
    is_written: AtomicBool,
    going: AtomicBool,
    /// The sound that the house hears when this file grows.
    heard: Mutex<Option<PathBuf>>,
}

/// The home, and its thread.
pub(crate) struct Feed {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
}

impl Feed {
    /// Begins to play; the FIFO is made in `folder`.
    pub(crate) fn start(folder: &Path, plan: &str) -> Self {
        let path = folder.join("frames.fifo");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut house = House::new(&Plan::from_toml(plan, "home.toml").unwrap(), 7);
        let from = house.begins() + SETTLED;
        house.advance(from, &mut |_, _| {});
        let shared = Arc::new(Shared {
            house: Mutex::new(house),
            apart: clock::now().nanos() - from,
            raw: Mutex::default(),
            open: AtomicBool::new(true),
            is_written: AtomicBool::new(false),
            going: AtomicBool::new(true),
            heard: Mutex::default(),
        });
        let thread = {
            let (shared, path) = (Arc::clone(&shared), path.clone());
            std::thread::spawn(move || play(&shared, &path))
        };
        Self { shared, thread: Some(thread), path }
    }

    /// The command that is the source.
    pub(crate) fn command(&self) -> String {
        format!("cat {}", self.path.display())
    }

    /// Somebody says the wake word, for so long.
    pub(crate) fn say(&self, seconds: i64) {
        let at = clock::now().nanos() - self.shared.apart + 100 * MILLISECOND;
        self.lock().play(at, &computer(seconds));
    }

    /// The room hears it when something is written to this file: the loudspeaker of the program.
    pub(crate) fn hears(&self, file: &Path) {
        *self.shared.heard.lock().unwrap() = Some(file.to_owned());
    }

    /// Uploads of the assistant whose last frame has passed, by real time.
    pub(crate) fn uploads(&self) -> Vec<HouseUpload> {
        let (truth, now) = (self.lock().truth(), clock::now().nanos());
        let apart = self.shared.apart;
        let real = |it: &HouseUpload| HouseUpload { start_ns: it.start_ns + apart, end_ns: it.end_ns + apart, ..*it };
        truth.devices.iter().flat_map(|device| device.uploads.iter().map(real)).filter(|it| it.end_ns < now).collect()
    }

    /// Addresses of the devices, in the order of the plan.
    pub(crate) fn devices(&self) -> Vec<Mac> {
        self.lock().truth().devices.iter().map(|device| device.mac).collect()
    }

    /// Writes octets between the frames, as they are.
    pub(crate) fn raw(&self, octets: &[u8]) {
        self.shared.raw.lock().unwrap().extend_from_slice(octets);
    }

    /// Closes the FIFO: the source ends, and where it is started again it waits.
    pub(crate) fn close(&self) {
        self.shared.open.store(false, Ordering::Relaxed);
    }

    pub(crate) fn open(&self) {
        self.shared.open.store(true, Ordering::Relaxed);
    }

    /// Gives who reads next a capture from its head: a reader that follows another at once would be given the other's rest.
    pub(crate) fn begin_again(&self) {
        self.close();
        until("the writing end is closed", || !self.shared.is_written.load(Ordering::Relaxed));
        // The command of a program that was killed ends by itself when nothing more comes.
        clock::sleep(Duration::from_millis(500));
        self.open();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, House> {
        self.shared.house.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.going.store(false, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn computer(seconds: i64) -> Sound {
    let stimulus = Stimulus { name: "computer, what is the weather tomorrow".to_owned(), kind: SoundKind::Speech };
    Sound { stimulus, length: seconds * SECOND, level_db: 65.0 }
}

/// The head of a capture with one interface.
pub(crate) fn head() -> Vec<u8> {
    let mut out = Vec::new();
    write::section(&mut out, "a simulated home");
    let description = Description { link_type: 1, snaplen: 262_144, name: "sim0".to_owned(), description: String::new() };
    write::interface(&mut out, &description);
    out
}

/// One frame of a capture.
pub(crate) fn frame(out: &mut Vec<u8>, at: i64, octets: &[u8]) {
    let wire_len = u32::try_from(octets.len()).unwrap();
    let frame = Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes: octets, interface: 0 };
    write::packet(out, &frame, &write::Remarks::default());
}

fn play(shared: &Shared, path: &Path) {
    let (mut to, mut size, mut quiet_until): (Option<File>, u64, i64) = (None, 0, 0);
    while shared.going.load(Ordering::Relaxed) {
        clock::sleep(Duration::from_millis(5));
        let mut out = Vec::new();
        if !shared.open.load(Ordering::Relaxed) {
            to = None;
        } else if to.is_none() {
            // Without a reader this fails, and is tried again.
            to = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path).ok();
            if let Some(file) = &to {
                rustix::fs::fcntl_setfl(file, rustix::fs::OFlags::empty()).unwrap();
                out = head();
            }
        }
        let now = clock::now().nanos();
        let mut house = shared.house.lock().unwrap();
        if let Some(file) = &*shared.heard.lock().unwrap() {
            let grown = std::fs::metadata(file).map_or(0, |it| it.len());
            // A sound is written in several pieces, and may follow the one before at once.
            if std::mem::replace(&mut size, grown) != grown && now > quiet_until {
                quiet_until = now + 1_500 * MILLISECOND;
                let length = computer(1);
                house.play(now - shared.apart, &length);
            }
        }
        house.advance(now - shared.apart, &mut |at, octets| frame(&mut out, at + shared.apart, octets));
        drop(house);
        let mut raw = std::mem::take(&mut *shared.raw.lock().unwrap());
        if to.is_some() {
            out.append(&mut raw);
        }
        if to.as_mut().is_some_and(|file| file.write_all(&out).is_err()) {
            to = None;
        }
        shared.is_written.store(to.is_some(), Ordering::Relaxed);
    }
}

/// Waits until the assistant has sent `count` uploads, and gives the last one.
pub(crate) fn uploaded(feed: &Feed, count: usize) -> HouseUpload {
    until("the simulated device has uploaded", || feed.uploads().len() >= count);
    feed.uploads()[count - 1]
}
