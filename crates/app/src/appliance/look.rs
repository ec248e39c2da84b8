//! What is looked at about once a second: the clock, who is at home, the disk, and whether it is time for verdicts.

use std::time::Duration;

use earwitness_core::event::What;
use earwitness_core::experiment::{Command, Input};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::Hold;
use earwitness_core::time::{SECOND, Timestamp};

use super::{Appliance, Goal};

/// Between two sets of verdicts without a reason, nanoseconds.
const VERDICTS: i64 = 6 * 3_600 * SECOND;

/// When things were looked at.
#[derive(Debug)]
pub(super) struct Looks {
    last: Timestamp,
    judged: Timestamp,
    /// What local time is ahead of UTC, nanoseconds.
    ahead: Option<i64>,
}

impl Looks {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { last: Timestamp::MIN, judged: now, ahead: None }
    }
}

impl Appliance {
    /// Looks whether the clock was set, and if a second has passed, at the rest.
    pub(super) fn look(&mut self, now: Timestamp, since_boot: Duration, ahead: i64) {
        if let Some(by) = self.steps.look((now, since_boot)) {
            self.tell(What::ClockStepped { by }, now);
            self.handle(Input::ClockStepped, now);
        }
        if now.since(self.looks.last).saturating_abs() < SECOND && self.looks.last != Timestamp::MIN {
            return;
        }
        self.looks.last = now;
        if self.looks.ahead.replace(ahead) != Some(ahead) {
            self.handle(Input::Command(Command::LocalTime { ahead }), now);
        }
        self.look_who_is_home(now);
        self.hold(Hold::Store, self.ledger.is_stuck(), now);
        self.ledger.sweep(now, &self.retention);
        self.tell_of_store(now);
        if self.goal == Goal::Watch && now.since(self.looks.judged).saturating_abs() > VERDICTS {
            self.looks.judged = now;
            self.verdicts_wanted = true;
        }
    }

    /// Looks whether somebody is at home.
    pub(super) fn look_who_is_home(&mut self, now: Timestamp) {
        let machine = &self.machine;
        if let Some(somebody) = self.presence.look(now, |phone| machine.last_seen(DeviceId::Mac(phone))) {
            self.tell(What::Presence { somebody }, now);
            self.handle(Input::Command(Command::Presence { somebody }), now);
        }
    }
}
