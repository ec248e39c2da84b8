//! From the text of a configuration file to checked settings, every fault with its line and column.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::check::Contradiction;
use super::settings::GatewaySettings;
use earwitness_base::misread::{Fault, Misread, place};

/// Name of the section.
const SECTION: &str = "gateway";

/// Settings, and where each was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The settings, free of contradictions.
    pub settings: GatewaySettings,
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
    let root = DeTable::parse(text).map_err(|error| Misread::of_toml(&error, file, text))?.into_inner();
    let Some((name, section)) = root.into_iter().find(|(name, _)| name.get_ref().as_ref() == SECTION) else {
        let what = format!("there is no section [{SECTION}]; write [{SECTION}] and at least `lan` or `radio` below it");
        return Err(Misread::whole(file, what));
    };
    let (section_at, span) = (name.span(), section.span());
    let DeValue::Table(table) = section.into_inner() else {
        return Err(Fault::at(section_at, format!("`{SECTION}` must be a section: write [{SECTION}]")).located(file, text));
    };
    let keys = table.keys().map(|key| (key.get_ref().to_string(), place(text, key.span().start))).collect();
    let settings =
        GatewaySettings::deserialize(ValueDeserializer::from(Spanned::new(span, DeValue::Table(table)))).map_err(|error| {
            Misread {
                place: error.span().or(Some(section_at.clone())).map(|at| place(text, at.start)),
                ..Misread::of_toml(&error, file, text)
            }
        })?;
    let written = Written { settings, file: file.to_owned(), section: Some(place(text, section_at.start)), keys };
    match written.settings.check() {
        Ok(()) => Ok(written),
        Err(fault) => Err(written.locate(&fault)),
    }
}

#[cfg(test)]
mod tests;
