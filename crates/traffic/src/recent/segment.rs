//! One file of recent frames.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::{Decoder, Description, Step, write};
use earwitness_core::time::Timestamp;

use earwitness_base::{clock, trust};

/// Octets gathered before they are written: few writes are kind to an SD card.
const GATHER: usize = 64 << 10;
/// Interfaces that a file describes; frames of further ones are written as of the last.
const INTERFACES: usize = 256;
/// Files of frames at the same nanosecond that may be there already.
const TRIES: i64 = 1_000;
/// Octets of a file that are read; ours are much shorter.
pub(super) const READ: u64 = 64 << 20;

/// When a file begins, by its name; none where it is not one of ours.
pub(super) fn start_of(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?.strip_suffix(".pcapng")?;
    (name.len() == 20 && name.bytes().all(|digit| digit.is_ascii_digit())).then_some(())?;
    name.parse().ok().map(Timestamp::from_nanos)
}

/// A file being written.
#[derive(Debug)]
pub(super) struct Segment {
    path: PathBuf,
    file: File,
    begun: Duration,
    snap: u32,
    interfaces: Vec<(u32, Link)>,
    gathered: Vec<u8>,
    /// Octets in the file, all of whole blocks.
    written: u64,
}

impl Segment {
    pub(super) fn create(folder: &Path, at: Timestamp, snap: u32) -> io::Result<Self> {
        let mut tried = 0;
        let (path, file) = loop {
            let path = folder.join(format!("{:020}.pcapng", at.nanos().max(0).saturating_add(tried)));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < TRIES => tried += 1,
                Err(error) => return Err(error),
            }
        };
        let mut gathered = Vec::with_capacity(GATHER * 2);
        write::section(&mut gathered, concat!("earwitness ", env!("CARGO_PKG_VERSION")));
        let begun = clock::since_boot();
        Ok(Self { path, file, begun, snap, interfaces: Vec::new(), gathered, written: 0 })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn begun(&self) -> Duration {
        self.begun
    }

    pub(super) fn octets(&self) -> u64 {
        self.written.saturating_add(u64::try_from(self.gathered.len()).unwrap_or(0))
    }

    pub(super) fn push(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let interface = interface(&mut self.gathered, &mut self.interfaces, frame, self.snap);
        let snap = usize::try_from(self.snap).unwrap_or(usize::MAX);
        let bytes = frame.bytes.get(..snap).unwrap_or(frame.bytes);
        write::packet(&mut self.gathered, &Frame { bytes, interface, ..*frame }, &write::Remarks::default());
        if self.gathered.len() >= GATHER { self.flush() } else { Ok(()) }
    }

    /// Writes out what was gathered; where that fails, the file is cut to what was whole.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let result = self.file.write_all(&self.gathered);
        if result.is_ok() {
            self.written = self.octets();
        } else {
            // Making a file shorter needs no room; if it fails all the same, the next start cuts it.
            let _ = self.file.set_len(self.written);
        }
        self.gathered.clear();
        result
    }
}

/// The number of a frame's interface in a file, described there when it is new.
pub(super) fn interface(out: &mut Vec<u8>, known: &mut Vec<(u32, Link)>, frame: &Frame<'_>, snap: u32) -> u32 {
    let this = (frame.interface, frame.link);
    let place = known.iter().position(|it| *it == this).unwrap_or_else(|| {
        if known.len() < INTERFACES {
            known.push(this);
            let name = format!("interface {}", frame.interface);
            let description = Description { link_type: frame.link.number(), snaplen: snap, name, description: String::new() };
            write::interface(out, &description);
        }
        known.len().saturating_sub(1)
    });
    u32::try_from(place).unwrap_or(0)
}

/// The octets of a file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(path)?.take(READ).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Gives `each` the frames of a file; says how many of its octets are whole blocks.
pub(super) fn frames(octets: &[u8], mut each: impl FnMut(&Frame<'_>)) -> usize {
    let (mut decoder, mut rest) = (Decoder::new(), octets);
    loop {
        let (used, _) = decoder.run(rest, |frame| {
            each(frame);
            std::ops::ControlFlow::Continue(())
        });
        rest = rest.get(used..).unwrap_or_default();
        match decoder.next(rest) {
            Ok(Step::Frame { frame, used }) => {
                each(&frame);
                rest = rest.get(used..).unwrap_or_default();
            }
            Ok(Step::Skip { used, .. }) => rest = rest.get(used..).unwrap_or_default(),
            Ok(Step::More { .. }) | Err(_) => return octets.len().saturating_sub(rest.len()),
        }
    }
}

/// Cuts what is no whole block from the end of a file; says how long it is then, 0 when it holds no frame.
pub(super) fn mend(path: &Path) -> io::Result<u64> {
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
        // What it leads to would be cut.
        trust::in_folder(folder, name)?.check_own()?;
    }
    let octets = read(path)?;
    let mut any = false;
    let whole = frames(&octets, |_| any = true);
    let length = u64::try_from(whole).unwrap_or(0);
    if whole < octets.len() {
        OpenOptions::new().write(true).open(path)?.set_len(length)?;
    }
    Ok(if any { length } else { 0 })
}
