//! The home: a line per device.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use earwitness_base::words;
use earwitness_core::time::Timestamp;
use earwitness_report::html::first_sentence;
use maud::{Markup, html};

use super::{Live, pager, wrong};
use crate::dress;
use crate::home::device_path;
use crate::living::{Now, said, today};
use crate::slice::{self, Slice};
use crate::snapshot::{Entry, Snapshot};

/// Devices of one page.
const DEVICES: usize = 60;
/// Receivers of a line.
const RECEIVERS: usize = 2;

/// The answer, and the devices, most telling first.
pub(crate) fn home(home: &Snapshot, asked: slice::Asked, live: Option<&Live>) -> Response<Body> {
    let Some(range) = Slice::of(asked).map(|it| it.page(DEVICES)) else { return wrong(slice::WRONG) };
    let (first, rest) = first_sentence(&home.answer);
    let quiet = home.entries.iter().all(|it| it.line.class != "streams" && it.line.class != "reacts" && it.line.uploads == 0);
    let total = home.entries.iter().filter(|it| !it.ignored).count();
    let some = home.entries.iter().take(total).skip(range.start).take(range.len());
    let now = live.map(|live| Now::new(home, &live.status));
    let main = html! {
        h1 { (first) }
        @if let Some(now) = &now { p.now id="now" role="status" { (now.words) } }
        @if quiet { p { "Nothing unusual was seen." } }
        @if !rest.is_empty() { p.told { (rest) } }
        ul.devices { @for it in some { li { (line(it, live)) } } }
        (pager("/", "devices", &range, total))
        @if home.entries.len() > total {
            details.lab {
                summary { "Devices that you ignore: " (home.entries.len() - total) }
                ul.devices { @for it in home.entries.iter().skip(total).take(DEVICES) { li { (line(it, live)) } } }
            }
        }
        @if let Some((live, now)) = live.zip(now.as_ref()) { (asks(home, live, now)) }
        p.caution { (home.caution) }
    };
    match live {
        Some(_) => dress::live_page(first, &main, Some(home.stamp)),
        None => dress::page(StatusCode::OK, first, &main),
    }
}

fn line(entry: &Entry, live: Option<&Live>) -> Markup {
    let it = &entry.line;
    let more = it.receivers.len().saturating_sub(RECEIVERS);
    let day = live.map(|live| today(&live.status, entry));
    let sending = day.map_or(it.sending, |day| day.is_some_and(|it| it.sending));
    html! {
        a href=(device_path(entry.number)) data-device=[live.map(|_| entry.number)] {
            strong {
                @if live.is_some() || sending { span.lamp aria-hidden="true" hidden[!sending] {} }
                bdi { (it.name) } " "
                @if live.is_some() { span.sending { @if sending { "sending now" } } } @else if sending { span.hidden { "sending" } }
            }
            span class={ "verdict " (it.class) } { (it.words) }
            @if it.uploads > 0 || !it.receivers.is_empty() || day.flatten().is_some() {
                span.sent-to {
                    @if let Some(day) = day { span.today { (day.map_or_else(|| "none today".to_owned(), said)) } @if it.uploads > 0 { "; this week " } }
                    @if it.uploads > 0 { (it.amount) }
                    @if !it.receivers.is_empty() { ", to " }
                    @for (number, to) in it.receivers.iter().take(RECEIVERS).enumerate() { @if number > 0 { ", " } bdi { (to) } }
                    @if more > 0 { " and " (more) " more" }
                }
            }
        }
    }
}

/// The week in a sentence, and what a person may ask for.
fn asks(home: &Snapshot, live: &Live, now: &Now) -> Markup {
    let csrf = live.csrf.field();
    let zone = home.home.zone();
    let paused = live.status.held.contains(&earwitness_core::policy::Hold::Person.words());
    html! {
        section {
            h2 { "This week" }
            p.week { (home.home.answer()) }
            @if let Some(told) = &home.told {
                p.week { "Verdicts are those of " a href={ "/session/" (told.session) } { "session " (told.session) } ", told on " (words::spoken(told.at, zone)) "." }
            }
        }
        section {
            h2 { "Test and pause" }
            @if let Some(test) = &now.test {
                p id="test-summary" role="status" { (test.summary) }
                ul id="test-devices" { @for it in &test.devices { li { (it) } } }
                div.ask { form method="post" action="/test/end" { (csrf) button { "End the test" } } }
            } @else {
                div.ask {
                    a.button href="/test" { "Test my home" }
                    @if paused {
                        form method="post" action="/resume" { (csrf) button { "Play again" } }
                    } @else {
                        form method="post" action="/pause" { (csrf) button name="minutes" value="60" { "Pause for an hour" } " " button { "Pause" } }
                    }
                }
                @if let Some(at) = live.status.paused_until_ns {
                    p.lead { "Nothing is played until " (words::clock_time(Timestamp::from_nanos(at), zone)) "." }
                }
            }
            p.lead { "As far as is known, " @if live.status.somebody_home { "somebody is at home." } @else { "nobody is at home." } }
            div.ask {
                form method="post" action="/presence" {
                    (csrf)
                    button name="somebody" value="yes" { "Somebody is" } " "
                    button name="somebody" value="no" { "Nobody is" } " "
                    button name="somebody" value="auto" { "Ask the telephones" }
                }
            }
            @if !live.quiet_hours.is_empty() { p.lead { "By itself it plays nothing from " (words::listed(&live.quiet_hours).unwrap_or_default()) "." } }
        }
    }
}
