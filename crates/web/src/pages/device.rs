//! One device: the verdict on it, its traffic, what it sent.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};

use super::{Live, missing, pager, wrong};
use crate::dress;
use crate::home::{Home, device_path};
use crate::living::{said, today};
use crate::slice::{self, Slice, USUAL};
use crate::snapshot::{Entry, Snapshot};

/// The device with a number. `tested` is the session of probes that its verdict is of, where that is another reading than the rest.
pub(crate) fn device(
    home: &Snapshot,
    number: Option<usize>,
    asked: slice::Asked,
    live: Option<&Live>,
    tested: Option<&Home>,
) -> Response<Body> {
    let Some(entry) = number.and_then(|it| home.entry(it)) else { return missing() };
    let Some(range) = Slice::of(asked).map(|it| it.page(USUAL)) else { return wrong(slice::WRONG) };
    let path = device_path(entry.number);
    let proved = tested.unwrap_or(&home.home);
    let verdict = proved.place(entry.device).and_then(|place| proved.parts(|parts| parts.verdict(place)));
    let who = entry.place.and_then(|place| home.home.parts(|parts| parts.who(place)));
    let seen = entry.place.map(|place| {
        home.home.parts(|parts| {
            let sightings = parts.sightings(place, range.clone());
            html! {
                @if let Some(traffic) = parts.traffic(place) { article { h2 { "Its traffic" } (traffic) } }
                @if entry.line.uploads > 0 {
                    article id="sightings" {
                        details open {
                            summary { h2 { "What it sent" } }
                            (pager(&path, "sightings", &range, entry.line.uploads))
                            @if let Some(sightings) = sightings { (sightings) }
                            (pager(&path, "sightings", &range, entry.line.uploads))
                        }
                    }
                }
            }
        })
    });
    let main = html! {
        p.crumbs { a href="/" { "All devices" } }
        h1 { bdi { (entry.line.name) } }
        @if let Some(live) = live { (now(entry, live)) }
        @if let Some(who) = who { (who) }
        @if let Some(verdict) = verdict { article aria-label="Verdict" { (verdict) } }
        @if let Some(seen) = seen { (seen) } @else { p { "Nothing was seen of it in the latest days." } }
        @if let Some(live) = live { (asks(entry, live)) }
    };
    match live {
        Some(_) => dress::live_page(&entry.line.name, &main, None),
        None => dress::page(StatusCode::OK, &entry.line.name, &main),
    }
}

fn now(entry: &Entry, live: &Live) -> Markup {
    let day = today(&live.status, entry);
    let sending = day.is_some_and(|it| it.sending);
    html! {
        p.now data-device=(entry.number) role="status" {
            span.lamp aria-hidden="true" hidden[!sending] {}
            span.sending { @if sending { "sending now" } } " "
            span.today { (day.map_or_else(|| "none today".to_owned(), said)) }
        }
    }
}

/// What a person may change.
fn asks(entry: &Entry, live: &Live) -> Markup {
    let path = device_path(entry.number);
    let csrf = live.csrf.field();
    html! {
        section {
            h2 { "This device" }
            div.ask {
                form method="post" action={ (path) "/name" } {
                    (csrf)
                    label for="name" { "What you call it" }
                    input type="text" id="name" name="name" maxlength="40" value=(entry.line.name) autocomplete="off";
                    button { "Name it" } " " button name="forget" value="yes" { "Take the name away" }
                }
            }
            div.ask {
                form method="post" action={ (path) "/ignore" } {
                    (csrf)
                    @if entry.ignored { button name="ignored" value="no" { "List it with the others again" } }
                    @else { button name="ignored" value="yes" { "Ignore it" } }
                }
                form method="post" action={ (path) "/forget" } { (csrf) button { "Forget it" } }
            }
            p.lead { "An ignored device is watched and judged as before, listed apart, and no notice tells of its uploads. A device that is forgotten is not listed until it sends again; what verdicts rest on stays in the store as long as its age allows." }
        }
    }
}
