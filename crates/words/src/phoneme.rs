//! The phonemes of English as the CMU pronouncing dictionary writes them (`ARPAbet`).

use std::fmt;

/// How many phonemes there are.
pub const COUNT: usize = 39;

const NAMES: [&str; COUNT] = [
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M",
    "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
];

/// One phoneme, without stress.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phoneme(u8);

impl Phoneme {
    /// All of them, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(COUNT).map(Self)
    }

    /// The phoneme of this name; a digit of stress at its end says nothing.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim_end_matches(['0', '1', '2']);
        let place = NAMES.binary_search_by(|it| it.bytes().cmp(name.bytes().map(|it| it.to_ascii_uppercase()))).ok()?;
        u8::try_from(place).ok().map(Self)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self.place()).copied().unwrap_or_default()
    }

    /// Whether it is a vowel or a diphthong.
    #[must_use]
    pub fn is_vowel(self) -> bool {
        self.name().starts_with(['A', 'E', 'I', 'O', 'U'])
    }

    /// Its place among all of them, below [`COUNT`].
    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Debug for Phoneme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no phoneme's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is no phoneme of the CMU pronouncing dictionary (such as AH or K)")]
pub struct Unknown(pub String);

/// Phonemes from their names with spaces between: `AH0 L EH1 K S AH0`.
///
/// # Errors
/// The first name that is [`Unknown`].
pub fn parse(names: &str) -> Result<Vec<Phoneme>, Unknown> {
    names.split_ascii_whitespace().map(|name| Phoneme::named(name).ok_or_else(|| Unknown(name.to_owned()))).collect()
}

/// Their names, with spaces between.
#[must_use]
pub fn write(phonemes: &[Phoneme]) -> String {
    phonemes.iter().map(|it| it.name()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_without_stress() {
        assert_eq!(write(&parse("ah0 L EH1 K S AH0").unwrap()), "AH L EH K S AH");
        assert!(Phoneme::all().all(|it| Phoneme::named(it.name()) == Some(it)));
        assert_eq!(parse(" ").unwrap(), []);
    }

    #[test]
    fn a_name_that_is_none_is_told() {
        assert_eq!(parse("AH QX"), Err(Unknown("QX".to_owned())));
    }
}
