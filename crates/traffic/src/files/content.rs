//! Unpacks what is compressed; tells it by its first octets, never by its name.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2::bufread::MultiBzDecoder;
use earwitness_core::pcap::begins_capture;
use flate2::bufread::GzDecoder;
use lz4_flex::frame::FrameDecoder;
use lzma_rust2::XzReader;

use super::feed::PAGE;
use super::follow::Restart;
use super::zip;

/// Octets that are asked of a compressed file at once.
const INPUT: usize = 64 * 1024;

/// Octets by which a format is told.
const MAGIC: usize = 4;

/// Longest zstd window that is unpacked, as a power of 2: 128 MiB, the limit of the `zstd` program itself.
const WINDOW: u32 = 27;

/// Most memory that unpacking xz may take, KiB: four times what `xz -9` asks for. bzip2 and lz4 have bounds of their own below
/// 16 MiB, gzip and zip need next to none.
const XZ_MEMORY: u32 = 256 * 1024;

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
    let first = first_page(&mut raw)?;
    let magic: [u8; 4] = first.first_chunk().copied().unwrap_or_default();
    let whole = Cursor::new(first).chain(raw);
    let (octets, packed): (Box<dyn Read + Send>, _) = match magic {
        [0x1f, 0x8b, ..] => {
            let members =
                Members { member: Member::Packed(Box::new(GzDecoder::new(BufReader::with_capacity(INPUT, whole)))), whole: 0 };
            (Box::new(Unpacked { octets: members, format: "gzip", taken }), true)
        }
        [0xfd, b'7', b'z', b'X'] => {
            let octets = XzReader::new_mem_limit(BufReader::with_capacity(INPUT, whole), true, XZ_MEMORY);
            (Box::new(Unpacked { octets, format: "xz", taken }), true)
        }
        [b'B', b'Z', b'h', b'1'..=b'9'] => {
            let octets = MultiBzDecoder::new(BufReader::with_capacity(INPUT, whole));
            (Box::new(Unpacked { octets, format: "bzip2", taken }), true)
        }
        [0x04, 0x22, 0x4d, 0x18] | [0x02, 0x21, 0x4c, 0x18] => {
            let octets = Lz4(FrameDecoder::new(BufReader::with_capacity(INPUT, whole)));
            (Box::new(Unpacked { octets, format: "lz4", taken }), true)
        }
        [b'P', b'K', 3, 4] => {
            let octets = zip::Archive::new(BufReader::with_capacity(INPUT, whole));
            (Box::new(Unpacked { octets, format: "zip", taken }), true)
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

/// The first octets of a file: a whole page, so that later reads begin at a page; of a pipe what has come, but no less than a magic.
fn first_page(raw: &mut impl Read) -> io::Result<Vec<u8>> {
    let (mut page, mut count) = (vec![0; PAGE], 0);
    while count < MAGIC {
        match raw.read(&mut page[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    page.truncate(count);
    Ok(page)
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

/// The members of a gzip file, one after another (RFC 1952, 2.2), and a plain capture that `cat` put behind them.
struct Members<R> {
    member: Member<R>,
    /// Members that ended well.
    whole: u64,
}

enum Member<R> {
    /// Being unpacked.
    Packed(Box<GzDecoder<R>>),
    /// Not packed at all.
    Plain(R),
    /// The file has ended.
    Ended,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = match &mut self.member {
                Member::Ended => return Ok(0),
                Member::Plain(rest) => return rest.read(into),
                Member::Packed(member) => member.read(into)?,
            };
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            self.whole += 1;
            let Member::Packed(member) = std::mem::replace(&mut self.member, Member::Ended) else { return Ok(0) };
            let mut rest = member.into_inner();
            self.member = match rest.fill_buf()? {
                [] => return Ok(0),
                [0x1f, ..] => Member::Packed(Box::new(GzDecoder::new(rest))),
                // Tape blocks and downloads are padded with zeros; gzip(1) passes over them too.
                padding if padding.iter().all(|octet| *octet == 0) => return Ok(0),
                more if more.first_chunk().is_some_and(|first| begins_capture(*first)) => Member::Plain(rest),
                _ => return Err(io::Error::new(ErrorKind::InvalidData, "something else follows the gzip data")),
            };
        }
    }
}

/// The frames of an lz4 file, one after another.
struct Lz4<R: Read>(FrameDecoder<R>);

impl<R: BufRead> Read for Lz4<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.0.read(into)?;
            // The decoder ends at the end of each frame.
            if count > 0 || into.is_empty() || self.0.get_mut().fill_buf()?.is_empty() {
                return Ok(count);
            }
        }
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
            if error.get_ref().and_then(|it| it.downcast_ref::<Restart>()).is_some() {
                let what = format!("the {} file was replaced or written anew while it was followed; start again", self.format);
                return io::Error::new(ErrorKind::NotFound, what);
            }
            let (format, taken) = (self.format, self.taken.load(Ordering::Relaxed));
            io::Error::new(error.kind(), Damage { format, taken, error })
        })
    }
}

/// Compressed data that cannot be unpacked further.
#[derive(Debug, thiserror::Error)]
#[error("{}", damaged(format, *taken, error))]
struct Damage {
    format: &'static str,
    /// Octets taken from the file; what was damaged is among the last of them.
    taken: u64,
    error: io::Error,
}

fn damaged(format: &str, taken: u64, error: &io::Error) -> String {
    if error.kind() == ErrorKind::UnexpectedEof {
        return format!(
            "the {format} data breaks off after {taken} octets of the file (copy it again if the original is longer)"
        );
    }
    format!("the {format} data cannot be unpacked ({error}), before octet {taken} of the file")
}
