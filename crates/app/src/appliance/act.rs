//! What the machine asks for is done here, and what others tell is handed to it.

use earwitness_core::event::{Event, Fault, Mended, What};
use earwitness_core::experiment::{Action, Command, Input, Spoken};
use earwitness_core::probe::{Heard, Void};
use earwitness_core::record::Entry;
use earwitness_core::time::Timestamp;

use super::Appliance;
use super::ledger::Item;
use earwitness_core::policy::Hold;
use earwitness_report::sentence::sentence;
use earwitness_sound::player::{PlayerEvent, Said};
use earwitness_store::Reply;

impl Appliance {
    /// Hands an input to the machine, and does what it then asks for.
    pub(super) fn handle(&mut self, input: Input<'_>, now: Timestamp) {
        let mut actions = Vec::new();
        self.machine.handle(input, now, &mut actions);
        self.perform(&mut actions, now);
    }

    /// Does what is asked for; what is to be told is told after it was written down.
    pub(super) fn perform(&mut self, actions: &mut Vec<Action>, now: Timestamp) {
        let mut events = Vec::new();
        while !actions.is_empty() {
            for action in std::mem::take(actions) {
                match action {
                    Action::WakeAt(at) => self.wake = Some(at),
                    Action::Speak(order) => {
                        let (round, length) = (order.round, order.length);
                        // Its lot is on the disk before it sounds, or it does not sound.
                        let stored = self.write(now);
                        let taken = stored && self.loudspeaker.as_ref().is_some_and(|it| it.say(order).is_ok());
                        if !taken {
                            let spoken = Spoken {
                                round,
                                onset: now,
                                length,
                                heard: Heard::Unknown,
                                trouble: Some(Void::Glitch),
                                timelines: None,
                            };
                            self.machine.handle(Input::Spoken(spoken), now, actions);
                            self.tell(What::Fault(Fault::NotPlayed { round, stored }), now);
                        }
                    }
                    Action::Write(entry) => {
                        match &entry {
                            Entry::Watched(stretch) => self.names.learn(stretch),
                            Entry::Trial(trial) => {
                                self.put_tested();
                                self.scored = Some(trial.round.number);
                            }
                            _ => {}
                        }
                        self.ledger.put(Item::Entry(entry));
                    }
                    Action::Tell(mut event) => {
                        if let What::Proven { device, senders, .. } = &mut event.what {
                            *senders = self.names.senders(*device).to_vec();
                        }
                        events.push(event);
                    }
                }
            }
        }
        if events.is_empty() {
            return;
        }
        self.put_tested();
        for event in &events {
            if let What::Joined { device } = event.what {
                self.names.join(device);
            }
            if matches!(event.what, What::Proven { .. }) {
                self.verdicts_wanted = true;
            }
        }
        self.tell_all(&events, now);
    }

    /// Puts down what the two-sample test says, but for rounds that are scored. It is asked of the frames until some time after a probe; where none come
    /// for longer than a round waits, it answers too late: verdicts were told without it, and must come out again as they were.
    pub(super) fn put_tested(&mut self) {
        for (round, tested) in self.samples.take() {
            if self.scored.is_none_or(|scored| round > scored) {
                self.ledger.put(Item::Tested(round, tested));
            }
        }
    }

    /// Writes down what happened, and then tells it.
    pub(super) fn tell(&mut self, what: What, now: Timestamp) {
        self.tell_all(&[what.at(now)], now);
    }

    /// The same for several things, as one transaction.
    fn tell_all(&mut self, events: &[Event], now: Timestamp) {
        let is_written = |event: &Event| !matches!(event.what, What::Said { .. });
        for event in events.iter().filter(|event| is_written(event)) {
            let text = sentence(event, &|device| self.names.of(device));
            self.ledger.note(event, &text);
        }
        let stored = self.ledger.write_when_due(now);
        for event in events {
            self.output.tell(event, &|device| self.names.of(device), stored && is_written(event));
        }
        self.tell_of_store(now);
    }

    /// Writes what waits, and tells what that brought about; whether nothing waits any more.
    pub(super) fn write(&mut self, now: Timestamp) -> bool {
        let stored = self.ledger.write_when_due(now);
        self.tell_of_store(now);
        stored
    }

    /// Tells what happened to the store itself.
    pub(super) fn tell_of_store(&mut self, now: Timestamp) {
        // Each is told once: what telling one brings about is a change of whether the disk refuses, at most once in ten seconds.
        loop {
            let happened = self.ledger.take_happened();
            if happened.is_empty() {
                return;
            }
            for what in happened {
                let event = what.at(now);
                // The store wrote these down by itself, in the file that it began.
                if !matches!(event.what, What::SetAside { .. } | What::Upgraded { .. }) {
                    let text = sentence(&event, &|device| self.names.of(device));
                    self.ledger.note(&event, &text);
                }
                let stored = self.ledger.write_when_due(now);
                self.output.tell(&event, &|device| self.names.of(device), stored);
            }
        }
    }

    /// Takes what the player tells.
    pub(super) fn told(&mut self, told: PlayerEvent, now: Timestamp) {
        match told {
            PlayerEvent::Said(Said { round, spoken, trouble, level, onset_error }) => {
                self.samples.expect(round, spoken.onset);
                let Spoken { onset, length, heard, .. } = spoken;
                self.tell(What::Played { round, onset, onset_error, length, heard, level }, now);
                if let Some(said) = trouble {
                    self.tell(What::Fault(Fault::Loudspeaker { round, said }), now);
                }
                self.handle(Input::Spoken(spoken), now);
            }
            PlayerEvent::Reply { round, window, level } => {
                self.ledger.put(Item::Reply(Reply { round, window, level_db: level }));
            }
            PlayerEvent::Other { .. } => self.handle(Input::OtherSound, now),
            PlayerEvent::Microphone(Some(said)) => self.tell(What::Fault(Fault::Microphone { said }), now),
            PlayerEvent::Microphone(None) => self.tell(What::Mended(Mended::Microphone), now),
        }
    }

    /// Sets or clears a reason why nothing may sound.
    pub(super) fn hold(&mut self, reason: Hold, holds: bool, now: Timestamp) {
        self.hold_as(reason, holds, now, true);
    }

    /// The same; told and written down only if `aloud`.
    pub(super) fn hold_as(&mut self, reason: Hold, holds: bool, now: Timestamp, aloud: bool) {
        if self.holds.has(reason) == holds {
            return;
        }
        let changed = self.holds.set(reason, holds);
        if aloud {
            self.tell(if holds { What::Held(reason) } else { What::Freed(reason) }, now);
        }
        match changed {
            Some(true) => self.handle(Input::Command(Command::Pause), now),
            Some(false) => self.handle(Input::Command(Command::Resume), now),
            None => {}
        }
    }
}
