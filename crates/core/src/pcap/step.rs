//! What a decoder makes of the start of the octets that it is given.

use super::note::Note;
use crate::frame::Frame;

/// What the start of the given octets held.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A frame, lent from the input.
    Frame {
        /// The frame.
        frame: Frame<'a>,
        /// Octets of the input that it and its header took.
        used: usize,
    },
    /// Something else: a header, a description, statistics, a block that is of no interest or was left out.
    Skip {
        /// Octets of the input to pass over; 0 when `note` belongs to what comes next.
        used: usize,
        /// What the report should say about it.
        note: Option<Note>,
    },
    /// Nothing whole: the input must hold this many octets (at most [`super::MAX_BLOCK`]) before the next call.
    More {
        /// Octets needed, counted from the start of the input.
        need: usize,
    },
}
