//! How much of everything there may be, and what is refused.

use std::fmt;

use crate::time::SECOND;

/// Most segments of a timeline.
pub const MOST_SEGMENTS: usize = 1_024;
/// The longest timeline, nanoseconds: a day, so that music may go on all night.
pub const LONGEST: i64 = 86_400 * SECOND;
/// The longest text or name, octets. Nothing longer is played, and nothing is ever cut to it.
pub const LONGEST_TEXT: usize = 10_000;
/// Most timelines of a slot.
pub const MOST_TIMELINES: usize = 64;
/// Most factors of an experiment.
pub const MOST_FACTORS: usize = 16;
/// Most levels of a factor, and most combinations of levels.
pub const MOST_COMBINATIONS: usize = 4_096;

/// Why something cannot be what sounds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A timeline has 1 to [`MOST_SEGMENTS`] segments, not so many.
    Segments(usize),
    /// A segment of no sample, or a script in which nothing sounds.
    Empty,
    /// Longer than [`LONGEST`].
    Long,
    /// More samples sounded than were to.
    Planned {
        /// So many sounded.
        samples: u64,
        /// So many were to.
        planned: u64,
    },
    /// A text or a name that is empty, or longer than [`LONGEST_TEXT`] octets (its length).
    Text(usize),
    /// There are 1 to [`MOST_TIMELINES`] timelines in a slot, not so many.
    Timelines(usize),
    /// A timeline begins before the slot, or before the one before it has ended (its place, from 0).
    Overlap(usize),
    /// The timelines end after their slot (nanoseconds of each).
    Slot {
        /// When they end.
        end: i64,
        /// How long the slot is.
        slot: i64,
    },
    /// A factor or a level that cannot be; a sentence.
    Factor(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segments(count) => write!(out, "a timeline of {count} segments: it has 1 to {MOST_SEGMENTS}"),
            Self::Empty => write!(out, "a segment without a sample, or nothing that sounds: leave it out"),
            Self::Long => write!(out, "a timeline of more than {} hours", LONGEST / SECOND / 3_600),
            Self::Planned { samples, planned } => write!(out, "{samples} samples sounded of {planned} that were to"),
            Self::Text(length) => write!(out, "a text or name of {length} octets: it has 1 to {LONGEST_TEXT}"),
            Self::Timelines(count) => write!(out, "{count} timelines in a slot: there are 1 to {MOST_TIMELINES}"),
            Self::Overlap(place) => write!(out, "timeline {place} begins before the one before it has ended"),
            Self::Slot { end, slot } => {
                write!(out, "what sounds ends {end} ns after the beginning of its slot, which is {slot} ns long: shorten it")
            }
            Self::Factor(what) => out.write_str(what),
        }
    }
}

impl std::error::Error for Fault {}
