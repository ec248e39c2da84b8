//! One line of a log: one slot.

use earwitness_base::moment;
use earwitness_core::probe::{Heard, SoundKind, Void};
use earwitness_core::time::Timestamp;
use earwitness_core::timeline::{Arrangement, Condition, LONGEST_TEXT};

use super::field::{self, HEARD, KEYS, KINDS, Key, NAMES, SOUNDS};
use super::local::Reading;
use super::trouble::{Fault, Place};

/// Most lines of a log.
pub(super) const MOST_LINES: usize = 1_000_000;

/// Longest name of a sound, octets: a text that is said is part of the name, and is never cut.
const LONGEST_NAME: usize = LONGEST_TEXT;

/// A slot as it is written in the log.
#[derive(Clone, Default, Debug)]
pub(super) struct Row {
    /// Where the line begins.
    pub(super) line: u64,
    /// Column of each field that is given.
    columns: [u32; KEYS],
    pub(super) round: Option<u32>,
    pub(super) slot: Option<u32>,
    pub(super) is_probe: Option<bool>,
    pub(super) start: Timestamp,
    pub(super) slot_seconds: Option<i64>,
    pub(super) onset: Option<Timestamp>,
    pub(super) seconds: Option<i64>,
    pub(super) stimulus: Option<String>,
    pub(super) sound: Option<SoundKind>,
    pub(super) heard: Option<Heard>,
    pub(super) void: Option<Void>,
    pub(super) timelines: Option<Arrangement>,
    pub(super) condition: Condition,
    /// Whether a moment of it has no seconds.
    pub(super) coarse: bool,
}

impl Row {
    /// A row without any field yet.
    pub(super) fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Takes one field; an empty one counts as not given.
    pub(super) fn take(&mut self, key: Key, text: &str, at: Place, reading: &Reading) -> Result<(), Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if let Some(column) = self.columns.get_mut(key as usize) {
            *column = u32::try_from(at.column).unwrap_or(u32::MAX);
        }
        self.read(key, text, reading).map_err(|what| Fault::at(at, format!("{}: {what}", key.name())))
    }

    fn read(&mut self, key: Key, text: &str, reading: &Reading) -> Result<(), String> {
        if matches!(key, Key::Start | Key::Onset) {
            self.coarse |= moment::is_coarse(text);
        }
        match key {
            Key::Round => self.round = Some(field::whole(text)?),
            Key::Slot => self.slot = Some(field::whole(text)?),
            Key::Kind => self.is_probe = Some(field::word(text, &KINDS)?),
            Key::Start => self.start = reading.moment(text)?,
            Key::SlotSeconds => self.slot_seconds = Some(field::seconds(text)?),
            Key::Onset => self.onset = Some(reading.moment(text)?),
            Key::Seconds => self.seconds = Some(field::seconds_or_none(text)?),
            Key::Stimulus if text.len() > LONGEST_NAME => return Err(format!("longer than {LONGEST_NAME} octets; shorten it")),
            Key::Stimulus => self.stimulus = Some(text.to_owned()),
            Key::Sound => self.sound = Some(field::word(text, &SOUNDS)?),
            Key::Heard => self.heard = Some(field::word(text, &HEARD)?),
            Key::Void => self.void = Some(field::void(text)),
        }
        Ok(())
    }

    /// Whether a field was given.
    pub(super) fn has(&self, key: Key) -> bool {
        self.columns.get(key as usize).is_some_and(|column| *column > 0)
    }

    /// Where a field stands, or the beginning of the line if it was not given.
    pub(super) fn place(&self, key: Key) -> Place {
        let column = self.columns.get(key as usize).copied().unwrap_or(0).max(1);
        Place { line: self.line, column: u64::from(column) }
    }

    /// What must be there, and what makes no sense together.
    pub(super) fn check(self) -> Result<Self, Fault> {
        if !self.has(Key::Start) {
            return Err(Fault::at(
                Place { line: self.line, column: 1 },
                "start is missing: every line needs the moment at which its slot begins",
            ));
        }
        if self.is_probe == Some(false)
            && let Some((key, name)) = NAMES
                .into_iter()
                .find(|entry| matches!(entry.0, Key::Onset | Key::Seconds | Key::Stimulus | Key::Sound) && self.has(entry.0))
        {
            let what = format!("{name} is given for a sham, in which nothing sounds; write kind=probe or leave {name} empty");
            return Err(Fault::at(self.place(key), what));
        }
        let begins = Place { line: self.line, column: 1 };
        if self.is_probe == Some(false) && (self.timelines.is_some() || !self.condition.is_empty()) {
            let what = "timelines or factors are given for a sham, in which nothing sounds; leave them out, or write kind=probe";
            return Err(Fault::at(begins, what));
        }
        Ok(self)
    }
}
