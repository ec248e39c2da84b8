//! How much of everything there may be, and what is refused.

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
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// A timeline has 1 to [`MOST_SEGMENTS`] segments, not so many.
    #[error("a timeline of {0} segments: it has 1 to {MOST_SEGMENTS}")]
    Segments(usize),
    /// A segment of no sample, or a script in which nothing sounds.
    #[error("a segment without a sample, or nothing that sounds: leave it out")]
    Empty,
    /// Longer than [`LONGEST`].
    #[error("a timeline of more than {} hours", LONGEST / SECOND / 3_600)]
    Long,
    /// More samples sounded than were to.
    #[error("{samples} samples sounded of {planned} that were to")]
    Planned {
        /// So many sounded.
        samples: u64,
        /// So many were to.
        planned: u64,
    },
    /// A text or a name that is empty, or longer than [`LONGEST_TEXT`] octets (its length).
    #[error("a text or name of {0} octets: it has 1 to {LONGEST_TEXT}")]
    Text(usize),
    /// There are 1 to [`MOST_TIMELINES`] timelines in a slot, not so many.
    #[error("{0} timelines in a slot: there are 1 to {MOST_TIMELINES}")]
    Timelines(usize),
    /// A timeline begins before the slot, or before the one before it has ended (its place, from 0).
    #[error("timeline {0} begins before the one before it has ended")]
    Overlap(usize),
    /// The timelines end after their slot (nanoseconds of each).
    #[error("what sounds ends {end} ns after the beginning of its slot, which is {slot} ns long: shorten it")]
    Slot {
        /// When they end.
        end: i64,
        /// How long the slot is.
        slot: i64,
    },
    /// A factor or a level that cannot be; a sentence.
    #[error("{0}")]
    Factor(String),
}
