//! One sighting: what was sent, when, to whom, for how long, and how much of it was heard before.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::html;

use super::missing;
use crate::dress;
use crate::home::{Home, device_path};

/// The sighting with a number, of the device with a number.
pub(crate) fn sighting(home: &Home, numbers: Option<(usize, usize)>) -> Response<Body> {
    let shown = numbers.and_then(|(device, number)| Some((home.line(device)?, number.checked_sub(1)?)));
    let shown = shown.and_then(|(line, place)| {
        let (what, rest) = home.parts(|parts| parts.sighting(line.device, place))?;
        Some((line, place + 1, what, rest))
    });
    let Some((line, number, what, rest)) = shown else { return missing() };
    let main = html! {
        p.crumbs { a href="/" { "All devices" } " · " a href=(device_path(line.device)) { bdi { (line.name) } } }
        h1 { bdi { (line.name) } ": " (what) }
        article { p.lead { "Sighting " (number) " of " (line.uploads) } (rest) }
    };
    dress::page(StatusCode::OK, &format!("{}: {what}", line.name), &main)
}
