//! Factors of an experiment, and the level of each that a trial has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::bounds::{Fault, MOST_COMBINATIONS, MOST_FACTORS};

/// Longest name of a factor, octets.
const LONGEST_NAME: usize = 64;
/// Longest level, octets.
const LONGEST_LEVEL: usize = 1_000;

/// Something that an experiment varies, with the levels that it may have: `postfix_s` with 0, 0.5 and 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Factor {
    name: String,
    levels: Vec<String>,
}

impl Factor {
    /// A factor with its levels in their order.
    ///
    /// # Errors
    /// [`Fault::Factor`] for a name that has other characters than letters, digits, `_`, `-` and `.`, a level that is empty or too long, two equal levels, or none.
    pub fn new(name: &str, levels: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, Fault> {
        let levels: Vec<String> = levels.into_iter().map(Into::into).take(MOST_COMBINATIONS + 1).collect();
        if levels.is_empty() || levels.len() > MOST_COMBINATIONS {
            return Err(Fault::Factor(format!("{name:?} has {} levels: give it 1 to {MOST_COMBINATIONS}", levels.len())));
        }
        let mut seen = BTreeSet::new();
        for level in &levels {
            checked(name, level)?;
            if !seen.insert(level) {
                return Err(Fault::Factor(format!("the level {level:?} of {name:?} comes twice")));
            }
        }
        Ok(Self { name: name.to_owned(), levels })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its levels, in their order.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        &self.levels
    }
}

/// The level of each factor in one trial; none where nothing is varied.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Condition(BTreeMap<String, String>);

impl Condition {
    /// A condition from names of factors with their levels.
    ///
    /// # Errors
    /// [`Fault::Factor`] for names and levels that no [`Factor`] may have, a factor that comes twice, or more than [`MOST_FACTORS`].
    pub fn new<N: Into<String>, L: Into<String>>(levels: impl IntoIterator<Item = (N, L)>) -> Result<Self, Fault> {
        let mut all = BTreeMap::new();
        for (name, level) in levels {
            let (name, level) = (name.into(), level.into());
            checked(&name, &level)?;
            if all.insert(name.clone(), level).is_some() {
                return Err(Fault::Factor(format!("{name:?} comes twice")));
            }
            if all.len() > MOST_FACTORS {
                return Err(Fault::Factor(format!("more than {MOST_FACTORS} factors")));
            }
        }
        Ok(Self(all))
    }

    /// Every combination of levels, the last factor changing fastest; one without any level where there is no factor.
    ///
    /// # Errors
    /// [`Fault::Factor`] if two factors have one name, or there are more than [`MOST_FACTORS`] or [`MOST_COMBINATIONS`] combinations.
    pub fn combinations(factors: &[Factor]) -> Result<Vec<Self>, Fault> {
        let mut all = vec![Self::default()];
        for factor in factors {
            if all.len().saturating_mul(factor.levels.len()) > MOST_COMBINATIONS {
                return Err(Fault::Factor(format!(
                    "the factors have more than {MOST_COMBINATIONS} combinations: leave levels out"
                )));
            }
            let with = |before: &Self, level: &String| {
                let own = (factor.name.clone(), level.clone());
                Self::new(before.0.clone().into_iter().chain([own]))
            };
            let next = all.iter().flat_map(|before| factor.levels.iter().map(move |level| with(before, level)));
            all = next.collect::<Result<_, _>>()?;
        }
        Ok(all)
    }

    /// The level of a factor.
    #[must_use]
    pub fn level(&self, factor: &str) -> Option<&str> {
        self.0.get(factor).map(String::as_str)
    }

    /// Factors with their levels, by name.
    pub fn levels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, level)| (name.as_str(), level.as_str()))
    }

    /// Whether nothing is varied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `postfix_s=0.5; wake=alexa`.
impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, level)) in self.0.iter().enumerate() {
            write!(out, "{}{name}={level}", if place == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

fn checked(name: &str, level: &str) -> Result<(), Fault> {
    let is_named = |symbol: char| symbol.is_alphanumeric() || matches!(symbol, '_' | '-' | '.');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_named) {
        let what = format!("{name:?} is no name of a factor: use up to {LONGEST_NAME} letters, digits, `_`, `-` and `.`");
        return Err(Fault::Factor(what));
    }
    if level.trim().is_empty() || level.len() > LONGEST_LEVEL || level.chars().any(char::is_control) {
        let what =
            format!("the level {level:?} of {name:?} is empty, longer than {LONGEST_LEVEL} octets, or has control characters");
        return Err(Fault::Factor(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_once() {
        let wake = Factor::new("wake", ["alexa", "echo"]).unwrap();
        let postfix = Factor::new("postfix_s", ["0", "0.5", "1"]).unwrap();
        let all = Condition::combinations(&[wake.clone(), postfix]).unwrap();
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(texts[..2], ["postfix_s=0; wake=alexa", "postfix_s=0.5; wake=alexa"]);
        assert_eq!((texts.len(), all[5].level("wake"), all[5].level("gap")), (6, Some("echo"), None));
        assert_eq!(Condition::combinations(&[]).unwrap(), [Condition::default()]);
        assert!(Condition::combinations(&[wake.clone(), wake]).is_err(), "one name twice");
    }

    #[test]
    fn wrong_factors_are_refused_in_words() {
        let error = |name: &str, levels: &[&str]| Factor::new(name, levels.iter().copied()).unwrap_err().to_string();
        assert!(error("wake", &[]).contains("0 levels"));
        assert!(error("wake", &["a", "a"]).contains("twice"));
        assert!(error("wa=ke", &["a"]).contains("no name of a factor"));
        assert!(error("wake", &[" "]).contains("is empty"));
        assert!(error("wake", &["a\nb"]).contains("control"));
        let many: Vec<Factor> =
            (0..5).map(|it| Factor::new(&format!("f{it}"), (0..10).map(|it| it.to_string())).unwrap()).collect();
        assert!(Condition::combinations(&many).unwrap_err().to_string().contains("leave levels out"));
        assert!(Condition::new((0..17).map(|it| (format!("f{it}"), "a"))).is_err());
        assert!(Condition::new([("a", "1"), ("a", "2")]).is_err());
    }
}
