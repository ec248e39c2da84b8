//! `--html`: one file that shows the evidence to a person. No script, no network, every text escaped by the template.

use earwitness_base::text;
use std::collections::BTreeSet;
use std::io::{self, Write};

use earwitness_core::findings::{DeviceId, Findings, Role};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::axis::Axis;
use self::fold::fold;
use super::Context;
use super::notes::notes;
use super::plot::percent;
use super::summary::{Device, Summary, summary, unread};
use super::verdicts::words::headline;
use earwitness_base::words;

mod axis;
mod beat;
mod device;
mod first;
mod fold;
mod parts;
mod raster;
mod sighting;
mod traffic;
mod verdict;

pub use self::parts::{Line, Parts, Shared};
pub use self::verdict::class;

#[cfg(test)]
mod tests;

/// Beats that are drawn.
const PICTURES: usize = 200;
/// Sightings of a device that are listed.
const LISTED: usize = 1_000;
/// Devices whose traffic is drawn.
const DRAWN: usize = 100;
/// Devices that are named.
const NAMED: usize = 2_000;

/// Nothing may be loaded and nothing may run; styles are those in the file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// The style that all pages share.
pub const STYLE: &str = include_str!("style.css");

/// What all parts of the page share.
struct Page<'a> {
    context: &'a Context<'a>,
    axis: &'a Axis,
    scale: &'a traffic::Scale,
    /// Sightings whose beat is drawn.
    drawn: BTreeSet<(DeviceId, usize)>,
    /// Where a sighting is, by the place of its device and its own.
    link: &'a dyn Fn(usize, usize) -> String,
}

/// What is said on top.
struct Answer {
    text: String,
    caution: &'static str,
    /// Whether sounds were played, so that it rests on verdicts.
    proven: bool,
}

impl Answer {
    fn new(findings: &Findings, context: &Context<'_>, summary: &Summary<'_>) -> Self {
        match context.probing {
            Some(probing) => {
                let text = unread(&findings.capture).into_iter().chain([headline(probing)]).collect::<Vec<_>>().join(" ");
                Self { text, caution: verdict::CAUTION, proven: true }
            }
            None => Self { text: summary.answer.clone(), caution: summary.caution, proven: false },
        }
    }
}

/// What every page begins with: it loads nothing, and a browser lets it load nothing. `more` is added to the style that all pages share.
#[must_use]
pub fn head(title: &str, more: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (title) }
            style { (PreEscaped(STYLE)) (PreEscaped(more)) }
        }
    }
}

/// Writes the page.
pub fn write(findings: &Findings, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(findings, context).into_string().as_bytes())
}

fn page(findings: &Findings, context: &Context<'_>) -> Markup {
    let summary = summary(findings, context);
    let (axis, scale) = (Axis::new(findings, &context.zone), traffic::Scale::new(findings));
    let link = |place: usize, number: usize| format!("#d{place}s{}", number + 1);
    let page = Page { context, axis: &axis, scale: &scale, drawn: drawn(&summary), link: &link };
    let (loud, quiet): (Vec<_>, Vec<_>) =
        summary.devices.iter().take(NAMED).enumerate().partition(|(_, it)| !it.found.sightings.is_empty());
    let loud_first: Vec<_> = loud.iter().chain(&quiet).copied().collect();
    let Answer { text, caution, proven } = Answer::new(findings, context, &summary);
    let title = if proven { "Who sends what it hears? " } else { "Who sent sound? " };
    let (answer, more) = first_sentence(&text);
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{title}{answer}"), ""))
            body {
                header {
                    p.brand { "earwitness" span { "which device sent what it heard" } }
                    h1 { (answer) }
                    // What verdicts come to is short; what was seen without sounds takes more words than a telephone has room for.
                    @if proven && !more.is_empty() { p.also { (more) } }
                    (first::list(context, &summary, &loud_first))
                    @if !proven && !more.is_empty() { p.told { (more) } }
                    p.caution { (caution) }
                    (facts(findings, &summary, context))
                }
                main {
                    @if let Some(probing) = context.probing {
                        (verdict::section(findings, probing, &summary))
                        (verdict::meaning())
                        (fold("What else the traffic shows", &html! {
                            section { p.lead { (summary.answer) " " (summary.caution) } }
                        }))
                    }
                    @if !loud.is_empty() { (glance(&page, &loud)) }
                    @if !loud.is_empty() {
                        (fold("The devices that sent sound", &html! {
                            section { @for (place, it) in &loud { (device::card(&page, *place, it)) } }
                        }))
                    }
                    @if !quiet.is_empty() {
                        (fold(if loud.is_empty() { "The devices" } else { "The other devices" }, &html! {
                            section {
                                p.lead { "None of these was seen to send what looks like sound to the internet. " (traffic::LEGEND) }
                                @for (place, it) in &quiet { (device::card(&page, *place, it)) }
                            }
                        }))
                    }
                    @if summary.devices.len() > NAMED {
                        p { (words::counted((summary.devices.len() - NAMED) as u64, "more device is", "more devices are")) " in the JSON report." }
                    }
                    (meaning())
                    (capture_notes(findings, context))
                }
                footer {
                    "earwitness " (env!("CARGO_PKG_VERSION")) ". This file is complete: it loads nothing and sends nothing. "
                    "It names the devices of a home; mind who gets it."
                }
            }
        }
    }
}

