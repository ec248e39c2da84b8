//! What may be played: candidates in groups, to which a plan adds and from which it removes between rounds.
//!
//! What a plan makes of its vocabulary must follow from the layout and from the rounds so far ([`crate::trial::Session`]): a session that was interrupted goes on with a
//! plan that was made anew.

use crate::probe::Stimulus;
use crate::timeline::Condition;
use std::collections::BTreeSet;

/// Most groups of a vocabulary.
pub const MOST_GROUPS: usize = 64;
/// Most candidates in all groups together: a pronouncing dictionary of English has 134,000 words.
pub const MOST_CANDIDATES: usize = 200_000;

/// What a round may play: a sound, and the level of each factor with which it is played.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Candidate {
    /// Which sound.
    pub stimulus: Stimulus,
    /// The level of each factor.
    pub condition: Condition,
}

/// A sound of a session that varies nothing else.
impl From<Stimulus> for Candidate {
    fn from(stimulus: Stimulus) -> Self {
        Self { stimulus, condition: Condition::default() }
    }
}

/// Candidates that may stand for each other: near misses of one wake word, voices that say one text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    name: String,
    candidates: Vec<Candidate>,
}

impl Group {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its candidates, in the order in which they were added.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }
}

/// Groups of candidates; none is in it twice.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Vocabulary {
    groups: Vec<Group>,
    known: BTreeSet<Candidate>,
}

impl Vocabulary {
    /// Groups, in their order, with their candidates.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn new<N: Into<String>>(groups: impl IntoIterator<Item = (N, Vec<Candidate>)>) -> Result<Self, Refused> {
        let mut vocabulary = Self::default();
        for (name, candidates) in groups {
            let name = name.into();
            if vocabulary.group(&name).is_some() || vocabulary.groups.len() == MOST_GROUPS {
                return Err(Refused::Group(name));
            }
            vocabulary.groups.push(Group { name: name.clone(), candidates: Vec::with_capacity(candidates.len().min(1_024)) });
            candidates.into_iter().try_for_each(|candidate| vocabulary.add(&name, candidate))?;
        }
        Ok(vocabulary)
    }

    /// The groups, in their order.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group of this name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// How many candidates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is nothing to play.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether a candidate is in any group.
    #[must_use]
    pub fn contains(&self, candidate: &Candidate) -> bool {
        self.known.contains(candidate)
    }

    /// Adds a candidate at the end of a group.
    ///
    /// # Errors
    /// [`Refused`]; then nothing has changed.
    pub fn add(&mut self, group: &str, candidate: Candidate) -> Result<(), Refused> {
        if self.known.len() >= MOST_CANDIDATES {
            return Err(Refused::Full);
        }
        let Some(group) = self.groups.iter_mut().find(|it| it.name == group) else {
            return Err(Refused::Group(group.to_owned()));
        };
        if !self.known.insert(candidate.clone()) {
            return Err(Refused::Twice(Box::new(candidate)));
        }
        group.candidates.push(candidate);
        Ok(())
    }

    /// Removes a candidate; the others keep their order. `false` if it was not there.
    pub fn remove(&mut self, candidate: &Candidate) -> bool {
        if !self.known.remove(candidate) {
            return false;
        }
        for group in &mut self.groups {
            group.candidates.retain(|it| it != candidate);
        }
        true
    }
}

/// Why a vocabulary does not take something.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such group, it is there already, or there are [`MOST_GROUPS`].
    #[error("the group {0:?} is not there, comes twice, or is one more than {MOST_GROUPS}")]
    Group(String),
    /// The candidate is there already.
    #[error("{name:?} ({condition}) comes twice", name = .0.stimulus.name, condition = .0.condition)]
    Twice(Box<Candidate>),
    /// There are [`MOST_CANDIDATES`].
    #[error("more than {MOST_CANDIDATES} candidates: leave some out")]
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::SoundKind;

    fn word(name: &str) -> Candidate {
        Stimulus { name: name.to_owned(), kind: SoundKind::Speech }.into()
    }

    #[test]
    fn candidates_come_and_go_and_none_is_there_twice() {
        let groups = [("near", vec![word("say:a lexus"), word("say:election")]), ("far", vec![word("say:banana")])];
        let mut vocabulary = Vocabulary::new(groups).unwrap();
        let loud = Candidate { condition: Condition::new([("level_db", "70")]).unwrap(), ..word("say:banana") };
        assert_eq!(vocabulary.add("far", word("say:a lexus")), Err(Refused::Twice(Box::new(word("say:a lexus")))));
        vocabulary.add("far", loud.clone()).unwrap();
        assert!(vocabulary.contains(&loud) && vocabulary.len() == 4);
        assert!(vocabulary.remove(&word("say:a lexus")) && !vocabulary.remove(&word("say:a lexus")));
        assert_eq!(vocabulary.group("near").unwrap().candidates(), [word("say:election")]);
        assert_eq!(vocabulary.group("far").unwrap().candidates(), [word("say:banana"), loud]);
        assert_eq!(vocabulary.add("nowhere", word("say:x")), Err(Refused::Group("nowhere".to_owned())));
        assert!(vocabulary.groups()[0].name() == "near" && !vocabulary.is_empty());
    }

    #[test]
    fn a_vocabulary_has_bounds() {
        assert_eq!(Vocabulary::new([("a", vec![]), ("a", vec![])]), Err(Refused::Group("a".to_owned())));
        let many: Vec<Candidate> = (0..=MOST_CANDIDATES).map(|it| word(&it.to_string())).collect();
        assert_eq!(Vocabulary::new([("all", many)]), Err(Refused::Full));
        assert_eq!(Vocabulary::new((0..65).map(|it| (it.to_string(), vec![]))), Err(Refused::Group("64".to_owned())));
    }
}
