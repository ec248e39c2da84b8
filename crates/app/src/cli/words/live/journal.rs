//! What a search with a device wrote down, line by line, so that one that was broken off goes on.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use earwitness_base::trust;
use earwitness_words::Seen;
use serde::{Deserialize, Serialize};

/// Name of the file.
const FILE: &str = "words.jsonl";
/// Version of the format.
pub(super) const FORMAT: u32 = 1;
/// The longest line, octets.
const LONGEST: u64 = 1 << 20;

/// A line.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(super) enum Record {
    /// What is searched for, and how: the first line.
    Search(Header),
    /// The device that is asked.
    Device { mac: String, name: String },
    /// A round begins.
    Round { number: u32, at_ns: i64, slot_seconds: u16, slots: Vec<InSlot> },
    /// It was played: when its first slot began. The others follow one after the other.
    Played { number: u32, from_ns: i64 },
    /// What the device did in each slot of it.
    Seen { number: u32, seen: Vec<Reaction> },
    /// It came to nothing.
    Void { number: u32, why: String },
}

/// What is searched for, and how.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct Header {
    pub(super) format: u32,
    pub(super) program: String,
    pub(super) wake_word: String,
    pub(super) phonemes: String,
    /// Texts that may be played, and a digest of them all.
    pub(super) words: usize,
    pub(super) digest: String,
    pub(super) voices: Vec<String>,
    pub(super) seed: u64,
    pub(super) plays: usize,
    pub(super) slots: usize,
    pub(super) alpha: f64,
    /// The device that was named on the command line.
    pub(super) device: Option<String>,
    pub(super) home: String,
}

impl Header {
    /// Whether another program's search is the same one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Self { program: other.program.clone(), ..self.clone() } == *other
    }
}

/// What sounds in a slot.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(tag = "sounds", rename_all = "snake_case")]
pub(super) enum InSlot {
    Word { text: String, voice: String },
    Again { text: String, voice: String },
    WakeWord { voice: String },
    Nothing,
}

/// What the device did in a slot.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct Reaction {
    #[serde(with = "seen")]
    pub(super) seen: Seen,
    pub(super) seconds: f64,
    pub(super) busy: f64,
}

mod seen {
    use earwitness_words::Seen;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    const NAMES: [(Seen, &str); 4] =
        [(Seen::Began, "began"), (Seen::Quiet, "quiet"), (Seen::Busy, "busy"), (Seen::Unknown, "unknown")];

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(it: &Seen, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(NAMES.iter().find(|(seen, _)| seen == it).map_or("unknown", |it| it.1))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Seen, D::Error> {
        let name = String::deserialize(input)?;
        let known = NAMES.iter().find(|it| it.1 == name).map(|it| it.0);
        known.ok_or_else(|| D::Error::custom(format!("{name:?} is nothing that a device does in a slot")))
    }
}

/// The journal in a folder.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens or makes the journal of a folder; the lines in it.
    pub(super) fn open(folder: &Path) -> anyhow::Result<(Self, Vec<Record>)> {
        let folder = trust::folder(folder).with_context(|| format!("the folder {} cannot be used", folder.display()))?.path;
        let path = folder.join(FILE);
        let file = trust::in_folder(&folder, FILE).and_then(|place| place.append_own(0o600));
        let file = file.with_context(|| cannot(&path, "written"))?;
        // Held until it is closed, also by a kill.
        if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!("another search writes to {}: wait for it, or name another folder with --state", path.display());
        }
        let (records, whole) = read(&path)?;
        if let Some(whole) = whole {
            // A line that was cut when the power failed.
            let file = fs::OpenOptions::new().write(true).open(&path).with_context(|| cannot(&path, "written"))?;
            file.set_len(whole).and_then(|()| file.sync_all()).with_context(|| cannot(&path, "written"))?;
        }
        Ok((Self { path, file }, records))
    }

    /// Writes a line; it is on the disk when this comes back.
    pub(super) fn write(&mut self, record: &Record) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        // In one piece, so that a line is cut but never mixed.
        self.file.write_all(&line).and_then(|()| self.file.sync_data()).with_context(|| cannot(&self.path, "written"))
    }
}

/// The lines of a file that may not be there; and how many octets of it are whole, where its last line is not.
fn read(path: &Path) -> anyhow::Result<(Vec<Record>, Option<u64>)> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
        other => other.with_context(|| cannot(path, "read"))?,
    };
    let mut reader = BufReader::new(file);
    let (mut records, mut line, mut whole) = (Vec::new(), Vec::new(), 0);
    loop {
        line.clear();
        let count = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).with_context(|| cannot(path, "read"))?;
        if count == 0 {
            return Ok((records, None));
        }
        match serde_json::from_slice(&line) {
            Ok(record) if line.ends_with(b"\n") => records.push(record),
            _ if !line.ends_with(b"\n") && (line.len() as u64) < LONGEST => return Ok((records, Some(whole))),
            Ok(_) => bail!("{}: line {} is too long", path.display(), records.len() + 1),
            Err(error) => bail!("{}: line {}: {error}", path.display(), records.len() + 1),
        }
        whole += count as u64;
    }
}

fn cannot(path: &Path, what: &str) -> String {
    format!("{} cannot be {what}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_is_taken_off_and_damage_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let first = Record::Device { mac: "02:00:00:00:00:01".into(), name: "hall".into() };
        let second = Record::Seen { number: 3, seen: vec![Reaction { seen: Seen::Busy, seconds: 0.5, busy: 2.0 }] };
        let (mut journal, records) = Journal::open(folder.path()).unwrap();
        assert!(records.is_empty());
        journal.write(&first).unwrap();
        journal.write(&second).unwrap();
        drop(journal);
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"{\"record\":\"dev"].concat()).unwrap();
        assert_eq!(Journal::open(folder.path()).unwrap().1, [first, second]);
        assert_eq!(fs::read(&path).unwrap(), whole);
        fs::write(&path, [b"nonsense\n", &whole[..]].concat()).unwrap();
        let error = Journal::open(folder.path()).err().unwrap().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
