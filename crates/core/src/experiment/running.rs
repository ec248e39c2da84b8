//! A round in progress.

use super::input::{Action, Order, Spoken};
use crate::probe::{Heard, Played, Round, SoundKind, Stimulus, Void, note};
use crate::schedule::Ordered;
use crate::time::Timestamp;
use crate::vocabulary::Candidate;

/// A round whose slots pass by.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) ordered: Ordered,
    candidate: Candidate,
    /// Whether the loudspeaker was asked to play it.
    is_due: bool,
    spoken: Option<Spoken>,
    void: Option<Void>,
}

impl Running {
    pub(super) fn new(ordered: Ordered, candidate: Candidate) -> Self {
        Self { ordered, candidate, is_due: false, spoken: None, void: None }
    }

    /// The round as it is if nothing more is ever known of it.
    pub(super) fn unknown(&self) -> Round {
        let Ordered { number, slots, drawn, length } = self.ordered.clone();
        let Candidate { stimulus, condition } = self.candidate.clone();
        let onset = slots.get(drawn).map(|slot| slot.from).unwrap_or_default();
        let played = Played { condition, ..Played::new(stimulus, onset, length, Heard::Unknown) };
        Round { number, slots, drawn, played, void: Some(Void::Interrupted) }
    }

    /// Notes that something happened.
    pub(super) fn note(&mut self, why: Void) {
        note(&mut self.void, why);
    }

    pub(super) fn number(&self) -> u32 {
        self.ordered.number
    }

    /// Plays the probe when its slot has come. Says when it wants to be woken; `None` when the round is over.
    pub(super) fn step(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> Option<Timestamp> {
        let until = self.ordered.slots.last()?.until;
        let probe = self.ordered.slots.get(self.ordered.drawn)?.from;
        if !self.is_due {
            if now < probe {
                return Some(probe);
            }
            self.is_due = true;
            let Candidate { stimulus, condition } = self.candidate.clone();
            actions.push(Action::Speak(Order { round: self.ordered.number, stimulus, condition, length: self.ordered.length }));
        }
        (now < until).then_some(until)
    }

    /// What became of the order.
    pub(super) fn spoken(&mut self, spoken: Spoken) {
        let unheard = (spoken.heard == Heard::No).then_some(Void::NotHeard);
        for why in spoken.trouble.into_iter().chain(unheard) {
            self.note(why);
        }
        self.spoken = Some(spoken);
    }

    /// The round as it was.
    pub(super) fn over(&mut self) -> Round {
        let planned = self.ordered.slots.get(self.ordered.drawn).map(|slot| slot.from).unwrap_or_default();
        if self.spoken.is_none() {
            self.note(Void::Glitch);
        }
        let nothing = || Stimulus { name: String::new(), kind: SoundKind::Noise }.into();
        let Candidate { stimulus, condition } = if self.is_due { self.candidate.clone() } else { nothing() };
        let mut played = Played { condition, ..Played::new(stimulus, planned, 0, Heard::Unknown) };
        if let Some(spoken) = self.spoken.take() {
            sounded(&mut played, spoken);
        }
        let slots = std::mem::take(&mut self.ordered.slots);
        Round { number: self.ordered.number, slots, drawn: self.ordered.drawn, played, void: self.void }
    }
}

/// Notes what became known of what was played.
pub(super) fn sounded(played: &mut Played, spoken: Spoken) {
    let Spoken { onset, length, heard, timelines, .. } = spoken;
    (played.onset, played.length, played.heard, played.timelines) = (onset, length, heard, timelines);
}
