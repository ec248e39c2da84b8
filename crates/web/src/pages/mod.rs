//! What people read. Nothing here needs a script.

mod about;
mod device;
mod experiments;
mod home;
mod password;
mod sessions;
mod sighting;
mod test;

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{Markup, html};

use crate::doors::Csrf;
use crate::dress;
use earwitness_base::words;
use earwitness_report::json::status::Status;

pub(crate) use self::about::about;
pub(crate) use self::device::device;
pub(crate) use self::experiments::{experiment, experiments};
pub(crate) use self::home::home;
pub(crate) use self::password::{Said, login, password, password_set};
pub(crate) use self::sessions::{session, sessions};
pub(crate) use self::sighting::sighting;
pub(crate) use self::test::test;

/// What pages of a watched home have besides.
pub(crate) struct Live {
    /// How it stands.
    pub(crate) status: Arc<Status>,
    /// For its forms.
    pub(crate) csrf: Csrf,
    /// The hours in which nothing sounds by itself.
    pub(crate) quiet_hours: Vec<String>,
}

/// Where nothing is.
pub(crate) fn missing() -> Response<Body> {
    let main = html! {
        h1 { "There is no such page" }
        p { a href="/" { "All devices" } }
    };
    dress::page(StatusCode::NOT_FOUND, "No such page", &main)
}

/// Before anything was read, or when it cannot be. The page is loaded again by itself.
pub(crate) fn unread() -> Response<Body> {
    let main = html! {
        h1 { "Nothing can be shown yet" }
        p { "What was seen in this home could not be read so far; it is tried again, and this page is loaded again by itself. Right after the start that is usual for a few seconds." }
        p { "If it goes on, the program says why where it was started; as a service, in its log: " code { "journalctl -u earwitness" } "." }
    };
    let mut response = dress::page(StatusCode::SERVICE_UNAVAILABLE, "Nothing can be shown yet", &main);
    response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("3"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("3"));
    response
}

/// What a person asked for was not done.
pub(crate) fn undone(why: &str) -> Response<Body> {
    let main = html! {
        h1 { "That was not done" }
        p { (why) }
        p { a href="/" { "All devices" } }
    };
    dress::page(StatusCode::CONFLICT, "That was not done", &main)
}

/// What was asked for cannot be understood.
pub(crate) fn wrong(why: &str) -> Response<Body> {
    let main = html! {
        h1 { "That cannot be shown" }
        p { (why) "." }
        p { a href="/" { "All devices" } }
    };
    dress::page(StatusCode::BAD_REQUEST, "That cannot be shown", &main)
}

/// For who has no key: the same for every path, and whether that leads anywhere or not.
pub(crate) fn stranger() -> Response<Body> {
    let body = html! {
        main {
            h1 { "This page needs a link" }
            p { "Open the link that earwitness printed where it was started, in this browser and with the address that stands in it. Each link lets one browser in; when it is used, the next one is printed." }
            p { "After five wrong keys, no key is looked at for a minute." }
        }
    };
    dress::dressed(StatusCode::UNAUTHORIZED, "earwitness", &body)
}

/// For who was let in, and asked in a way that is not answered.
pub(crate) fn refused(status: StatusCode, why: &str) -> Response<Body> {
    let main = html! {
        h1 { "Nothing was changed" }
        p { "The request was refused: " (why) "." }
        p { a href="/" { "All devices" } }
    };
    dress::page(status, "Nothing was changed", &main)
}

/// The session has ended.
pub(crate) fn left() -> Response<Body> {
    let body = html! { main { h1 { "This browser is out" } p { "The next link, or the password, lets it in again." } } };
    dress::dressed(StatusCode::OK, "earwitness", &body)
}

/// Which part of a list is shown, with the way to the parts before and behind it.
fn pager(path: &str, what: &str, range: &Range<usize>, total: usize) -> Markup {
    let (step, until) = (range.len(), range.end.min(total));
    html! {
        @if range.start > 0 || until < total {
            nav.pager aria-label={ "Parts of the list of " (what) } {
                span { (words::count(range.start.saturating_add(1) as u64)) " to " (words::count(until as u64)) " of " (words::count(total as u64)) " " (what) }
                @if range.start > 0 { a rel="prev" href={ (path) "?offset=" (range.start.min(total).saturating_sub(step)) } { "Before" } }
                @if until < total { a rel="next" href={ (path) "?offset=" (until) } { "Further" } }
            }
        }
    }
}
