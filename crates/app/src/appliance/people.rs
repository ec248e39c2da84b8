//! What a person asks of a running program. Paused or not, at home or not: that holds until they say otherwise, and outlives a start, so that neither a
//! new configuration nor a power cut makes a paused home sound.

use earwitness_core::event::{Fault, What};
use earwitness_core::experiment::{Command, Input};
use earwitness_core::policy::Hold;
use earwitness_core::time::Timestamp;

use super::ledger::Item;
use super::{Appliance, Goal, status};
use crate::names::Names;

/// What can be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Request {
    /// Play nothing until `resume`, or for the time that is given; watching goes on.
    Pause,
    /// Play nothing until then.
    #[value(skip)]
    PauseUntil(Timestamp),
    /// Play again.
    Resume,
    /// Begin the next round as soon as one may, without waiting for the end of the rest.
    Probe,
    /// Test the home now, as `earwitness probe` does, and then go on watching.
    Test,
    /// The same, in quiet hours as well and while somebody is at home.
    TestAnyway,
    /// End such a test, and go on watching.
    EndTest,
    /// Somebody is at home.
    Home,
    /// Nobody is at home.
    Away,
    /// Leave it to the telephones whether somebody is at home.
    Auto,
    /// How it stands, as JSON.
    Status,
    /// Take the names of devices anew, after they were changed.
    Names,
    /// The link that lets the next browser see the page.
    Link,
    /// Listen for a question now, without the wake phrase (with `[voice]`).
    Listen,
    /// End, as SIGTERM does.
    Stop,
}

/// The words of requests that need nothing more.
const WORDS: [(Request, &str); 14] = [
    (Request::Pause, "pause"),
    (Request::Resume, "resume"),
    (Request::Probe, "probe"),
    (Request::Test, "test"),
    (Request::TestAnyway, "test-anyway"),
    (Request::EndTest, "end-test"),
    (Request::Names, "names"),
    (Request::Link, "link"),
    (Request::Home, "home"),
    (Request::Away, "away"),
    (Request::Auto, "auto"),
    (Request::Status, "status"),
    (Request::Listen, "listen"),
    (Request::Stop, "stop"),
];
/// The word of a pause that ends by itself, before the nanoseconds since 1970 at which it does.
const PAUSE_UNTIL: &str = "pause-until ";

impl Request {
    /// As it is sent, and kept in the store.
    #[must_use]
    pub fn word(self) -> String {
        if let Self::PauseUntil(until) = self {
            return format!("{PAUSE_UNTIL}{}", until.nanos());
        }
        WORDS.iter().find(|it| it.0 == self).map_or_else(String::new, |it| it.1.to_owned())
    }

    /// What a text asks for.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(PAUSE_UNTIL) {
            Some(until) => Some(Self::PauseUntil(Timestamp::from_nanos(until.parse().ok()?))),
            None => WORDS.iter().find(|it| it.1 == text).map(|it| it.0),
        }
    }

    /// The words that are known.
    pub(crate) fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|it| it.1)
    }
}

/// What an answer adds where the disk refuses: what was asked for holds, and a start would forget it.
pub const NOT_WRITTEN: &str =
    "; this is not written down, since the disk refuses: say it again if the program is started before the disk works";

/// Settings of the store.
const PAUSED: &str = "paused";
const PRESENCE: &str = "presence";

/// The setting that a request changes.
const fn setting(request: Request) -> Option<&'static str> {
    match request {
        Request::Pause | Request::PauseUntil(_) | Request::Resume => Some(PAUSED),
        Request::Home | Request::Away | Request::Auto => Some(PRESENCE),
        _ => None,
    }
}

impl Appliance {
    /// Does what a person wants, and remembers it; says how it stands then, and whether it could not be written down ([`NOT_WRITTEN`]). To stop, or to say how all stands, is for whoever drives it.
    pub fn ask(&mut self, request: Request, now: Timestamp) -> String {
        if let Some(key) = setting(request).filter(|_| self.goal.has_household()) {
            // Written down together with the event that reports it: a power cut must not leave one without the other.
            self.ledger.put(Item::Setting(key.into(), request.word()));
        }
        self.grant(request, now);
        let mut answer = match request {
            Request::Pause | Request::PauseUntil(_) | Request::Resume | Request::Probe => status::holds(&self.holds),
            Request::Names => "names are taken anew".to_owned(),
            _ if self.presence.somebody() => "somebody is at home".to_owned(),
            _ => "nobody is at home".to_owned(),
        };
        if !self.write(now) {
            answer += NOT_WRITTEN;
        }
        answer
    }

    /// A pause that was to end by now is over.
    pub(super) fn end_pause(&mut self, now: Timestamp) {
        if self.paused_until.is_some_and(|until| until <= now) {
            self.ask(Request::Resume, now);
        }
    }

    /// What was wanted before this start still holds. A session that was asked for just now is wanted.
    pub(super) fn recall(&mut self, now: Timestamp) {
        if self.goal != Goal::Watch {
            return;
        }
        for key in [PAUSED, PRESENCE] {
            let setting = self.ledger.store().reader().and_then(|reader| reader.setting(key));
            match setting {
                Ok(word) => {
                    if let Some(request) = word.as_deref().and_then(Request::parse) {
                        self.grant(request, now);
                    }
                }
                Err(error) => {
                    let set_aside = matches!(self.ledger.set_aside(&error), Ok(true));
                    self.report_store_events(now);
                    if !set_aside {
                        self.report(What::Fault(Fault::Store { said: error.to_string() }), now);
                    }
                }
            }
        }
    }

    fn grant(&mut self, request: Request, now: Timestamp) {
        match request {
            Request::Pause | Request::PauseUntil(_) => {
                self.paused_until = if let Request::PauseUntil(until) = request { Some(until) } else { None };
                self.hold(Hold::Person, true, now);
            }
            Request::Resume => {
                self.paused_until = None;
                self.hold(Hold::Person, false, now);
            }
            Request::Probe => self.handle(Input::Command(Command::Now), now),
            Request::Home | Request::Away | Request::Auto => {
                self.presence.say(match request {
                    Request::Home => Some(true),
                    Request::Away => Some(false),
                    _ => None,
                });
                self.update_presence(now);
            }
            Request::Names => {
                // A home is watched all the same where its devices have no names.
                if let Ok(names) = self.ledger.store().reader().map_err(Into::into).and_then(Names::read) {
                    self.device_names.rename(names);
                }
                self.ignore();
            }
            Request::Test
            | Request::TestAnyway
            | Request::EndTest
            | Request::Link
            | Request::Status
            | Request::Listen
            | Request::Stop => {}
        }
    }
}
