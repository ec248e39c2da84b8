//! Sessions in simulated homes: the same machine as in a real one, and whether what it says is the truth.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::experiment::Experiment;
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Receiver};
use earwitness_core::plan::watch::Watch;
use earwitness_core::probe::{Effect, Void};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, Direction, NotTested, Outcome, Verdict, Verdicts, judge};
use earwitness_sim::house::{House, HouseTruth};
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;

/// A night and all that it left.
struct Night {
    /// FNV-1a over the times and octets of all frames.
    frames: u64,
    /// As scored while it went on.
    trials: Vec<Trial>,
    findings: Findings,
    verdicts: Verdicts,
    truth: HouseTruth,
}

fn plan(name: &str) -> Plan {
    let text = Plan::shipped().iter().find(|it| it.0 == name).unwrap().1;
    Plan::from_toml(text, name).unwrap()
}

fn night(plan: &Plan, seed: u64) -> Night {
    let mut house = House::new(plan, seed);
    let design = Design { seed, stimuli: plan.sounds.clone(), ..Design::default() };
    let mut machine = Experiment::new(design, Watch, 0.01, AnalysisSettings::default());
    let (mut frames, mut trials) = (0xcbf2_9ce4_8422_2325_u64, Vec::new());
    let ended = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Frame(frame) => {
            for octet in frame.at.nanos().to_le_bytes().iter().chain(frame.bytes) {
                frames = (frames ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Happening::Write(Entry::Trial(trial)) => trials.push(trial),
        _ => {}
    });
    let ended = machine.finish(ended);
    trials.extend(ended.trials);
    let rounds = trials.iter().map(|trial| trial.round.clone()).collect();
    let settings = verdict::VerdictSettings { seed, ..verdict::VerdictSettings::default() };
    let verdicts = judge(&ended.findings, rounds, &BTreeMap::new(), &settings);
    Night { frames, trials, findings: ended.findings, verdicts, truth: house.truth() }
}

/// What a night says wrongly, a line for each device. After a `short` one, what takes many rounds to show may be open.
fn wrong(night: &Night, short: bool) -> String {
    let mut lines = String::new();
    for device in &night.truth.devices {
        let verdict = night.verdicts.devices.iter().find(|it| it.device == DeviceId::Mac(device.mac));
        let said = verdict.map_or("nothing", |it| it.outcome.words());
        let open = |expected| said == "undecided" || (said == "reacts to sound" && expected == "sends more the longer it hears");
        if device.expected.as_deref().is_some_and(|expected| expected != said && !(short && open(expected))) {
            let evidence =
                verdict.map(|it| (it.outcome, it.evidence.rounds, it.evidence.ln_e, it.evidence.late, it.evidence.bound));
            let _ = writeln!(lines, "  {}: {said:?} instead of {:?} ({evidence:?})", device.name, device.expected);
        }
    }
    lines
}

/// Where a verdict, the sightings of its device and its receivers say different things, a line each.
fn contradictions(night: &Night) -> String {
    let mut lines = String::new();
    for verdict in &night.verdicts.devices {
        let found = night.findings.devices.iter().find(|it| it.id == verdict.device).unwrap();
        let name = night.truth.devices.iter().find(|it| DeviceId::Mac(it.mac) == verdict.device).map(|it| it.name.clone());
        for fault in faults(verdict, found, &night.verdicts) {
            let _ = writeln!(lines, "  {}, {}: {fault}", name.clone().unwrap_or_default(), verdict.outcome.words());
        }
    }
    lines
}

fn faults(verdict: &Verdict, found: &DeviceFindings, verdicts: &Verdicts) -> Vec<&'static str> {
    let (outcome, it) = (verdict.outcome, &verdict.evidence);
    let uploads = || found.sightings.iter().chain(&found.local_sightings).chain(&found.continuous);
    let end = |receiver: &Receiver| (receiver.address, receiver.port);
    let met = |receiver: &Receiver| {
        found.contacts.iter().any(|it| end(&it.receiver) == end(receiver))
            || uploads().any(|it| end(&it.receiver) == end(receiver))
    };
    let sent = found.sent.bins.iter().fold(0, |sum, bin| sum + bin.payload_octets);
    let reported = it.received.iter().fold(0, |sum, it| sum + it.octets);
    let session: Vec<_> = verdicts.trials.iter().filter_map(|trial| trial.round.span()).collect();
    let outcome_of = |id| verdicts.devices.iter().find(|it| it.device == id).map(|it| it.outcome);
    [
        (it.received.is_empty() && (outcome.is_reaction() || !found.contacts.is_empty()), "to whom is empty"),
        (it.received.iter().any(|it| it.octets == 0), "a receiver of nothing"),
        (it.received.iter().any(|it| !met(&it.receiver)), "a receiver that was never seen"),
        (reported > sent, "receivers were sent more than the device sent"),
        (outcome == Outcome::Streams && it.caused.uploads + it.caused.recordings == 0, "sound without an upload"),
        (outcome == Outcome::Streams && it.direction == Some(Direction::Less), "sound by sending less"),
        (outcome == Outcome::StreamsAlways && found.continuous.is_empty(), "an endless stream that is not listed"),
        (
            outcome == Outcome::NotTested(NotTested::Absent)
                && uploads().any(|upload| session.iter().any(|span| span.contains(upload.window.from))),
            "absent, with an upload in the session",
        ),
        (outcome == Outcome::NoReaction && (it.audible == 0 || it.slot == 0), "silent after sounds that nobody could hear"),
        (
            it.after.is_some_and(|after| !outcome_of(after.device).is_some_and(Outcome::is_reaction)),
            "after a device that did not react",
        ),
    ]
    .into_iter()
    .filter_map(|(is, fault)| is.then_some(fault))
    .collect()
}

