//! Reads the captures, a second time where the first one showed that this makes a difference.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{Damage, DeviceId, Findings};
use earwitness_core::samples::{Samples, Tested};
use earwitness_core::time::Timestamp;

use super::super::interrupt::Interrupt;
use super::super::progress::Bar;
use super::options::Options;
use super::published::sliding;
use super::seams::Seams;
use super::workers::Threads;
use crate::say;
use earwitness_report::published::{Asked, Published};
use earwitness_report::verdicts::Probing;
use earwitness_traffic::files::{Capture, Captures, Follow};

/// What the captures held.
pub(super) struct Reading {
    pub(super) findings: Findings,
    /// What the published two-sample test says after each probe.
    pub(super) tested: BTreeMap<u32, Tested>,
    /// Without probes: where the first window lies that it compared with the one before.
    first: Option<Timestamp>,
    /// The captures, with their interfaces.
    pub(super) captures: Captures,
    /// A line for each trouble.
    pub(super) troubles: Vec<String>,
}

/// Reads all captures. `None` if nothing could be read, which has been said.
pub(super) fn read(options: &Options, interrupt: &Interrupt) -> anyhow::Result<Option<Reading>> {
    let Pass { mut findings, mut tested, mut first, origin, captures, seam } =
        pass("Reading", options.settings.clone(), options, interrupt)?;
    let mut troubles: Vec<String> = captures.troubles().iter().map(ToString::to_string).chain(seam).collect();
    if captures.files().iter().all(|file| is_unreadable(file, &captures)) {
        for it in &troubles {
            say::line(it);
        }
        say::line("nothing could be read; there is no report");
        return Ok(None);
    }
    if interrupt.is_set() && !options.follow {
        troubles.push("reading was stopped; this report covers what was read until then".to_owned());
    } else if let Some((settings, why)) = anew(&findings, origin, options) {
        if options.can_reread() {
            let Pass { findings: again, tested: tested_again, first: first_again, .. } =
                pass("Reading again", settings, options, interrupt)?;
            if again.capture.frames == findings.capture.frames {
                (findings, tested, first) = (again, tested_again, first_again);
            } else {
                troubles.push(format!("{why}; the second reading that this needs was not complete, so it is left out"));
            }
        } else {
            troubles.push(format!("{why}; that needs a second reading, so save it to a file first"));
        }
    }
    interrupt.end_reading();
    Ok(Some(Reading { findings, tested, first, captures, troubles }))
}

impl Reading {
    /// What the published test said, after probes or without, if a person asked for it.
    pub(super) fn published(&self, asked: &Asked, probing: Option<&Probing>) -> Option<Published> {
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
fn anew(findings: &Findings, origin: Option<Timestamp>, options: &Options) -> Option<(AnalysisSettings, &'static str)> {
    let mut settings = options.settings.clone();
    let mut why = None;
    if let Some((first, _)) = findings.capture.first.zip(origin).filter(|(first, origin)| first < origin)
        && settings.burst.is_some()
    {
        settings.origin = Some(first);
        why = Some("a frame is stamped earlier than the first one, where the windows of the burst detector would have to begin");
    }
    for gateway in &mut settings.roster.gateways {
        if let DeviceId::Address(address) = *gateway
            && let Some(device) = findings.devices.iter().find(|it| it.id != *gateway && it.addresses.contains(&address))
        {
            *gateway = device.id;
            why = Some("the MAC address of the gateway had to be found first");
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
    seam: Option<String>,
}

fn pass(what: &'static str, settings: AnalysisSettings, options: &Options, interrupt: &Interrupt) -> anyhow::Result<Pass> {
    let follow = options.follow.then(|| Follow::until(interrupt.flag()));
    let mut captures = Captures::open(&options.captures, options.order, follow)?;
    captures.stop_waiting_on(interrupt.flag());
    let mut analysis = Analysis::new(settings);
    if let Some(threads) = Threads::start() {
        analysis.hire(Box::new(threads));
    }
    let settings_of_test = options.published.settings;
    let probed = options.probes.as_ref().map(|asked| asked.samples(settings_of_test));
    let mut samples = probed.or_else(|| sliding(&options.published));
    let mut bar = Bar::new(what, captures.total(), options.quiet);
    let mut progress = |at| {
        interrupt.begin_reading();
        bar.at(at);
    };
    let mut seams = Seams::default();
    let flow = captures.for_each(&mut progress, |frame, file| {
        if seams.begins(frame, file, || analysis.latest()) {
            analysis.begins();
        }
        analysis.frame(frame);
        if let Some(samples) = &mut samples {
            samples.frame(frame);
        }
        if interrupt.is_set() && !options.follow { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    debug_assert!(flow.is_continue() || interrupt.is_set());
    analysis.lost(captures.files().iter().map(|file| file.dropped).fold(0, u64::saturating_add));
    let sum = |of: fn(&Capture) -> u64| captures.files().iter().map(of).fold(0, u64::saturating_add);
    analysis.damaged(Damage { read: sum(|file| file.octets), behind: sum(|file| file.behind) });
    let origin = analysis.origin();
    let findings = analysis.finish();
    let first = samples.as_ref().and_then(Samples::first);
    let tested = samples.zip(findings.capture.last).map(|(samples, last)| samples.finish(last)).unwrap_or_default();
    Ok(Pass { findings, tested, first, origin, captures, seam: seams.line() })
}
