//! Late reactions: the same slots, looked at minutes and hours after their probes.

use super::Late;
use crate::detect::lottery::{Lag, Late as Search, lags};
use crate::measure::{Above, Measure};
use crate::time::{SECOND, Window};
use crate::trial::{Session, Trial};

/// Longest delay that is searched: spies that wait for the night.
const LONGEST: i64 = 12 * 3_600 * SECOND;

/// A delay is looked into where the drawn slots come first more often than by chance, by so many standard deviations, after all sounds
/// or after one of them. Leaving the others out costs evidence that they do not have, and never adds any.
const PROMISING: f64 = 1.5;

/// What the device sent in the slots of a round, moved by a delay. `None` where the capture ends before the last of them.
pub(super) fn scores(above: &Above, trial: &Trial, lag: Lag) -> Option<Vec<Measure>> {
    trial.round.windows().into_iter().map(|slot| above.measure(lag.window(slot))).collect()
}

/// The strongest late reaction.
pub(super) fn search(above: &Above, session: &Session, counted: &[&Trial]) -> Option<Late> {
    let first = counted.first()?.round.span()?;
    let delays = lags(above.until().since(first.until).min(LONGEST));
    let rounds: Vec<Slots> = counted.iter().map(|trial| Slots::of(trial, session)).collect();
    let sounds = session.sounds().len();
    let open: Vec<bool> = delays.iter().map(|lag| is_promising(above, &rounds, *lag, sounds)).collect();
    let mut search = Search::new(&delays);
    for round in &rounds {
        let mut looked_into = open.iter();
        search.round(round.sound, round.drawn, |lag| {
            let wanted = lag != Lag::NONE && *looked_into.next()?;
            let scores = || round.windows.iter().map(|slot| above.measure(lag.window(*slot))).collect::<Option<Vec<Measure>>>();
            wanted.then(scores).flatten()
        });
    }
    let looked = open.contains(&true);
    search.evidence().ln_late.filter(|_| looked).map(|(lag, ln_e)| Late { lag, ln_e })
}

/// A round, ready to be looked at again and again.
struct Slots {
    windows: Vec<Window>,
    drawn: usize,
    sound: usize,
}

impl Slots {
    fn of(trial: &Trial, session: &Session) -> Self {
        let name = &trial.round.played.stimulus.name;
        let sound = session.sounds().iter().position(|known| known == name).unwrap_or(0);
        Self { windows: trial.round.windows(), drawn: trial.round.drawn, sound }
    }

    /// Whether the drawn slot outdoes all others after the delay; `None` where the capture does not cover them.
    fn is_first(&self, above: &Above, lag: Lag) -> Option<bool> {
        // The last one ends last: whether the capture covers it does not depend on the draw.
        above.measure(lag.window(*self.windows.last()?))?;
        let drawn = above.measure(lag.window(*self.windows.get(self.drawn)?))?;
        if drawn <= Measure::default() {
            return Some(false);
        }
        let others = self.windows.iter().enumerate().filter(|slot| slot.0 != self.drawn);
        Some(others.filter_map(|slot| above.measure(lag.window(*slot.1))).all(|other| other < drawn))
    }
}

/// Whether drawn slots come first after this delay more often than by chance.
fn is_promising(above: &Above, rounds: &[Slots], lag: Lag, sounds: usize) -> bool {
    // Of all sounds together, and of each: first places, rounds, and first places expected.
    let mut counts = vec![(0.0_f64, 0.0_f64); sounds + 1];
    for round in rounds {
        let Some(first) = round.is_first(above, lag) else { continue };
        let chance = f64::from(u32::try_from(round.windows.len()).unwrap_or(u32::MAX)).recip();
        for of in [0, round.sound + 1] {
            if let Some(counts) = counts.get_mut(of) {
                counts.0 += f64::from(u8::from(first));
                counts.1 += chance;
            }
        }
    }
    counts.iter().any(|(hits, expected)| *hits > 1.0 && *hits > expected + PROMISING * expected.sqrt())
}