/// The first sentence, and the others.
#[must_use]
pub fn first_sentence(text: &str) -> (&str, &str) {
    let end = text.find(". ").map_or(text.len(), |it| it + 1);
    text.split_at_checked(end).map_or((text, ""), |(first, rest)| (first, rest.trim_start()))
}

/// Which sightings are drawn: the first of every device, then the second of every device, and so on.
fn drawn(summary: &Summary<'_>) -> BTreeSet<(DeviceId, usize)> {
    let mut all: Vec<_> = summary
        .devices
        .iter()
        .take(NAMED)
        .flat_map(|it| (0..it.found.sightings.len().min(LISTED)).map(|number| (number, it.found.id)))
        .collect();
    all.sort_unstable();
    all.into_iter().take(PICTURES).map(|(number, id)| (id, number)).collect()
}

fn facts(findings: &Findings, summary: &Summary<'_>, context: &Context<'_>) -> Markup {
    let facts = &findings.capture;
    let gateways = summary.devices.iter().filter(|it| it.found.role == Role::Gateway).count() as u64;
    let devices = (summary.devices.len() as u64).saturating_sub(gateways);
    html! {
        dl.facts {
            @if let Some(first) = facts.first {
                div { dt { "Captured from" } dd { (words::spoken(first, &context.zone)) } }
            }
            div { dt { "Time covered" } dd { (words::duration(summary.observed)) }
                @if summary.paused { dd.note { "pauses above an hour left out" } } }
            div { dt { "Seen" } dd {
                (words::counted(devices, "device", "devices"))
                @if gateways > 0 { ", " (words::counted(gateways, "gateway", "gateways")) }
            } }
            div { dt { "Traffic" } dd { (words::octets(facts.wire_octets)) " in " (words::counted(facts.frames, "frame", "frames")) } }
        }
    }
}

/// One line per device that was sighted, on one axis of time.
fn glance(page: &Page<'_>, loud: &[(usize, &Device<'_>)]) -> Markup {
    let lines = html! {
        section.glance {
            @for (place, it) in loud {
                a.row href={ "#d" (place) } {
                    strong { bdi { (it.name) } }
                    span { (device::amount(it)) }
                    svg.strip width="100%" height="22" aria-hidden="true" {
                        rect.rail x="0" y="10" width="100%" height="2" rx="1" {}
                        (traffic::marks(page, it, 2, 18))
                        (page.axis.breaks(3, 19))
                    }
                }
            }
            svg.strip.ticks width="100%" height="34" aria-hidden="true" { (page.axis.ticks(0, axis::APART * 1.7)) }
        }
    };
    fold("At a glance", &lines)
}

fn meaning() -> Markup {
    let words = html! {
        section.meaning {
            div.columns {
                div {
                    h3 { "What was seen" }
                    p {
                        "A device that sends live sound cuts it into slices of equal duration and sends each one as it is ready. "
                        "On the network that is a row of small records at a steady beat, like a metronome, and little else looks like it. "
                        "Counting them gives the seconds of sound. A camera may instead send a finished clip in one go, which looks like any other large upload."
                    }
                }
                div {
                    h3 { "A sighting is not proof" }
                    p {
                        "Nobody looked inside: the content is encrypted. Other things can keep a beat, and whether the sound came from your room "
                        "is not shown by traffic alone. If a sighting puzzles you, mute or unplug the device and see whether it comes again."
                    }
                }
                div {
                    h3 { "No sighting is not proof either" }
                    p {
                        "Speech that is turned into text on the device, sound that is kept and sent slowly later, and sound that is hidden in "
                        "a video or other steady traffic leave no such beat. And nothing can be said about the hours that were not captured."
                    }
                }
            }
        }
    };
    fold("What a sighting is, and what it is not", &words)
}

fn capture_notes(findings: &Findings, context: &Context<'_>) -> Markup {
    let notes = notes(&findings.capture, context);
    let notes = html! {
        section.capture {
            @if notes.is_empty() { p { "Nothing was missing from it, as far as it tells." } }
            @else { ul { @for note in notes { li { (note) } } } }
            @if let Some((first, last)) = findings.capture.first.zip(findings.capture.last) {
                p.small {
                    "Frames from " (words::span(first, last, &context.zone)) "."
                }
            }
            @if findings.devices.iter().flat_map(|it| &it.contacts).any(|it| it.receiver.system.is_some()) {
                @if let Some(date) = crate::geo::date() {
                    p.small { "Networks and the countries in which they are registered: Route Views, DB-IP (db-ip.com) and the NRO, CC BY 4.0, as of "
                        (date) ", where no table was given. A hint: data of this kind have errors, and do not say where a computer stands." }
                }
            }
            @for (title, all) in [("Captures", context.inputs), ("Options", context.options)] {
                @if !all.is_empty() {
                    p.small { (title) ": " @for (n, it) in all.iter().enumerate() { @if n > 0 { ", " } code { (text::clean(it, 400)) } } }
                }
            }
        }
    };
    fold("About the capture", &notes)
}
