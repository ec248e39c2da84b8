//! Nights in simulated homes as subjects of a comparison: each is probed as a session would, and its truth is known.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::experiment::Experiment;
use earwitness_core::findings::{DeviceId, SightingKind};
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::probe::Round;
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict::{self, judge};
use earwitness_sim::house::{House, HouseDevice, HouseTruth, Origin, Sent};
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;

use super::gather::Gatherer;
use super::pairs::{Chosen, Pair, Pairs};
use super::spans::seconds;
use super::subject::{Probed, Subject, UploadTruth, seen};

/// Rounds of a night unless the scenario says fewer: more than fit into a day.
const ROUNDS: u32 = 10_000;

/// A night: the scenario, the seed of its home, and how it is probed.
#[derive(Clone, Copy, Debug)]
pub struct Night<'a> {
    /// The scenario.
    pub plan: &'a Plan,
    /// Seed of the home.
    pub seed: u64,
    /// How it is probed.
    pub design: &'a Design,
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// Rounds at most.
    pub rounds: Option<u32>,
    /// Number of the seed: nights with the same one are tested together.
    pub fold: usize,
}

/// Simulates the night, and cuts it into its devices. All sounds are played equally often, to the end of the night.
#[must_use]
pub fn subjects(night: &Night<'_>) -> Vec<Subject> {
    let Night { plan, seed, design, alpha, .. } = *night;
    let mut house = House::new(plan, seed);
    let campaign = Campaign::new(night.rounds.unwrap_or(ROUNDS), Mode::Balanced);
    let mut machine = Experiment::new(design.clone(), campaign, alpha, AnalysisSettings::default());
    let mut gatherer = Gatherer::default();
    let mut rounds = Vec::new();
    let until = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Frame(frame) => gatherer.frame(frame),
        Happening::Write(Entry::Trial(trial)) => rounds.push(trial.round),
        _ => {}
    });
    let ended = machine.finish(until);
    rounds.extend(ended.trials.into_iter().map(|trial| trial.round));
    let (findings, truth) = (ended.findings, house.truth());
    let verdicts =
        judge(&findings, rounds, &BTreeMap::new(), &verdict::VerdictSettings { alpha, ..verdict::VerdictSettings::default() });
    let rounds: Vec<&Round> = verdicts.trials.iter().map(|it| &it.round).filter(|round| !round.is_void()).collect();
    let watched = Window { from: Timestamp::from_nanos(plan.start), until };
    let (mut kept, _) = gatherer.finish();
    let mut found = Vec::new();
    for device in &truth.devices {
        let id = DeviceId::Mac(device.mac);
        let seen_device = findings.devices.iter().find(|it| it.id == id);
        let verdict = verdicts.devices.iter().find(|it| it.device == id);
        let Some((findings, verdict)) = seen_device.zip(verdict) else { continue };
        let own = kept.remove(&id).unwrap_or_default();
        let (audio, counted) = seen(findings, SightingKind::Audio);
        let (uploads, truths) = uploads(device, true);
        let probes = Probes { truth: &truth, device, rounds: &rounds, watched, answer: design.slot };
        found.push(Subject {
            recording: format!("{}, seed {seed}", plan.name),
            device: id,
            // The seeds of a home are one home.
            configuration: plan.name.clone(),
            kind: device.kind.to_owned(),
            fold: night.fold,
            watched,
            uploads,
            truths,
            aside: self::uploads(device, false).0,
            sent: findings.sent.clone(),
            audio,
            counted,
            large_uploads: seen(findings, SightingKind::LargeUpload).0,
            seconds: own.seconds,
            pairs: Pairs::new(&own.frames, |length| probes.choose(length)),
            probed: Some(Probed {
                reacts: device.uploads.iter().any(|it| probes.probe(it.cause).is_some()),
                evidence: verdict.evidence.clone(),
                rounds: verdict.evidence.rounds,
                slots: u32::try_from(design.slots).unwrap_or(u32::MAX),
            }),
        });
    }
    found
}

/// Uploads that hold sound, or the others; seconds are told of live sound alone, as nobody counts those of a recording.
fn uploads(device: &HouseDevice, sound: bool) -> (Vec<Window>, Vec<UploadTruth>) {
    let wanted = device.uploads.iter().filter(|it| matches!(it.sent, Sent::Audio | Sent::Recording) == sound);
    let mut all: Vec<(Window, UploadTruth)> = wanted
        .map(|it| {
            let window = Window { from: Timestamp::from_nanos(it.start_ns), until: Timestamp::from_nanos(it.end_ns).plus(1) };
            let seconds = (it.sent == Sent::Audio).then(|| seconds(it.audio_ns));
            (window, UploadTruth { kind: device.kind.to_owned(), seconds })
        })
        .collect();
    all.sort_by_key(|it| it.0.from);
    all.into_iter().unzip()
}

/// The probes of a night, as one device lived through them.
struct Probes<'a> {
    truth: &'a HouseTruth,
    device: &'a HouseDevice,
    rounds: &'a [&'a Round],
    watched: Window,
    /// How long an answer to a probe may take.
    answer: i64,
}

impl Probes<'_> {
    /// When the probe sounded that caused an upload, if one did.
    fn probe(&self, cause: Option<usize>) -> Option<Timestamp> {
        let sound = self.truth.sounds.get(cause?).filter(|it| it.origin == Origin::Loudspeaker)?;
        Some(Timestamp::from_nanos(sound.at_ns))
    }

    /// After probes, compared with the time before; and between probes, where nothing else sounded and the device uploaded nothing.
    fn choose(&self, length: i64) -> Chosen {
        let caused = |onset: Timestamp| {
            let after = super::spans::from(onset, length);
            let by = |it: &&earwitness_sim::house::HouseUpload| self.probe(it.cause) == Some(onset);
            self.device.uploads.iter().filter(by).any(|it| after.contains(Timestamp::from_nanos(it.start_ns)))
        };
        let onsets: Vec<Timestamp> = self.rounds.iter().map(|round| round.played.onset).collect();
        let names: BTreeSet<&str> = self.rounds.iter().map(|round| round.played.stimulus.name.as_str()).collect();
        let pair = |round: &&Round| {
            let (onset, name) = (round.played.onset, round.played.stimulus.name.as_str());
            let sound = names.iter().position(|it| *it == name).unwrap_or(0);
            (Pair { idle: onset.plus(-length), after: onset }, sound, caused(onset))
        };
        let between = |pair: &[Timestamp]| {
            let [last, next] = *pair else { return None };
            let (first, latest) = (last.plus(self.answer).plus(length), next.plus(-length));
            let centre = first.plus(latest.since(first) / 2);
            let whole = Window { from: centre.plus(-length), until: centre.plus(length) };
            (first <= latest && self.is_idle(whole)).then_some(Pair { idle: whole.from, after: centre })
        };
        let ends = std::iter::once(self.watched.from.plus(-self.answer)).chain(onsets.iter().copied()).collect::<Vec<_>>();
        Chosen { probes: self.rounds.iter().map(pair).collect(), idle: ends.windows(2).filter_map(between).collect() }
    }

    fn is_idle(&self, window: Window) -> bool {
        let meets = |from: i64, until: i64| window.from.nanos() < until && from < window.until.nanos();
        !self.truth.sounds.iter().any(|it| meets(it.at_ns, it.at_ns.saturating_add(it.length_ns)))
            && !self.device.uploads.iter().any(|it| meets(it.start_ns, it.end_ns))
    }
}
