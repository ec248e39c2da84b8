//! From the text of a configuration file to checked settings, every fault with its line and column.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::check::Contradiction;
use super::settings::Settings;

/// Name of the section.
const SECTION: &str = "gateway";

/// A configuration that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misread {
    /// Name of the file.
    pub file: String,
    /// Line and column in characters, both from 1; `None` when the whole file is meant.
    pub at: Option<(usize, usize)>,
    /// What is wrong, and what is allowed.
    pub what: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, at, what } = self;
        match at {
            Some((line, column)) => write!(out, "{file}:{line}:{column}: {what}"),
            None => write!(out, "{file}: {what}"),
        }
    }
}

impl std::error::Error for Misread {}

/// Settings, and where each was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The settings, free of contradictions.
    pub settings: Settings,
    file: String,
    section: Option<(usize, usize)>,
    keys: BTreeMap<String, (usize, usize)>,
}

impl Written {
    /// A contradiction, at the place of its key, or of the section where the key is not written.
    #[must_use]
    pub fn locate(&self, fault: &Contradiction) -> Misread {
        let at = self.keys.get(fault.key).copied().or(self.section);
        Misread { file: self.file.clone(), at, what: fault.to_string() }
    }
}

/// Reads the section `[gateway]` of a configuration; other sections are others' business. `file` is for the error.
pub fn read(text: &str, file: &str) -> Result<Written, Misread> {
    let misread = |at: Option<Range<usize>>, what: String| Misread {
        file: file.to_owned(),
        at: at.map(|at| place(text, at.start)),
        what: what.replace('\n', ", "),
    };
    let from_toml = |error: &toml::de::Error| misread(error.span(), error.message().to_owned());
    let root = DeTable::parse(text).map_err(|error| from_toml(&error))?.into_inner();
    let Some((name, section)) = root.into_iter().find(|(name, _)| name.get_ref().as_ref() == SECTION) else {
        return Err(misread(
            None,
            format!("there is no section [{SECTION}]; write [{SECTION}] and at least `lan` or `radio` below it"),
        ));
    };
    let (section_at, span) = (name.span(), section.span());
    let DeValue::Table(table) = section.into_inner() else {
        return Err(misread(Some(section_at), format!("`{SECTION}` must be a section: write [{SECTION}]")));
    };
    let keys = table.keys().map(|key| (key.get_ref().to_string(), place(text, key.span().start))).collect();
    let settings =
        Settings::deserialize(ValueDeserializer::from(Spanned::new(span, DeValue::Table(table)))).map_err(|error| Misread {
            at: error.span().or(Some(section_at.clone())).map(|at| place(text, at.start)),
            ..from_toml(&error)
        })?;
    let written = Written { settings, file: file.to_owned(), section: Some(place(text, section_at.start)), keys };
    match written.settings.check() {
        Ok(()) => Ok(written),
        Err(fault) => Err(written.locate(&fault)),
    }
}

/// Line and column, both from 1, of an offset into the text.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
