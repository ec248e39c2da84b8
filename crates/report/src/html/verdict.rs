//! The verdicts on the page: the answer, a card per device, what they mean.

use earwitness_base::text::{self, WIDEST};
use std::fmt::Write as _;

use earwitness_core::findings::Findings;
use earwitness_core::time::SECOND;
use earwitness_core::verdict::{Outcome, Undecided, Verdict};
use maud::{Markup, html};

use super::fold::fold;
use super::percent;
use super::raster::Raster;
use crate::labels;
use crate::summary::{Device, Summary};
use crate::verdicts::curve::curves_of_proofs;
use crate::verdicts::table::{ordered, sounds};
use crate::verdicts::words::{Others, basis, caveats, chance, sentences};
use crate::verdicts::{Probing, json::Curves};
use earwitness_base::words::{self, as_f64, bit_rate, seconds};

/// Devices with a card.
const CARDS: usize = 500;
/// Devices with a picture of their slots.
const PICTURES: usize = 40;
/// Receivers of a card.
const SENT_TO: usize = 3;
/// Height of the evidence, in pixels.
const EVIDENCE: u32 = 66;
/// Points of the evidence.
const POINTS: usize = 400;

/// What the answer does not mean.
pub(super) const CAUTION: &str = "Sounds were played at moments drawn by lot, and each device's traffic was compared with equally long silent slots. \
    The content is encrypted and was not read. What was not played was not tested.";

/// All verdicts.
pub(super) fn section(findings: &Findings, probing: &Probing, summary: &Summary<'_>) -> Markup {
    let rows = ordered(probing, &summary.devices);
    let others = probing.others(summary.devices.iter().map(|it| (it.found.id, it.name.clone())));
    let curves = curves_of_proofs(findings, &probing.verdicts);
    let caveats = caveats(probing);
    html! {
        (fold("What was played", &html! {
            section.basis {
                p { (basis(probing)) }
                @if !caveats.is_empty() {
                    h3 { "Before you believe it" }
                    ul { @for it in &caveats { li { (it) } } }
                }
            }
        }))
        (fold("The devices", &html! {
            section {
                @for (place, (device, verdict)) in rows.iter().enumerate().take(CARDS) { (card(probing, (&curves, &others), place, device, verdict)) }
                @if let Some(more) = rows.len().checked_sub(CARDS).filter(|more| *more > 0) {
                    p { (words::counted(more as u64, "more device is", "more devices are")) " in the JSON report." }
                }
            }
        }))
    }
}

/// The class of a verdict in the style sheet.
#[must_use]
pub const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Streams => "streams",
        Outcome::SendsMore | Outcome::Reacts | Outcome::SendsLess | Outcome::StreamsAlways => "reacts",
        Outcome::NoReaction => "none",
        Outcome::Undecided(_) | Outcome::NotTested(_) => "open",
    }
}

