//! `--probes`: what a session of probes says of the devices of a capture.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use earwitness_core::detect::ttest;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::verdict::{self, Outcome};

use super::args::Args;
use earwitness_report::labels;
use earwitness_report::probelog::{self, Log, Reading, check_lots, misfit, moved};
use earwitness_report::verdicts::Probing;

/// A log that was read before any capture, and how it is to be judged.
pub(super) struct Asked {
    path: PathBuf,
    log: Log,
    settings: verdict::VerdictSettings,
}

impl Asked {
    /// Reads the log that was asked for, if one was.
    ///
    /// # Errors
    /// When it cannot be read, contradicts itself or its seed, or comes by the same pipe as a capture.
    pub(super) fn read(args: &Args) -> anyhow::Result<Option<Self>> {
        let Some(path) = args.probes.clone() else { return Ok(None) };
        if path.as_os_str() == "-" && args.captures.contains(&path) {
            bail!("standard input cannot be both a capture and the probe log; save one of them to a file");
        }
        let mut log = probelog::read(&path, &Reading { columns: args.map.clone(), zone: args.time_zone.clone() })?;
        if let Some(lots) = check_lots(&log).with_context(|| path.display().to_string())? {
            log.warnings.extend(lots);
        }
        if let Some(offset) = args.probe_offset {
            log.rounds = moved(log.rounds, offset);
        }
        let usual = verdict::VerdictSettings::default();
        let alpha = args.alpha.or(log.header.as_ref().and_then(|header| header.alpha)).unwrap_or(usual.alpha);
        let seed = log.header.as_ref().and_then(|header| header.seed).unwrap_or(usual.seed);
        let settings = verdict::VerdictSettings { alpha, seed, controls: args.control.clone(), ..usual };
        Ok(Some(Self { path, log, settings }))
    }

    /// Keeps the frames that the published two-sample test looks at.
    pub(super) fn samples(&self, settings: ttest::TtestSettings) -> Samples {
        let mut samples = Samples::new(settings);
        for round in &self.log.rounds {
            samples.expect(round.number, round.played.onset);
        }
        samples
    }

    /// The verdicts.
    ///
    /// # Errors
    /// When no round lies inside the capture.
    pub(super) fn judge(&self, findings: &Findings, tested: &BTreeMap<u32, Tested>) -> anyhow::Result<Probing> {
        let mut warnings = self.log.warnings.clone();
        if let Some(misfit) = misfit(&self.log.rounds, findings.capture.first, findings.capture.last) {
            if misfit.inside == 0 {
                bail!("{}: {misfit}", self.path.display());
            }
            if misfit.offset.is_some() {
                warnings.push(misfit.to_string());
            }
        }
        let mut settings = self.settings.clone();
        for control in &mut settings.controls {
            let is = |id: DeviceId, addresses: &[std::net::IpAddr]| match *control {
                DeviceId::Address(address) => id == *control || addresses.contains(&address),
                DeviceId::Mac(_) => id == *control,
            };
            match findings.devices.iter().find(|it| is(it.id, &it.addresses)) {
                Some(device) => *control = device.id,
                None => bail!("--control {}: no such device was seen; name one that is in the capture", labels::id(*control)),
            }
        }
        let verdicts = verdict::judge(findings, self.log.rounds.clone(), tested, &settings);
        Ok(Probing { verdicts, expected: BTreeMap::new(), design: self.log.header.clone(), warnings })
    }
}

/// Whether a device was proven to send what it hears.
pub(super) fn streams(probing: Option<&Probing>) -> bool {
    probing.is_some_and(|it| it.verdicts.devices.iter().any(|it| it.outcome == Outcome::Streams))
}
