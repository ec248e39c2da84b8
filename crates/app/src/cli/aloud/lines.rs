//! A file in a folder that lines are only ever added to, each on the disk before anything is told of it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use earwitness_base::trust;
use rustix::fs::{FlockOperation, flock};
use serde::Serialize;

/// The longest line, octets: an experiment itself, escaped.
const LONGEST: u64 = 8 << 20;

/// The file, open for writing and locked: nobody else writes to it until it is closed, also by a kill.
pub(in crate::cli) struct Lines {
    path: PathBuf,
    file: File,
}

impl Lines {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// It cannot be written, or somebody else writes to it.
    pub(in crate::cli) fn open(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let path = folder.join(name);
        let file = trust::in_folder(folder, name).and_then(|place| place.append_own(0o600));
        let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!("another program writes to {}: wait for it, or name another folder with --state", path.display());
        }
        Ok(Self { path, file })
    }

    /// Takes off the last line, which was cut when the power failed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(in crate::cli) fn take_off_last(&self) -> anyhow::Result<()> {
        let name = self.path.display();
        let text = fs::read(&self.path).with_context(|| format!("{name} cannot be read"))?;
        let body = text.strip_suffix(b"\n").unwrap_or(&text);
        let whole = body.iter().rposition(|it| *it == b'\n').map_or(0, |at| at + 1);
        self.file.set_len(whole as u64).and_then(|()| self.file.sync_all()).with_context(|| format!("{name} cannot be written"))
    }

    /// Adds a line; it is on the disk when this comes back.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(in crate::cli) fn add(&mut self, record: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        // In one piece, so that a line is cut but never mixed.
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

/// Hands over each line of a file, from the first on.
///
/// # Errors
/// The file cannot be read, or those of `take`, with its name.
pub(in crate::cli) fn each_line(path: &Path, take: &mut dyn FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let name = path.display();
    let mut reader = BufReader::new(File::open(path).with_context(|| format!("{name} cannot be read"))?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let count =
            reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).with_context(|| format!("{name} cannot be read"))?;
        if count == 0 {
            return Ok(());
        }
        take(&String::from_utf8_lossy(&line)).with_context(|| name.to_string())?;
    }
}
