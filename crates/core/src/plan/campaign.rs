//! A fixed number of rounds, each sound as often as the others; may end early when every device is decided.

use super::watch::Watch;
use super::{Done, Next, Plan};
use crate::lot::Lot;
use crate::schedule::Design;
use crate::trial::Session;

/// How a campaign chooses and when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Every sound equally often, all rounds: for measurements.
    Balanced,
    /// Sounds that promise more are played more often, and it ends when every device is decided: for a household.
    UntilDecided {
        /// Rounds after which a device that shows nothing counts as decided.
        silent_after: u32,
    },
}

/// A campaign.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    rounds: u32,
    mode: Mode,
}

impl Campaign {
    /// A campaign of so many rounds.
    #[must_use]
    pub const fn new(rounds: u32, mode: Mode) -> Self {
        Self { rounds, mode }
    }
}

impl Plan for Campaign {
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next {
        if number >= self.rounds {
            return Next::Done(Done::Played);
        }
        match self.mode {
            Mode::Balanced => {
                let sounds = design.stimuli.len().max(1);
                let blocks = (self.rounds as usize).div_ceil(sounds);
                let mut order: Vec<usize> = (0..sounds * blocks).map(|turn| turn % sounds).collect();
                Lot::new(design.seed).stream("order", 0).shuffle(&mut order);
                Next::Play(order.get(number as usize).copied().unwrap_or(0))
            }
            Mode::UntilDecided { silent_after } => {
                let mut standings = session.standings().values().peekable();
                let some = standings.peek().is_some();
                if some && standings.all(|it| it.proven_after.is_some() || it.rounds >= silent_after) {
                    return Next::Done(Done::Decided);
                }
                Watch.next(session, design, number)
            }
        }
    }
}
