//! Where it is published, and in which form.

use std::collections::BTreeSet;
use std::fmt;

use earwitness_core::mac::Mac;

/// Longest part of a topic that a person chooses, octets.
const LONGEST: usize = 100;

/// The beginning of topics: levels of letters, digits, `-`, `_` and `.`, so that it has no wildcard and can stand in an id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic(String);

/// What is no beginning of topics.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is no beginning of topics; write letters, digits, - and _, with / between levels, such as home/earwitness")]
pub struct NotATopic(pub String);

impl Topic {
    /// From how it is written.
    ///
    /// # Errors
    /// When it is empty or longer than 100 octets, has an empty level, or a sign that is not allowed.
    pub fn new(text: &str) -> Result<Self, NotATopic> {
        let is_fine = |level: &str| {
            !level.is_empty() && level.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'))
        };
        let fine = text.len() <= LONGEST && text.split('/').all(is_fine);
        if fine { Ok(Self(text.to_owned())) } else { Err(NotATopic(text.to_owned())) }
    }

    /// As Home Assistant takes ids: letters, digits, `-` and `_`.
    pub(crate) fn id(&self) -> String {
        self.0.replace(['/', '.'], "_")
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// In which form Home Assistant is told what there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A message for each entity: all versions.
    Entity,
    /// A message for each device: versions of Home Assistant that know device discovery, from the end of 2024 on.
    Device,
}

impl Form {
    /// How it is written, in settings and in what is published.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Device => "device",
        }
    }

    /// The form of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Entity, Self::Device].into_iter().find(|it| it.word() == word)
    }
}

/// Where it is published, and in which form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The beginning of our own topics; two programs at one broker need two.
    pub base: Topic,
    /// The beginning of Home Assistant's topics of discovery.
    pub prefix: Topic,
    /// The form of discovery.
    pub form: Form,
    /// Devices of which nothing is published.
    pub except: BTreeSet<Mac>,
    /// The version of the program, as discovery names it.
    pub version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_of_topics_has_no_wildcard_and_no_empty_level() {
        assert_eq!(Topic::new("home/ear.witness-2").unwrap().id(), "home_ear_witness-2");
        for wrong in ["", "/a", "a/", "a//b", "a+", "#", "$SYS", "a b", "küche", "a\0", &"x".repeat(101)] {
            assert!(Topic::new(wrong).unwrap_err().to_string().contains("home/earwitness"), "{wrong:?}");
        }
        assert_eq!([Form::Entity, Form::Device].map(|form| Form::parse(form.word())), [Some(Form::Entity), Some(Form::Device)]);
    }
}
