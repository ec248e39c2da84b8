//! The file of the queue: lines of JSON, each behind its CRC-32.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use earwitness_base::trust;

use super::model::{Line, Model};

/// Its name in the folder of the store.
pub const FILE: &str = "notices.queue";
/// The name that it has while it is written anew.
const NEW: &str = "notices.queue.new";

/// Lines after which it is written anew.
const LINES: usize = 2_000;
/// What is read of it at most, octets: 256 letters of at most some kB each, and as many lines as above.
const LONGEST: u64 = 32 << 20;

/// The file, open to be added to.
#[derive(Debug)]
pub(super) struct Lines {
    folder: PathBuf,
    /// `None` after the disk has refused: then it is written anew.
    file: Option<File>,
    count: usize,
}

/// What is in the file of a folder; nothing, where there is none.
pub(super) fn read(folder: &Path) -> io::Result<Model> {
    let mut octets = Vec::new();
    match File::open(folder.join(FILE)) {
        Ok(file) => drop(file.take(LONGEST).read_to_end(&mut octets)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut model = Model::default();
    let mut damaged = 0;
    for line in octets.split(|it| *it == b'\n').filter(|it| !it.is_empty()) {
        match parse(line) {
            Some(line) => model.take(&line),
            None => damaged += 1,
        }
    }
    if damaged > 0 {
        tracing::warn!(damaged, "lines of the queue of notices were damaged and left out");
    }
    Ok(model)
}

fn parse(line: &[u8]) -> Option<Line> {
    let (sum, json) = line.split_at_checked(9)?;
    let sum = std::str::from_utf8(sum).ok()?.strip_suffix(' ')?;
    let is_sound = u32::from_str_radix(sum, 16).ok()? == crc32fast::hash(json);
    is_sound.then(|| serde_json::from_slice(json).ok()).flatten()
}

fn put(out: &mut Vec<u8>, line: &Line) {
    // No key is a number.
    let json = serde_json::to_string(line).unwrap_or_default();
    out.extend_from_slice(format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).as_bytes());
}

impl Lines {
    /// Writes the file anew.
    pub(super) fn begin(folder: &Path, model: &Model) -> io::Result<Self> {
        let mut lines = Self { folder: folder.to_owned(), file: None, count: 0 };
        lines.write_anew(model)?;
        Ok(lines)
    }

    /// Adds lines, and waits until they are on the disk; whether that went well and the file is not too long.
    pub(super) fn add(&mut self, lines: &[Line]) -> bool {
        let mut octets = Vec::new();
        for line in lines {
            put(&mut octets, line);
        }
        self.count += lines.len();
        let Some(file) = &mut self.file else { return false };
        let written = file.write_all(&octets).and_then(|()| file.sync_data());
        if let Err(error) = &written {
            tracing::warn!(%error, "the queue of notices cannot be written");
            // A part of a line may be there.
            self.file = None;
        }
        written.is_ok() && self.count < LINES
    }

    /// Writes the file anew; where the disk refuses, the next time.
    pub(super) fn rewrite(&mut self, model: &Model) {
        if let Err(error) = self.write_anew(model) {
            tracing::warn!(%error, "the queue of notices cannot be written");
            self.file = None;
        }
    }

    fn write_anew(&mut self, model: &Model) -> io::Result<()> {
        let mut octets = Vec::new();
        let mut count = 0;
        for line in model.lines() {
            put(&mut octets, &line);
            count += 1;
        }
        let (new, whole) = (trust::in_folder(&self.folder, NEW)?, trust::in_folder(&self.folder, FILE)?);
        whole.check_own()?;
        let mut file = new.open_own(0o600)?;
        file.set_len(0)?;
        file.write_all(&octets)?;
        file.sync_all()?;
        new.rename(&whole)?;
        // The name too.
        File::open(&self.folder)?.sync_all()?;
        (self.file, self.count) = (Some(file), count);
        Ok(())
    }
}
