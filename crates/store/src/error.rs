//! Why a store cannot do something, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use earwitness_base::trust::Distrust;
use earwitness_core::time::{SECOND, Timestamp};
use rusqlite::ffi;

/// What a store's functions return.
pub type Result<T> = std::result::Result<T, Error>;

/// Something could not be done; what was there before is unchanged.
#[derive(Debug, thiserror::Error)]
#[error("cannot {tried} {}: {}", path.display(), kind.with(said))]
pub struct Error {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// What was tried, as the end of "cannot ...".
    pub tried: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the system or the database said; may be empty.
    pub said: String,
}

/// Kinds of trouble.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No room on the disk. Nothing of the call was written; the same call works once there is room.
    Full,
    /// The disk failed to read or write.
    Disk,
    /// The file is damaged.
    Corrupt,
    /// The file or folder may not be read or written.
    Denied,
    /// There is no store.
    Missing,
    /// Another process writes this store.
    Held(Holder),
    /// Another program holds the file for longer than we wait.
    Busy,
    /// It was written by a later version of the program.
    Newer {
        /// Version of its schema.
        found: i64,
    },
    /// It is a database of some other program.
    Foreign,
    /// What was handed over does not fit what is written: no session has begun, or the round is there with other content.
    Unfit,
    /// Anything else.
    Other,
}

/// Who writes a store, as far as its lock file tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Its process id.
    pub process: Option<u32>,
    /// Since when.
    pub since: Option<Timestamp>,
}

impl fmt::Display for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.process {
            Some(process) => write!(out, "process {process}")?,
            None => write!(out, "another process")?,
        }
        let since = self.since.and_then(|at| jiff::Timestamp::from_second(at.nanos().div_euclid(SECOND)).ok());
        since.map_or(Ok(()), |since| write!(out, " (since {since})"))
    }
}

/// A column that holds what this program never writes.
pub(super) fn odd(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, what.into())
}

impl Error {
    /// Trouble that the store itself found.
    pub(super) fn new(kind: Kind, tried: &'static str, path: &Path, said: impl Into<String>) -> Self {
        Self { kind, tried, path: path.to_owned(), said: said.into() }
    }

    /// What a reader who was handed rows could not do with them.
    #[must_use]
    pub fn of_reader(error: &std::io::Error) -> Self {
        Self::io("hand over", Path::new("rows"), error)
    }

    /// Trouble with a file.
    pub(super) fn io(tried: &'static str, path: &Path, error: &std::io::Error) -> Self {
        let kind = match error.kind() {
            // It says what to do.
            _ if Distrust::is_in(error) => Kind::Other,
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Kind::Full,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Kind::Denied,
            std::io::ErrorKind::NotFound => Kind::Missing,
            _ => Kind::Disk,
        };
        Self::new(kind, tried, path, error.to_string())
    }

    /// Trouble that the database reports.
    pub(super) fn sql(tried: &'static str, path: &Path, error: &rusqlite::Error) -> Self {
        Self::new(kind(error), tried, path, error.to_string())
    }
}

fn kind(error: &rusqlite::Error) -> Kind {
    let code = match error {
        rusqlite::Error::SqliteFailure(failure, _) | rusqlite::Error::SqlInputError { error: failure, .. } => {
            failure.extended_code
        }
        // What was stored is not what this program stores.
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => return Kind::Corrupt,
        _ => return Kind::Other,
    };
    match code & 0xff {
        ffi::SQLITE_FULL => Kind::Full,
        // Every statement of this program fits its schema, and no value nears the longest: where one is refused as such, the file is not what it
        // says.
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB | ffi::SQLITE_ERROR | ffi::SQLITE_TOOBIG => Kind::Corrupt,
        // A page that ends early is a file that was cut, not a disk that failed.
        ffi::SQLITE_IOERR if code == ffi::SQLITE_IOERR_SHORT_READ || code == ffi::SQLITE_IOERR_CORRUPTFS => Kind::Corrupt,
        ffi::SQLITE_IOERR => Kind::Disk,
        ffi::SQLITE_READONLY | ffi::SQLITE_PERM | ffi::SQLITE_AUTH => Kind::Denied,
        ffi::SQLITE_CANTOPEN => Kind::Missing,
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Kind::Busy,
        _ => Kind::Other,
    }
}

impl Kind {
    /// What it means and what to do, with what the system or the database said.
    fn with(&self, said: &str) -> String {
        match self {
            Self::Full => {
                format!("no room is left ({said}); delete something from this disk, it goes on by itself once there is room")
            }
            Self::Disk => format!("the disk failed ({said}); see dmesg, and save a copy before the card or disk is gone"),
            Self::Corrupt => format!(
                "the file is damaged ({said}); `earwitness run` sets it aside and begins a fresh one, see docs/guide/store.md"
            ),
            Self::Denied => format!("{said}; run as the user that the folder belongs to, or change its owner"),
            Self::Missing => format!("{said}; name the folder that `earwitness run` keeps its store in, or the file itself"),
            Self::Held(holder) => format!("{holder} writes it already; stop that one first, or name another folder"),
            Self::Busy => format!("another program holds it ({said}); close that program and try again"),
            Self::Newer { found } => format!(
                "it was written by a later version of this program (schema {found}, this one knows up to {}); install that version, or name another folder",
                super::VERSION
            ),
            Self::Foreign => format!("it is no store of this program ({said}); name another folder"),
            Self::Unfit | Self::Other => said.to_owned(),
        }
    }
}
