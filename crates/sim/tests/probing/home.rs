//! A session in a simulated home.

use std::collections::BTreeMap;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::detect::ttest;
use earwitness_core::experiment::Experiment;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::plan;
use earwitness_core::probe::Round;
use earwitness_core::record::Entry;
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::schedule::Design;
use earwitness_core::time::Timestamp;
use earwitness_core::trial::Session;
use earwitness_sim::house::{House, HouseTruth};
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;

/// A scenario that comes with the project.
pub(crate) fn shipped(name: &str) -> Plan {
    let text = Plan::shipped().iter().find(|it| it.0 == name).unwrap().1;
    Plan::from_toml(text, name).unwrap()
}

/// A session that is over.
pub(crate) struct Night {
    pub(crate) session: Session,
    pub(crate) findings: Findings,
    pub(crate) rounds: Vec<Round>,
    pub(crate) tested: BTreeMap<u32, Tested>,
    pub(crate) truth: HouseTruth,
    /// When it began, nanoseconds since 1970.
    pub(crate) begins: i64,
    /// From the beginning to the last moment.
    pub(crate) seconds: i64,
}

/// Runs one. The two-sample test keeps single frames, so it is run only where it is asked for.
pub(crate) fn night(scenario: &Plan, seed: u64, choice: impl plan::Plan, alpha: f64, ttest: bool) -> Night {
    let design = Design { seed, stimuli: scenario.sounds.clone(), ..Design::default() };
    sitting(scenario, design, choice, alpha, ttest)
}

/// The same with a layout.
pub(crate) fn sitting(scenario: &Plan, design: Design, choice: impl plan::Plan, alpha: f64, ttest: bool) -> Night {
    let seed = design.seed;
    let mut house = House::new(scenario, seed);
    design.check().unwrap();
    let mut machine = Experiment::new(design, choice, alpha, AnalysisSettings::default());
    let mut samples = Samples::new(ttest::TtestSettings::default());
    let mut rounds = Vec::new();
    let over = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Frame(frame) if ttest => samples.frame(frame),
        Happening::Sounds { round, onset } if ttest => samples.expect(round, onset),
        Happening::Write(Entry::Trial(trial)) => rounds.push(trial.round),
        _ => {}
    });
    let seconds = over.since(Timestamp::from_nanos(house.begins())) / earwitness_core::time::SECOND;
    let ended = machine.finish(over);
    rounds.extend(ended.trials.into_iter().map(|trial| trial.round));
    let tested = samples.finish(ended.findings.capture.last.unwrap_or(over));
    Night {
        session: ended.session,
        findings: ended.findings,
        rounds,
        tested,
        truth: house.truth(),
        begins: house.begins(),
        seconds,
    }
}

impl Night {
    /// The device of this name.
    pub(crate) fn device(&self, name: &str) -> DeviceId {
        DeviceId::Mac(self.truth.devices.iter().find(|it| it.name == name).unwrap().mac)
    }
}

/// What `of` gives for each of them, in their order, in as many threads as there are cores.
pub(crate) fn each<A: Sync, B: Send>(all: &[A], of: impl Fn(&A) -> B + Sync) -> Vec<B> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut found: Vec<(usize, B)> = std::thread::scope(|scope| {
        let part = |part| {
            let of = &of;
            let every = all.iter().enumerate().skip(part).step_by(threads);
            scope.spawn(move || every.map(|(place, one)| (place, of(one))).collect::<Vec<_>>())
        };
        let parts: Vec<_> = (0..threads).map(part).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    found.sort_by_key(|it| it.0);
    found.into_iter().map(|it| it.1).collect()
}
