//! `earwitness analyze`: from captures to who uploaded audio.

mod args;
mod options;
mod place_args;
mod places;
mod published;
mod values;
mod watch;
mod write;

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, SightingKind};
use earwitness_core::verdict::{self, name_recordings};
use earwitness_offline::{ReadError, Reading};
use earwitness_report::verdicts::Probing;
use earwitness_report::{borders, labels};

pub(super) use self::args::Args;

use self::options::Options;
use self::watch::Watched;
use super::Outcome;
use super::interrupt::Interrupt;
use crate::say;

/// Reads the captures and writes the reports.
pub(super) fn run(args: Args) -> anyhow::Result<Outcome> {
    if let Some(folder) = args.places.dataset.clone() {
        let asked = args.places.clone();
        return places::run(&asked, &folder, &Options::check(args)?);
    }
    let options = Options::check(args)?;
    let interrupt = Interrupt::install()?;
    let Some(mut reading) = read(&options, &interrupt)? else { return Ok(Outcome::Trouble) };
    let mut troubles: Vec<String> = reading.troubles.iter().map(ToString::to_string).collect();
    options.geo.locate(&mut reading.findings);
    // Before devices are left out: the error rate is shared by all.
    let mut probing = options.plan.probes.as_ref().map(|log| log.judge(&reading.findings, &reading.tested)).transpose()?;
    let published = reading.published(&options.plan.published, probing.as_ref());
    if let Some(probing) = &probing {
        name_recordings(&mut reading.findings, &probing.verdicts);
    }
    troubles.extend(borders::lines(&reading.findings));
    troubles.extend(select(&mut reading.findings, &options.devices));
    if let Some(probing) = &mut probing {
        let is_there = |id| reading.findings.devices.iter().any(|device| device.id == id);
        probing.verdicts.devices.retain(|it| is_there(it.device));
    }
    if !options.quiet {
        for it in &troubles {
            say::line(it);
        }
        probing.iter().flat_map(|it| &it.warnings).for_each(|it| say::line(&format!("the probe log: {it}")));
    }
    let mut good = write::reports(&reading.findings, &troubles, probing.as_ref(), published.as_ref(), &options);
    if let Some(path) = &options.annotate {
        good &= write::annotated(path, &reading, &options, &interrupt);
    }
    let sent = reading.findings.devices.iter().any(sends_audio);
    let outcome = match good {
        false => Outcome::Trouble,
        true if options.exit_code && reading.findings.capture.is_mostly_unread() => Outcome::Trouble,
        true if options.exit_code && (sent || streams(probing.as_ref())) => Outcome::Found,
        true => Outcome::Done,
    };
    // Who stopped the reading wants to leave.
    if options.serve.is_wanted() && !interrupt.is_set() {
        interrupt.begin_reading();
        options.serve.until_stopped(|| write::material(reading.findings, troubles, probing, &options))?;
    }
    Ok(outcome)
}

/// Reads all captures. `None` if nothing could be read, which has been said.
fn read(options: &Options, interrupt: &Interrupt) -> anyhow::Result<Option<Reading>> {
    let read = earwitness_offline::read(&options.plan, &interrupt.flag(), &mut Watched::new(interrupt, options.quiet));
    match read {
        Ok(reading) => {
            interrupt.end_reading();
            Ok(Some(reading))
        }
        Err(ReadError::Nothing(troubles)) => {
            for it in &troubles {
                say::line(&it.to_string());
            }
            say::line("nothing could be read; there is no report");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a device was proven to send what it hears.
fn streams(probing: Option<&Probing>) -> bool {
    probing.is_some_and(|it| it.verdicts.devices.iter().any(|it| it.outcome == verdict::Outcome::Streams))
}

/// Whether it sent what looks like audio to the internet, once or all the time.
fn sends_audio(device: &DeviceFindings) -> bool {
    device.sightings.iter().any(|it| it.kind == SightingKind::Audio) || device.endless().next().is_some()
}

/// Keeps the devices that were asked for; a line for each that is not there.
fn select(findings: &mut Findings, wanted: &[DeviceId]) -> Vec<String> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let is = |device: &DeviceFindings, id: &DeviceId| match id {
        DeviceId::Address(address) => device.id == *id || device.addresses.contains(address),
        DeviceId::Mac(_) => device.id == *id,
    };
    let missing = wanted.iter().filter(|id| !findings.devices.iter().any(|device| is(device, id)));
    let missing = missing.map(|id| format!("no device {} was seen; without --device all are listed", labels::id(*id))).collect();
    findings.devices.retain(|device| wanted.iter().any(|id| is(device, id)));
    missing
}
