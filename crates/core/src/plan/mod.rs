//! What to play next. A plan may look at how devices stand; the slot is drawn by lot after it has chosen.
//!
//! A session that was interrupted goes on with a plan that was made anew: what a plan chooses must follow from the layout, the rounds so far, and the number of
//! the next one. One that learns makes its [`crate::vocabulary::Vocabulary`] again from these.

pub mod blocks;
pub mod campaign;
mod together;
pub mod watch;

use crate::schedule::Design;
use crate::trial::Session;
use crate::vocabulary::Candidate;

/// What a plan wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// A round with this sound, and the level of each factor that belongs to it.
    Play(Candidate),
    /// No further round.
    Done(Done),
}

/// The sound of this number in the design; no further round if it has none.
fn sound(design: &Design, number: usize) -> Next {
    design.stimuli.get(number).cloned().map_or(Next::Done(Done::Played), |stimulus| Next::Play(stimulus.into()))
}

/// Why a plan has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    /// All rounds that were planned have been played.
    Played,
    /// Each device has a verdict.
    Decided,
    /// The quiet hours leave no time.
    NoRoom,
    /// Somebody stopped it.
    Stopped,
}

/// Decides what is played.
pub trait Plan {
    /// What round `number` plays.
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next;
}
