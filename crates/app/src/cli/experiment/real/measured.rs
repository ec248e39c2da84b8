//! What was measured in the trials of an experiment, from what the store holds.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use earwitness_core::findings::{DeviceId, Findings, Role, SightingKind};
use earwitness_core::mac::Mac;
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_lab::carry::Journal;
use earwitness_lab::experiment::{Course, Experiment};
use earwitness_lab::plan::{Plan, Trial};
use earwitness_lab::reading::{self, Rules, Sounded};
use earwitness_report::labels;
use earwitness_report::vendor::maker;
use earwitness_store::Reader;

use super::super::simulated::Night;

/// Devices are seen before the first trial of a night and after the last, nanoseconds.
const MARGIN: i64 = 180 * SECOND;

/// What was measured.
pub(in crate::cli::experiment) struct Measured<'a> {
    /// Names of the devices, in the order of the readings.
    pub(in crate::cli::experiment) devices: Vec<String>,
    pub(in crate::cli::experiment) nights: Vec<Night<'a>>,
    /// Devices that sent no sound at any time, and that nobody named: they are left out.
    pub(in crate::cli::experiment) silent: Vec<String>,
}

/// Measures the trials that count.
pub(in crate::cli::experiment) fn measured<'a>(
    experiment: &Experiment,
    plan: &'a Plan,
    journal: &Journal,
    reader: &Reader,
) -> anyhow::Result<Measured<'a>> {
    let nights = nights(experiment, plan, journal);
    if nights.is_empty() {
        bail!("no trial is done yet");
    }
    let found: Vec<Findings> = nights.iter().map(|it| findings(&it.1, reader)).collect::<anyhow::Result<_>>()?;
    let (devices, silent) = devices(experiment, &found)?;
    let ids: Vec<DeviceId> = devices.iter().map(|it| it.0).collect();
    let mut all = Vec::new();
    for ((trials, sounded), findings) in nights.into_iter().zip(found) {
        let readings = reading::readings(&findings, &sounded, &ids, &Rules::default());
        let judgements = trials.iter().map(|trial| journal.judgement(trial.index, answer(experiment, trial))).collect();
        all.push(Night { trials, sounded, readings, judgements, devices: ids.clone(), findings });
    }
    Ok(Measured { devices: devices.into_iter().map(|it| it.1).collect(), nights: all, silent })
}

/// What a right answer to a trial holds.
fn answer<'a>(experiment: &'a Experiment, trial: &Trial) -> &'a [String] {
    experiment.design().conditions.get(trial.condition).map_or(&[], |it| &it.answer)
}

/// The trials of each night that count, in the order in which they sounded.
fn nights<'a>(experiment: &Experiment, plan: &'a Plan, journal: &Journal) -> Vec<(Vec<&'a Trial>, Vec<Sounded>)> {
    let mut nights: BTreeMap<u32, Vec<(&Trial, Sounded)>> = BTreeMap::new();
    for trial in plan.trials() {
        if let Some(sounded) = journal.sounded(experiment, trial) {
            nights.entry(trial.night).or_default().push((trial, sounded));
        }
    }
    let sorted = |mut all: Vec<(&'a Trial, Sounded)>| {
        all.sort_by_key(|it| it.1.from);
        all.into_iter().unzip()
    };
    nights.into_values().map(sorted).collect()
}

/// What was seen while trials went on.
fn findings(sounded: &[Sounded], reader: &Reader) -> anyhow::Result<Findings> {
    let from = sounded.first().map_or(Timestamp::default(), |it| it.from.plus(-MARGIN));
    let until = sounded.last().map_or(Timestamp::default(), |it| it.watched_until.plus(MARGIN));
    Ok(reader.findings(Window { from, until })?)
}

/// Devices with their names.
type Named = Vec<(DeviceId, String)>;

/// The devices that are measured: those that are named; else all that sent sound at any time, whatever sounded then. Where nothing was to sound, or no device
/// sent any, all that were seen: that they sent none, or what they send by themselves, is the answer. And the names of the others.
fn devices(experiment: &Experiment, nights: &[Findings]) -> anyhow::Result<(Named, Vec<String>)> {
    let wanted = experiment.design().devices.iter().filter_map(|it| Some((DeviceId::Mac(Mac(it.mac?)), it.name.clone())));
    let wanted: Named = wanted.collect();
    if !wanted.is_empty() {
        return Ok((wanted, Vec::new()));
    }
    let mut names = BTreeMap::new();
    let mut sends = BTreeSet::new();
    let all = nights.iter().flat_map(|it| &it.devices);
    for it in all.filter(|it| it.role == Role::Device && it.upstream.frames > 0) {
        names.insert(it.id, labels::device(it, maker(it.id)));
        if it.sightings.iter().chain(&it.continuous).any(|it| it.kind == SightingKind::Audio) {
            sends.insert(it.id);
        }
    }
    if names.is_empty() {
        bail!(
            "no device was seen to send anything to the internet; to measure one anyway, name it ([[device]], or --set device=MAC)"
        );
    }
    let is_quiet = experiment.design().conditions.iter().all(|it| matches!(it.course, Course::Quiet(_)));
    let (devices, silent): (Named, Named) =
        names.into_iter().partition(|it| is_quiet || sends.is_empty() || sends.contains(&it.0));
    Ok((distinct(devices), distinct(silent).into_iter().map(|it| it.1).collect()))
}

/// Names that two devices have get the address with them.
fn distinct(devices: Named) -> Named {
    let mut counts = BTreeMap::new();
    for it in &devices {
        *counts.entry(it.1.clone()).or_insert(0_u32) += 1;
    }
    let name = |(id, name): (DeviceId, String)| {
        let twice = counts.get(&name).is_some_and(|count| *count > 1);
        (id, if twice { format!("{name} {}", labels::id(id)) } else { name })
    };
    devices.into_iter().map(name).collect()
}
