//! What is looked at about once a second: clocks, who is at home, the disk, and whether it is time for verdicts.

use earwitness_core::event::What;
use earwitness_core::experiment::{Command, Input};
use earwitness_core::findings::DeviceId;
use earwitness_core::time::{SECOND, Timestamp};

use super::{Daemon, Goal};
use earwitness_base::clock::Moment;
use earwitness_core::policy::Hold;

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
    pub(super) fn new(now: Timestamp) -> Self {
        Self { last: Timestamp::MIN, judged: now, ahead: None }
    }
}

impl Daemon<'_> {
    /// Looks, if a second has passed.
    pub(super) fn look(&mut self, now: Timestamp) {
        // Since `now` a disk may have taken its time, which is no step.
        let Moment { now: wall, since_boot, ahead } = self.clock.moment();
        if let Some(by) = self.steps.look((wall, since_boot)) {
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
        self.intake.look_at_links();
        let stuck = self.ledger.is_stuck();
        self.hold(Hold::Store, stuck, now);
        if let Some(told) = self.intake.tend(since_boot) {
            self.tell(told, now);
        }
        self.ledger.sweep(now, &self.config.retention);
        self.tell_of_store(now);
        if self.goal == Goal::Watch && now.since(self.looks.judged).saturating_abs() > VERDICTS {
            self.looks.judged = now;
            self.judge.wanted();
        }
        if !stuck {
            self.judge.start_when_wanted(self.ledger.store().current());
        }
        let status = self.line(now);
        self.system.alive(since_boot, || status.clone());
        self.teller.status(&status);
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
