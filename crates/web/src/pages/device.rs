//! One device: the verdict on it, its traffic, what it sent.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::html;

use super::{missing, pager, wrong};
use crate::dress;
use crate::home::{Home, device_path};
use crate::slice::{self, Slice, USUAL};

/// The device with a number.
pub(crate) fn device(home: &Home, number: Option<usize>, asked: slice::Asked) -> Response<Body> {
    let Some(line) = number.and_then(|it| home.line(it)) else { return missing() };
    let Some(range) = Slice::of(asked).map(|it| it.page(USUAL)) else { return wrong(slice::WRONG) };
    let place = line.device;
    let main = home.parts(|parts| {
        let sightings = parts.sightings(place, range.clone());
        html! {
            p.crumbs { a href="/" { "All devices" } }
            h1 { bdi { (line.name) } }
            @if let Some(who) = parts.who(place) { (who) }
            @if let Some(verdict) = parts.verdict(place) { article aria-label="Verdict" { (verdict) } }
            @if let Some(traffic) = parts.traffic(place) { article { h2 { "Its traffic" } (traffic) } }
            @if line.uploads > 0 {
                article id="sightings" {
                    details open {
                        summary { h2 { "What it sent" } }
                        (pager(&device_path(place), "sightings", &range, line.uploads))
                        @if let Some(sightings) = sightings { (sightings) }
                        (pager(&device_path(place), "sightings", &range, line.uploads))
                    }
                }
            }
        }
    });
    dress::page(StatusCode::OK, &line.name, &main)
}
