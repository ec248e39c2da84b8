//! Where the drawn slot came among the slots of its round.

use std::cmp::Ordering;

/// Most slots of a round. More buy little: a round can be worth at most the logarithm of their number.
pub const MOST_SLOTS: u32 = 64;

/// How the score of the drawn slot ranks among those of its round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Shams that scored higher.
    pub above: u32,
    /// Shams that scored exactly the same.
    pub level: u32,
    /// Slots of the round, the drawn one included: 2 to [`MOST_SLOTS`].
    pub slots: u32,
}

impl Place {
    /// The place of the slot number `drawn`. Nothing where there is no such slot, the number of slots is out of range, or a score cannot be
    /// compared with that of the drawn slot.
    pub fn of<S: PartialOrd>(scores: &[S], drawn: usize) -> Option<Self> {
        let own = scores.get(drawn)?;
        let slots = u32::try_from(scores.len()).ok()?;
        let (mut above, mut level) = (0, 0);
        for (slot, score) in scores.iter().enumerate() {
            match score.partial_cmp(own)? {
                Ordering::Greater => above += 1,
                Ordering::Equal if slot != drawn => level += 1,
                Ordering::Equal | Ordering::Less => {}
            }
        }
        Some(Self { above, level, slots }).filter(|place| place.is_possible())
    }

    /// Whether such a round can have been.
    #[must_use]
    pub fn is_possible(self) -> bool {
        let others = u64::from(self.above) + u64::from(self.level);
        (2..=MOST_SLOTS).contains(&self.slots) && others < u64::from(self.slots)
    }

    /// Whether the drawn slot scored higher than every sham.
    #[must_use]
    pub fn is_first(self) -> bool {
        self.above == 0 && self.level == 0
    }

    /// The stretch of the ranks that the drawn slot shares, as parts of all ranks from the highest on: without ties one `slots`th.
    pub(super) fn stretch(self) -> (f64, f64) {
        let part = |ranks: u32| f64::from(ranks) / f64::from(self.slots);
        (part(self.above), part(self.above + self.level + 1))
    }
}

/// What is known of the rank of the drawn slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rank {
    /// All scores are known.
    Known(Place),
    /// Some are not: the drawn slot holds ranks from `highest` (0: the first) to those of `lowest`, whatever the unknown scores are.
    Within {
        /// The highest rank that it may hold.
        highest: u32,
        /// Where it comes if the unknown scores speak most against it: the drawn slot's as low, all others as high as they may be.
        lowest: Place,
    },
}

/// The score of a slot, as far as it is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Score<S> {
    /// All that was sent in the slot was seen.
    Known(S),
    /// Part of it may have gone unseen: the score is this or more.
    AtLeast(S),
}

impl<S: Copy> Score<S> {
    /// What was seen.
    pub const fn seen(self) -> S {
        match self {
            Self::Known(score) | Self::AtLeast(score) => score,
        }
    }

    /// The score, if it is known.
    pub const fn known(self) -> Option<S> {
        match self {
            Self::Known(score) => Some(score),
            Self::AtLeast(_) => None,
        }
    }
}

impl Rank {
    /// The rank of the slot number `drawn`. Nothing where [`Place::of`] gives none.
    pub fn of<S: PartialOrd + Copy>(scores: &[Score<S>], drawn: usize) -> Option<Self> {
        let least: Vec<S> = scores.iter().map(|score| score.seen()).collect();
        let seen = Place::of(&least, drawn)?;
        let own = *least.get(drawn)?;
        let unknown = |score: &Score<S>| matches!(score, Score::AtLeast(_));
        let open = scores.get(drawn).is_some_and(unknown);
        let others = || scores.iter().enumerate().filter(|slot| slot.0 != drawn).map(|slot| slot.1);
        if !open && !others().any(unknown) {
            return Some(Self::Known(seen));
        }
        let count =
            |holds: &dyn Fn(&Score<S>) -> bool| u32::try_from(others().filter(|score| holds(score)).count()).unwrap_or(u32::MAX);
        let lowest = Place {
            above: count(&|score| match score {
                Score::Known(score) => *score > own,
                Score::AtLeast(_) => true,
            }),
            level: count(&|score| matches!(score, Score::Known(score) if *score == own)),
            slots: seen.slots,
        };
        Some(Self::Within { highest: if open { 0 } else { seen.above }, lowest })
    }

    /// Whether the drawn slot may have scored higher than every sham.
    #[must_use]
    pub fn may_be_first(self) -> bool {
        match self {
            Self::Known(place) => place.is_first(),
            Self::Within { highest, .. } => highest == 0,
        }
    }

    /// Whether it certainly did.
    #[must_use]
    pub fn is_first(self) -> bool {
        match self {
            Self::Known(place) | Self::Within { lowest: place, .. } => place.is_first(),
        }
    }

    /// Where it comes at the worst.
    #[must_use]
    pub const fn lowest(self) -> Place {
        match self {
            Self::Known(place) | Self::Within { lowest: place, .. } => place,
        }
    }
}

impl From<Place> for Rank {
    fn from(place: Place) -> Self {
        Self::Known(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shams_above_and_level_are_counted() {
        let of = |drawn| Place::of(&[3.0, 1.0, 3.0, 9.0], drawn).map(|place| (place.above, place.level, place.slots));
        assert_eq!([of(0), of(1), of(3), of(4)], [Some((1, 1, 4)), Some((3, 0, 4)), Some((0, 0, 4)), None]);
    }

    #[test]
    fn what_cannot_be_ranked_has_no_place() {
        assert_eq!(Place::of(&[1.0, f64::NAN], 0), None);
        assert_eq!(Place::of(&[f64::NAN, f64::NAN], 0), None);
        assert_eq!(Place::of(&[1.0], 0), None);
        assert_eq!(Place::of(&[0; 65], 0), None);
        assert!(Place::of(&[0; 64], 63).is_some());
        assert!(!Place { above: u32::MAX, level: u32::MAX, slots: 8 }.is_possible());
    }
}