#[test]
fn in_every_scenario_each_verdict_is_the_truth() {
    let seed = std::env::var("SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut all = String::new();
    for (name, _) in Plan::shipped() {
        let night = night(&plan(name), seed);
        let lines = wrong(&night, false) + &contradictions(&night);
        eprintln!("{name}: {} rounds, {} void", night.verdicts.trials.len(), night.verdicts.void);
        if !lines.is_empty() {
            let _ = write!(all, "{name} (rerun with SEED={seed}):\n{lines}");
        }
    }
    assert!(all.is_empty(), "\n{all}");
}

#[test]
fn one_seed_gives_one_night() {
    let mut plan = plan("demo");
    plan.hours = 1.5;
    let (a, b, c) = (night(&plan, 5), night(&plan, 5), night(&plan, 6));
    assert_eq!(a.frames, b.frames);
    assert_eq!(a.trials, b.trials);
    assert_eq!(a.verdicts, b.verdicts);
    assert_ne!(a.frames, c.frames);
}

#[test]
fn what_was_scored_while_it_went_on_is_scored_again_from_the_findings() {
    let mut plan = plan("demo");
    plan.hours = 3.0;
    let night = night(&plan, 2);
    assert!(night.trials.len() > 40);
    // Rounds at the very end lie beyond the last frame.
    for (live, later) in night.trials.iter().zip(&night.verdicts.trials).filter(|pair| pair.1.round.effect() == Effect::Scored) {
        for (device, scores) in &live.scores {
            assert_eq!(Some(scores), later.scores.get(device), "round {}, {device:?}", live.round.number);
        }
    }
}

#[test]
fn a_household_that_talks_is_noted_and_makes_no_round_void() {
    let mut plan = plan("demo");
    plan.hours = 1.5;
    let night = night(&plan, 3);
    assert!(night.trials.iter().any(|trial| trial.round.void == Some(Void::OtherSound)));
    let void = night.verdicts.trials.iter().filter(|trial| trial.round.is_void());
    assert_eq!(u32::try_from(void.count()), Ok(night.verdicts.void));
    let other = night.verdicts.trials.iter().filter(|trial| trial.round.void == Some(Void::OtherSound));
    assert!(other.clone().count() > 0 && other.clone().all(|trial| !trial.round.is_void()));
    assert_eq!(wrong(&night, true), "");
}
