//! All sounds in a row until every device is decided; then single ones, to find out which of them moves those that react.

use super::{Done, Next};
use crate::lot::Lot;
use crate::probe::Stimulus;
use crate::schedule::Design;
use crate::trial::{Answers, Session, Stand, Standing};
use crate::vocabulary::Candidate;

/// Most rounds of one single sound: one that a device answers nine times in ten has come first often enough long before.
const MOST: u32 = 6;

/// Rows after which nearly every device that answers is proven. Where after these nobody seems to react of whom it is not known, those that react need not wait for
/// those that send so much that their silence takes long to show: every other round is for single sounds.
const ROWS: u32 = 14;

/// What is played next.
pub(super) fn together(session: &Session, design: &Design, row: &Stimulus, decided: bool, number: u32) -> Next {
    if decided {
        return single(session, design).map_or(Next::Done(Done::Decided), Next::Play);
    }
    let rows = session.plays(&row.clone().into());
    let is_waiting = rows >= ROWS && session.standings().values().all(|it| it.stand() != Stand::Promising);
    let single = if is_waiting && number % 2 == 1 { single(session, design) } else { None };
    Next::Play(single.unwrap_or_else(|| row.clone().into()))
}

/// The single sound that promises most to be one that moves a device that reacts; none where it is known of all.
fn single(session: &Session, design: &Design) -> Option<Candidate> {
    let mut singles: Vec<&Stimulus> = design.stimuli.iter().filter(|it| !it.is_row()).collect();
    Lot::new(design.seed).stream("order", 0).shuffle(&mut singles);
    let played = |single: &Stimulus| session.plays(&Candidate::from(single.clone()));
    // Devices that react, and of which nobody knows to what.
    let open: Vec<&Standing> =
        session.standings().values().filter(|it| it.proven_after.is_some() && !names(session, it, &singles)).collect();
    let promise = |single: &&Stimulus| {
        let answers = open.iter().map(|device| answers(session, device, single));
        let share = answers.map(|it| (f64::from(it.firsts) + 1.0) / (f64::from(it.rounds) + 1.0)).fold(0.0, f64::max);
        (share, played(single))
    };
    let promising = singles.into_iter().filter(|single| played(single) < MOST && promise(single).0 >= 0.5);
    // Each once, then the one that was answered most.
    let next = promising.max_by(|a, b| {
        let ((share, plays), (other, others)) = (promise(a), promise(b));
        (plays == 0).cmp(&(others == 0)).then(share.total_cmp(&other)).then(others.cmp(&plays))
    });
    next.map(|single| single.clone().into())
}

/// How a device answered a sound.
fn answers(session: &Session, device: &Standing, single: &Stimulus) -> Answers {
    let number = session.sounds().iter().position(|it| *it == single.name);
    number.and_then(|number| device.sounds.get(number)).copied().unwrap_or_default()
}

/// Whether one of the sounds is known to move a device.
fn names(session: &Session, device: &Standing, singles: &[&Stimulus]) -> bool {
    singles.iter().any(|single| answers(session, device, single).are_half())
}
