//! A bundle as a zip archive of a stranger: what is refused before anything in it is believed.
//!
//! Nothing is unpacked to a disk, and names in it are compared with the few that a bundle may have, never followed.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use earwitness_base::text::clean;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::names::{self, FRAMES, PROBES};

/// Most files of an archive: a bundle has sixteen at most.
const MOST_FILES: u16 = 64;
/// The end of the directory (APPNOTE.TXT 6.3.10, 4.3.16): its signature, its length without the comment, and where the number of files stands.
const END: ([u8; 4], usize, usize) = (*b"PK\x05\x06", 22, 10);
/// Most octets of a small file. Logs of probes may be as large as `analyze` reads them.
const MOST_SMALL: u64 = 64 << 20;
const MOST_INFO: u64 = 64 << 10;
const MOST_PROBES: u64 = 512 << 20;
/// Most octets of the frames.
const MOST_FRAMES: u64 = 1 << 40;
/// A file may unpack to so many times what it takes in the archive, and a mebioctet more: headers of frames pack to a tenth, zeros to a thousandth.
const MOST_RATIO: u64 = 200;
const SLACK: u64 = 1 << 20;
/// Characters of a name that a message repeats.
const WIDEST: usize = 120;

/// Why an archive is no bundle that can be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no zip archive, or half of one.
    #[error("it is no whole zip archive ({0}); get it again: it may have been cut off on its way")]
    NoArchive(String),
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It has more in it than a bundle can have.
    #[error("it says that it holds {0} files, and a bundle has at most {MOST_FILES}: it is no bundle")]
    TooMany(u16),
    /// There is something before the archive, or a comment behind it.
    #[error("there are octets in it that belong to none of its files ({0}), which nobody would check")]
    Beside(&'static str),
    /// Two files of one name.
    #[error("two of its files have one name, or lie over each other, so that programs would read different ones")]
    Twice,
    /// A name that is not one of a bundle's.
    #[error(
        "{0:?} is not a file of a bundle (version {version} of the format has none of this name): what nobody checks does not belong in it", version = names::VERSION
    )]
    Unknown(String),
    /// A format that this program does not know.
    #[error("it is of version {0} of the format, and this program knows {known}: verify it with a newer one", known = names::VERSION)]
    Newer(u32),
    /// A name that leads elsewhere.
    #[error("the name {0:?} leads out of the bundle")]
    Climbs(String),
    /// No file, but a link or something else.
    #[error("{0:?} is no plain file")]
    NotPlain(String),
    /// What it unpacks to.
    #[error("{name} would unpack to {octets} octets: more than a bundle may hold there")]
    TooLarge {
        /// Which file.
        name: String,
        /// What it says that it unpacks to.
        octets: u64,
    },
    /// A file is missing.
    #[error("{0} is missing: this is a part of a bundle")]
    Missing(&'static str),
    /// A file that should be text is none.
    #[error("{0} is not text in UTF-8")]
    NoText(&'static str),
}

impl Error {
    fn zip(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::NoArchive(error.to_string()),
            other => Self::NoArchive(other.to_string()),
        }
    }
}

/// A bundle that is there as a whole. What it says is not believed yet.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<R>,
    /// The folder that all files lie in.
    root: String,
    /// Place of each file in the archive, by its name below the folder.
    places: BTreeMap<String, usize>,
}

impl<R: Read + Seek> Archive<R> {
    /// Looks at the directory of an archive.
    ///
    /// # Errors
    /// When it is no archive, or no bundle.
    pub fn open(mut from: R) -> Result<Self, Error> {
        let files = announced(&mut from)?;
        if files > MOST_FILES {
            return Err(Error::TooMany(files));
        }
        let mut zip = ZipArchive::new(from).map_err(Error::zip)?;
        if zip.has_duplicate_names() || zip.has_overlapping_files().map_err(Error::zip)? {
            return Err(Error::Twice);
        }
        if zip.offset() != 0 {
            return Err(Error::Beside("before the archive"));
        }
        if !zip.comment().is_empty() {
            return Err(Error::Beside("a comment"));
        }
        let mut archive = Self { root: String::new(), places: BTreeMap::new(), zip };
        if let Some(version) = archive.version().filter(|version| *version > names::VERSION) {
            return Err(Error::Newer(version));
        }
        for place in 0..archive.zip.len() {
            archive.take(place)?;
        }
        match names::NEEDED.iter().find(|name| !archive.places.contains_key(**name)) {
            Some(missing) => Err(Error::Missing(missing)),
            None => Ok(archive),
        }
    }

    /// The version of the format, as far as it can be told: a newer bundle may hold files that this program does not know.
    fn version(&mut self) -> Option<u32> {
        let ends = |name: &[u8]| name.strip_suffix(names::INFO.as_bytes()).is_some_and(|root| root.ends_with(b"/"));
        let place = self.zip.file_names_raw().position(ends)?;
        let mut text = String::new();
        // Of a damaged one the digests will tell.
        self.zip.by_index(place).ok()?.take(MOST_INFO).read_to_string(&mut text).ok()?;
        crate::bag::version(&text)
    }

