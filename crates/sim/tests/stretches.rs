//! A machine that is drained of what it saw, stretch by stretch, says the same as one that keeps it all.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::event::{Event, What};
use earwitness_core::experiment::{Experiment, Upkeep};
use earwitness_core::findings::Findings;
use earwitness_core::plan::watch::Watch;
use earwitness_core::probe::Void;
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, judge};
use earwitness_sim::house::House;
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;

/// What a night left: findings, trials, and what was reported while it went on.
struct Left {
    findings: Findings,
    trials: Vec<Trial>,
    reported: Vec<Event>,
    stretches: usize,
}

fn night(name: &str, upkeep: Option<Upkeep>) -> Left {
    let text = Plan::shipped().iter().find(|it| it.0 == name).unwrap().1;
    let plan = Plan::from_toml(text, name).unwrap();
    let mut house = House::new(&plan, 3);
    let design = Design { seed: 3, stimuli: plan.sounds.clone(), ..Design::default() };
    let settings = AnalysisSettings { origin: Some(Timestamp::default()), ..AnalysisSettings::default() };
    let burst = settings.burst;
    let mut machine = Experiment::new(design, Watch, 0.01, settings);
    if let Some(upkeep) = upkeep {
        machine = machine.with_upkeep(upkeep);
    }
    let (mut trials, mut parts, mut reported) = (Vec::new(), Vec::new(), Vec::new());
    let ended = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Write(Entry::Trial(trial)) => trials.push(trial),
        Happening::Write(Entry::Watched(stretch)) => parts.push(*stretch),
        Happening::Report(event) => reported.push(event),
        _ => {}
    });
    let ended = machine.finish(ended);
    trials.extend(ended.trials);
    let stretches = parts.len();
    let findings = if upkeep.is_some() {
        parts.push(ended.findings);
        Findings::assemble(parts, burst.as_ref())
    } else {
        ended.findings
    };
    Left { findings, trials, reported, stretches }
}

/// The same but for what only a whole capture tells: which frame was the first and the last.
fn comparable(findings: &Findings) -> Findings {
    let mut findings = findings.clone();
    (findings.capture.first, findings.capture.last) = (None, None);
    findings
}

#[test]
fn stretches_put_together_are_the_whole() {
    for (name, write) in [("demo", 60), ("every-kind", 17)] {
        let whole = night(name, None);
        let upkeep = Upkeep { check: SECOND, write: write * SECOND };
        let left = night(name, Some(upkeep));
        assert!(left.stretches > 50, "{name}: {}", left.stretches);
        // What was not settled when it was stopped is void, because another process could not score it alike.
        let settled = left.trials.iter().rposition(|trial| trial.round.void != Some(Void::Interrupted)).unwrap() + 1;
        assert!(left.trials.len() - settled <= 2, "{name}");
        assert_eq!(left.trials[..settled], whole.trials[..settled], "{name}: rounds are scored alike, whatever was drained");
        let (one, other) = (comparable(&left.findings), comparable(&whole.findings));
        assert_eq!(one.capture, other.capture, "{name}");
        for (one, other) in one.devices.iter().zip(&other.devices) {
            assert_eq!(one, other, "{name}");
        }
        assert_eq!(one.devices.len(), other.devices.len());
        let verdicts = |left: &Left| {
            let rounds = whole.trials.iter().map(|trial| trial.round.clone()).collect();
            judge(&left.findings, rounds, &BTreeMap::new(), &verdict::VerdictSettings::default()).devices
        };
        let (one, other) = (verdicts(&left), verdicts(&whole));
        let said = |verdicts: &[verdict::Verdict]| verdicts.iter().map(|it| (it.device, it.outcome)).collect::<Vec<_>>();
        assert_eq!(said(&one), said(&other), "{name}");
    }
}

#[test]
fn each_device_and_each_upload_is_told_of_once() {
    let left = night("demo", Some(Upkeep::default()));
    let joined = left.reported.iter().filter(|it| matches!(it.what, What::Joined { .. })).count();
    // The gateway is a device that joins as well.
    assert!(joined >= left.findings.devices.len(), "{joined}");
    let mut reported: Vec<_> = left
        .reported
        .iter()
        .filter_map(|it| match &it.what {
            What::Sighted { device, sighting } => Some((*device, sighting.window.from, sighting.flow)),
            _ => None,
        })
        .collect();
    let all = reported.len();
    reported.sort();
    reported.dedup();
    assert_eq!(reported.len(), all, "none is told of twice");
    let sightings: usize =
        left.findings.devices.iter().map(|it| it.sightings.len() + it.local_sightings.len() + it.continuous.len()).sum();
    assert!(
        all > 100 && sightings.saturating_sub(all) <= 1,
        "{all} told, {sightings} found: only the last may still have been going on"
    );
}
