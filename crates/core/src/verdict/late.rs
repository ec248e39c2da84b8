//! Late reactions: the same slots, looked at minutes and hours after their probes.

use super::decide::session_span;
use super::{Late, Verdicts};
use crate::detect::lottery::{Lag, Late as Search, Place, lags};
use crate::findings::DeviceFindings;
use crate::measure::{Above, Measure, Profile};
use crate::time::{SECOND, Timestamp, Window};
use crate::trial::{Session, Trial};

/// Longest delay that is searched: spies that wait for the night.
const LONGEST: i64 = 12 * 3_600 * SECOND;

/// A delay is looked into where the drawn slots come first more often than by chance, by so many standard deviations, after all sounds
/// or after one of them. Leaving the others out costs evidence that they do not have, and never adds any.
const PROMISING: f64 = 1.5;

/// What the device sent in the slots of a round, moved by a delay. `None` where the capture ends before the last of them.
pub(super) fn scores(above: &Above, slots: &[Window], lag: Lag) -> Option<Vec<Measure>> {
    slots.iter().map(|slot| above.measure(lag.window(*slot))).collect()
}

/// The strongest late reaction.
pub(super) fn search(above: &Above, session: &Session, counted: &[&Trial]) -> Option<Late> {
    let delays = delays(above, counted);
    let rounds: Vec<Slots> = counted.iter().map(|trial| Slots::of(trial, session)).collect();
    let sounds = session.sounds().len();
    let open: Vec<bool> = delays.iter().map(|lag| is_promising(above, &rounds, *lag, sounds)).collect();
    let mut search = Search::new(&delays);
    for round in &rounds {
        let mut looked_into = open.iter();
        search.round(round.sound, round.drawn, |lag| {
            let wanted = lag != Lag::NONE && *looked_into.next()?;
            if wanted { scores(above, &round.windows, lag) } else { None }
        });
    }
    let looked = open.contains(&true);
    search.evidence().ln_late.filter(|_| looked).map(|(lag, ln_e)| Late { lag, ln_e })
}

/// How the evidence for a reaction after this delay grew: its natural logarithm, its share of the error rate included, after each round that
/// counts for the device and whose slots, so much later, the capture covers. The highest of them is what the verdict carries; empty if the
/// search did not include the delay. `until` is the end of the capture that the verdicts are from.
#[must_use]
pub fn late_growth(device: &DeviceFindings, verdicts: &Verdicts, until: Timestamp, lag: Lag) -> Vec<f64> {
    let trials = &verdicts.trials;
    let counted: Vec<&Trial> = trials.iter().filter(|trial| trial.counted(device.id).is_some()).collect();
    let Some(stretch) = session_span(trials).map(|span| Window { from: span.from, until }) else { return Vec::new() };
    let above = Above::new(&Profile::of(device), stretch);
    let mut session = Session::new(verdicts.alpha);
    for trial in trials {
        session.take(trial);
    }
    let mut search = Search::new(&delays(&above, &counted));
    let number = search.lags().position(|searched| searched == lag);
    let grown = counted.iter().filter_map(|trial| {
        let round = Slots::of(trial, &session);
        let place = Place::of(&scores(&above, &round.windows, lag)?, round.drawn)?;
        search.round_at(Some(number?), round.sound, place);
        search.standing(lag)
    });
    grown.collect()
}

/// The part of the stake that lies on a delay, as a logarithm.
pub(super) fn ln_part(lag: Lag) -> f64 {
    Search::new(&lags(LONGEST)).standing(lag).unwrap_or(f64::NEG_INFINITY)
}

/// The delays that are searched for a device with these rounds.
fn delays(above: &Above, counted: &[&Trial]) -> Vec<Lag> {
    let first = counted.first().and_then(|trial| trial.round.span());
    first.map_or_else(Vec::new, |first| lags(above.until().since(first.until).min(LONGEST)))
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
