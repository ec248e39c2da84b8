//! A log against the seed that it names.

use std::fmt;

use earwitness_base::words::{count, counted};
use earwitness_core::schedule::{Lots, NotDrawn};

use super::Log;

/// Rounds that are named one by one.
const NAMED: usize = 5;

/// A log whose rounds are not those that its seed draws.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct NotAsDrawn {
    /// The seed that the log names.
    pub seed: u64,
    /// What was compared.
    pub lots: Lots,
}

/// Draws the lots of a log again from the seed that it names. `None` where it names none: its lots are on trust. Otherwise what to know all the same, a
/// sentence each.
///
/// # Errors
/// When a round is not what the seed draws: then nothing follows from the log.
pub fn check_lots(log: &Log) -> Result<Option<Vec<String>>, NotAsDrawn> {
    let Some((header, seed)) = log.header.as_ref().and_then(|header| Some((header, header.seed?))) else { return Ok(None) };
    let lots = Lots::check(seed, header.slots.and_then(|slots| usize::try_from(slots).ok()), &log.rounds);
    if !lots.not_drawn.is_empty() {
        return Err(NotAsDrawn { seed, lots });
    }
    let missing = (lots.missing > 0).then(|| {
        format!(
            "{} between the first and the last {} missing, as the numbers show: if somebody chose which to leave out after seeing the traffic, no error rate holds",
            counted(lots.missing.into(), "round", "rounds"),
            if lots.missing == 1 { "is" } else { "are" }
        )
    });
    Ok(Some(missing.into_iter().collect()))
}

impl fmt::Display for NotAsDrawn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, lots } = self;
        let not_drawn = lots.not_drawn.len();
        let verb = if not_drawn == 1 { "is" } else { "are" };
        write!(out, "{} of {}", count(not_drawn as u64), counted(lots.rounds as u64, "round", "rounds"))?;
        write!(out, " {verb} not what the seed {seed} draws, so that there is no verdict: ")?;
        for (place, NotDrawn { round, slots, written, drawn }) in lots.not_drawn.iter().take(NAMED).enumerate() {
            let comma = if place > 0 { "; " } else { "" };
            write!(out, "{comma}round {round} names slot {written} of {slots} as that of the probe, drawn is slot {drawn}")?;
        }
        if let Some(more) = not_drawn.checked_sub(NAMED).filter(|more| *more > 0) {
            write!(out, "; and {} more", count(more as u64))?;
        }
        out.write_str(". ")?;
        match lots.shift {
            Some(shift) => write!(
                out,
                "They would all be what it draws if each number in round were {} by {}: give the rounds the numbers with which they were drawn",
                if shift > 0 { "larger" } else { "smaller" },
                shift.abs()
            ),
            None => out.write_str(
                "Use the log as the session wrote it: with the numbers, slots and probes that its rounds had, each session under a seed of its own. Of a log whose \
                 lots were drawn in another way, leave out seed: reports then say that they are on trust",
            ),
        }
    }
}
