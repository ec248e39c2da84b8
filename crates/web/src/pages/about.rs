//! What was read, how complete it was, and which program says so.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::html;

use crate::doors::Csrf;
use crate::dress;
use crate::home::Home;

/// Health and about.
pub(crate) fn about(home: &Home, csrf: &Csrf) -> Response<Body> {
    let main = home.parts(|parts| {
        html! {
            h1 { "Health and about" }
            p.who { "earwitness " (env!("CARGO_PKG_VERSION")) ". These pages are served by the machine that found what they show; they load nothing from elsewhere." }
            (parts.about())
            form method="post" action="/leave" { (csrf.field()) button { "Let this browser out" } " " button name="all" value="yes" { "Let all browsers out" } }
        }
    });
    dress::page(StatusCode::OK, "Health and about", &main)
}
