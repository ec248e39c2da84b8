//! The card of one device.

use earwitness_base::text::WIDEST;
use earwitness_core::findings::{DeviceFindings, DeviceId, Role};
use maud::{Markup, html};

use super::{DRAWN, LISTED, Page, sighting, traffic};
use crate::aside::{Aside, asides, rate};
use crate::labels;
use crate::senders;
use crate::summary::{Device, beat, milliseconds};
use earwitness_base::words;

/// Receivers that are named in the sentence of a device.
const RECEIVERS: usize = 3;

/// Uploads listed of those that are not counted.
const ASIDE: usize = 50;

/// IP addresses that are shown.
const ADDRESSES: usize = 3;

/// What a device sent, in a few words.
pub(super) fn amount(device: &Device<'_>) -> String {
    let live = (device.audio > 0).then(|| {
        let seconds = device.seconds.map_or_else(|| "an unknown amount".to_owned(), |it| words::seconds(it.value));
        format!("{seconds} of sound, {}", words::counted(device.audio, "time", "times"))
    });
    let clips = (device.recordings > 0).then(|| words::counted(device.recordings, "recording", "recordings"));
    let large = (device.large_uploads > 0).then(|| words::counted(device.large_uploads, "large upload", "large uploads"));
    live.into_iter().chain(clips).chain(large).collect::<Vec<_>>().join(" · ")
}

/// Name, facts, traffic and sightings.
pub(super) fn card(page: &Page<'_>, place: usize, device: &Device<'_>) -> Markup {
    let found = device.found;
    let quiet = found.sightings.is_empty();
    let total = found.sightings.len();
    html! {
        details.card {
            summary { h3 { bdi { (device.name) } } (tags(found)) span.amount { (amount(device)) } }
            // Within what is folded, so that who follows a link to it has it unfolded.
            article id={ "d" (place) } .silent[quiet] {
            (who(device))
            (told(device))
            @if place < DRAWN { (traffic::picture(page, place, device)) }
            @if !quiet {
                @if place == 0 { p.lead { (traffic::LEGEND) (NUMBERS) } }
                @for (number, it) in found.sightings.iter().enumerate().take(LISTED) {
                    (sighting::section(page, (place, number), device, it))
                }
                @if total > LISTED {
                    p.lead { (words::counted((total - LISTED) as u64, "more sighting is", "more sightings are")) " in the JSON report." }
                }
            }
            (all_asides(page, found))
            }
        }
    }
}

/// What the numbers in a picture are.
pub(super) const NUMBERS: &str = " Orange: sightings, by their number.";

/// What a random address means.
const RANDOM: &str = "Its address is most likely one that it made up itself: its maker cannot be told by it, and when it takes another one it counts as another device.";

/// What kind of thing it is.
pub(super) fn tags(found: &DeviceFindings) -> Markup {
    html! {
        @if found.role == Role::Gateway { span.tag { "gateway" } }
        @if found.randomised { span.tag title="The address is locally administered, so most likely random" { "random MAC" } }
        @if !found.sender_signs.is_empty() { span.tag { "several senders" } }
    }
}

/// Its maker and addresses.
pub(super) fn who(device: &Device<'_>) -> Markup {
    let found = device.found;
    let mac = matches!(found.id, DeviceId::Mac(_)).then(|| labels::id(found.id));
    let addresses = found.addresses.iter().take(ADDRESSES).map(ToString::to_string);
    let ids: Vec<_> = mac.into_iter().chain(addresses).filter(|it| !device.name.contains(it)).collect();
    html! {
        p.who {
            @if let Some(vendor) = device.vendor.as_ref().filter(|it| !device.name.starts_with(*it)) { bdi { (vendor) } " · " }
            @for (number, it) in ids.iter().enumerate() { @if number > 0 { " · " } code { (it) } }
        }
    }
}

/// What its sightings come to, and who else may be behind its address.
pub(super) fn told(device: &Device<'_>) -> Markup {
    html! {
        @if !device.found.sightings.is_empty() { p.sentence { (sentence(device)) } }
        @if let Some(sentence) = senders::sentence(device.found) { p.told { (sentence) } }
        @if device.found.randomised { p.told { (RANDOM) } }
    }
}

/// All that is not counted.
pub(super) fn all_asides(page: &Page<'_>, found: &DeviceFindings) -> Markup {
    html! { @for it in asides(found) { (aside(page, &it)) } }
}

/// What is not counted as a sighting: a line to unfold.
fn aside(page: &Page<'_>, aside: &Aside<'_>) -> Markup {
    let total = aside.uploads.len();
    html! {
        details.aside {
            summary { span.tag { "not counted" } " It " (aside.sentence) "." }
            p.lead { (aside.meaning) }
            div.wide tabindex="0" role="region" aria-label="What is not counted" { table {
                tr { th { "When" } th { "How long" } th { "Rate" } th { "Beat" } th { "To" } }
                @for it in aside.uploads.iter().take(ASIDE) {
                    tr {
                        td { (words::date_time(it.window.from, &page.context.zone)) }
                        td { (words::duration(it.window.length())) }
                        td { (words::bit_rate(rate(it))) }
                        td { @if let Some(beat) = beat(it) { (milliseconds(beat)) " ms" } }
                        td { bdi { (labels::receiver(&it.receiver, WIDEST)) } }
                    }
                }
            } }
            @if total > ASIDE { p.lead { (words::counted((total - ASIDE) as u64, "more is", "more are")) " in the JSON report." } }
        }
    }
}

fn sentence(device: &Device<'_>) -> Markup {
    let mut receivers = device.receivers.iter().take(RECEIVERS).cloned().collect::<Vec<_>>();
    if device.receivers.len() > RECEIVERS {
        receivers.push(format!("{} more", device.receivers.len() - RECEIVERS));
    }
    let octets = device.found.sightings.iter().fold(0_u64, |sum, it| sum.saturating_add(it.octets_total));
    let clips = (device.recordings > 0).then(|| words::counted(device.recordings, "finished recording", "finished recordings"));
    let large = (device.large_uploads > 0).then(|| words::counted(device.large_uploads, "large upload", "large uploads"));
    let others = clips.into_iter().chain(large).collect::<Vec<_>>().join(" and ");
    html! {
        @if device.audio > 0 {
            "Sent "
            @if let Some(it) = device.seconds { strong { (words::seconds(it.value)) } " of what looks like sound" }
            @else { "what looks like sound" }
            @if device.audio > 1 { ", in " (words::count(device.audio)) " pieces" }
            @if !others.is_empty() { ", and " strong { (others) } }
        } @else {
            "Sent " strong { (others) } " (" (words::octets(octets)) " in all)"
        }
        ", to " strong { bdi { (receivers.join(", ")) } } "."
        @if device.large_uploads > 0 { " Whether there is sound in a large upload the traffic does not tell: clips, pictures, backups and logs look alike." }
    }
}
