//! What a session of probes says of the devices of a capture.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use earwitness_core::detect::ttest;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::verdict::{self, VerdictSettings};
use earwitness_report::labels;
use earwitness_report::probelog::{self, Log, Misfit, NotAsDrawn, ReadError, check_lots, misfit, moved};
use earwitness_report::verdicts::Probing;

/// How a log is read and judged, where it does not say so itself.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// What its columns are called, and where clocks showed its times.
    pub reading: probelog::Reading,
    /// Added to its times, nanoseconds.
    pub offset: Option<i64>,
    /// Highest chance that any device at all is accused falsely; else the log's own, else the usual one.
    pub alpha: Option<f64>,
    /// Devices known to react.
    pub controls: Vec<DeviceId>,
}

/// A log that was read, and how it is to be judged.
#[derive(Clone, Debug)]
pub struct ProbeLog {
    path: PathBuf,
    log: Log,
    settings: VerdictSettings,
}

/// Why a log says nothing of a capture.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JudgeError {
    /// No round lies inside the capture.
    #[error("{}: {misfit}", path.display())]
    Outside {
        /// The log.
        path: PathBuf,
        /// How they miss each other.
        misfit: Misfit,
    },
    /// Rounds are not what the log's seed draws.
    #[error("{}: {rounds}", path.display())]
    NotAsDrawn {
        /// The log.
        path: PathBuf,
        /// Which rounds.
        rounds: NotAsDrawn,
    },
    /// A device that is known to react was not seen.
    #[error("--control {}: no such device was seen; name one that is in the capture", labels::id(*.0))]
    NoControl(DeviceId),
}

impl ProbeLog {
    /// Reads a log; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be read, or contradicts itself.
    pub fn read(path: &Path, how: How) -> Result<Self, ReadError> {
        let mut log = probelog::read(path, &how.reading)?;
        if let Some(offset) = how.offset {
            log.rounds = moved(log.rounds, offset);
        }
        let usual = VerdictSettings::default();
        let alpha = how.alpha.or(log.header.as_ref().and_then(|header| header.alpha)).unwrap_or(usual.alpha);
        let seed = log.header.as_ref().and_then(|header| header.seed).unwrap_or(usual.seed);
        let settings = VerdictSettings { alpha, seed, controls: how.controls, ..usual };
        Ok(Self { path: path.to_owned(), log, settings })
    }

    /// What the log holds.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// How it is judged.
    #[must_use]
    pub const fn settings(&self) -> &VerdictSettings {
        &self.settings
    }

    /// The same log, judged with another chance of a false accusation, or other devices known to react.
    #[must_use]
    pub fn judged_by(&self, alpha: Option<f64>, controls: Vec<DeviceId>) -> Self {
        let alpha = alpha.unwrap_or(self.settings.alpha);
        Self { settings: VerdictSettings { alpha, controls, ..self.settings.clone() }, ..self.clone() }
    }

    /// Keeps the frames that the published two-sample test looks at.
    #[must_use]
    pub fn samples(&self, settings: ttest::TtestSettings) -> Samples {
        let mut samples = Samples::new(settings);
        for round in &self.log.rounds {
            samples.expect(round.number, round.played.onset);
        }
        samples
    }

    /// Draws its lots again from the seed that it names: what to know of them, a sentence each, or `None` where it names no seed, so that
    /// they are on trust.
    ///
    /// # Errors
    /// When a round is not what the seed draws: [`judge`](Self::judge) refuses such a log.
    pub fn check_lots(&self) -> Result<Option<Vec<String>>, JudgeError> {
        check_lots(&self.log).map_err(|rounds| JudgeError::NotAsDrawn { path: self.path.clone(), rounds })
    }

    /// The verdicts; `tested` is what the published two-sample test says after each probe.
    ///
    /// # Errors
    /// When a round is not what the seed draws, no round lies inside the capture, or a device that is known to react was not seen.
    pub fn judge(&self, findings: &Findings, tested: &BTreeMap<u32, Tested>) -> Result<Probing, JudgeError> {
        let mut warnings = self.log.warnings.clone();
        warnings.extend(self.check_lots()?.into_iter().flatten());
        if let Some(misfit) = misfit(&self.log.rounds, findings.capture.first, findings.capture.last) {
            if misfit.inside == 0 {
                return Err(JudgeError::Outside { path: self.path.clone(), misfit });
            }
            if misfit.offset.is_some() {
                warnings.push(misfit.to_string());
            }
        }
        let mut settings = self.settings.clone();
        for control in &mut settings.controls {
            let is = |id: DeviceId, addresses: &[IpAddr]| match *control {
                DeviceId::Address(address) => id == *control || addresses.contains(&address),
                DeviceId::Mac(_) => id == *control,
            };
            match findings.devices.iter().find(|it| is(it.id, &it.addresses)) {
                Some(device) => *control = device.id,
                None => return Err(JudgeError::NoControl(*control)),
            }
        }
        let verdicts = verdict::judge(findings, self.log.rounds.clone(), tested, &settings);
        Ok(Probing { verdicts, expected: BTreeMap::new(), design: self.log.header.clone(), warnings })
    }
}
