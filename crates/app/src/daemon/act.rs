//! What the machine asks for is done here, and what others tell is handed to it.

use earwitness_core::experiment::{Action, Command, Input, Spoken};
use earwitness_core::probe::{Heard, Void};
use earwitness_core::record::{Entry, News};
use earwitness_core::time::Timestamp;

use super::ledger::Item;
use super::tell::Teller;
use super::{Daemon, End, Message, Request, Reread, signals};
use earwitness_core::policy::Hold;
use earwitness_sound::mouth::{Said, Told};
use earwitness_store::{Event, Reply};

impl Daemon {
    /// Hands an input to the machine, and does what it then asks for.
    pub(super) fn handle(&mut self, input: Input<'_>, now: Timestamp) {
        let mut actions = Vec::new();
        self.machine.handle(input, now, &mut actions);
        self.perform(&mut actions, now);
    }

    /// Does what is asked for; what is to be told is told after it was written down.
    pub(super) fn perform(&mut self, actions: &mut Vec<Action>, now: Timestamp) {
        let mut news = Vec::new();
        while !actions.is_empty() {
            for action in std::mem::take(actions) {
                match action {
                    Action::WakeAt(at) => self.wake = Some(at),
                    Action::Speak(order) => {
                        let (round, length) = (order.round, order.length);
                        // Its lot is on the disk before it sounds, or it does not sound.
                        let kept = self.ledger.write_when_due(now, &self.teller);
                        let taken = kept && self.mouth.as_ref().is_some_and(|mouth| mouth.say(order).is_ok());
                        if !taken {
                            let spoken = Spoken { round, onset: now, length, heard: Heard::Unknown, trouble: Some(Void::Glitch) };
                            self.machine.handle(Input::Spoken(spoken), now, actions);
                            self.trouble(
                                now,
                                Event::Fault,
                                "the loudspeaker is still busy with the sound before, or the store refuses; the round speaks for no reaction",
                            );
                        }
                    }
                    Action::Write(entry) => {
                        if let Entry::Watched(stretch) = &entry {
                            self.names.learn(stretch);
                        }
                        self.ledger.put(Item::Entry(entry));
                    }
                    Action::Tell(told) => news.push(told),
                }
            }
        }
        if news.is_empty() {
            return;
        }
        for (round, tested) in self.samples.take() {
            self.ledger.put(Item::Tested(round, tested));
        }
        for told in &news {
            if let News::Joined(device) = told {
                self.names.join(*device);
            }
            let text = Teller::words(told, &self.names);
            let (event, device) = match told {
                News::Joined(device) => (Event::Joined, Some(*device)),
                News::Sighted { device, .. } => (Event::Sighted, Some(*device)),
                News::Scored { .. } => (Event::Scored, None),
                News::Proven { device, .. } => (Event::Proven, Some(*device)),
                News::Ended(_) => (Event::Notice, None),
            };
            self.ledger.note(now, event, device, &text);
        }
        self.ledger.write_when_due(now, &self.teller);
        for told in &news {
            self.teller.news(now, told, &self.names, self.ledger.is_stuck());
            if matches!(told, News::Proven { .. }) {
                self.judge.wanted();
            }
        }
    }

    /// Takes a message of another thread; says if it is the end.
    pub(super) fn message(&mut self, message: Message, reread: Reread<'_>, now: Timestamp) -> Option<End> {
        match message {
            Message::Mouth(told) => self.told(told, now),
            Message::Signal(signals::Asked::Stop) => return Some(End::Stopped),
            Message::Signal(signals::Asked::Reload) => match reread() {
                Ok(config) => return Some(End::Reload(Box::new(config))),
                Err(error) => self.fault(&format!("{error:#}; it goes on as before"), now),
            },
            Message::Asked(asked) => {
                let request = asked.request;
                let answer = match request {
                    Request::Pause | Request::Resume | Request::Home | Request::Away | Request::Auto => self.wish(request, now),
                    Request::Status => self.status(now).to_string(),
                    Request::Stop => "stopping".to_owned(),
                };
                asked.answer(answer);
                return (request == Request::Stop).then_some(End::Stopped);
            }
            Message::Judged(judged) => self.judged(*judged, now),
            Message::NotJudged(error) => self.not_judged(&error, now),
            Message::Fault(what) => self.fault(&what, now),
        }
        None
    }

    fn told(&mut self, told: Told, now: Timestamp) {
        match told {
            Told::Said(Said { round, spoken, trouble, level, onset_error }) => {
                self.samples.expect(round, spoken.onset);
                self.teller.said(now, round, &spoken, level, onset_error);
                if let Some(what) = trouble {
                    self.trouble(now, Event::Fault, &format!("round {}: {what}", round + 1));
                }
                self.handle(Input::Spoken(spoken), now);
            }
            Told::Reply { round, window, level } => {
                self.ledger.put(Item::Reply(Reply { round, window, level_db: level }));
            }
            Told::Other { .. } => self.handle(Input::OtherSound, now),
            Told::Ear(Some(why)) => self.trouble(now, Event::Fault, &format!("{why}; until then no probe counts as heard")),
            Told::Ear(None) => self.trouble(now, Event::Mended, "the microphone hears again"),
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
            let event = if holds { Event::Paused } else { Event::Resumed };
            let text = if holds { reason.words().to_owned() } else { format!("no more: {}", reason.words()) };
            self.ledger.note(now, event, None, &text);
            self.teller.aside(now, &text);
        }
        match changed {
            Some(true) => self.handle(Input::Command(Command::Pause), now),
            Some(false) => self.handle(Input::Command(Command::Resume), now),
            None => {}
        }
    }

    /// Writes down and tells that something failed or works again.
    pub(super) fn trouble(&mut self, now: Timestamp, event: Event, what: &str) {
        self.ledger.note(now, event, None, what);
        self.teller.trouble(now, what);
    }
}
