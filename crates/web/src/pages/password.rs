//! The pages around a password: for who is not in, and for who sets it.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};

use crate::doors::{Csrf, LOGIN, LONGEST, SHORTEST};
use crate::dress;

/// Why a password was not taken, for who is not in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// It is wrong.
    Wrong,
    /// It was not looked at.
    Wait,
}

/// For who has no session, where a password is set: the same for every path, but that it remembers where one of ours leads.
pub(crate) fn login(to: Option<&str>, said: Option<Said>) -> Response<Body> {
    let body = html! {
        main {
            h1 { "This page needs the password" }
            @match said {
                Some(Said::Wrong) => p role="alert" { "That is not the password." },
                Some(Said::Wait) => p role="alert" { "Too many passwords were wrong. None is looked at for a minute." },
                None => {}
            }
            form method="post" action=(LOGIN) {
                @if let Some(to) = to { input type="hidden" name="to" value=(to); }
                (field("password", "Password", "current-password"))
                button { "Enter" }
            }
            p { "After five wrong passwords, none is looked at for a minute. A new one is set on the machine itself: " code { "earwitness page password" } "." }
        }
    };
    dressed(StatusCode::UNAUTHORIZED, &body)
}

fn dressed(status: StatusCode, body: &Markup) -> Response<Body> {
    dress::dressed(status, "earwitness", body)
}

/// Sets the password, or another one.
pub(crate) fn password(is_set: bool, csrf: &Csrf, wrong: Option<&str>) -> Response<Body> {
    let main = html! {
        h1 { "Password" }
        @if let Some(wrong) = wrong { p role="alert" { "Nothing was changed: " (wrong) "." } }
        p { "It lets browsers in, in place of a link: also after a restart. It has at least " (SHORTEST) " characters. When it is set, all other browsers are out." }
        form method="post" action="/password" {
            (csrf.field())
            @if is_set { (field("before", "The password as it is", "current-password")) }
            (field("password", "The new password", "new-password"))
            (field("again", "The same again", "new-password"))
            button { "Set the password" }
        }
        p { a href="/" { "Not now" } }
    };
    dress::page(if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }, "Password", &main)
}

fn field(name: &str, label: &str, kind: &str) -> Markup {
    html! { p { label { (label) " " input type="password" name=(name) autocomplete=(kind) maxlength=(LONGEST) required; } } }
}

/// The password is set.
pub(crate) fn password_set() -> Response<Body> {
    let main = html! {
        h1 { "The password is set" }
        p { "All other browsers are out, and links let nobody in any more." }
        p { a href="/" { "All devices" } }
    };
    dress::page(StatusCode::OK, "The password is set", &main)
}
