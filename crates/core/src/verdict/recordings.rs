//! What a proof makes of large uploads.

use super::{Outcome, Verdicts};
use crate::findings::{Findings, SightingKind};
use crate::time::Window;

/// Calls large uploads recordings where a proof that the device streams what it hears says so: those that began in the slot of a probe of a round that counted. What
/// other devices sent in one go, and what these sent at other times, stays what it was.
pub fn name_recordings(findings: &mut Findings, verdicts: &Verdicts) {
    let counted = verdicts.trials.iter().map(|trial| &trial.round).filter(|round| round.void.is_none());
    let drawn: Vec<Window> = counted.filter_map(|round| round.windows().get(round.drawn).copied()).collect();
    let proven = |id| verdicts.devices.iter().any(|it| it.device == id && it.outcome == Outcome::Streams);
    for device in findings.devices.iter_mut().filter(|device| proven(device.id)) {
        for it in device.sightings.iter_mut().chain(&mut device.local_sightings) {
            if it.kind == SightingKind::LargeUpload && drawn.iter().any(|slot| slot.contains(it.window.from)) {
                it.kind = SightingKind::Recording;
            }
        }
    }
}
