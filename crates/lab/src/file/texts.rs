//! Texts with names in braces: `{command}` stands for a parameter or for the level of a factor.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_base::misread::Fault;
use toml::Spanned;

use super::place::fault;

/// The levels of one condition, by the name of their factor.
pub(super) type Scope<'a> = BTreeMap<&'a str, &'a str>;

/// Longest text after names were replaced, octets.
const LONGEST: usize = 20_000;

/// What names stand for.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Parameters with their value; none where it has to be set, and then what it is for.
    pub(super) parameters: BTreeMap<String, Result<String, String>>,
    /// Names of all factors.
    pub(super) factors: BTreeSet<String>,
}

impl Texts {
    /// The text with every name replaced. The value of a parameter may name factors, but no parameters.
    pub(super) fn full(&self, text: &Spanned<String>, levels: &Scope<'_>) -> Result<String, Fault> {
        let once = self.replaced(text, text.get_ref(), levels, true)?;
        self.replaced(text, &once, levels, false)
    }

    /// The factors that a text names, also through parameters.
    pub(super) fn named(&self, text: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for name in names(text) {
            if let Some(factor) = self.factors.get(name) {
                found.insert(factor.as_str());
            } else if let Some(Ok(value)) = self.parameters.get(name) {
                found.extend(names(value).filter_map(|it| self.factors.get(it)).map(String::as_str));
            }
        }
        found
    }

    fn replaced(&self, at: &Spanned<String>, text: &str, levels: &Scope<'_>, first: bool) -> Result<String, Fault> {
        let (mut full, mut rest) = (String::new(), text);
        while let Some((before, name, after)) = next(rest) {
            full.push_str(before);
            let value = match (levels.get(name), self.parameters.get(name).filter(|_| first)) {
                (Some(level), _) => level,
                (None, Some(Ok(value))) => value.as_str(),
                (None, Some(Err(about))) => {
                    let hint = if about.is_empty() { String::new() } else { format!(" ({about})") };
                    return Err(fault(at, format!("`{name}` has to be given{hint}: --set {name}=VALUE")));
                }
                (None, None) => return Err(fault(at, self.unknown(name))),
            };
            full.push_str(value);
            if full.len() > LONGEST {
                return Err(fault(at, format!("a text of more than {LONGEST} octets: shorten it")));
            }
            rest = after;
        }
        full.push_str(rest);
        Ok(full)
    }

    fn unknown(&self, name: &str) -> String {
        let all: Vec<&str> = self.parameters.keys().chain(&self.factors).map(String::as_str).collect();
        if all.is_empty() {
            return format!("there is no `{name}`: write it into [parameters] or [factors], or leave the braces out");
        }
        format!("there is no `{name}`; [parameters] and [factors] have {}", all.join(", "))
    }
}

/// The next name in braces, with what stands before and after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text.get(from..)?.find('{') {
        let begin = from + open;
        let inside = text.get(begin + 1..)?;
        let end = inside.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.'));
        if let Some(end) = end.filter(|end| *end > 0 && inside.get(*end..).is_some_and(|rest| rest.starts_with('}'))) {
            return Some((text.get(..begin)?, inside.get(..end)?, inside.get(end + 1..)?));
        }
        from = begin + 1;
    }
    None
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (_, name, after) = next(rest?)?;
        rest = Some(after);
        Some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_other_braces_left() {
        assert_eq!(names("{a} and {b_c} {} {d e} {f").collect::<Vec<_>>(), ["a", "b_c"]);
        let parameters = [("a".to_owned(), Ok("{f} s".to_owned()))].into();
        let texts = Texts { parameters, factors: ["f".to_owned()].into() };
        let full = |text: &str| texts.full(&Spanned::new(3..4, text.to_owned()), &[("f", "0.5")].into());
        assert_eq!(full("x {a} {} {d e} {").ok(), Some("x 0.5 s {} {d e} {".to_owned()));
        assert_eq!(texts.named("{a}"), ["f"].into());
        let refused = full("{g}").unwrap_err();
        assert_eq!((refused.at, refused.what.as_str()), (Some(3..4), "there is no `g`; [parameters] and [factors] have a, f"));
    }

    #[test]
    fn a_parameter_is_not_replaced_without_end() {
        let parameters = [("a".to_owned(), Ok("{a}{a}".to_owned()))].into();
        let texts = Texts { parameters, factors: BTreeSet::new() };
        assert!(texts.full(&Spanned::new(0..1, "{a}".to_owned()), &Scope::new()).is_err());
    }
}