    /// Takes one file of the directory.
    fn take(&mut self, place: usize) -> Result<(), Error> {
        let file = self.zip.by_index_raw(place).map_err(Error::zip)?;
        let shown = clean(&String::from_utf8_lossy(file.name_raw()), WIDEST);
        let Ok(name) = std::str::from_utf8(file.name_raw()) else { return Err(Error::Unknown(shown)) };
        if name.starts_with('/') || name.contains(['\\', '\0', ':']) || name.split('/').any(|part| part == ".." || part == ".") {
            return Err(Error::Climbs(shown));
        }
        let Some((root, name)) = name.split_once('/').map(|(root, name)| (root.to_owned(), name.to_owned())) else {
            return Err(Error::Unknown(shown));
        };
        if !file.is_file() || file.is_symlink() || file.encrypted() {
            return Err(Error::NotPlain(shown));
        }
        if root.is_empty() || (!self.root.is_empty() && self.root != root) || !names::is_known(&name) {
            return Err(Error::Unknown(shown));
        }
        let most = match name.as_str() {
            FRAMES => MOST_FRAMES,
            PROBES => MOST_PROBES,
            _ => MOST_SMALL,
        };
        let packed = file.compressed_size().saturating_mul(MOST_RATIO).saturating_add(SLACK);
        if file.size() > most.min(packed) {
            return Err(Error::TooLarge { octets: file.size(), name });
        }
        self.root = root;
        self.places.insert(name, place);
        Ok(())
    }

    /// The folder that all files lie in: the name of the bundle.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The names of all files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// Whether it has a file.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The octets of a file, one after the other: no more than the directory says.
    ///
    /// # Errors
    /// When it is not there, or its packing is damaged.
    pub fn stream(&mut self, name: &'static str) -> Result<impl Read + '_, Error> {
        let place = *self.places.get(name).ok_or(Error::Missing(name))?;
        let file = self.zip.by_index(place).map_err(Error::zip)?;
        let size = file.size();
        Ok(file.take(size))
    }

    /// All octets of a file that is small.
    ///
    /// # Errors
    /// As [`Self::stream`].
    pub fn octets(&mut self, name: &'static str) -> Result<Vec<u8>, Error> {
        let mut octets = Vec::new();
        let read = self.stream(name)?.read_to_end(&mut octets);
        read.map_err(|error| Error::NoArchive(format!("{name}: {error}")))?;
        Ok(octets)
    }

    /// A small file as text.
    ///
    /// # Errors
    /// When it is not there, damaged or no text.
    pub fn text(&mut self, name: &'static str) -> Result<String, Error> {
        String::from_utf8(self.octets(name)?).map_err(|_| Error::NoText(name))
    }

    /// The digest and the length of a file.
    ///
    /// # Errors
    /// As [`Self::stream`].
    pub fn digest(&mut self, name: &str) -> Result<([u8; 32], u64), Error> {
        let known = names::NEEDED.iter().chain(&names::OPTIONAL).find(|it| **it == name).copied();
        let mut from = self.stream(known.unwrap_or(""))?;
        let mut sum = Summing::new(io::sink());
        io::copy(&mut from, &mut sum).map_err(|error| Error::NoArchive(format!("{name}: {error}")))?;
        Ok(sum.finish())
    }
}

/// How many files the end of the directory announces: the directory is read as a whole by whoever opens the archive, whatever that number is.
fn announced(from: &mut (impl Read + Seek)) -> Result<u16, Error> {
    let length = from.seek(SeekFrom::End(0))?;
    // A comment, which a bundle has not, could be 65,535 octets.
    let tail = length.min(65_535 + END.1 as u64);
    from.seek(SeekFrom::Start(length - tail))?;
    let mut octets = Vec::new();
    from.take(tail).read_to_end(&mut octets)?;
    from.seek(SeekFrom::Start(0))?;
    let end = octets.windows(END.1).rposition(|it| it.starts_with(&END.0));
    let number = end.and_then(|at| octets.get(at + END.2..at + END.2 + 2)?.try_into().ok());
    number.map(u16::from_le_bytes).ok_or_else(|| Error::NoArchive("it has no directory at its end".to_owned()))
}

/// Digests and counts what is written through it.
#[derive(Debug)]
pub struct Summing<W> {
    to: W,
    hash: Sha256,
    octets: u64,
}

impl<W> Summing<W> {
    /// Nothing yet.
    pub fn new(to: W) -> Self {
        Self { to, hash: Sha256::new(), octets: 0 }
    }

    /// SHA-256 and number of the octets that went through.
    pub fn finish(self) -> ([u8; 32], u64) {
        (self.hash.finalize().into(), self.octets)
    }
}

impl<W: io::Write> io::Write for Summing<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(octets)?;
        self.hash.update(octets.get(..taken).unwrap_or(octets));
        self.octets = self.octets.saturating_add(taken as u64);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
