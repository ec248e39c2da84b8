//! Why nothing may sound at the moment: the machine is paused as long as there is a reason.

use std::collections::BTreeSet;

/// A reason.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Hold {
    /// A person paused it.
    Person,
    /// The configuration says so, or there is no loudspeaker.
    Settings,
    /// Not every source of frames delivers.
    Source,
    /// What is found cannot be written down.
    Store,
    /// Somebody talks with the program, which answers through the loudspeaker of the probes.
    Voice,
}

impl Hold {
    /// The reason in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Person => "paused by a person",
            Self::Settings => "probing is switched off",
            Self::Source => "a source of frames is away",
            Self::Store => "the store cannot be written",
            Self::Voice => "somebody talks with it",
        }
    }
}

/// All reasons that hold.
#[derive(Debug, Default)]
pub struct Holds {
    reasons: BTreeSet<Hold>,
}

impl Holds {
    /// Sets or clears a reason; says so when the first has come (`true`) or the last has gone (`false`).
    pub fn set(&mut self, reason: Hold, holds: bool) -> Option<bool> {
        let before = self.reasons.is_empty();
        if holds {
            self.reasons.insert(reason);
        } else {
            self.reasons.remove(&reason);
        }
        (before != self.reasons.is_empty()).then_some(before)
    }

    /// The reasons.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.reasons.iter().map(|reason| reason.words())
    }

    /// Whether one holds.
    #[must_use]
    pub fn has(&self, reason: Hold) -> bool {
        self.reasons.contains(&reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_allowed_when_the_last_reason_is_gone() {
        let mut holds = Holds::default();
        assert_eq!(holds.set(Hold::Source, true), Some(true));
        assert_eq!(holds.set(Hold::Person, true), None);
        assert_eq!(holds.set(Hold::Source, false), None);
        assert_eq!(holds.set(Hold::Source, false), None);
        assert_eq!(holds.set(Hold::Person, false), Some(false));
        assert_eq!(holds.words().count(), 0);
    }
}
