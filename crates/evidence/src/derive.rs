//! From frames, rounds and settings to verdicts: the same whoever does it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use earwitness_core::analysis::{Analysis, Workers};
use earwitness_core::detect::ttest::TtestSettings;
use earwitness_core::findings::Findings;
use earwitness_core::samples::Samples;
use earwitness_core::time::Timestamp;
use earwitness_core::verdict;
use earwitness_report::probelog::Log;
use earwitness_report::verdicts::Probing;
use earwitness_report::{Context, json, labels};
use jiff::tz::TimeZone;

use crate::frames;
use crate::settings::Settings;

/// What follows from the frames.
#[derive(Debug)]
pub struct Derived {
    /// The report for programs (`docs/schema/analyze-2.json`): what `verdicts.json` holds.
    pub report: Vec<u8>,
    /// What was found in the frames.
    pub findings: Findings,
    /// The verdicts.
    pub probing: Probing,
}

impl Derived {
    /// The verdict on each device.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, String> {
        self.probing.verdicts.devices.iter().map(|it| (labels::id(it.device), it.outcome.key().to_owned())).collect()
    }

    /// Stretches of time that the frames cover.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.findings.capture.first.zip(self.findings.capture.last)
    }
}

/// Analyses the frames, scores the rounds and forms the verdicts.
///
/// # Errors
/// When the frames are not whole, or the settings name what is no device, in words.
pub fn derive(frames: impl Read, log: &Log, settings: &Settings, workers: Option<Box<dyn Workers>>) -> Result<Derived, String> {
    let seed = log.header.as_ref().and_then(|header| header.seed);
    let verdict_settings = settings.verdict(seed)?;
    let mut analysis = Analysis::new(settings.analysis()?);
    if let Some(workers) = workers {
        analysis.hire(workers);
    }
    let mut samples = Samples::new(TtestSettings::default());
    let mut expected: Vec<_> = log.rounds.iter().map(|round| (round.played.onset, round.number)).collect();
    expected.sort_unstable();
    for (onset, number) in expected {
        samples.expect(number, onset);
    }
    let mut begun = BTreeSet::new();
    let lost = frames::read(frames, |frame| {
        // Each interface of the file is a capture of its own, which may begin while others go on.
        if begun.insert(frame.interface) && begun.len() > 1 {
            analysis.begins();
        }
        analysis.frame(frame);
        samples.frame(frame);
    })?;
    analysis.lost(lost);
    let findings = analysis.finish();
    let tested = findings.capture.last.map(|last| samples.finish(last)).unwrap_or_default();
    let verdicts = verdict::judge(&findings, log.rounds.clone(), &tested, &verdict_settings);
    let probing = Probing { verdicts, expected: BTreeMap::new(), design: log.header.clone(), warnings: Vec::new() };
    let inputs = [crate::names::FRAMES.to_owned()];
    let context = Context {
        inputs: &inputs,
        options: &settings.options(),
        troubles: &[],
        probing: Some(&probing),
        published: None,
        // Tables of makers change with the program: names come from the frames alone.
        vendor: &|_| None,
        zone: TimeZone::UTC,
    };
    let mut report = Vec::new();
    json::write(&findings, &context, &mut report).map_err(|error| format!("the report cannot be written: {error}"))?;
    Ok(Derived { report, findings, probing })
}
