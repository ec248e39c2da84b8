//! A damaged file is set aside under another name, never deleted, never written to again.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use earwitness_core::event::What;

use super::FILE;
use super::error::{Error, Kind, Result};
use super::reader::beside;
use earwitness_base::{clock, words};

/// Something that the owner of a store must be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The file was damaged: it lies under another name, and a fresh one was begun.
    SetAside {
        /// Where the damaged file lies now.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// A file of an earlier version was brought up to this one.
    Upgraded {
        /// Version of its schema before.
        from: i64,
        /// Version of its schema now.
        to: i64,
    },
}

impl Notice {
    /// The same as an event.
    #[must_use]
    pub fn what(&self) -> What {
        match self {
            Self::SetAside { path, why } => What::SetAside { path: path.display().to_string(), found: why.clone() },
            Self::Upgraded { from, to } => What::Upgraded { from: *from, to: *to },
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetAside { path, why } => words::set_aside(&path.display().to_string(), why).fmt(out),
            Self::Upgraded { from, to } => words::upgraded(*from, *to).fmt(out),
        }
    }
}

/// Most damaged files that may lie in a folder: a card that damages more is broken, and must not be filled up.
const MOST: usize = 16;

/// Renames the file and what `SQLite` keeps beside it; the names go on belonging together.
pub(super) fn set_aside(folder: &Path, why: &str) -> Result<Notice> {
    let file = folder.join(FILE);
    let fault = |error: &std::io::Error| Error::io("set aside the damaged", &file, error);
    let stem = format!("{FILE}.corrupt.");
    let entries = fs::read_dir(folder).map_err(|error| fault(&error))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let before = names.filter(|name| name.starts_with(&stem) && !name.ends_with("-wal") && !name.ends_with("-shm")).count();
    if before >= MOST {
        let what = format!("{before} damaged files lie there already: replace the card or disk, then move them away");
        return Err(Error::new(Kind::Disk, "set aside one more damaged", &file, what));
    }
    let moment = jiff::Timestamp::from_nanosecond(clock::now().nanos().into()).unwrap_or_default();
    let moment = moment.strftime("%Y%m%dT%H%M%SZ").to_string();
    let free = |path: &PathBuf| !path.exists();
    let names = (0..=MOST).map(|more| if more == 0 { moment.clone() } else { format!("{moment}.{more}") });
    let Some(path) = names.map(|name| folder.join(format!("{stem}{name}"))).find(free) else {
        return Err(Error::new(Kind::Other, "find a name to set aside", &file, "all are taken"));
    };
    // The log before the file: a cut in between leaves a file whose log is set aside, which is damaged still and found to be so.
    for suffix in ["-wal", "-shm", ""] {
        match fs::rename(beside(&file, suffix), beside(&path, suffix)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(fault(&error)),
        }
    }
    sync(folder)?;
    Ok(Notice::SetAside { path, why: why.to_owned() })
}

/// Makes names in a folder durable.
pub(super) fn sync(folder: &Path) -> Result<()> {
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::io("write the folder", folder, &error))
}
