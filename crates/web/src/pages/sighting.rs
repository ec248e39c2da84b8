//! One sighting: what was sent, when, to whom, for how long, and how much of it was heard before.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::html;

use super::missing;
use crate::dress;
use crate::home::device_path;
use crate::snapshot::Snapshot;

/// The sighting that began at a time, nanoseconds since 1970, of the device with a number; `sounded`: what was played then, where the home is watched.
pub(crate) fn sighting(home: &Snapshot, numbers: Option<(usize, i64)>, sounded: Option<&[String]>) -> Response<Body> {
    let found = numbers.and_then(|(device, began)| {
        let entry = home.entry(device)?;
        let place = entry.place?;
        let of_device = home.home.findings().devices.get(place)?;
        let number = of_device.sightings.iter().position(|it| it.window.from.nanos() == began)?;
        let (what, rest) = home.home.parts(|parts| parts.sighting(place, number))?;
        Some((entry, began, number + 1, what, rest))
    });
    let Some((entry, began, number, what, rest)) = found else { return missing() };
    let path = device_path(entry.number);
    let main = html! {
        p.crumbs { a href="/" { "All devices" } " · " a href=(path) { bdi { (entry.line.name) } } }
        h1 { bdi { (entry.line.name) } ": " (what) }
        article {
            p.lead { "Sighting " (number) " of " (entry.line.uploads) } (rest)
            @if let Some(sounded) = sounded {
                p {
                    @for it in sounded { (it) ". " }
                    @if sounded.is_empty() { "No probe was played then or in the half minute before." }
                }
                p { a href={ (path) "/sighting/" (began) "/frames.pcapng" } download { "Its frames, for Wireshark" } ", with a comment at each that carries sound; as long as they are kept." }
            }
        }
    };
    let title = format!("{}: {what}", entry.line.name);
    if sounded.is_some() { dress::live_page(&title, &main, None) } else { dress::page(StatusCode::OK, &title, &main) }
}
