//! From the text of a configuration file to checked settings, every fault with its line and column.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::check::Contradiction;
use super::settings::Settings;
use crate::misread::{Misread, place};

/// Name of the section.
const SECTION: &str = "gateway";

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
        Misread { file: self.file.clone(), place: at, what: fault.to_string() }
    }
}

/// Reads the section `[gateway]` of a configuration; other sections are others' business. `file` is for the error.
pub fn read(text: &str, file: &str) -> Result<Written, Misread> {
    let misread = |at: Option<Range<usize>>, what: String| Misread {
        file: file.to_owned(),
        place: at.map(|at| place(text, at.start)),
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
            place: error.span().or(Some(section_at.clone())).map(|at| place(text, at.start)),
            ..from_toml(&error)
        })?;
    let written = Written { settings, file: file.to_owned(), section: Some(place(text, section_at.start)), keys };
    match written.settings.check() {
        Ok(()) => Ok(written),
        Err(fault) => Err(written.locate(&fault)),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
