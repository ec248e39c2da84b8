//! How it stands: one line for a terminal and the service manager, and an object for programs.

use earwitness_core::time::{SECOND, Timestamp};

use super::{Appliance, Progress};
use earwitness_base::words::about;
use earwitness_core::policy::Holds;
use earwitness_report::json::status::{self, Source, Standing, Status};
use earwitness_report::{labels, senders};

impl Appliance {
    /// One line.
    #[must_use]
    pub fn line(&self, now: Timestamp) -> String {
        let (next, waiting) = self.machine.rounds();
        let probing = if self.holds.words().next().is_some() {
            holds(&self.holds)
        } else if self.machine.is_probing() {
            format!("round {next}")
        } else {
            let rests = self.machine.rests_until().filter(|until| *until > now);
            rests.map_or_else(|| "waiting".to_owned(), |until| format!("round {} in {}", next + 1, about(until.since(now))))
        };
        let void = self.machine.session().void();
        format!(
            "{} devices, {} frames, {} lost; {probing}{}{}; {} proven",
            self.device_names.devices(),
            self.frames,
            self.losses.in_all,
            if waiting > 0 { ", scoring" } else { "" },
            if void > 0 { format!(", {void} void") } else { String::new() },
            self.proven().count(),
        )
    }

    fn stands(&self, now: Timestamp) -> Option<status::Progress> {
        self.goal.rounds()?;
        let Progress { summary, left, devices } = self.progress(now);
        Some(status::Progress { summary, seconds_left: left.map(|left| left.max(0) / SECOND), devices })
    }

    fn proven(&self) -> impl Iterator<Item = earwitness_core::findings::DeviceId> + '_ {
        let standings = self.machine.session().standings().iter();
        standings.filter(|it| it.1.proven_after.is_some()).map(|it| *it.0)
    }

    /// Looks who is sending sound now; whether that is somebody else than before.
    pub fn look(&mut self, now: Timestamp) -> bool {
        let sending = self.machine.sending(now);
        self.today.note(sending)
    }

    /// Everything, for programs; `sources` are those that frames come from.
    #[must_use]
    pub fn status(&self, sources: Vec<Source>, now: Timestamp) -> Status {
        let (rounds, rounds_waiting) = self.machine.rounds();
        let standings = self.machine.session().standings().iter().map(|(device, standing)| Standing {
            device: labels::id(*device),
            name: self.device_names.of(*device),
            gateway: self.device_names.is_gateway(*device),
            rounds: standing.rounds,
            proven_after: standing.proven_after,
            verdict: self.verdicts.get(device).map(|given| given.words),
            several_senders: self.device_names.senders(*device).iter().map(|it| senders::word(*it)).collect(),
        });
        let (notices_lost, notices_failed) = self.output.notices_lost();
        Status {
            at_ns: now.nanos(),
            session: self.ledger.store().current().map(|session| session.0),
            devices: self.device_names.devices(),
            frames: self.frames,
            frames_lost: self.losses.in_all,
            sources,
            held: self.holds.words().collect(),
            paused_until_ns: self.paused_until.map(Timestamp::nanos),
            somebody_home: self.presence.somebody(),
            probing: self.machine.is_probing(),
            rounds,
            rounds_waiting,
            rounds_void: self.machine.session().void(),
            next_round_ns: self.machine.rests_until().map(Timestamp::nanos),
            standings: standings.collect(),
            progress: self.stands(now),
            today: self.today.lines(&self.device_names, |device| self.machine.last_seen(device)),
            records_given_up: self.ledger.given_up(),
            notices_lost,
            notices_failed,
        }
    }
}

/// Why nothing sounds, or that it may.
pub(super) fn holds(holds: &Holds) -> String {
    let reasons: Vec<&str> = holds.words().collect();
    if reasons.is_empty() { "probing is allowed".to_owned() } else { reasons.join(", ") }
}
