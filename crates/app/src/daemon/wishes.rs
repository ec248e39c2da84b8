//! What a person wants until they say otherwise: paused or not, at home or not. It outlives a start, so that neither a new configuration nor a
//! power cut makes a paused home sound.

use earwitness_core::event::{Fault, What};
use earwitness_core::time::Timestamp;

use super::ledger::Item;
use super::{Daemon, Goal, Request, status};
use earwitness_core::policy::Hold;

/// Settings of the store.
const PAUSED: &str = "paused";
const PRESENCE: &str = "presence";

impl Daemon<'_> {
    /// Does what a person wants, and remembers it; says how it stands then.
    pub(super) fn wish(&mut self, request: Request, now: Timestamp) -> String {
        self.grant(request, now);
        let key = if matches!(request, Request::Pause | Request::Resume) { PAUSED } else { PRESENCE };
        if self.goal == Goal::Watch {
            self.ledger.put(Item::Setting(key, request.word()));
            self.write(now);
        }
        if key == PAUSED {
            return status::holds(&self.holds);
        }
        if self.presence.somebody() { "somebody is at home" } else { "nobody is at home" }.to_owned()
    }

    /// What was wanted before this start still holds. A session that was asked for just now is wanted.
    pub(super) fn recall_wishes(&mut self, now: Timestamp) {
        if self.goal != Goal::Watch {
            return;
        }
        for key in [PAUSED, PRESENCE] {
            let told = self.ledger.store().reader().and_then(|reader| reader.setting(key));
            match told {
                Ok(word) => {
                    if let Some(request) = word.as_deref().and_then(Request::parse) {
                        self.grant(request, now);
                    }
                }
                Err(error) => {
                    let set_aside = matches!(self.ledger.set_aside(&error), Ok(true));
                    self.tell_of_store(now);
                    if !set_aside {
                        self.tell(What::Fault(Fault::Store { said: error.to_string() }), now);
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
                self.look_who_is_home(now);
            }
            Request::Status | Request::Stop => {}
        }
    }
}
