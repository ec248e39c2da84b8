//! Reads the captures, a second time where the first one showed that this makes a difference.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{Damage, DeviceId, Findings};
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::time::Timestamp;
use earwitness_report::published::{Asked, Published};
use earwitness_report::verdicts::Probing;
use earwitness_traffic::files::{Capture, Captures, Follow, OpenError};

use crate::plan::Plan;
use crate::probes::ProbeLog;
use crate::seams::Seams;
use crate::trouble::{ReadError, Reason, Trouble};
use crate::watch::{Stage, Watch};
use crate::workers::helpers;

/// What the captures held.
pub struct Reading {
    /// What was found.
    pub findings: Findings,
    /// What the published two-sample test says after each probe.
    pub tested: BTreeMap<u32, Tested>,
    /// Without probes: where the first window lies that it compared with the one before.
    first: Option<Timestamp>,
    /// The captures, with their interfaces.
    pub captures: Captures,
    /// What a person must know of them.
    pub troubles: Vec<Trouble>,
}

/// Reads all captures, until `stop` is set: then what was read by then is what is reported.
///
/// # Errors
/// When no file can be opened, or none of them is a capture.
pub fn read(plan: &Plan, stop: &Arc<AtomicBool>, watch: &mut dyn Watch) -> Result<Reading, ReadError> {
    let Pass { mut findings, mut tested, mut first, origin, captures, apart } =
        pass(Stage::Reading, plan.settings.clone(), plan, stop, watch)?;
    let mut troubles: Vec<Trouble> = captures.troubles().iter().cloned().map(Trouble::File).chain(apart).collect();
    if captures.files().iter().all(|file| is_unreadable(file, &captures)) {
        return Err(ReadError::Nothing(troubles));
    }
    if stop.load(Ordering::Relaxed) && !plan.follow {
        troubles.push(Trouble::Stopped);
    } else if let Some((settings, why)) = anew(&findings, origin, &plan.settings) {
        if plan.can_reread() {
            let Pass { findings: again, tested: tested_again, first: first_again, .. } =
                pass(Stage::ReadingAgain, settings, plan, stop, watch)?;
            if again.capture.frames == findings.capture.frames {
                (findings, tested, first) = (again, tested_again, first_again);
            } else {
                troubles.push(Trouble::Changed(why));
            }
        } else {
            troubles.push(Trouble::OnceOnly(why));
        }
    }
    Ok(Reading { findings, tested, first, captures, troubles })
}

/// What the published two-sample test says after each probe of a log, of captures that were read without it.
///
/// # Errors
/// When no file can be opened.
pub fn tested(
    plan: &Plan,
    log: &ProbeLog,
    stop: &Arc<AtomicBool>,
    watch: &mut dyn Watch,
) -> Result<BTreeMap<u32, Tested>, ReadError> {
    let mut captures = Captures::open(&plan.captures, plan.order, None)?;
    captures.stop_waiting_on(Arc::clone(stop));
    let mut samples = log.samples(plan.published.settings);
    let mut last = None;
    watch.begins(Stage::Testing, captures.total());
    let _ = captures.for_each(&mut |at| watch.at(at), |frame, _| {
        last = last.max(Some(frame.at));
        samples.frame(frame);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    watch.ends(Stage::Testing);
    Ok(last.map(|last| samples.finish(last)).unwrap_or_default())
}

impl Reading {
    /// What the published test said, after probes or without, if a person asked for it.
    #[must_use]
    pub fn published(&self, asked: &Asked, probing: Option<&Probing>) -> Option<Published> {
        if !asked.shown {
            return None;
        }
        match (probing, self.first) {
            (Some(probing), _) => Some(Published::of_probes(*asked, &probing.verdicts.trials, &self.tested)),
            (None, first) if asked.step.is_some() => Some(Published::of_windows(*asked, first.unwrap_or_default(), &self.tested)),
            (None, _) => None,
        }
    }
}

/// Settings for a second reading, and why: a frame stamped before the first one, or a gateway named by an address that
/// turned out to belong to a MAC address.
fn anew(findings: &Findings, origin: Option<Timestamp>, settings: &AnalysisSettings) -> Option<(AnalysisSettings, Reason)> {
    let mut settings = settings.clone();
    let mut why = None;
    if let Some((first, _)) = findings.capture.first.zip(origin).filter(|(first, origin)| first < origin)
        && settings.burst.is_some()
    {
        settings.origin = Some(first);
        why = Some(Reason::EarlierFrame);
    }
    for gateway in &mut settings.roster.gateways {
        if let DeviceId::Address(address) = *gateway
            && let Some(device) = findings.devices.iter().find(|it| it.id != *gateway && it.addresses.contains(&address))
        {
            *gateway = device.id;
            why = Some(Reason::GatewayAddress);
        }
    }
    why.map(|why| (settings, why))
}

/// Whether not even the beginning of a file was a capture.
fn is_unreadable(file: &Capture, captures: &Captures) -> bool {
    file.frames == 0 && captures.troubles().iter().any(|it| it.ended && it.path == file.path)
}

/// One reading of all captures.
struct Pass {
    findings: Findings,
    tested: BTreeMap<u32, Tested>,
    first: Option<Timestamp>,
    origin: Option<Timestamp>,
    captures: Captures,
    /// What to say of the time between captures.
    apart: Option<Trouble>,
}

fn pass(
    stage: Stage,
    settings: AnalysisSettings,
    plan: &Plan,
    stop: &Arc<AtomicBool>,
    watch: &mut dyn Watch,
) -> Result<Pass, OpenError> {
    let follow = plan.follow.then(|| Follow::until(Arc::clone(stop)));
    let mut captures = Captures::open(&plan.captures, plan.order, follow)?;
    captures.stop_waiting_on(Arc::clone(stop));
    let mut analysis = Analysis::new(settings);
    if let Some(workers) = helpers(plan.helpers) {
        analysis.hire(workers);
    }
    let probed = plan.probes.as_ref().map(|log| log.samples(plan.published.settings));
    let mut samples = probed.or_else(|| sliding(&plan.published));
    watch.begins(stage, captures.total());
    let mut seams = Seams::default();
    let flow = captures.for_each(&mut |at| watch.at(at), |frame, file| {
        if seams.begins(frame, file, || analysis.latest()) {
            analysis.begins();
        }
        analysis.frame(frame);
        if let Some(samples) = &mut samples {
            samples.frame(frame);
        }
        if stop.load(Ordering::Relaxed) && !plan.follow { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    debug_assert!(flow.is_continue() || stop.load(Ordering::Relaxed));
    watch.ends(stage);
    analysis.lost(captures.files().iter().map(|file| file.dropped).fold(0, u64::saturating_add));
    let sum = |of: fn(&Capture) -> u64| captures.files().iter().map(of).fold(0, u64::saturating_add);
    analysis.damaged(Damage { read: sum(|file| file.octets), behind: sum(|file| file.behind) });
    let origin = analysis.origin();
    let findings = analysis.finish();
    let first = samples.as_ref().and_then(Samples::first);
    let tested = samples.zip(findings.capture.last).map(|(samples, last)| samples.finish(last)).unwrap_or_default();
    Ok(Pass { findings, tested, first, origin, captures, apart: seams.apart() })
}

/// Keeps the frames for a test without probes.
fn sliding(asked: &Asked) -> Option<Samples> {
    asked.step.map(|step| Samples::sliding(asked.settings, step))
}
