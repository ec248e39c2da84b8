//! What is seen first: each device with the verdict, or with what it sent, and to whom. All else is folded.

use earwitness_base::text::WIDEST;
use earwitness_base::words;
use earwitness_core::findings::Role;
use earwitness_core::verdict::Outcome;
use maud::{Markup, html};

use super::{device, verdict};
use crate::Context;
use crate::labels;
use crate::summary::{Device, Summary};
use crate::verdicts::Probing;
use crate::verdicts::table::ordered;

/// Devices that are seen at once; others are folded.
const AT_ONCE: usize = 12;
/// Devices that are listed at all.
const LISTED: usize = 500;
/// Receivers of a line.
const RECEIVERS: usize = 2;

/// What was seen of a device, where no sounds were played, in plain words and with their class.
pub(super) fn seen(device: &Device<'_>) -> (&'static str, &'static str) {
    match device {
        it if it.audio > 0 => ("sent what looks like sound", "reacts"),
        it if it.found.endless().next().is_some() => (Outcome::StreamsAlways.words(), "reacts"),
        it if it.recordings > 0 => ("sent recordings", "reacts"),
        it if it.large_uploads > 0 => ("sent large uploads", "open"),
        it if it.found.role == Role::Gateway => ("gateway", "none"),
        _ => ("no sound seen", "none"),
    }
}

/// A line per device: of verdicts the most telling first, otherwise those first that sent sound.
pub(super) fn list(context: &Context<'_>, summary: &Summary<'_>, loud_first: &[(usize, &Device<'_>)]) -> Markup {
    let lines: Vec<Markup> = match context.probing {
        Some(probing) => proved(probing, summary),
        None => {
            loud_first.iter().take(LISTED).map(|(place, it)| line(&format!("#d{place}"), it, seen(it), &it.receivers)).collect()
        }
    };
    let (first, rest) = lines.split_at(AT_ONCE.min(lines.len()));
    html! {
        @if !first.is_empty() { ul.verdicts { @for it in first { (it) } } }
        @if !rest.is_empty() {
            details.rest {
                summary { (words::counted(rest.len() as u64, "more device", "more devices")) }
                ul.verdicts { @for it in rest { (it) } }
            }
        }
    }
}

fn proved(probing: &Probing, summary: &Summary<'_>) -> Vec<Markup> {
    let rows = ordered(probing, &summary.devices);
    let lines = rows.iter().enumerate().take(LISTED).map(|(place, (device, found))| {
        // Of who reacts, to whom sounds made it send; of others, to whom they sent anything that looks like sound.
        let mut receivers: Vec<String> =
            found.evidence.received.iter().map(|it| labels::receiver(&it.receiver, WIDEST)).collect();
        receivers.dedup();
        let receivers = if receivers.is_empty() { device.receivers.clone() } else { receivers };
        line(&format!("#v{place}"), device, (found.outcome.words(), verdict::class(found.outcome)), &receivers)
    });
    lines.collect()
}

fn line(link: &str, device: &Device<'_>, (words, class): (&str, &str), receivers: &[String]) -> Markup {
    let amount = device::amount(device);
    let more = receivers.len().saturating_sub(RECEIVERS);
    html! {
        li {
            a href=(link) { strong { bdi { (device.name) } } } " "
            span class={ "verdict " (class) } { (words) }
            @if !amount.is_empty() || !receivers.is_empty() {
                span.to {
                    (amount)
                    @if !receivers.is_empty() { @if amount.is_empty() { "To " } @else { ", to " } }
                    @for (number, to) in receivers.iter().take(RECEIVERS).enumerate() { @if number > 0 { ", " } bdi { (to) } }
                    @if more > 0 { " and " (more) " more" }
                }
            }
        }
    }
}
