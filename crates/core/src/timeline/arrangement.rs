//! Where in a slot timelines sound.

use super::bounds::{Fault, MOST_TIMELINES};
use super::sequence::Timeline;

/// A timeline at its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// From the beginning of the slot to the first sample, nanoseconds. A slot is scored from the onset of its sound on, so that what was played begins at 0.
    pub offset: i64,
    /// What sounds.
    pub timeline: Timeline,
}

/// One or several timelines of one slot, one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrangement(Vec<Placed>);

impl Arrangement {
    /// Timelines in order of time.
    ///
    /// # Errors
    /// [`Fault::Timelines`], or [`Fault::Overlap`] if one begins before the slot or before the end of the one before.
    pub fn new(placed: Vec<Placed>) -> Result<Self, Fault> {
        if placed.is_empty() || placed.len() > MOST_TIMELINES {
            return Err(Fault::Timelines(placed.len()));
        }
        let mut end = 0;
        for (place, it) in placed.iter().enumerate() {
            if it.offset < end {
                return Err(Fault::Overlap(place));
            }
            end = it.offset.saturating_add(it.timeline.length());
        }
        Ok(Self(placed))
    }

    /// Whether all of it lies within a slot of this length (nanoseconds). What was played is kept whether it does or not.
    ///
    /// # Errors
    /// [`Fault::Slot`].
    pub fn fits(&self, slot: i64) -> Result<(), Fault> {
        let end = self.end();
        if end > slot { Err(Fault::Slot { end, slot }) } else { Ok(()) }
    }

    /// The timelines in order of time.
    #[must_use]
    pub fn timelines(&self) -> &[Placed] {
        &self.0
    }

    /// From the beginning of the slot to the end of the last timeline, nanoseconds.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.0.last().map_or(0, |last| last.offset.saturating_add(last.timeline.length()))
    }
}

/// A timeline alone, from the beginning of the slot on.
impl From<Timeline> for Arrangement {
    fn from(timeline: Timeline) -> Self {
        Self(vec![Placed { offset: 0, timeline }])
    }
}
