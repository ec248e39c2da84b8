//! The first file of a zip archive, read from front to back (APPNOTE.TXT 6.3.10, sections 4.3.7 and 4.3.9).
//!
//! Its directory stands at the end, which a pipe does not have yet; the headers in front of each file say what is needed here.

use std::io::{self, BufRead, ErrorKind, Read, Take};

use flate2::bufread::DeflateDecoder;

/// In front of each file.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// In front of what stands behind a file of which the header could not tell the length yet.
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Bits of the flags.
const ENCRYPTED: u16 = 1;
const LENGTHS_BEHIND: u16 = 8;
/// In place of a length that does not fit.
const WIDE: u32 = u32::MAX;
/// Folders that are passed over in front of the first file.
const MOST_FOLDERS: usize = 1_000;

/// The archive, as the octets of the first file in it.
pub(super) struct Archive<R> {
    state: State<R>,
}

enum State<R> {
    Front(R),
    Stored(Take<R>),
    Deflated(DeflateDecoder<R>, bool),
    Ended,
}

impl<R: BufRead> Archive<R> {
    pub(super) const fn new(raw: R) -> Self {
        Self { state: State::Front(raw) }
    }
}

fn refused(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{what}; unpack it first, with `unzip` or `7z x`"))
}

/// Finds the first file that is no folder.
fn open<R: BufRead>(mut raw: R) -> io::Result<State<R>> {
    for _ in 0..MOST_FOLDERS {
        let mut header = [0; 30];
        raw.read_exact(&mut header)?;
        let half = |at: usize| header.get(at..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u16::from_le_bytes);
        let length = header.get(18..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u32::from_le_bytes);
        if header.first_chunk() != Some(&LOCAL) {
            return Err(refused("no file was found in the archive"));
        }
        let (flags, method, name, extra) = (half(6), half(8), half(26), half(28));
        let mut named = vec![0; usize::from(name)];
        raw.read_exact(&mut named)?;
        io::copy(&mut raw.by_ref().take(extra.into()), &mut io::sink())?;
        if named.ends_with(b"/") && length == 0 {
            continue;
        }
        return match method {
            _ if flags & ENCRYPTED != 0 => Err(refused("the file in it is encrypted")),
            0 if flags & LENGTHS_BEHIND != 0 || length == WIDE => Err(refused("it does not say how long the file in it is")),
            0 => Ok(State::Stored(raw.take(length.into()))),
            8 => Ok(State::Deflated(DeflateDecoder::new(raw), flags & LENGTHS_BEHIND != 0)),
            other => Err(refused(&format!("the file in it is packed by method {other}, which is not read"))),
        };
    }
    Err(refused("there are too many folders in it"))
}

/// Says so where another file follows.
fn ended(mut rest: impl BufRead, lengths_behind: bool) -> io::Result<()> {
    let mut mark = Vec::new();
    rest.by_ref().take(4).read_to_end(&mut mark)?;
    if lengths_behind {
        // Checksum and two lengths, of 4 octets each; with their own mark or without.
        let more = if mark == DESCRIPTOR { 12 } else { 8 };
        io::copy(&mut rest.by_ref().take(more), &mut io::sink())?;
        mark.clear();
        rest.take(4).read_to_end(&mut mark)?;
    }
    if mark == LOCAL { Err(refused("only the first file of the archive was read, and there are more in it")) } else { Ok(()) }
}

impl<R: BufRead> Read for Archive<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = match &mut self.state {
                State::Ended => return Ok(0),
                State::Front(_) => 0,
                State::Stored(file) => file.read(into)?,
                State::Deflated(file, _) => file.read(into)?,
            };
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Front(raw) => open(raw)?,
                State::Stored(file) if file.limit() > 0 => return Err(ErrorKind::UnexpectedEof.into()),
                State::Stored(file) => return ended(file.into_inner(), false).map(|()| 0),
                State::Deflated(file, behind) => return ended(file.into_inner(), behind).map(|()| 0),
                State::Ended => return Ok(0),
            };
        }
    }
}
