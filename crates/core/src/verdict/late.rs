//! Late reactions: the same slots, looked at minutes and hours after their probes.

use super::Late;
use crate::detect::lottery::{Lag, Late as Search, lags};
use crate::measure::{Above, Measure};
use crate::time::{SECOND, Window};
use crate::trial::{Session, Trial};

/// Longest delay that is searched: spies that wait for the night.
const LONGEST: i64 = 12 * 3_600 * SECOND;

/// What the device sent in the slots of a round, moved by a delay. `None` where the capture ends before the last of them.
pub(super) fn scores(above: &Above, trial: &Trial, lag: Lag) -> Option<Vec<Measure>> {
    let windows: Vec<Window> = trial.round.windows().into_iter().map(|slot| lag.window(slot)).collect();
    windows.iter().map(|window| above.measure(*window)).collect()
}

/// The strongest late reaction.
pub(super) fn search(above: &Above, session: &Session, counted: &[&Trial]) -> Option<Late> {
    let first = counted.first()?.round.span()?;
    let delays = lags(above.until().since(first.until).min(LONGEST));
    let mut search = Search::new(&delays);
    for trial in counted {
        let name = &trial.round.played.stimulus.name;
        let sound = session.sounds().iter().position(|known| known == name).unwrap_or(0);
        search.round(sound, trial.round.drawn, |lag| scores(above, trial, lag));
    }
    search.evidence().ln_late.map(|(lag, ln_e)| Late { lag, ln_e })
}
