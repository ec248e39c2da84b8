//! One sighting: a line to read, its picture and numbers to unfold.

use earwitness_base::text::{self, WIDEST};
use earwitness_core::findings::{NameSource, Seen, Sighting, SightingKind, TrainShape};
use maud::{Markup, html};

use super::{PICTURES, Page, beat};
use crate::labels;
use crate::summary::{Device, detector, milliseconds};
use earwitness_base::words;

/// A line that unfolds; the first one of a device is unfolded.
pub(super) fn section(page: &Page<'_>, (place, number): (usize, usize), device: &Device<'_>, it: &Sighting) -> Markup {
    let drawn = page.drawn.contains(&(device.found.id, number));
    let picture = if drawn { beat::picture(it) } else { None };
    html! {
        details.sighting id={ "d" (place) "s" (number + 1) } open[number == 0] {
            (line(page, number, it))
            @if let Some(picture) = picture { (picture) }
            @else if !drawn { p.lead { "Only " (PICTURES) " beats are drawn in this file; this one was left out." } }
            (numbers(it))
            (details(it))
        }
    }
}

/// The line itself.
pub(super) fn line(page: &Page<'_>, number: usize, it: &Sighting) -> Markup {
    html! {
        summary {
            span.number { (number + 1) }
            span.when { (words::date_time(it.window.from, &page.context.zone)) }
            strong { (what(it)) }
            span.to { "to " bdi { (labels::receiver(&it.receiver, WIDEST)) } }
        }
    }
}

/// What was sent, in a few words.
pub(super) fn what(it: &Sighting) -> String {
    match (it.kind, it.audio_seconds) {
        (SightingKind::Audio, Some(seconds)) => format!("{} of sound", words::seconds(seconds.value)),
        (SightingKind::Audio, None) => "sound".to_owned(),
        (SightingKind::Recording, _) => format!("a recording of {}", words::octets(it.octets_total)),
        (SightingKind::LargeUpload, _) => format!("a large upload of {}", words::octets(it.octets_total)),
    }
}

/// The numbers that say how much, how certain, and to whom.
pub(super) fn numbers(it: &Sighting) -> Markup {
    let lasted = words::duration(it.window.length());
    html! {
        dl.numbers {
            @if let Some(seconds) = it.audio_seconds {
                div { dt { "Sound sent" } dd { (words::estimate(seconds)) } dd.note { "in brackets: 95 % interval" } }
            }
            div { dt { "It took" } dd { (lasted) } }
            @if it.pre_roll_seconds.value > 0.0 {
                div { dt { "Heard before it began to send" } dd { (words::estimate(it.pre_roll_seconds)) } dd.note { "sent at once, at the start" } }
            }
            @if it.tail_seconds.value > 0.0 {
                div { dt { "Sent after the answer began" } dd { (words::estimate(it.tail_seconds)) } }
            }
            @if let Some(rate) = it.bit_rate { div { dt { "Bit rate of the sound" } dd { (words::bit_rate(rate)) } } }
            @if let Some(beat) = crate::summary::beat(it) { div { dt { "Beat" } dd { "every " (milliseconds(beat)) " ms" } } }
            @if it.kind == SightingKind::Audio {
                div { dt { "Data" } dd { (words::octets(it.octets_audio)) " of " (words::octets(it.octets_total)) }
                    dd.note { "looks like sound, of all sent to this receiver meanwhile" } }
            } @else {
                div { dt { "Data" } dd { (words::octets(it.octets_total)) } dd.note { "in one go" } }
            }
            div { dt { "Receiver" } dd { bdi { (labels::receiver(&it.receiver, WIDEST)) } }
                @let place = whereabouts(&it.receiver);
                @if !place.is_empty() { dd.note { bdi { (place) } } } }
        }
    }
}

/// What a laboratory wants to know.
pub(super) fn details(it: &Sighting) -> Markup {
    let flow = &it.flow;
    let protocol = match flow.protocol {
        6 => "TCP".to_owned(),
        17 => "UDP".to_owned(),
        other => format!("IP protocol {other}"),
    };
    let source = it.receiver.name.as_ref().map(|(_, source)| match source {
        NameSource::Tls => "server name of the TLS ClientHello",
        NameSource::Quic => "server name inside the QUIC Initial packet",
        NameSource::Dns => "DNS answer for the address",
    });
    html! {
        details.lab {
            summary { "For the laboratory" }
            table {
                tr { th { "Flow" } td { (protocol) " " code { (flow.source) } " port " (flow.source_port) " to " code { (flow.destination) } " port " (flow.destination_port) } }
                tr { th { "From, until" } td { code { (it.window.from.nanos()) } ", " code { (it.window.until.nanos()) } " ns since 1970, UTC" } }
                @if let Some(source) = source { tr { th { "Name from" } td { (source) } } }
                @for seen in &it.detectors { tr { th { (detector(seen)) } td { (strength(seen)) } } }
            }
        }
    }
}

fn strength(seen: &Seen) -> String {
    let rate = |octets: f64| words::bit_rate(octets * 8.0);
    match *seen {
        Seen::Clock { shape, beat, records, regularity, unevenness } => {
            let records = words::counted(u64::from(records), "record", "records");
            let records = match shape {
                TrainShape::Constant => format!("{records} of constant length, one every {} ms", milliseconds(beat)),
                TrainShape::Variable => format!("{records} of variable length, one every {} ms", milliseconds(beat)),
                TrainShape::Paced => {
                    format!("{records} whose octets keep a steady rate, on average one every {} ms", milliseconds(beat))
                }
            };
            format!(
                "{records}; {:.1} % of the live ones on the beat; unevenness {unevenness:.5} (at random: 0.02)",
                regularity * 100.0
            )
        }
        Seen::Burst { windows, mean_rate, peak_rate } => {
            let windows = words::counted(u64::from(windows), "loud window", "loud windows");
            format!("{windows}; mean {}, peak {}", rate(mean_rate), rate(peak_rate))
        }
        Seen::Bulk { octets, mean_rate } => format!("{} at a mean of {}", words::octets(octets), rate(mean_rate)),
    }
}

/// Which address a named receiver has, and where it is, as far as known.
fn whereabouts(it: &earwitness_core::findings::Receiver) -> String {
    let country = it.country.as_ref().map(|it| text::clean(it, 40));
    let system = it.system.as_ref().map(|(number, name)| format!("{} (AS{number})", text::clean(name, 60)));
    let local = it.local.then(|| "inside the home".to_owned());
    let address = it.name.as_ref().map(|_| it.address.to_string());
    address.into_iter().chain(local).chain(system).chain(country).collect::<Vec<_>>().join(", ")
}
