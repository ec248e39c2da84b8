//! What a search with a device wrote down, line by line, so that one that was broken off goes on.

use std::path::Path;

use anyhow::{Context as _, bail};
use earwitness_base::trust;
use earwitness_words::{Manner, Seen};
use serde::{Deserialize, Serialize};

use super::super::super::aloud::{Lines, each_line};

/// Name of the file.
pub(super) const FILE: &str = "words.jsonl";
/// Version of the format.
pub(super) const FORMAT: u32 = 1;

/// A line.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(super) enum Record {
    /// What is searched for, and how: the first line.
    Search(Box<Header>),
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
    /// Decibels against the usual level, where words are not all played at that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) levels: Vec<f32>,
    pub(super) seed: u64,
    pub(super) plays: usize,
    pub(super) slots: usize,
    pub(super) alpha: f64,
    /// The device that was named on the command line.
    pub(super) device: Option<String>,
    pub(super) home: String,
    /// What is played again of an earlier search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replay: Option<Replayed>,
}

/// What is played again of an earlier search.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(super) struct Replayed {
    pub(super) words: usize,
    /// Of the words, and of how each was played.
    pub(super) digest: String,
    /// Most plays of each.
    pub(super) each: usize,
}

impl Header {
    /// Whether another program's search is the same one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Self { program: other.program.clone(), ..self.clone() } == *other
    }
}

/// What sounds in a slot.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(tag = "sounds", rename_all = "snake_case")]
pub(super) enum InSlot {
    Word {
        text: String,
        #[serde(flatten)]
        manner: InManner,
    },
    Again {
        text: String,
        #[serde(flatten)]
        manner: InManner,
    },
    WakeWord {
        #[serde(flatten)]
        manner: InManner,
    },
    Nothing,
}

/// How it is said.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct InManner {
    pub(super) voice: String,
    /// Decibels against the usual level.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub(super) level_db: f32,
}

impl From<Manner> for InManner {
    fn from(Manner { voice, level_db }: Manner) -> Self {
        Self { voice, level_db }
    }
}

/// Whether that is the usual level, which is not written down.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
pub(in crate::cli::words) fn is_usual(level_db: &f32) -> bool {
    level_db.abs() <= 0.0
}

/// What the device did in a slot.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, Debug)]
pub(super) struct Reaction {
    #[serde(with = "seen")]
    pub(super) seen: Seen,
    /// Sound that it uploaded, seconds.
    pub(super) seconds: f64,
    /// When that was over, seconds after the beginning of the slot.
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

/// Opens or makes the journal of a folder; the lines in it.
pub(super) fn open(folder: &Path) -> anyhow::Result<(Lines, Vec<Record>)> {
    let folder = trust::folder(folder).with_context(|| format!("the folder {} cannot be used", folder.display()))?.path;
    let lines = Lines::open(&folder, FILE)?;
    let (records, is_torn) = read(&folder.join(FILE))?;
    if is_torn {
        lines.take_off_last()?;
    }
    Ok((lines, records))
}

/// The lines of a journal, and whether the last one was cut: then it is not among them.
pub(super) fn read(path: &Path) -> anyhow::Result<(Vec<Record>, bool)> {
    let (mut records, mut torn) = (Vec::new(), None);
    each_line(path, &mut |line| {
        // Only the last one may be cut, by a machine that was switched off while it was written.
        if let Some(why) = torn.take() {
            bail!("line {}: {why}", records.len() + 1);
        }
        match serde_json::from_str(line) {
            Ok(record) => records.push(record),
            Err(error) => torn = Some(error),
        }
        Ok(())
    })?;
    Ok((records, torn.is_some()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_line_that_was_cut_is_taken_off_and_damage_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let first = Record::Device { mac: "02:00:00:00:00:01".into(), name: "hall".into() };
        let second = Record::Seen { number: 3, seen: vec![Reaction { seen: Seen::Busy, seconds: 0.5, busy: 2.0 }] };
        let (mut journal, records) = open(folder.path()).unwrap();
        assert!(records.is_empty());
        journal.add(&first).unwrap();
        journal.add(&second).unwrap();
        drop(journal);
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"{\"record\":\"dev"].concat()).unwrap();
        assert_eq!(open(folder.path()).unwrap().1, [first, second]);
        assert_eq!(fs::read(&path).unwrap(), whole);
        fs::write(&path, [b"nonsense\n", &whole[..]].concat()).unwrap();
        let error = format!("{:#}", open(folder.path()).err().unwrap());
        assert!(error.contains("line 1"), "{error}");
        // Nobody else writes meanwhile.
        fs::write(&path, whole).unwrap();
        let _held = open(folder.path()).unwrap();
        let error = format!("{:#}", open(folder.path()).err().unwrap());
        assert!(error.contains("another program writes"), "{error}");
    }
}
