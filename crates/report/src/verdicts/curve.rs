//! How the evidence about each device grew from round to round.

use std::collections::BTreeMap;

use earwitness_core::detect::lottery::AT_ONCE;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::trial::Session;
use earwitness_core::verdict::{Verdicts, late_growth};

/// Natural logarithm of the evidence for a reaction at once after each round that counted for the device.
#[must_use]
pub(crate) fn curves(verdicts: &Verdicts) -> BTreeMap<DeviceId, Vec<f64>> {
    let mut session = Session::new(verdicts.alpha);
    let mut curves: BTreeMap<DeviceId, Vec<f64>> = BTreeMap::new();
    for trial in &verdicts.trials {
        session.take(trial);
        for (id, standing) in session.standings() {
            let curve = curves.entry(*id).or_default();
            if curve.len() < usize::try_from(standing.rounds).unwrap_or(usize::MAX) {
                curve.push(standing.lottery.log_e() + AT_ONCE.ln());
            }
        }
    }
    curves
}

/// The same as [`curves`], but where a late reaction is what was proven, for a reaction after that delay.
#[must_use]
pub(crate) fn curves_of_proofs(findings: &Findings, verdicts: &Verdicts) -> BTreeMap<DeviceId, Vec<f64>> {
    let mut curves = curves(verdicts);
    let until = findings.capture.last.unwrap_or_default();
    for verdict in &verdicts.devices {
        let device = findings.devices.iter().find(|it| it.id == verdict.device);
        if let Some((device, delay)) = device.zip(verdict.evidence.delay()) {
            curves.insert(device.id, late_growth(device, verdicts, until, delay));
        }
    }
    curves
}
