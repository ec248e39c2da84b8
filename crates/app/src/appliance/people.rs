//! What a person asks of a running program. Paused or not, at home or not: that holds until they say otherwise, and outlives a start, so that neither a
//! new configuration nor a power cut makes a paused home sound.

use earwitness_core::event::{Fault, What};
use earwitness_core::policy::Hold;
use earwitness_core::time::Timestamp;

use super::ledger::Item;
use super::{Appliance, Goal, status};

/// What can be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Request {
    /// Play nothing until `resume`; watching goes on.
    Pause,
    /// Play again.
    Resume,
    /// Somebody is at home.
    Home,
    /// Nobody is at home.
    Away,
    /// Leave it to the telephones whether somebody is at home.
    Auto,
    /// How it stands, as JSON.
    Status,
    /// End, as SIGTERM does.
    Stop,
}

impl Request {
    /// All of them, each with its word.
    pub(crate) const ALL: [(Self, &'static str); 7] = [
        (Self::Pause, "pause"),
        (Self::Resume, "resume"),
        (Self::Home, "home"),
        (Self::Away, "away"),
        (Self::Auto, "auto"),
        (Self::Status, "status"),
        (Self::Stop, "stop"),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }

    /// What a word asks for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|it| it.1 == word).map(|it| it.0)
    }
}

/// What an answer adds where the disk refuses: what was asked for holds, and a start would forget it.
pub const NOT_WRITTEN: &str =
    "; this is not written down, since the disk refuses: say it again if the program is started before the disk works";

/// Settings of the store.
const PAUSED: &str = "paused";
const PRESENCE: &str = "presence";

impl Appliance {
    /// Does what a person wants, and remembers it; says how it stands then, and whether it could not be written down ([`NOT_WRITTEN`]). To stop, or to say how all stands, is for whoever drives it.
    pub fn ask(&mut self, request: Request, now: Timestamp) -> String {
        let key = if matches!(request, Request::Pause | Request::Resume) { PAUSED } else { PRESENCE };
        if self.goal == Goal::Watch && !matches!(request, Request::Status | Request::Stop) {
            // Written down together with the event that reports it: a power cut must not leave one without the other.
            self.ledger.put(Item::Setting(key, request.word()));
        }
        self.grant(request, now);
        let mut answer = if key == PAUSED {
            status::holds(&self.holds)
        } else {
            if self.presence.somebody() { "somebody is at home" } else { "nobody is at home" }.to_owned()
        };
        if !self.write(now) {
            answer += NOT_WRITTEN;
        }
        answer
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
            Request::Pause | Request::Resume => self.hold(Hold::Person, request == Request::Pause, now),
            Request::Home | Request::Away | Request::Auto => {
                self.presence.say(match request {
                    Request::Home => Some(true),
                    Request::Away => Some(false),
                    _ => None,
                });
                self.update_presence(now);
            }
            Request::Status | Request::Stop => {}
        }
    }
}
