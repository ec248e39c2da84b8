//! Probe logs: what was played when, one line per slot, as comma-separated values or JSON Lines. Described in `docs/guide/analyze.md`.
//!
//! Another lab's log may hold as little as the moments of its probes. What contradicts itself is refused with file, line and column.

mod build;
mod comma;
mod field;
mod lines;
mod local;
mod lots;
mod offset;
mod row;
mod sounded;
mod trouble;
mod write;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;

use earwitness_base::encoding;
use earwitness_core::probe::Round;
use earwitness_core::schedule::Design;

pub use self::field::{heard_word, sound_word, void_word};
pub use self::local::{Columns, Reading};
pub use self::lots::{NotAsDrawn, check_lots};
pub use self::offset::{Misfit, duration, misfit, moved};
pub use self::trouble::{Place, ReadError, Trouble};
pub use self::write::{write_csv, write_jsonl};

use self::trouble::Fault;

/// How the session was laid out, as far as the log tells.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Header {
    /// What the lots were drawn from.
    pub seed: Option<u64>,
    /// The chance that any device at all is accused falsely.
    pub alpha: Option<f64>,
    /// Slots of a round.
    pub slots: Option<u32>,
    /// Length of a slot, nanoseconds.
    pub slot: Option<i64>,
    /// Silence between two slots, nanoseconds.
    pub guard: Option<i64>,
    /// What the session is called.
    pub title: Option<String>,
}

impl Header {
    /// The layout of a session.
    #[must_use]
    pub fn of(design: &Design, alpha: f64) -> Self {
        Self {
            seed: Some(design.seed),
            alpha: Some(alpha),
            slots: u32::try_from(design.slots).ok(),
            slot: Some(design.slot),
            guard: Some(design.guard),
            title: None,
        }
    }
}

/// A log that has been read.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Log {
    /// What stands before the slots.
    pub header: Option<Header>,
    /// The rounds in order of time; the slots of each as well.
    pub rounds: Vec<Round>,
    /// What was odd, and how it was taken; a sentence each.
    pub warnings: Vec<String>,
}

/// Largest log that is read, octets.
const LARGEST: u64 = 512 << 20;

/// Most warnings that are listed.
const WARNINGS: usize = 10;

/// Reads the log at a path; `-` is standard input.
///
/// # Errors
/// When it cannot be read, or is no log (see [`parse`]).
pub fn read(path: &Path, reading: &Reading) -> Result<Log, ReadError> {
    let (name, source): (_, Box<dyn Read>) = if path.as_os_str() == "-" {
        ("standard input".into(), Box::new(std::io::stdin()))
    } else {
        let file = std::fs::File::open(path).map_err(|source| ReadError::Open { path: path.to_owned(), source })?;
        (path.to_string_lossy(), Box::new(file))
    };
    let mut bytes = Vec::new();
    let read = source.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|source| ReadError::Read { name: name.clone().into_owned(), source })?;
    if bytes.len() as u64 > LARGEST {
        return Err(ReadError::Large { name: name.into_owned() });
    }
    Ok(parse(&bytes, &name, reading)?)
}

/// Reads a log; `name` is how messages call it.
///
/// # Errors
/// When it holds no slot, a field that is not understood, or what contradicts itself: overlapping slots, a round without a probe.
pub fn parse(bytes: &[u8], name: &str, reading: &Reading) -> Result<Log, Trouble> {
    parsed(bytes, reading).map_err(|fault| fault.named(name))
}

fn parsed(bytes: &[u8], reading: &Reading) -> Result<Log, Fault> {
    let mut warnings = Vec::new();
    let text = encoding::text(bytes, &mut warnings).map_err(|garbled| Fault::of_all(garbled.to_string()))?;
    let (header, rows) = if text.trim_start().starts_with('{') {
        lines::rows(&text, reading, &mut warnings)?
    } else {
        (None, comma::rows(&text, reading, &mut warnings)?)
    };
    if rows.is_empty() {
        let what =
            "the log holds no slot; a line for each is needed, under a line with the names of the columns, or as JSON objects";
        return Err(Fault::of_all(what));
    }
    coarse(&rows, &mut warnings);
    let rounds = build::rounds(rows, header.is_some(), &mut warnings)?;
    if let Some(more) = warnings.len().checked_sub(WARNINGS).filter(|more| *more > 0) {
        warnings.truncate(WARNINGS);
        warnings.push(format!("and {more} more oddities like these"));
    }
    Ok(Log { header, rounds, warnings })
}

/// Warns of times without seconds: a sound that was played half a minute later would be held against the wrong slot.
fn coarse(rows: &[row::Row], warnings: &mut Vec<String>) {
    let mut lines = rows.iter().filter(|row| row.coarse).map(|row| row.line);
    let Some(first) = lines.next() else { return };
    let many = lines.fold(1_u64, |sum, _| sum + 1);
    let lines =
        if many == 1 { format!("line {first} has a time") } else { format!("{many} lines, from line {first} on, have times") };
    warnings.push(format!(
        "{lines} without seconds, taken as the beginning of the minute: unless the sounds were played then, what devices sent is held against the wrong seconds; \
         write times with seconds"
    ));
}
