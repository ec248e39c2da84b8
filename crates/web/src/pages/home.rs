//! The home: a line per device.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use earwitness_report::html::{Line, first_sentence};
use maud::{Markup, html};

use super::{pager, wrong};
use crate::dress;
use crate::home::{Home, device_path};
use crate::slice::{self, Slice};

/// Devices of one page.
const DEVICES: usize = 60;
/// Receivers of a line.
const RECEIVERS: usize = 2;

/// The answer, and the devices, most telling first.
pub(crate) fn home(home: &Home, asked: slice::Asked) -> Response<Body> {
    let Some(range) = Slice::of(asked).map(|it| it.page(DEVICES)) else { return wrong(slice::WRONG) };
    let (first, rest) = first_sentence(home.answer());
    let quiet = home.lines().iter().all(|it| it.class != "streams" && it.class != "reacts" && it.uploads == 0);
    let main = html! {
        h1 { (first) }
        @if quiet { p { "Nothing unusual was seen." } }
        @if !rest.is_empty() { p.told { (rest) } }
        ul.devices { @for it in home.lines().iter().skip(range.start).take(range.len()) { li { (line(it)) } } }
        (pager("/", "devices", &range, home.lines().len()))
        p.caution { (home.caution()) }
    };
    dress::page(StatusCode::OK, first, &main)
}

fn line(it: &Line) -> Markup {
    let more = it.receivers.len().saturating_sub(RECEIVERS);
    html! {
        a href=(device_path(it.device)) {
            strong { @if it.sending { span.lamp aria-hidden="true" {} span.hidden { "Sending: " } } bdi { (it.name) } }
            span class={ "verdict " (it.class) } { (it.words) }
            @if it.uploads > 0 {
                span.sent-to {
                    (it.amount) ", to "
                    @for (number, to) in it.receivers.iter().take(RECEIVERS).enumerate() { @if number > 0 { ", " } bdi { (to) } }
                    @if more > 0 { " and " (more) " more" }
                }
            }
        }
    }
}
