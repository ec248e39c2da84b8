//! What the published two-sample test (`LeakyPick`, ACSAC 2020, 4.1.2) said, for people and programs: each window with its p, and what came of the
//! repeats.
//!
//! It decides nothing: `p` is no error rate (`docs/design/detection.md`, "ttest").

use std::collections::BTreeMap;
use std::io::{self, Write};

use earwitness_core::detect::ttest::{Edges, Feature, TtestSettings, Variance, in_a_row, repeated};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role};
use earwitness_core::samples::Tested;
use earwitness_core::time::Timestamp;
use earwitness_core::trial::Trial;
use serde::Serialize;

use super::labels;
use earwitness_base::words::{as_f64, counted};

/// How the test is asked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Asked {
    /// Its parameters.
    pub settings: TtestSettings,
    /// Positives that make it count (`k`).
    pub repeats: u32,
    /// Where nothing is played: how far windows slide at a time, nanoseconds.
    pub step: Option<i64>,
    /// Whether a person asked for it, so that it is shown.
    pub shown: bool,
}

/// One answer of the test.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Said {
    /// When the later window begins, nanoseconds since 1970.
    start_ns: i64,
    /// What was played.
    stimulus: Option<String>,
    p: Option<f64>,
    reacting: bool,
}

/// The answers about each device.
#[derive(Clone, PartialEq, Debug)]
pub struct Published {
    asked: Asked,
    devices: BTreeMap<DeviceId, Vec<Said>>,
    /// Whether frames were too many to keep, so that some are missing.
    cut: bool,
}

impl Published {
    /// After the probes of the rounds that count.
    #[must_use]
    pub fn of_probes(asked: Asked, trials: &[Trial], tested: &BTreeMap<u32, Tested>) -> Self {
        let rounds = trials.iter().map(|trial| &trial.round).filter(|round| !round.is_void());
        let said = rounds.filter_map(|round| {
            let name = labels::sound(&round.played.stimulus.name);
            Some((round.played.onset, Some(name), tested.get(&round.number)?))
        });
        Self::new(asked, said)
    }

    /// Of windows that slid over a capture; `first` is where the later one of the first pair begins.
    #[must_use]
    pub fn of_windows(asked: Asked, first: Timestamp, tested: &BTreeMap<u32, Tested>) -> Self {
        let step = asked.step.unwrap_or(asked.settings.duration);
        let at = |number: u32| first.plus(step.saturating_mul(i64::from(number)));
        Self::new(asked, tested.iter().map(|(number, tested)| (at(*number), None, tested)))
    }

    fn new<'a>(asked: Asked, all: impl Iterator<Item = (Timestamp, Option<String>, &'a Tested)>) -> Self {
        let mut devices: BTreeMap<DeviceId, Vec<Said>> = BTreeMap::new();
        let mut cut = false;
        for (start, stimulus, tested) in all {
            cut |= tested.cut;
            for (device, evidence) in &tested.devices {
                devices.entry(*device).or_default().push(Said {
                    start_ns: start.nanos(),
                    stimulus: stimulus.clone(),
                    p: evidence.p,
                    reacting: evidence.reacted,
                });
            }
        }
        Self { asked, devices, cut }
    }

    /// After how many windows the device is called reacting: `k` of `k`.
    fn called_after(&self, said: &[Said]) -> Option<u32> {
        let k = usize::try_from(self.asked.repeats).unwrap_or(usize::MAX);
        match self.asked.step {
            None => repeated(said.iter().map(|it| (it.stimulus.as_deref(), it.reacting)), k),
            Some(_) => in_a_row(said.iter().map(|it| it.reacting), k),
        }
    }

    /// The devices of a report with what was said of them; gateways are none.
    fn rows<'a>(&'a self, findings: &'a Findings) -> impl Iterator<Item = (&'a DeviceFindings, &'a [Said])> {
        let devices = findings.devices.iter().filter(|it| it.role == Role::Device);
        devices.filter_map(|it| Some((it, self.devices.get(&it.id)?.as_slice())))
    }

    /// Tells it on a terminal.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&self, findings: &Findings, title: &dyn Fn(&str) -> String, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", title("Published t-test"))?;
        writeln!(
            out,
            "p below {} is called a reaction; it is no error rate, and happens without any sound.",
            self.asked.settings.threshold
        )?;
        let unit = if self.asked.step.is_some() { ("window", "windows") } else { ("probe", "probes") };
        let mut any = false;
        for (device, said) in self.rows(findings) {
            any = true;
            let reacting = said.iter().filter(|it| it.reacting).count();
            let called = self.called_after(said).map_or("not called reacting".to_owned(), |after| {
                format!("called reacting after {}", counted(after.into(), unit.0, unit.1))
            });
            let all = counted(said.len() as u64, unit.0, unit.1);
            writeln!(out, "- {} ({}): {reacting} of {all}; {called}.", labels::device(device, None), labels::id(device.id))?;
        }
        if !any {
            writeln!(out, "- No device sent a frame in two windows of {} s.", as_f64(self.asked.settings.duration) / 1e9)?;
        }
        if self.cut {
            writeln!(out, "- There were more frames than it keeps, so that some are missing.")?;
        }
        Ok(())
    }

    /// The same for programs.
    pub(super) fn json(&self, findings: &Findings) -> Block<'_> {
        let Asked { settings, repeats, step, .. } = self.asked;
        let row = |(device, said): (&DeviceFindings, &'_ [Said])| Row {
            device: labels::id(device.id),
            judged: said.iter().filter(|it| it.p.is_some()).count(),
            reacting: said.iter().filter(|it| it.reacting).count(),
            called_after: self.called_after(said),
            windows: self.devices.get(&device.id).map_or(&[], Vec::as_slice),
        };
        Block {
            threshold: settings.threshold,
            seconds: as_f64(settings.duration) / 1e9,
            feature: feature_word(settings.feature),
            edges: edges_word(settings.edges),
            variance: if settings.variance == Variance::Welch { "welch" } else { "student" },
            repeats,
            step_seconds: step.map(|step| as_f64(step) / 1e9),
            cut: self.cut,
            devices: self.rows(findings).map(row).collect(),
        }
    }
}

/// See `docs/schema/analyze-2.json`.
#[derive(Serialize)]
pub(super) struct Block<'a> {
    threshold: f64,
    seconds: f64,
    feature: &'static str,
    edges: &'static str,
    variance: &'static str,
    repeats: u32,
    step_seconds: Option<f64>,
    cut: bool,
    devices: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    device: String,
    judged: usize,
    reacting: usize,
    called_after: Option<u32>,
    windows: &'a [Said],
}

/// What a feature is called on the command line and in reports.
const fn feature_word(feature: Feature) -> &'static str {
    match feature {
        Feature::Length => "size",
        Feature::InterArrival => "gap",
        Feature::Both => "both",
    }
}

/// What edges are called there.
const fn edges_word(edges: Edges) -> &'static str {
    match edges {
        Edges::Idle => "idle",
        Edges::Clip => "clip",
        Edges::Pooled => "pooled",
    }
}
