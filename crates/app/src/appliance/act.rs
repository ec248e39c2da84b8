//! Does what the machine asks for, and passes on to it what others report.

use earwitness_core::event::{Event, Fault, Mended, What};
use earwitness_core::experiment::{Action, Command, Input, Spoken};
use earwitness_core::probe::{Heard, Void};
use earwitness_core::record::Entry;
use earwitness_core::time::Timestamp;

use super::Appliance;
use super::ledger::Item;
use earwitness_core::policy::Hold;
use earwitness_core::policy::notices::Fact;
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

    /// Does what is asked for; an event is reported after it was written down.
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
                            self.report(What::Fault(Fault::NotPlayed { round, stored }), now);
                        }
                    }
                    Action::Write(entry) => {
                        match &entry {
                            Entry::Watched(stretch) => self.device_names.learn(stretch),
                            Entry::Trial(trial) => {
                                self.put_tested();
                                self.scored = Some(trial.round.number);
                            }
                            _ => {}
                        }
                        self.ledger.put(Item::Entry(entry));
                    }
                    Action::Report(mut event) => {
                        if let What::Proven { device, senders, .. } = &mut event.what {
                            *senders = self.device_names.senders(*device).to_vec();
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
                self.device_names.join(device);
            }
            if matches!(event.what, What::Proven { .. }) {
                self.verdicts_wanted = true;
            }
            if let What::Sighted { device, sighting } = &event.what {
                self.today.count(*device, sighting);
            }
        }
        self.report_all(&events, now);
    }

    /// Puts down what the two-sample test says, but for rounds that are scored. It is asked of the frames until some time after a probe; where none come
    /// for longer than a round waits, it answers too late: verdicts were reported without it, and must come out again as they were.
    pub(super) fn put_tested(&mut self) {
        for (round, tested) in self.samples.take() {
            if self.scored.is_none_or(|scored| round > scored) {
                self.ledger.put(Item::Tested(round, tested));
            }
        }
    }

    /// Writes down what happened, and then reports it.
    pub(super) fn report(&mut self, what: What, now: Timestamp) {
        self.report_all(&[what.at(now)], now);
    }

    /// The same for several things, as one transaction.
    fn report_all(&mut self, events: &[Event], now: Timestamp) {
        let is_written = |event: &Event| !matches!(event.what, What::Said { .. });
        for event in events.iter().filter(|event| is_written(event)) {
            let text = sentence(event, &|device| self.device_names.of(device));
            self.ledger.note(event, &text);
        }
        self.facts(events, now);
        let letters = self.decide(now);
        let stored = self.ledger.write_when_due(now);
        for event in events {
            self.output.report(event, &|device| self.device_names.of(device), stored && is_written(event));
        }
        for letter in letters {
            self.output.send(letter);
        }
        self.report_store_events(now);
    }

    /// Writes what waits, and reports what that brought about; whether nothing waits any more.
    pub(super) fn write(&mut self, now: Timestamp) -> bool {
        let stored = self.ledger.write_when_due(now);
        self.report_store_events(now);
        stored
    }

    /// Reports what happened to the store itself.
    pub(super) fn report_store_events(&mut self, now: Timestamp) {
        // Each is reported once: what reporting one brings about is a change of whether the disk refuses, at most once in ten seconds.
        loop {
            let happened = self.ledger.take_happened();
            if happened.is_empty() {
                return;
            }
            for what in happened {
                let event = what.at(now);
                // The store wrote these down by itself, in the file that it began.
                if !matches!(event.what, What::SetAside { .. } | What::Upgraded { .. }) {
                    let text = sentence(&event, &|device| self.device_names.of(device));
                    self.ledger.note(&event, &text);
                }
                self.facts(std::slice::from_ref(&event), now);
                let stored = self.ledger.write_when_due(now);
                self.output.report(&event, &|device| self.device_names.of(device), stored);
            }
        }
    }

    /// Takes an event of the player.
    pub(super) fn player_event(&mut self, event: PlayerEvent, now: Timestamp) {
        match event {
            PlayerEvent::Said(Said { round, spoken, trouble, level, onset_error }) => {
                self.samples.expect(round, spoken.onset);
                let Spoken { onset, length, heard, .. } = spoken;
                self.report(What::Played { round, onset, onset_error, length, heard, level }, now);
                if let Some(said) = trouble {
                    self.report(What::Fault(Fault::Loudspeaker { round, said }), now);
                }
                self.handle(Input::Spoken(spoken), now);
            }
            PlayerEvent::Reply { round, window, level } => {
                self.fact(Fact::Heard(window), now);
                self.ledger.put(Item::Reply(Reply { round, window, level_db: level }));
            }
            PlayerEvent::Other { window, .. } => {
                self.fact(Fact::Heard(window), now);
                self.handle(Input::OtherSound, now);
            }
            PlayerEvent::Microphone(Some(said)) => self.report(What::Fault(Fault::Microphone { said }), now),
            PlayerEvent::Microphone(None) => self.report(What::Mended(Mended::Microphone), now),
        }
    }

    /// Sets or clears a reason why nothing may sound.
    pub(super) fn hold(&mut self, reason: Hold, holds: bool, now: Timestamp) {
        self.hold_as(reason, holds, now, true);
    }

    /// The same; reported and written down only if `aloud`.
    pub(super) fn hold_as(&mut self, reason: Hold, holds: bool, now: Timestamp, aloud: bool) {
        if self.holds.has(reason) == holds {
            return;
        }
        let changed = self.holds.set(reason, holds);
        if aloud {
            self.report(if holds { What::Held(reason) } else { What::Freed(reason) }, now);
        }
        match changed {
            Some(true) => self.handle(Input::Command(Command::Pause), now),
            Some(false) => self.handle(Input::Command(Command::Resume), now),
            None => {}
        }
    }
}
