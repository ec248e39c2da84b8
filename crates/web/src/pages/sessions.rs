//! Sessions of probes: what was played, and what it came to.

use axum::body::Body;
use axum::http::Response;
use earwitness_base::words;
use earwitness_report::html::first_sentence;
use jiff::tz::TimeZone;
use maud::html;

use crate::dress;
use crate::home::Home;
use crate::household::Session;

/// Sessions of one page.
const MOST: usize = 100;

/// All of them, the latest first.
pub(crate) fn sessions(all: &[Session], zone: &TimeZone) -> Response<Body> {
    let main = html! {
        h1 { "Sessions" }
        p.crumbs { a href="/experiments" { "Experiments and searches for words" } }
        @if all.is_empty() { p { "No round of probes has been played yet. " a href="/test" { "Test my home" } } }
        @else {
            div.wide tabindex="0" role="region" aria-label="Sessions" { table.sessions {
                thead { tr { th scope="col" { "Session" } th scope="col" { "Began" } th scope="col" { "Rounds" } th scope="col" { "What it showed" } } }
                tbody {
                    @for it in all.iter().take(MOST) {
                        tr {
                            td { a href={ "/session/" (it.id) } { (it.id) } }
                            td { (words::date_time(it.begun, zone)) @if it.ended.is_none() { ", goes on" } }
                            td { (it.rounds) }
                            td { (it.outcome) }
                        }
                    }
                }
            } }
        }
    };
    dress::live_page("Sessions", &main, None)
}

/// One of them, with its verdicts.
pub(crate) fn session(id: i64, home: &Home) -> Response<Body> {
    let (first, rest) = first_sentence(home.answer());
    let main = html! {
        p.crumbs { a href="/sessions" { "All sessions" } }
        h1 { (first) }
        @if !rest.is_empty() { p.told { (rest) } }
        ul.devices {
            @for it in home.lines().iter().take(MOST) {
                li { div.row { strong { bdi { (it.name) } } " " span class={ "verdict " (it.class) } { (it.words) } } }
            }
        }
        p {
            a href={ "/session/" (id) "/report.html" } download { "The whole report as one page" } " · "
            a href={ "/session/" (id) "/report.json" } download { "as JSON" }
        }
        (home.about())
    };
    dress::live_page(&format!("Session {id}"), &main, None)
}
