//! Late reactions: the same slots, looked at minutes and hours after their probes.

use super::span::session_span;
use super::{Late, Verdicts};
use crate::detect::lottery::{Lag, Late as Search, Rank, Score, lags};
use crate::findings::DeviceFindings;
use crate::measure::{Above, Measure, Profile};
use crate::probe::{Effect, Round, Void};
use crate::time::{SECOND, Timestamp, Window};
use crate::trial::{Session, Trial};

/// Longest delay that is searched: spies that wait for the night.
const LONGEST: i64 = 12 * 3_600 * SECOND;

/// A delay is looked into where the drawn slots come first more often than by chance, by so many standard deviations, after all sounds
/// or after one of them. Leaving the others out costs evidence that they do not have, and never adds any.
const PROMISING: f64 = 1.5;

/// What the device sent in the slots of a round, moved by a delay. `None` where the capture ends before the last of them.
pub(super) fn scores(above: &Above, round: &Round, lag: Lag) -> Option<Vec<Score<Measure>>> {
    Slots::scored(above, &round.windows(), round.effect() == Effect::Unknown, lag)
}

/// Stretches in which devices may have sent what was not seen, as far as the rounds tell: a delay moves the slots of one round into another.
pub(super) fn unseen(trials: &[Trial]) -> Vec<Window> {
    let lost = |round: &&Round| matches!(round.void, Some(Void::FramesLost | Void::Interrupted | Void::Unexplained));
    trials.iter().map(|trial| &trial.round).filter(lost).filter_map(Round::span).collect()
}

/// The strongest late reaction.
pub(super) fn search(above: &Above, session: &Session, counted: &[&Trial]) -> Option<Late> {
    let delays = lags(LONGEST);
    let rounds: Vec<Slots> = counted.iter().map(|trial| Slots::of(trial, session)).collect();
    let sounds = session.sounds().len();
    let open: Vec<bool> = delays.iter().map(|lag| is_promising(above, &rounds, *lag, sounds)).collect();
    if !open.contains(&true) {
        return None;
    }
    let mut search = Search::new(&delays);
    for round in &rounds {
        for (number, &lag) in delays.iter().enumerate().filter(|delay| open.get(delay.0) == Some(&true)) {
            let rank = round.scores(above, lag).and_then(|scores| Rank::of(&scores, round.drawn));
            if let Some(rank) = rank {
                search.round_at(Some(number), round.sound, rank);
            }
        }
    }
    // A delay that was not looked into has a stake as well, which is still what it was.
    let (lag, ln_e) = search.evidence().ln_late?;
    Some(Late { lag, ln_e })
}

/// How the evidence for a reaction after this delay grew: its natural logarithm, its share of the error rate included, after each round that
/// counts for the device and whose slots, so much later, the capture covers. The highest of them is what the verdict carries; empty if the
/// search did not include the delay. `until` is the end of the capture that the verdicts are from.
#[must_use]
pub fn late_growth(device: &DeviceFindings, verdicts: &Verdicts, until: Timestamp, lag: Lag) -> Vec<f64> {
    let trials = &verdicts.trials;
    let counted: Vec<&Trial> = trials.iter().filter(|trial| trial.counted(device.id).is_some()).collect();
    let Some(stretch) = session_span(trials).map(|span| Window { from: span.from, until }) else { return Vec::new() };
    let above = Above::new(&Profile::of(device), stretch, &unseen(trials));
    let mut session = Session::new(verdicts.alpha);
    for trial in trials {
        session.take(trial);
    }
    let mut search = Search::new(&lags(LONGEST));
    let number = search.lags().position(|searched| searched == lag);
    let grown = counted.iter().filter_map(|trial| {
        let round = Slots::of(trial, &session);
        let rank = Rank::of(&round.scores(&above, lag)?, round.drawn)?;
        search.round_at(Some(number?), round.sound, rank);
        search.standing(lag)
    });
    grown.collect()
}

/// The part of the stake that lies on a delay, as a logarithm.
pub(super) fn ln_part(lag: Lag) -> f64 {
    Search::new(&lags(LONGEST)).standing(lag).unwrap_or(f64::NEG_INFINITY)
}

/// A round, ready to be looked at again and again.
struct Slots {
    windows: Vec<Window>,
    /// Whether no score of the round is known.
    unknown: bool,
    drawn: usize,
    sound: usize,
}

impl Slots {
    fn of(trial: &Trial, session: &Session) -> Self {
        let name = &trial.round.played.stimulus.name;
        let sound = session.sounds().iter().position(|known| known == name).unwrap_or(0);
        let unknown = trial.round.effect() == Effect::Unknown;
        Self { windows: trial.round.windows(), unknown, drawn: trial.round.drawn, sound }
    }

    /// What the device sent in its slots, moved by a delay.
    fn scores(&self, above: &Above, lag: Lag) -> Option<Vec<Score<Measure>>> {
        Self::scored(above, &self.windows, self.unknown, lag)
    }

    fn scored(above: &Above, windows: &[Window], unknown: bool, lag: Lag) -> Option<Vec<Score<Measure>>> {
        // The last one ends last: whether the capture covers it does not depend on the draw.
        above.measure(lag.window(*windows.last()?))?;
        let score = |slot: &Window| {
            let window = lag.window(*slot);
            let sent = above.measure(window)?;
            let known = !unknown && above.is_known(window);
            Some(if known { Score::Known(sent) } else { Score::AtLeast(Measure { clocked: 0.0, ..sent }) })
        };
        windows.iter().map(score).collect()
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

/// Whether drawn slots come first after this delay more often than by chance, or have at any time: what was found in a part of a session stays.
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
                if counts.0 > 1.0 && counts.0 > counts.1 + PROMISING * counts.1.sqrt() {
                    return true;
                }
            }
        }
    }
    false
}
