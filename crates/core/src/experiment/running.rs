//! A round in progress.

use super::input::{Action, Order, Spoken};
use crate::probe::{Heard, Played, Round, SoundKind, Stimulus, Void, note};
use crate::schedule::{Design, Ordered};
use crate::time::Timestamp;

/// A round whose slots pass by.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) ordered: Ordered,
    sound: usize,
    stimulus: Option<Stimulus>,
    spoken: Option<Spoken>,
    void: Option<Void>,
}

impl Running {
    pub(super) fn new(ordered: Ordered, sound: usize) -> Self {
        Self { ordered, sound, stimulus: None, spoken: None, void: None }
    }

    /// The round as it is if nothing more is ever known of it.
    pub(super) fn unknown(&self, design: &Design) -> Round {
        let Ordered { number, slots, drawn, length } = self.ordered.clone();
        let onset = slots.get(drawn).map(|slot| slot.from).unwrap_or_default();
        let stimulus = design.stimuli.get(self.sound).cloned();
        let stimulus = stimulus.unwrap_or_else(|| Stimulus { name: String::new(), kind: SoundKind::Noise });
        let played = Played { stimulus, onset, length, heard: Heard::Unknown };
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
    pub(super) fn step(&mut self, now: Timestamp, design: &Design, actions: &mut Vec<Action>) -> Option<Timestamp> {
        let until = self.ordered.slots.last()?.until;
        let probe = self.ordered.slots.get(self.ordered.drawn)?.from;
        if self.stimulus.is_none() {
            if now < probe {
                return Some(probe);
            }
            let stimulus = design.stimuli.get(self.sound)?.clone();
            self.stimulus = Some(stimulus.clone());
            actions.push(Action::Speak(Order { round: self.ordered.number, stimulus, length: self.ordered.length }));
        }
        (now < until).then_some(until)
    }

    /// What became of the order.
    pub(super) fn spoken(&mut self, spoken: Spoken) {
        if spoken.round != self.ordered.number {
            // The answer to an order of a round that was broken off.
            return;
        }
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
        let stimulus = self.stimulus.take().unwrap_or_else(|| Stimulus { name: String::new(), kind: SoundKind::Noise });
        let played = match self.spoken {
            Some(Spoken { onset, length, heard, .. }) => Played { stimulus, onset, length, heard },
            None => Played { stimulus, onset: planned, length: 0, heard: Heard::Unknown },
        };
        let slots = std::mem::take(&mut self.ordered.slots);
        Round { number: self.ordered.number, slots, drawn: self.ordered.drawn, played, void: self.void }
    }
}
