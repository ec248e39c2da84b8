//! `--html`: what an experiment showed, as one file for a person: the answer, pictures, tables, and how it was come by. No script, no network, every text escaped.

mod comparison;
mod dose;
mod methods;
mod periods;
mod spread;
mod tables;
mod timeline;
mod wakes;

use std::path::Path;

use earwitness_base::outfile::{self, Sink};
use earwitness_base::text::clean;
use earwitness_base::words::{count, counted};
use earwitness_lab::experiment::Experiment;
use earwitness_lab::results::{Estimate, Results, Trial};
use earwitness_report::html::head;
use earwitness_report::plot;
use maud::{DOCTYPE, Markup, html};

use super::told::Traffic;

const STYLE: &str = include_str!("style.css");

/// Most columns of a name.
const NAME: usize = 100;
/// Most columns of a sentence.
const SENTENCE: usize = 2_000;
/// Answers that are written out.
const ANSWERS: usize = 200;

/// What the page is about.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) results: &'a Results,
    /// The trials behind the results.
    pub(super) trials: &'a [Trial],
    /// The names of the devices, in the order of the readings of each trial.
    pub(super) devices: &'a [String],
    pub(super) traffic: Traffic,
}

/// Writes the page.
pub(super) fn write(it: Told<'_>, path: &Path) -> anyhow::Result<()> {
    let page = text(it);
    outfile::write_whole(path, |out: &mut Sink<'_>| out.write_all(page.as_bytes()))?;
    Ok(())
}

/// The page.
pub(super) fn text(it: Told<'_>) -> String {
    page(it).into_string()
}

fn page(it: Told<'_>) -> Markup {
    let design = it.experiment.design();
    let (first, others) = it.results.answers.split_first().map_or(("Nothing was asked.", &[][..]), |it| (it.0.as_str(), it.1));
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&clean(&format!("{}: {first}", design.name), SENTENCE), &[plot::STYLE, STYLE].concat()))
            body.experiment {
                header {
                    p.brand { "earwitness" span { "experiment " bdi { (clean(&design.name, NAME)) } } }
                    h1 { (clean(first, SENTENCE)) }
                    p.caution { (clean(&design.question, SENTENCE)) " " (whence(it.traffic)) }
                    (facts(it))
                }
                main {
                    @if !others.is_empty() { (answers(others)) }
                    (warnings(&it.results.warnings))
                    (spread::section(it))
                    (comparison::section(it))
                    (dose::section(it))
                    (wakes::section(it))
                    (periods::section(it))
                    (timeline::section(it.experiment))
                    (tables::section(it.results))
                    (methods::section(it))
                }
                footer {
                    "earwitness " (env!("CARGO_PKG_VERSION")) ". This file is complete: it loads nothing and sends nothing."
                }
            }
        }
    }
}

fn whence(traffic: Traffic) -> &'static str {
    match traffic {
        Traffic::Simulated => "Measured in a simulated home: this says nothing of a device that one can buy.",
        Traffic::Devices => "Measured with real devices.",
        Traffic::Table => "Read from a table of trials.",
    }
}

fn facts(it: Told<'_>) -> Markup {
    let methods = &it.results.methods;
    let unknown = methods.unknown_readings;
    html! {
        dl.facts {
            div { dt { "Trials" } dd { (count(methods.trials)) }
                @if unknown > 0 { dd.note { (counted(unknown, "reading", "readings")) " not known" } } }
            div { dt { "Nights" } dd { (count(methods.nights)) } }
            div { dt { "Blocks" } dd { (count(methods.blocks)) } }
            div { dt { "Conditions" } dd { (count(it.results.conditions.len() as u64)) } }
            div { dt { "Devices" } dd { (count(it.devices.len() as u64)) } }
        }
    }
}

/// The answers to the other questions, each a sentence.
fn answers(others: &[String]) -> Markup {
    html! {
        section {
            h2 { "What else was asked" }
            ul.answers { @for answer in others.iter().take(ANSWERS) { li { (clean(answer, SENTENCE)) } } }
            (more(others.len(), ANSWERS, ("answer is", "answers are")))
        }
    }
}

/// What stands against the results.
fn warnings(all: &[String]) -> Markup {
    html! {
        @if !all.is_empty() {
            section {
                h2 { "What stands against it" }
                ul.answers { @for it in all.iter().take(ANSWERS) { li { (clean(it, SENTENCE)) } } }
                (more(all.len(), ANSWERS, ("note is", "notes are")))
            }
        }
    }
}

/// That some of many are shown, where that is so.
fn more(all: usize, shown: usize, (one, many): (&str, &str)) -> Markup {
    html! { @if all > shown { p.small { (counted((all - shown) as u64, &format!("more {one}"), &format!("more {many}"))) " in the JSON report." } } }
}

/// `3.12 s (3.05 to 3.20)`.
fn seconds(it: &Estimate) -> String {
    interval(it.estimate, it.low.zip(it.high))
}

fn interval(estimate: Option<f64>, ends: Option<(f64, f64)>) -> String {
    match (estimate, ends) {
        (None, _) => "not known".to_owned(),
        (Some(value), None) => format!("{} s", number(value)),
        (Some(value), Some((low, high))) => format!("{} s ({} to {})", number(value), number(low), number(high)),
    }
}

/// Two digits, with a true minus sign.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let is_nothing = text.chars().all(|it| matches!(it, '-' | '0' | '.'));
    text.replacen('-', if is_nothing { "" } else { "\u{2212}" }, 1)
}

/// A p-value.
fn chance(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests;
