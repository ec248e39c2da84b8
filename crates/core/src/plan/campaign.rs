//! A fixed number of rounds, each sound as often as the others; may end early when every device is decided.

use super::together::together;
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
    /// Until every device is decided: for a household. A layout with several sounds in a row plays these until then, and afterwards single sounds, to find out
    /// which of them moves the devices that react; one without plays the sounds in turn, those that promise more more often.
    UntilDecided {
        /// Rounds after which a device that shows nothing counts as decided; for one that shows something, it goes on.
        silent_after: u32,
    },
}

/// Rounds after which a device that shows nothing counts as decided in a household's session.
pub const SILENT_AFTER: u32 = 12;

impl Mode {
    /// That of a household's session.
    pub const HOUSEHOLD: Self = Self::UntilDecided { silent_after: SILENT_AFTER };
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

/// Each sound must have been played so often: fewer rounds tell nothing about a device that answers only one of them.
const EACH: u32 = 3;

/// Whether a device has shown nothing for long enough, whatever was played.
fn is_silent(standing: &Standing, sounds: usize, silent_after: u32) -> bool {
    let heard = standing.sounds.iter().filter(|sound| sound.rounds >= EACH).count();
    standing.rounds >= silent_after && heard >= sounds && standing.is_silent()
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
                let row = design.stimuli.iter().find(|it| it.is_row());
                // All sounds are in the row, and what single ones do by chance afterwards does not undo what it showed.
                let silent = |it: &Standing| match row {
                    Some(_) => it.silent_after.is_some(),
                    None => is_silent(it, design.stimuli.len(), silent_after),
                };
                let mut standings = session.standings().values().peekable();
                let some = standings.peek().is_some();
                let decided = some && standings.all(|it| it.proven_after.is_some() || silent(it));
                match row {
                    Some(row) => together(session, design, row, decided, number),
                    None if decided => Next::Done(Done::Decided),
                    None => Watch.next(session, design, number),
                }
            }
        }
    }
}
