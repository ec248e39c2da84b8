//! What is checked about once a second: the clock, who is at home, the disk, and whether it is time for verdicts.

use std::time::Duration;

use earwitness_core::event::What;
use earwitness_core::experiment::{Command, Input};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::Hold;
use earwitness_core::time::{SECOND, Timestamp};

use super::{Appliance, Goal};

/// Between two sets of verdicts without a reason, nanoseconds.
const VERDICTS: i64 = 6 * 3_600 * SECOND;

/// When things were checked last.
#[derive(Debug)]
pub(super) struct Housekeeping {
    last: Timestamp,
    judged: Timestamp,
    /// What local time is ahead of UTC, nanoseconds.
    ahead: Option<i64>,
}

impl Housekeeping {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { last: Timestamp::MIN, judged: now, ahead: None }
    }

    /// What local time is ahead of UTC, as far as it is known yet, nanoseconds.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.unwrap_or_default()
    }
}

impl Appliance {
    /// Checks whether the clock was set; if a second has passed, checks the rest too.
    pub(super) fn check_periodically(&mut self, now: Timestamp, since_boot: Duration, ahead: i64) {
        if let Some(by) = self.steps.check((now, since_boot)) {
            self.report(What::ClockStepped { by }, now);
            self.handle(Input::ClockStepped, now);
        }
        if now.since(self.housekeeping.last).saturating_abs() < SECOND && self.housekeeping.last != Timestamp::MIN {
            return;
        }
        self.housekeeping.last = now;
        if self.housekeeping.ahead.replace(ahead) != Some(ahead) {
            self.handle(Input::Command(Command::LocalTime { ahead }), now);
        }
        self.today.turn(now, ahead);
        self.update_presence(now);
        self.end_pause(now);
        self.hold(Hold::Store, self.ledger.is_stuck(), now);
        self.ledger.sweep(now, &self.retention);
        self.report_store_events(now);
        self.tell_due(now);
        if self.goal == Goal::Watch && now.since(self.housekeeping.judged).saturating_abs() > VERDICTS {
            self.housekeeping.judged = now;
            self.verdicts_wanted = true;
        }
    }

    /// Notes whether somebody is at home.
    pub(super) fn update_presence(&mut self, now: Timestamp) {
        let machine = &self.machine;
        if let Some(somebody) = self.presence.update(now, |phone| machine.last_seen(DeviceId::Mac(phone))) {
            self.report(What::Presence { somebody }, now);
            self.handle(Input::Command(Command::Presence { somebody }), now);
        }
    }
}
