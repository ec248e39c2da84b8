//! Experiments and searches for words: how far they are, and what can be had of them.

use axum::body::Body;
use axum::http::Response;
use earwitness_base::words;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::dress;
use crate::kept::{Course, Export, Kept, Kind, MOST_COUNTS, MOST_KEPT};

/// All of them, the latest first.
pub(crate) fn experiments(all: &[Kept], zone: &TimeZone) -> Response<Body> {
    let main = html! {
        p.crumbs { a href="/sessions" { "All sessions" } }
        h1 { "Experiments" }
        @if all.is_empty() {
            p { "None is kept here. An experiment or a search for words is shown when its folder lies in that of this home's store: see " em { "the page in a browser" } " in the guide." }
        } @else {
            div.wide tabindex="0" role="region" aria-label="Experiments" { table.sessions {
                thead { tr { th scope="col" { "Experiment" } th scope="col" { "Began" } th scope="col" { "Done" } th scope="col" { "How it stands" } } }
                tbody {
                    @for it in all.iter().take(MOST_KEPT) {
                        tr {
                            td { a href={ "/experiment/" (it.name) } { bdi { (it.name) } } br; span.small { bdi { (it.title) } } }
                            td { (it.begun.map_or_else(|| "not yet".to_owned(), |at| words::date_time(at, zone))) }
                            td { (of(it.done, it.planned)) }
                            td { (stands(it)) }
                        }
                    }
                }
            } }
        }
    };
    dress::live_page("Experiments", &main, None)
}

/// One of them.
pub(crate) fn experiment(it: &Kept, zone: &TimeZone) -> Response<Body> {
    let main = html! {
        p.crumbs { a href="/experiments" { "All experiments" } }
        h1 { bdi { (it.title) } }
        p.told { (it.question) }
        p {
            progress max=(it.planned.max(1)) value=(it.done.min(it.planned)) aria-label="How much of it is done" {}
            " " (of(it.done, it.planned)) " " (it.kind.unit().1) " are done. " (stands(it)) "."
            @if let Some(at) = it.begun { " It began " (words::date_time(at, zone)) "." }
        }
        (downloads(it))
        (counts(it))
    };
    dress::live_page(&it.title, &main, None)
}

/// `12 of 40`.
fn of(done: u64, all: u64) -> String {
    format!("{} of {}", words::count(done), words::count(all))
}

/// How it stands, in a few words.
fn stands(it: &Kept) -> String {
    let left = it.left.map(words::about);
    match (&it.course, left) {
        (Course::GoesOn, Some(left)) => format!("It goes on; what is left plays for about {left}"),
        (Course::GoesOn, None) => "It goes on".to_owned(),
        (Course::Done, _) => "All of it is done".to_owned(),
        (Course::Stopped(why), Some(left)) => format!("It does not go on, because {why}; what is left plays for about {left}"),
        (Course::Stopped(why), None) => format!("It does not go on, because {why}"),
        (Course::Unreadable(why), _) => format!("It cannot be read: {why}"),
    }
}

fn downloads(it: &Kept) -> Markup {
    let label = |export: Export| match export {
        Export::Page => "The whole report as one page",
        Export::Report => "the report as JSON",
        Export::Csv => "as CSV",
        Export::Parquet => "as Parquet",
        Export::Json => "as JSON",
    };
    let what =
        if it.kind == Kind::Experiment { "Each trial with what devices did" } else { "Each play with what the device did" };
    let is_report = |it: &Export| matches!(it, Export::Page | Export::Report);
    let (reports, tables): (Vec<Export>, Vec<Export>) = it.exports.iter().copied().partition(is_report);
    let links = |all: &[Export]| {
        html! {
            @for (number, export) in all.iter().enumerate() {
                @if number > 0 { " · " }
                a href={ "/experiment/" (it.name) "/" (export.file()) } download { (label(*export)) }
            }
        }
    };
    html! {
        @if !reports.is_empty() { p { (links(&reports)) } }
        @else if it.kind == Kind::Experiment && it.course == Course::GoesOn {
            p.small { "What is asked of the results is told when all trials are done: who looks before stops on luck." }
        } @else if it.kind == Kind::Words {
            p.small { "Which words wake the device is told by the command that searches, when it ends or is started again: a word that was followed by an upload once may have been so by chance." }
        }
        @if !tables.is_empty() { p { (what) ": " (links(&tables)) } }
    }
}

fn counts(it: &Kept) -> Markup {
    let (heading, name, number) = match it.kind {
        Kind::Experiment => ("Conditions", "Condition", "Trials done"),
        Kind::Words => ("Words after which it sent", "Word", "Plays after which it sent"),
    };
    html! {
        @if !it.counts.is_empty() {
            section {
                h2 { (heading) }
                div.wide tabindex="0" role="region" aria-label=(heading) { table.sessions {
                    thead { tr { th scope="col" { (name) } th scope="col" { (number) } } }
                    tbody { @for count in it.counts.iter().take(MOST_COUNTS) { tr { td { bdi { (count.name) } } td { (of(count.done, count.of)) } } } }
                } }
                @if it.counts.len() > MOST_COUNTS { p.small { (words::counted((it.counts.len() - MOST_COUNTS) as u64, "more is", "more are")) " in the files." } }
            }
        }
    }
}
