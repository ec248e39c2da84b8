//! Lines of fields between tabs, as the state is kept.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use crate::findings::DeviceId;
use crate::mac::Mac;
use crate::time::Timestamp;

/// A line that is written field by field.
pub(super) struct Line<'a>(&'a mut String);

impl<'a> Line<'a> {
    pub(super) fn new(out: &'a mut String, key: &str) -> Self {
        out.push_str(key);
        Self(out)
    }

    pub(super) fn put(self, field: impl Display) -> Self {
        // Nothing that is written to memory fails.
        let _ = write!(self.0, "\t{field}");
        self
    }

    pub(super) fn at(self, at: Timestamp) -> Self {
        self.put(at.nanos())
    }

    pub(super) fn device(self, device: DeviceId) -> Self {
        match device {
            DeviceId::Mac(mac) => self.put(mac),
            DeviceId::Address(address) => self.put(address),
        }
    }

    /// What others chose.
    pub(super) fn text(self, text: &str) -> Self {
        self.0.push('\t');
        for letter in text.chars() {
            match letter {
                '\\' => self.0.push_str("\\\\"),
                '\t' => self.0.push_str("\\t"),
                '\n' => self.0.push_str("\\n"),
                other => self.0.push(other),
            }
        }
        self
    }

    pub(super) fn end(self) {
        self.0.push('\n');
    }
}

/// A line that is read field by field.
pub(super) struct Fields<'a>(std::str::Split<'a, char>);

impl<'a> Fields<'a> {
    /// The key, and the fields behind it.
    pub(super) fn of(line: &'a str) -> (&'a str, Self) {
        let mut fields = line.split('\t');
        (fields.next().unwrap_or_default(), Self(fields))
    }

    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    pub(super) fn get<T: FromStr>(&mut self) -> Option<T> {
        self.word()?.parse().ok()
    }

    pub(super) fn at(&mut self) -> Option<Timestamp> {
        self.get().map(Timestamp::from_nanos)
    }

    pub(super) fn device(&mut self) -> Option<DeviceId> {
        let word = self.word()?;
        let mac = word.parse::<Mac>().map(DeviceId::Mac);
        mac.ok().or_else(|| word.parse().map(DeviceId::Address).ok())
    }

    pub(super) fn text(&mut self) -> Option<String> {
        let mut letters = self.word()?.chars();
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            text.push(match letter {
                '\\' => match letters.next()? {
                    't' => '\t',
                    'n' => '\n',
                    other => other,
                },
                other => other,
            });
        }
        Some(text)
    }
}
