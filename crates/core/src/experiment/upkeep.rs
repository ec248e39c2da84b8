//! What a machine does that runs for months: it reports uploads as they end, and writes down what passed.

use super::{Action, Experiment, Running, SETTLING, State};
use crate::analysis::Fresh;
use crate::event::{Event, What};
use crate::findings::DeviceId;
use crate::measure::LEVEL_BEFORE;
use crate::plan::Plan;
use crate::probe::Round;
use crate::record::Entry;
use crate::time::{SECOND, Timestamp, Window};
use crate::trial::Trial;

/// How often a machine that runs for months looks after things, nanoseconds each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Upkeep {
    /// At most between two checks for uploads that have ended and devices that have joined; it checks sooner where an upload may have ended.
    pub check: i64,
    /// Between two entries of what passed.
    pub write: i64,
}

impl Default for Upkeep {
    /// Checks each second, and writes each minute.
    fn default() -> Self {
        Self { check: SECOND, write: 60 * SECOND }
    }
}

/// How long a frame may take from the network to the machine, beyond the pause that ends an episode, nanoseconds: a capture may gather for a second,
/// and a network takes its time. What is judged before its frames are there is cut in two.
const DELIVERY: i64 = SECOND / 2;

/// At least between two checks, nanoseconds: thousands of flows end at any time.
const REST: i64 = SECOND / 10;

/// At least between two reports of news, nanoseconds: an upload is written down, with all that passed until then, before it is reported, and a device
/// that uploads all the time must not fill the store with small stretches.
const REPORT_EVERY: i64 = 5 * SECOND;

/// When what is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    every: Upkeep,
    check: Timestamp,
    write: Timestamp,
    /// From when on news may be reported again.
    report: Timestamp,
}

impl<P: Plan> Experiment<P> {
    /// Makes it report uploads and devices as they come, and write down what passes. Bins should then begin at whole seconds
    /// ([`crate::analysis::AnalysisSettings::origin`]), so that what one process wrote down and the next one does fit together.
    #[must_use]
    pub fn with_upkeep(mut self, every: Upkeep) -> Self {
        let begins = Timestamp::MIN;
        self.upkeep = Some(Due { every, check: begins, write: begins, report: begins });
        self
    }

    /// Goes on with a session that was interrupted: `trials` are all its rounds so far, in order; `unfinished` those whose lots were drawn and that never were
    /// scored ([`Entry::Drawn`]); `devices` what was known, with the time in which each was seen.
    #[must_use]
    pub fn resumed(
        mut self,
        trials: &[Trial],
        unfinished: Vec<Round>,
        devices: impl IntoIterator<Item = (DeviceId, Window)>,
    ) -> Self {
        for (device, seen) in devices {
            self.analysis.introduce(device, seen);
        }
        for trial in trials {
            self.session.take(trial);
            self.number = self.number.max(trial.round.number.saturating_add(1));
        }
        for round in unfinished {
            self.number = self.number.max(round.number.saturating_add(1));
            self.settling.push_back(round);
        }
        self
    }

    /// Does not report these devices as new: somebody knows of them from before this session.
    #[must_use]
    pub fn knowing(mut self, devices: impl IntoIterator<Item = DeviceId>) -> Self {
        devices.into_iter().for_each(|device| self.analysis.know(device));
        self
    }

    /// When a device last sent or was sent a frame.
    #[must_use]
    pub fn last_seen(&self, device: DeviceId) -> Option<Timestamp> {
        self.analysis.last_seen(device)
    }

    /// Devices that are sending what looks like sound at `now`, as far as its frames have come ([`crate::analysis::Analysis::sending`]).
    #[must_use]
    pub fn sending(&mut self, now: Timestamp) -> Vec<DeviceId> {
        self.analysis.sending(now.plus(-DELIVERY))
    }

    /// Whether a round is in progress.
    #[must_use]
    pub fn is_probing(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// The number of the next round, and how many wait until they can be scored.
    #[must_use]
    pub fn rounds(&self) -> (u32, usize) {
        (self.number, self.settling.len())
    }

    /// When the next round may begin at the earliest, if none is in progress.
    #[must_use]
    pub fn rests_until(&self) -> Option<Timestamp> {
        if let State::Resting(until) = self.state { Some(until) } else { None }
    }

    /// Does what is due; says when something is due again.
    pub(super) fn keep_up(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> Option<Timestamp> {
        let mut due = self.upkeep?;
        // A clock that was set back must not put things off for years.
        let is_due = |at: Timestamp, every: i64| now >= at || at.since(now) > every;
        if is_due(due.check, due.every.check) {
            let next = self.analysis.settle(now.plus(-DELIVERY)).unwrap_or(Timestamp::MAX);
            if is_due(due.report, REPORT_EVERY) && self.report_news(now, actions) {
                due.report = now.plus(REPORT_EVERY);
                due.write = now.plus(due.every.write);
            }
            due.check = next.plus(DELIVERY).max(now.plus(REST)).min(now.plus(due.every.check));
        }
        if is_due(due.write, due.every.write) {
            if due.write != Timestamp::MIN {
                self.drain(now, actions);
            }
            due.write = now.plus(due.every.write);
        }
        self.upkeep = Some(due);
        Some(due.check.min(due.write))
    }

    /// Reports devices and uploads that are new; uploads are written down before. Says whether there were any.
    fn report_news(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> bool {
        let fresh = self.analysis.fresh();
        let sighted = !fresh.sightings.is_empty();
        if sighted {
            self.write_down(now, actions);
        }
        actions.extend(events(fresh, now).map(Action::Report));
        sighted
    }

    /// Writes down what passed up to now, reports what is new in it, and forgets what no round asks for.
    pub(super) fn drain(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        // Asked before the analysis is drained, and reported after it is written down.
        let fresh = self.analysis.fresh();
        self.write_down(now, actions);
        actions.extend(events(fresh, now).map(Action::Report));
    }

    fn write_down(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        let running = if let State::Running(running) = &self.state { running.begins() } else { None };
        let waiting = self.settling.front().and_then(Round::span).map(|span| span.from);
        let asked = waiting.into_iter().chain(running).fold(now, Timestamp::min);
        let stretch = self.analysis.drain(now, asked.plus(-LEVEL_BEFORE - SETTLING));
        actions.push(Action::Write(Entry::Watched(Box::new(stretch))));
    }
}

fn events(fresh: Fresh, now: Timestamp) -> impl Iterator<Item = Event> {
    let sighted = fresh.sightings.into_iter().map(|(device, sighting)| What::Sighted { device, sighting: Box::new(sighting) });
    fresh.devices.into_iter().map(|device| What::Joined { device }).chain(sighted).map(move |what| what.at(now))
}

impl Running {
    /// When its first slot begins.
    fn begins(&self) -> Option<Timestamp> {
        self.ordered.slots.first().map(|slot| slot.from)
    }
}
