//! Endless probing: all sounds in turn, in an order drawn by lot; those that seem to move an undecided device more often.

use super::{Next, Plan, sound};
use crate::lot::Lot;
use crate::schedule::Design;
use crate::trial::{Answers, Session};

/// Plays as long as it is let.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch;

/// Every so many rounds go to the sound that promises most for a device that is not decided.
const PROMISING: u32 = 2;

impl Plan for Watch {
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next {
        let sounds = design.stimuli.len().max(1);
        let turn = number as usize;
        let promising = || promising(session).and_then(|name| design.stimuli.iter().position(|it| it.name == name));
        if turn >= sounds
            && number.is_multiple_of(PROMISING)
            && let Some(number) = promising()
        {
            return sound(design, number);
        }
        let mut order: Vec<usize> = (0..sounds).collect();
        Lot::new(design.seed).stream("order", (turn / sounds) as u64).shuffle(&mut order);
        sound(design, order.get(turn % sounds).copied().unwrap_or(0))
    }
}

/// The sound after which some undecided device outdid its other slots most often, at least twice as often as by chance.
fn promising(session: &Session) -> Option<&str> {
    let undecided = session.standings().values().filter(|standing| standing.proven_after.is_none());
    let shares = undecided.flat_map(|standing| (0..).zip(&standing.sounds));
    let best = shares.filter(|(_, it)| it.firsts > 0 && it.firsts * 4 >= it.rounds).max_by(|a, b| {
        let share = |it: &Answers| f64::from(it.firsts) / f64::from(it.rounds.max(1) + 2);
        share(a.1).total_cmp(&share(b.1)).then(b.0.cmp(&a.0))
    })?;
    let index: usize = best.0;
    session.sounds().get(index).map(String::as_str)
}
