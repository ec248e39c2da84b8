//! What an experiment showed, for people: the answer first, then the numbers, then how they were come by.

use std::io;
use std::path::Path;

use comfy_table::{ContentArrangement, Table};
use earwitness_base::outfile::{self, Sink};
use earwitness_base::text::clean;
use earwitness_base::words::counted;
use earwitness_lab::experiment::{Experiment, Order};
use earwitness_lab::results::{ContrastResults, Cutoff, DoseResults, EquivalenceResults, Estimate, Results};

use super::beside::{self, chance};

/// Most characters of a name that are shown.
const NAME: usize = 60;

/// Where the trials come from.
#[derive(Clone, Copy)]
pub(super) enum Traffic {
    /// A simulated home.
    Simulated,
    /// Real devices.
    Devices,
    /// A table of trials.
    Table,
}

/// Tells it on the terminal, and as JSON where that is asked for; on the terminal either.
pub(super) fn tell(experiment: &Experiment, results: &Results, traffic: Traffic, json: Option<&Path>) -> anyhow::Result<()> {
    if let Some(path) = json {
        outfile::write_whole(path, |out: &mut Sink<'_>| json_to(results, out))?;
    }
    let terminal = Path::new("-");
    if json != Some(terminal) {
        outfile::write_whole(terminal, |out: &mut Sink<'_>| write(experiment, results, traffic, out))?;
    }
    Ok(())
}

/// The results for programs.
pub(super) fn json_to(results: &Results, out: &mut Sink<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, results)?;
    writeln!(out)
}

fn write(experiment: &Experiment, results: &Results, traffic: Traffic, out: &mut Sink<'_>) -> io::Result<()> {
    let design = experiment.design();
    writeln!(out, "{}\n", clean(&design.question, 2_000))?;
    for answer in &results.answers {
        writeln!(out, "{answer}")?;
    }
    for warning in &results.warnings {
        writeln!(out, "Note: {warning}")?;
    }
    writeln!(out)?;
    writeln!(out, "{}\n", conditions(results))?;
    for it in &results.contrasts {
        writeln!(out, "{}", contrast(it))?;
    }
    for it in &results.equivalences {
        writeln!(out, "{}", equivalence(it))?;
    }
    for it in &results.doses {
        writeln!(out, "{}", dose(it))?;
    }
    beside::write(results, out)?;
    writeln!(out, "\nMethods\n{}", methods(experiment, results, traffic))?;
    results.methods.assumptions.iter().try_for_each(|it| writeln!(out, "- {it}"))
}

fn conditions(results: &Results) -> Table {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["Condition", "Device", "Trials", "Sound", "Before the wake word", "After the end", "With an upload"]);
    for condition in &results.conditions {
        for device in &condition.devices {
            let uploads = &device.uploads;
            table.add_row([
                clean(&condition.name, NAME),
                clean(&device.name, NAME),
                device.seconds.n.to_string(),
                seconds(&device.seconds),
                seconds(&device.pre_roll_seconds),
                seconds(&device.tail_seconds),
                format!("{} of {}", uploads.some, uploads.all),
            ]);
        }
    }
    table
}

/// `3.12 s (3.05 to 3.20)`.
fn seconds(it: &Estimate) -> String {
    interval(it.estimate, it.low.zip(it.high))
}

fn interval(estimate: Option<f64>, ends: Option<(f64, f64)>) -> String {
    match (estimate, ends) {
        (None, _) => "not known".to_owned(),
        (Some(value), None) => format!("{value:.2} s"),
        (Some(value), Some((low, high))) => format!("{value:.2} s ({low:.2} to {high:.2})"),
    }
}

fn contrast(it: &ContrastResults) -> String {
    format!(
        "{}: difference {}; {}. {}.",
        clean(&it.planned.name, 2 * NAME),
        interval(it.estimate, it.low.zip(it.high)),
        chance(it.p, it.adjusted_p),
        it.test
    )
}

fn equivalence(it: &EquivalenceResults) -> String {
    format!(
        "{}: {}; difference {}; {}. {}.",
        clean(&it.planned.compared.name, 2 * NAME),
        it.outcome,
        interval(it.estimate, it.low.zip(it.high)),
        chance(it.p, it.adjusted_p),
        it.test
    )
}

fn dose(it: &DoseResults) -> String {
    let what = match it.cutoff {
        Cutoff::Found { estimate, low, high } => format!("its cut-off is {estimate:.2} s ({low:.2} to {high:.2})"),
        Cutoff::NotUpTo { level, .. } => format!("no cut-off is shown up to {level:.2} s"),
        Cutoff::NoGrowth { below } => format!("it takes nothing of it for the command, or its cut-off is below {below:.2} s"),
        Cutoff::Unknown => "not known".to_owned(),
    };
    format!("{}: {what}. {}.", clean(&it.planned.name, 2 * NAME), it.test)
}

/// How it was come by, in sentences.
pub(super) fn methods(experiment: &Experiment, results: &Results, traffic: Traffic) -> String {
    let (design, methods) = (experiment.design(), &results.methods);
    format!(
        "{} of {} in {}, {}, {}; order {}, {} from seed {}. Watched {} s before and {} s after each sound. \
         Intervals of {:.0} %, tests at {:.0} %. {} not known and left out. earwitness {}.",
        counted(methods.trials, "trial", "trials"),
        counted(methods.blocks, "block", "blocks"),
        counted(methods.nights, "night", "nights"),
        counted(results.conditions.len() as u64, "condition", "conditions"),
        match traffic {
            Traffic::Simulated => "in a simulated home",
            Traffic::Devices => "with real devices",
            Traffic::Table => "read from a table of trials",
        },
        match design.order {
            Order::Lot => format!("drawn from seed {}", design.seed),
            Order::Written => "as written".to_owned(),
        },
        match traffic {
            Traffic::Simulated => "home and permutations",
            Traffic::Table | Traffic::Devices => "permutations",
        },
        methods.seed,
        design.before / 1_000_000_000,
        design.after / 1_000_000_000,
        100.0 * methods.confidence,
        100.0 * methods.level,
        counted(methods.unknown_readings, "reading is", "readings are"),
        env!("CARGO_PKG_VERSION"),
    )
}
