//! `earwitness analyze`: from captures to who uploaded audio.

mod annotate;
mod args;
mod options;
mod probes;
mod published;
mod read;
mod seams;
mod values;
mod workers;
mod write;

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, SightingKind};
use earwitness_core::verdict::name_recordings;

pub(super) use self::args::Args;
pub(super) use self::workers::hired;

use self::options::Options;
use super::Outcome;
use super::interrupt::Interrupt;
use crate::say;
use earwitness_report::labels;

/// Reads the captures and writes the reports.
pub(super) fn run(args: Args) -> anyhow::Result<Outcome> {
    let options = Options::check(args)?;
    let interrupt = Interrupt::install()?;
    let Some(mut reading) = read::read(&options, &interrupt)? else { return Ok(Outcome::Trouble) };
    options.geo.locate(&mut reading.findings);
    // Before devices are left out: the error rate is shared by all.
    let mut probing = options.probes.as_ref().map(|asked| asked.judge(&reading.findings, &reading.tested)).transpose()?;
    let published = reading.published(&options.published, probing.as_ref());
    if let Some(probing) = &probing {
        name_recordings(&mut reading.findings, &probing.verdicts);
    }
    let missing = select(&mut reading.findings, &options.devices);
    reading.troubles.extend(missing);
    if let Some(probing) = &mut probing {
        let is_there = |id| reading.findings.devices.iter().any(|device| device.id == id);
        probing.verdicts.devices.retain(|it| is_there(it.device));
    }
    if !options.quiet {
        reading.troubles.iter().for_each(|it| say::line(it));
        probing.iter().flat_map(|it| &it.warnings).for_each(|it| say::line(&format!("the probe log: {it}")));
    }
    let mut good = write::reports(&reading, probing.as_ref(), published.as_ref(), &options);
    if let Some(path) = &options.annotate {
        good &= annotate::write(path, &reading, &options, &interrupt);
    }
    let sent = reading.findings.devices.iter().any(sends_audio);
    let outcome = match good {
        false => Outcome::Trouble,
        true if options.exit_code && reading.findings.capture.is_mostly_unread() => Outcome::Trouble,
        true if options.exit_code && (sent || probes::streams(probing.as_ref())) => Outcome::Found,
        true => Outcome::Done,
    };
    // Who stopped the reading wants to leave.
    if options.serve.is_wanted() && !interrupt.is_set() {
        interrupt.begin_reading();
        options.serve.until_stopped(|| write::material(reading, probing, &options))?;
    }
    Ok(outcome)
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
