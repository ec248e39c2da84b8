//! What went wrong with a capture file, in one line each.

use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;

use earwitness_core::pcap::{Note, Stop};

use super::FileId;

/// Something about a capture file that its reader must know: not a reason to throw away what was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// The file.
    pub file: FileId,
    /// Its name as given.
    pub path: PathBuf,
    /// Octet of the uncompressed capture where it happened.
    pub offset: u64,
    /// Frames read from the file until there.
    pub frames: u64,
    /// Whether nothing after it was read.
    pub ended: bool,
    /// What was wrong, where, what was read until there, what to do.
    pub what: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", name(&self.path), self.what)
    }
}

/// Why no capture is read at all.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenError {
    /// Not exactly one file was to be followed.
    #[error("only one file can be followed at a time; name one, or read the others without following")]
    SeveralToFollow,
    /// There are more files than can be numbered.
    #[error("there are more than {} captures; read them in several analyses", u32::MAX)]
    TooMany,
    /// None of the files could be opened.
    #[error("no capture could be opened{}", lines(.0))]
    Nothing(Vec<Trouble>),
}

/// Each on a line below what is said of them.
fn lines(troubles: &[Trouble]) -> String {
    troubles.iter().fold(String::new(), |text, it| text + "\n  " + &it.to_string())
}

/// How a file is called in a message.
fn name(path: &std::path::Path) -> std::borrow::Cow<'_, str> {
    if path.as_os_str() == "-" { "standard input".into() } else { path.to_string_lossy() }
}

/// The oddities of one file: the first of each kind, and how many there were.
#[derive(Default, Debug)]
pub(super) struct Oddities {
    seen: Vec<(Discriminant<Note>, Note, u64, u64)>,
}

impl Oddities {
    /// Takes a note that was met after `frames` frames.
    pub(super) fn add(&mut self, note: Note, frames: u64) {
        let kind = discriminant(&note);
        match self.seen.iter_mut().find(|(known, ..)| *known == kind) {
            Some((.., more)) => *more = more.saturating_add(1),
            None => self.seen.push((kind, note, frames, 0)),
        }
    }

    /// One line for each kind.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, u64, String)> {
        self.seen.iter().map(|(_, note, frames, more)| {
            let what = match more {
                0 => note.to_string(),
                more => format!("{note} (and {more} more like it)"),
            };
            (place(note), *frames, what)
        })
    }
}

const fn place(note: &Note) -> u64 {
    match *note {
        Note::Drops { .. } => 0,
        Note::MissingInterface { offset, .. }
        | Note::LengthsDiffer { offset, .. }
        | Note::FieldsMissing { offset, .. }
        | Note::PacketOutsideBlock { offset, .. }
        | Note::NoTime { offset }
        | Note::Torn { offset, .. }
        | Note::Joined { offset }
        | Note::TooManyInterfaces { offset } => offset,
    }
}

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) enum Broken {
    /// The capture itself.
    Capture(Stop),
    /// The file, the pipe or the compression under it.
    Input { offset: u64, frames: u64, error: std::io::Error },
}

impl Broken {
    pub(super) const fn place(&self) -> (u64, u64) {
        match self {
            Self::Capture(stop) => (stop.offset, stop.frames),
            Self::Input { offset, frames, .. } => (*offset, *frames),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture(stop) => stop.fmt(out),
            Self::Input { offset, frames, error } => {
                write!(out, "octet {offset}, after {frames} frames: {error}; everything before it was read")
            }
        }
    }
}
