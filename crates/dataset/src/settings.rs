//! By which settings rows were made: rows of different ones are not to be compared.

use std::sync::Arc;

use crate::capture_id::of_octets;

/// Settings of an analysis, one a line, and their digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    lines: Vec<String>,
    digest: Arc<str>,
}

impl Settings {
    /// Settings, each written as `name value`; their order makes no difference.
    #[must_use]
    pub fn new(lines: impl IntoIterator<Item = String>) -> Self {
        let mut lines: Vec<String> = lines.into_iter().collect();
        lines.sort();
        let digest = of_octets(lines.join("\n").as_bytes()).into();
        Self { lines, digest }
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// SHA-256 of the lines in order, separated by line feeds.
    #[must_use]
    pub fn digest(&self) -> &Arc<str> {
        &self.digest
    }

    /// What is set otherwise there, in words: `ours`, not `theirs`.
    #[must_use]
    pub fn difference(&self, theirs: &[String]) -> String {
        let only = |these: &[String], those: &[String]| {
            these.iter().filter(|it| !those.contains(it)).cloned().collect::<Vec<_>>().join(", ")
        };
        let (there, here) = (only(theirs, &self.lines), only(&self.lines, theirs));
        format!("there: {there}; here: {here}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_in_any_order_are_the_same_and_a_difference_is_told() {
        let of = |lines: &[&str]| Settings::new(lines.iter().map(|it| (*it).to_owned()));
        let (one, other) = (of(&["a 1", "b 2"]), of(&["b 2", "a 1"]));
        assert_eq!(one, other);
        let changed = of(&["a 1", "b 3"]);
        assert_ne!(one.digest(), changed.digest());
        assert_eq!(changed.difference(one.lines()), "there: b 2; here: b 3");
    }
}
