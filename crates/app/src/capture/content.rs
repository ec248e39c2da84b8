//! Unpacks what is compressed; tells it by its first octets, never by its name.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

/// Octets that are asked of a compressed file at once.
const INPUT: usize = 64 * 1024;

/// Longest zstd window that is unpacked, as a power of 2: 128 MiB, the limit of the `zstd` program itself.
const WINDOW: u32 = 27;

/// An input whose content has been recognised.
pub(super) struct Content {
    /// The octets of the capture.
    pub(super) octets: Box<dyn Read + Send>,
    /// Whether they cost computing, so that a thread of their own pays.
    pub(super) packed: bool,
}

/// Looks at the first octets of `raw` and unpacks them if need be; counts what is taken from it in `taken`.
pub(super) fn recognise(raw: impl Read + Send + 'static, taken: Arc<AtomicU64>) -> io::Result<Content> {
    let mut raw = Counted { raw, taken: Arc::clone(&taken) };
    let mut first = Vec::with_capacity(4);
    raw.by_ref().take(4).read_to_end(&mut first)?;
    let magic: [u8; 4] = first.first_chunk().copied().unwrap_or_default();
    let whole = Cursor::new(first).chain(raw);
    let (octets, packed): (Box<dyn Read + Send>, _) = match magic {
        [0x1f, 0x8b, ..] => {
            let members = Members { member: Some(GzDecoder::new(BufReader::with_capacity(INPUT, whole))), whole: 0 };
            (Box::new(Unpacked { octets: members, format: "gzip", taken }), true)
        }
        // A frame, or a skippable frame in front of one (RFC 8878, 3.1).
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
            let mut octets = zstd::Decoder::with_buffer(BufReader::with_capacity(INPUT, whole))?;
            octets.window_log_max(WINDOW)?;
            (Box::new(Unpacked { octets, format: "zstd", taken }), true)
        }
        _ => (Box::new(whole), false),
    };
    Ok(Content { octets, packed })
}

/// Counts the octets taken from a file, for showing progress.
struct Counted<R> {
    raw: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(into)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The members of a gzip file, one after another (RFC 1952, 2.2).
struct Members<R> {
    /// The member being unpacked; `None` once the file has ended.
    member: Option<GzDecoder<R>>,
    /// Members that ended well.
    whole: u64,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(into)?;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            self.whole += 1;
            let Some(mut rest) = self.member.take().map(GzDecoder::into_inner) else { break };
            match rest.fill_buf()? {
                [] => break,
                [0x1f, ..] => self.member = Some(GzDecoder::new(rest)),
                // Tape blocks and downloads are padded with zeros; gzip(1) passes over them too.
                padding if padding.iter().all(|octet| *octet == 0) => break,
                _ => return Err(io::Error::new(ErrorKind::InvalidData, "something else follows the gzip data")),
            }
        }
        Ok(0)
    }
}

/// Says of an error which compression it comes from and where in the file.
struct Unpacked<R> {
    octets: R,
    format: &'static str,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.octets.read(into).map_err(|error| {
            if error.kind() == ErrorKind::Interrupted {
                return error;
            }
            let (format, taken) = (self.format, self.taken.load(Ordering::Relaxed));
            io::Error::new(error.kind(), Damage { format, taken, error })
        })
    }
}

/// Compressed data that cannot be unpacked further.
#[derive(Debug)]
struct Damage {
    format: &'static str,
    /// Octets taken from the file; what was damaged is among the last of them.
    taken: u64,
    error: io::Error,
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, taken, error } = self;
        match error.kind() {
            ErrorKind::UnexpectedEof => {
                write!(
                    out,
                    "the {format} data breaks off after {taken} octets of the file (copy it again if the original is longer)"
                )
            }
            _ => write!(out, "the {format} data cannot be unpacked ({error}), before octet {taken} of the file"),
        }
    }
}

impl std::error::Error for Damage {}
