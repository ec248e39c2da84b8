//! What was read, how complete it was, and which program says so.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use earwitness_report::json::status::Status;
use maud::{Markup, html};

use super::Live;
use crate::doors::Csrf;
use crate::dress;
use crate::household::Check;
use crate::snapshot::Snapshot;

/// Health and about.
pub(crate) fn about(home: &Snapshot, csrf: &Csrf, password: Option<bool>, live: Option<(&Live, &[Check])>) -> Response<Body> {
    let main = html! {
        h1 { "Health and about" }
        p.who { "earwitness " (env!("CARGO_PKG_VERSION")) ". These pages are served by the machine that found what they show; they load nothing from elsewhere." }
        @if let Some((live, checks)) = live { (health(&live.status, checks)) }
        (home.home.about())
        @if let Some(is_set) = password {
            p { a href="/password" { @if is_set { "Change the password" } @else { "Set a password" } } }
        }
        form method="post" action="/leave" { (csrf.field()) button { "Let this browser out" } " " button name="all" value="yes" { "Let all browsers out" } }
    };
    match live {
        Some(_) => dress::live_page("Health and about", &main, None),
        None => dress::page(StatusCode::OK, "Health and about", &main),
    }
}

fn health(status: &Status, checks: &[Check]) -> Markup {
    let mark = |is_well: bool| if is_well { "In order" } else { "Look at this" };
    let lost = status.frames_lost;
    html! {
        section {
            h2 { "This machine" }
            ul.checks {
                @for it in &status.sources {
                    li { strong { (mark(it.runs)) ": " } "frames come from " bdi { (it.name) } @if !it.runs { ": not at the moment" } "." }
                }
                li {
                    strong { (mark(lost * 100 <= status.frames)) ": " }
                    (status.frames) " frames since the start, " (lost) " lost."
                }
                @if status.records_given_up > 0 { li { strong { (mark(false)) ": " } (status.records_given_up) " entries could not be written to the store." } }
                @if status.notices_lost > 0 { li { strong { (mark(false)) ": " } (status.notices_lost) " notices were dropped because too many waited." } }
                @for it in checks { li { strong { (mark(it.is_well)) ": " } (it.name) ": " (it.words) } }
            }
        }
    }
}
