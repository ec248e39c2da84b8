//! Writes the reports.

use std::path::Path;

use jiff::tz::TimeZone;

use super::super::interrupt::Interrupt;
use super::options::{Kind, Options};
use super::watch::Watched;
use crate::say;
use earwitness_base::outfile::{self, Sink};
use earwitness_core::findings::Findings;
use earwitness_dataset::tables::series;
use earwitness_offline::{Reading, annotate};
use earwitness_report::published::Published;
use earwitness_report::terminal::Terminal;
use earwitness_report::vendor::vendor;
use earwitness_report::verdicts::Probing;
use earwitness_report::{Context, eve, html, json, table};
use earwitness_web::Material;

/// Columns of a table that is written to a file.
const FILE: Terminal = Terminal { width: 100, colours: false };

/// Writes every report that was asked for; `false` if one could not be written, which has been said.
pub(super) fn reports(
    findings: &Findings,
    troubles: &[String],
    probing: Option<&Probing>,
    published: Option<&Published>,
    options: &Options,
) -> bool {
    let inputs = inputs(options);
    let context = Context {
        inputs: &inputs,
        options: &options.changed,
        troubles,
        probing,
        published,
        vendor: &|mac| vendor(mac).map(str::to_owned),
        zone: TimeZone::system(),
    };
    let mut good = true;
    for output in &options.outputs {
        let terminal = if output.path == Path::new("-") { Terminal::detect() } else { FILE };
        good &= written(outfile::write_whole(&output.path, |out: &mut Sink<'_>| match output.kind {
            Kind::Table => table::write(findings, &context, terminal, out),
            Kind::Json => json::write(findings, &context, out),
            Kind::Eve => eve::write(findings, &context, out),
            Kind::Html => html::write(findings, &context, out),
            Kind::Series => series::write(findings, out),
        }));
    }
    good
}

/// The captures, as the user named them.
fn inputs(options: &Options) -> Vec<String> {
    options.plan.captures.iter().map(|path| path.to_string_lossy().into_owned()).collect()
}

/// The same for pages that are served.
pub(super) fn material(findings: Findings, troubles: Vec<String>, probing: Option<Probing>, options: &Options) -> Material {
    Material {
        findings,
        probing,
        inputs: inputs(options),
        options: options.changed.clone(),
        troubles,
        vendor: |mac| vendor(mac).map(str::to_owned),
        zone: TimeZone::system(),
    }
}

/// Writes the frames of the sightings; `false` if that was not possible, which has been said.
pub(super) fn annotated(path: &Path, reading: &Reading, options: &Options, interrupt: &Interrupt) -> bool {
    let result = annotate(path, reading, &options.plan, &interrupt.flag(), &mut Watched::new(interrupt, options.quiet));
    if let (Ok(remarks), false) = (&result, options.quiet) {
        for it in remarks {
            say::line(&format!("{}: {it}", path.display()));
        }
    }
    written(result.map(drop))
}

/// Says why a report could not be written. A reader that has seen enough is no trouble.
fn written(result: Result<(), outfile::Error>) -> bool {
    match result {
        Err(error) if !error.is_closed_pipe() => {
            say::line(&error.to_string());
            false
        }
        _ => true,
    }
}
