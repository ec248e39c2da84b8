//! A fixed number of rounds, each sound as often as the others; may end early when every device is decided.

use super::watch::Watch;
use super::{Done, Next, Plan, sound};
use crate::lot::Lot;
use crate::schedule::Design;
use crate::trial::{Session, Standing};

/// How a campaign chooses and when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Every sound equally often, all rounds: for measurements.
    Balanced,
    /// Sounds that promise more are played more often, and it ends when every device is decided: for a household.
    UntilDecided {
        /// Rounds after which a device that shows nothing counts as decided; for one that shows something, it goes on.
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

/// What a stake on a device has become that is worth waiting for: one that is deaf shows as much at a moment with a chance of at most a quarter.
const SHOWS: f64 = 4.0;

/// Each sound must have been played so often: fewer rounds tell nothing about a device that answers only one of them.
const EACH: u32 = 3;

/// Whether a device has shown nothing for long enough, whatever was played.
fn is_silent(standing: &Standing, sounds: usize, silent_after: u32) -> bool {
    let heard = standing.sounds.iter().filter(|sound| sound.1 >= EACH).count();
    standing.rounds >= silent_after && heard >= sounds && standing.lottery.log_e() < SHOWS.ln() && standing.is_silent()
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
                sound(design, order.get(number as usize).copied().unwrap_or(0))
            }
            Mode::UntilDecided { silent_after } => {
                let mut standings = session.standings().values().peekable();
                let some = standings.peek().is_some();
                let sounds = design.stimuli.len();
                if some && standings.all(|it| it.proven_after.is_some() || is_silent(it, sounds, silent_after)) {
                    return Next::Done(Done::Decided);
                }
                Watch.next(session, design, number)
            }
        }
    }
}
