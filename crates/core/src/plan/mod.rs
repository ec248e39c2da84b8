//! What to play next. A plan may look at how devices stand; the slot is drawn by lot after it has chosen.

pub mod campaign;
pub mod watch;

use crate::schedule::Design;
use crate::trial::Session;

/// What a plan wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// A round with the sound of this number in the design.
    Play(usize),
    /// No further round.
    Done(Done),
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
