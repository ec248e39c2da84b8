//! What is written down while a session runs: enough to compute every verdict again.

use crate::findings::Findings;
use crate::plan::Done;
use crate::probe::Round;
use crate::schedule::Design;
use crate::time::Timestamp;
use crate::trial::Trial;

/// One thing to write down.
#[derive(Clone, PartialEq, Debug)]
pub enum Entry {
    /// A session began, laid out so.
    Begun {
        /// When.
        at: Timestamp,
        /// Its layout, with the seed.
        design: Design,
        /// The chance that any device at all is accused falsely.
        alpha: f64,
    },
    /// What passed since the entry like this before: whole seconds of traffic, and uploads that have ended.
    /// [`Findings::assemble`] makes one of all of them.
    Watched(Box<Findings>),
    /// The lot of a round was drawn. It is to be on the disk before its first slot begins: should the program die within the round, it counts as one whose scores
    /// are unknown, and the next one draws a lot of its own. What is written is the round as it would then be; when it is over, again, with what was really played.
    Drawn(Round),
    /// A round is over and scored.
    Trial(Trial),
    /// The session is over.
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        why: Done,
    },
}
