//! A session in a simulated home, with everything that came of it.

use std::collections::BTreeMap;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::detect::ttest;
use earwitness_core::event::Event;
use earwitness_core::experiment::Experiment;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::frame::Frame;
use earwitness_core::plan::campaign::Campaign;
use earwitness_core::plan::watch::Watch;
use earwitness_core::plan::{Next, Plan as Choice};
use earwitness_core::probe::Round;
use earwitness_core::record::Entry;
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::schedule::Design;
use earwitness_core::time::Timestamp;
use earwitness_core::trial::Session as Standings;
use earwitness_sim::house::{House, HouseTruth};
use earwitness_sim::night::{Happening, run};
use earwitness_sim::plan::Plan;

use super::scenario::Session;

/// A night that is over.
pub(super) struct Night {
    pub(super) findings: Findings,
    pub(super) rounds: Vec<Round>,
    pub(super) tested: BTreeMap<u32, Tested>,
    pub(super) truth: HouseTruth,
}

/// What somebody wants to see while it goes on.
pub(super) enum Seen<'a> {
    Frame(&'a Frame<'a>),
    Event(Event),
    Now(Timestamp),
}

/// All night long, or a number of rounds.
#[derive(Debug)]
enum Budget {
    Night(Watch),
    Rounds(Campaign),
}

impl Choice for Budget {
    fn next(&mut self, session: &Standings, design: &Design, number: u32) -> Next {
        match self {
            Self::Night(watch) => watch.next(session, design, number),
            Self::Rounds(campaign) => campaign.next(session, design, number),
        }
    }
}

/// Simulates the home and probes it.
pub(super) fn night(
    plan: &Plan,
    seed: u64,
    session: &Session,
    settings: AnalysisSettings,
    see: &mut dyn FnMut(Seen<'_>),
) -> Night {
    let mut house = House::new(plan, seed);
    let choice = session.rounds.map_or(Budget::Night(Watch), |rounds| Budget::Rounds(Campaign::new(rounds, session.mode)));
    let mut machine = Experiment::new(session.design.clone(), choice, session.alpha, settings);
    let mut samples = Samples::new(ttest::TtestSettings::default());
    let mut rounds = Vec::new();
    let ended = run(&mut house, &mut machine, session.loudspeaker, &mut |happening| match happening {
        Happening::Frame(frame) => {
            samples.frame(frame);
            see(Seen::Frame(frame));
        }
        Happening::Sounds { round, onset } => samples.expect(round, onset),
        Happening::Write(Entry::Trial(trial)) => rounds.push(trial.round),
        Happening::Write(_) => {}
        Happening::Report(event) => see(Seen::Event(event)),
        Happening::Now(now) => see(Seen::Now(now)),
    });
    let ended_session = machine.finish(ended);
    rounds.extend(ended_session.trials.into_iter().map(|trial| trial.round));
    let findings = ended_session.findings;
    let tested = samples.finish(findings.capture.last.unwrap_or(ended));
    Night { findings, rounds, tested, truth: house.truth() }
}

impl Night {
    /// The verdict that the scenario expects, by device.
    pub(super) fn expected(&self) -> BTreeMap<DeviceId, String> {
        let expected = self.truth.devices.iter().filter_map(|it| Some((DeviceId::Mac(it.mac), it.expected.clone()?)));
        expected.collect()
    }
}