fn card(
    probing: &Probing,
    (curves, others): (&Curves, &Others<'_>),
    place: usize,
    device: &Device<'_>,
    verdict: &Verdict,
) -> Markup {
    html! {
        details.card {
            summary { h3 { bdi { (device.name) } } (label(probing, verdict)) }
            article id={ "v" (place) } .silent[!is_striking(verdict)] {
            p.who {
                @if let Some(vendor) = device.vendor.as_ref().filter(|it| !device.name.starts_with(*it)) { bdi { (vendor) } " · " }
                code { (labels::id(device.found.id)) }
            }
            (grounds(probing, (curves, others), place < PICTURES, device, verdict))
            }
        }
    }
}

/// Whether it has to be seen before it is unfolded.
fn is_striking(verdict: &Verdict) -> bool {
    verdict.outcome.is_reaction() || matches!(verdict.outcome, Outcome::StreamsAlways | Outcome::Undecided(Undecided::Promising))
}

/// The verdict in its words, and beside it the truth where that is known.
pub(super) fn label(probing: &Probing, verdict: &Verdict) -> Markup {
    html! {
        span class={ "verdict " (class(verdict.outcome)) } { (verdict.outcome.words()) }
        @if let Some(expected) = probing.expected(verdict.device) {
            @if expected == verdict.outcome.words() { span.tag { "as it really is" } }
            @else { span.tag { "really: " bdi { (text::clean(expected, WIDEST)) } } }
        }
    }
}

/// What a verdict rests on, in sentences, numbers and, where they are `drawn`, pictures.
pub(super) fn grounds(
    probing: &Probing,
    (curves, others): (&Curves, &Others<'_>),
    drawn: bool,
    device: &Device<'_>,
    verdict: &Verdict,
) -> Markup {
    let lines = sentences(verdict, Some(device.found), others);
    let raster = drawn.then(|| Raster::new(device.found, probing)).flatten();
    let curve = curves.get(&device.found.id).filter(|curve| curve.len() > 1);
    let striking = is_striking(verdict);
    html! {
        @for (number, it) in lines.iter().enumerate() { @if number == 0 && striking { p.sentence { (it) } } @else { p.told { (it) } } }
        @if striking { (numbers(verdict)) (by_sound(verdict)) }
        @match raster {
            Some(raster) => @if striking { (raster.picture(&device.name)) (evidence(verdict, curve)) }
                @else { details.lab { summary { "What it sent around each sound" } (raster.picture(&device.name)) (evidence(verdict, curve)) } },
            None => @if drawn && verdict.evidence.rounds > 0 { p.lead { "It sent nothing around any slot." } },
        }
    }
}

fn numbers(verdict: &Verdict) -> Markup {
    let it = &verdict.evidence;
    html! {
        dl.numbers {
            div { dt { "Rounds" } dd { (it.rounds) } @if let Some(after) = it.proven_after { dd.note { "proven after " (after) } } }
            @if verdict.outcome != Outcome::StreamsAlways {
                div { dt { "p" } dd { (chance(it.p)) } dd.note { "how often such evidence shows against any device of a home in which none reacts" } }
            }
            @if it.caused.uploads > 0 && it.is_proven() {
                div { dt { "Sound per upload" } dd { (seconds(it.caused.median_seconds)) }
                    @if let Some(rate) = it.caused.bit_rate { dd.note { (bit_rate(rate)) } } }
            }
            @for received in it.received.iter().take(SENT_TO) {
                div { dt { "Sent to" } dd { bdi { (labels::receiver(&received.receiver, WIDEST)) } } dd.note { (words::octets(received.octets)) " · " bdi { (labels::received(received)) } } }
            }
        }
    }
}

/// How often each sound moved it, a bar each.
fn by_sound(verdict: &Verdict) -> Markup {
    let Some(all) = sounds(verdict) else { return html! {} };
    let share = |hits: u32, rounds: u32| percent(f64::from(hits) / f64::from(rounds.max(1)) * 1_000.0);
    html! {
        h3.by { "By sound" }
        ul.sounds {
            @for (name, hits, rounds) in &all.sounds {
                li {
                    bdi { (name) }
                    svg width="100%" height="8" aria-hidden="true" {
                        rect.rail width="100%" height="8" rx="4" {}
                        @if *hits > 0 { rect.share width=(share(*hits, *rounds)) height="8" rx="4" {} }
                    }
                    span { (hits) " of " (rounds) }
                }
            }
            @if all.more > 0 { li { (words::counted(all.more as u64, "more sound is", "more sounds are")) " in the JSON report." } }
        }
    }
}

/// How the evidence grew, up to the line that makes it a proof.
fn evidence(verdict: &Verdict, curve: Option<&Vec<f64>>) -> Markup {
    let Some(curve) = curve else { return html! {} };
    let threshold = verdict.evidence.threshold.max(1.0);
    let finite = || curve.iter().copied().filter(|it| it.is_finite());
    let top = finite().fold(threshold, f64::max) * 1.08;
    let low = finite().fold(-1.0, f64::min).max(-2.0 * threshold);
    let y = |value: f64| (top - value.clamp(low, top)) / (top - low) * 100.0;
    let step = curve.len().div_ceil(POINTS).max(1);
    let last = curve.len() - 1;
    let mut path = format!("M0 {:.1}", y(0.0));
    for (number, value) in curve.iter().enumerate().filter(|(number, _)| number % step == 0 || *number == last) {
        let x = as_f64(i64::try_from(number + 1).unwrap_or(0)) / as_f64(i64::try_from(curve.len()).unwrap_or(1)) * 1_000.0;
        // Writing to a string cannot fail.
        let _ = write!(path, "L{x:.0} {:.1}", y(*value));
    }
    let when = verdict
        .evidence
        .delay()
        .map_or_else(String::new, |lag| format!(" {} later", words::duration(lag.shift / SECOND * SECOND)));
    let line = y(threshold) / 100.0 * f64::from(EVIDENCE);
    // Its word stands below it where there is room.
    let word = if line + 16.0 > f64::from(EVIDENCE) { line - 4.0 } else { line + 12.0 };
    html! {
        figure.evidence {
            svg width="100%" height=(EVIDENCE + 20) role="img" aria-label="Evidence from round to round" {
                rect.plot x="0" y="0" width="100%" height=(EVIDENCE) {}
                line.proof x1="0" x2="100%" y1=(format!("{line:.1}")) y2=(format!("{line:.1}")) {}
                svg x="0" y="0" width="100%" height=(EVIDENCE) viewBox="0 0 1000 100" preserveAspectRatio="none" { path.grows d=(path) {} }
                text.level x="4" y=(format!("{word:.1}")) { "proof" }
                text.time x="0" y=(EVIDENCE + 15) { "first round" }
                text.time x=(percent(1_000.0)) y=(EVIDENCE + 15) text-anchor="end" { (words::counted(curve.len() as u64, "round", "rounds")) }
            }
            figcaption { "Evidence that sound moves it" (when) ", from round to round (logarithmic). It wins and loses by lot; above the dashed line a reaction is proven." }
        }
    }
}

/// What the verdicts mean.
pub(super) fn meaning() -> Markup {
    let words = html! {
        section.meaning {
            div.columns {
                div {
                    h3 { "Proven" }
                    p {
                        "A slot for the sound was drawn by lot out of several equal ones. A device that is deaf to it cannot know which, so its traffic in "
                        "that slot stands out only by luck, and how much luck that would take is counted. That holds for any kind of traffic."
                    }
                }
                div {
                    h3 { "No reaction found" }
                    p {
                        "That is a statement about these sounds, this loudness and this time, with the limits that stand beside it. It does not cover other words, "
                        "uploads below the limit, or speech that is turned into text and sent with other data."
                    }
                }
                div {
                    h3 { "Not known" }
                    p { "Undecided and not tested mean what they say. A device that could not hear the sounds, or was away, is never called silent." }
                }
            }
        }
    };
    fold("What a verdict claims", &words)
}
