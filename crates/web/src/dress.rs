//! What every page has around it: one style, a policy by which a browser loads nothing else, and the way back.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use data_encoding::BASE64;
use earwitness_report::html::STYLE;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

/// What these pages have beside the style of reports.
const MORE: &str = include_str!("style.css");
/// What keeps a page of a watched home up to date.
const SCRIPT: &str = include_str!("live.js");

/// The one style that a browser may use, by its digest.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = BASE64.encode(&Sha256::new().chain_update(STYLE).chain_update(MORE).finalize());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// A page of a home that does not change.
pub(crate) fn page(status: StatusCode, title: &str, main: &Markup) -> Response<Body> {
    dressed(
        status,
        title,
        &html! {
            a.skip href="#main" { "To the content" }
            nav aria-label="Pages" { a.brand href="/" { "earwitness" } a href="/health" { "Health and about" } }
            main id="main" { (main) }
        },
    )
}

/// A page of a home that is watched. It is kept up to date by the script where there is one; with a `stamp`, it is loaded again when what was seen has another one.
pub(crate) fn live_page(title: &str, main: &Markup, stamp: Option<u64>) -> Response<Body> {
    dressed(
        StatusCode::OK,
        title,
        &html! {
            a.skip href="#main" { "To the content" }
            nav aria-label="Pages" {
                a.brand href="/" { "earwitness" }
                a href="/test" { "Test" }
                a href="/sessions" { "Sessions" }
                a href="/health" { "Health" }
            }
            main id="main" data-stamp=[stamp] { (main) }
            script src="/live.js" defer {}
        },
    )
}

/// The script that keeps pages up to date.
pub(crate) fn script() -> Response<Body> {
    text(StatusCode::OK, HeaderValue::from_static("text/javascript; charset=utf-8"), SCRIPT.to_owned())
}

/// A page without a way to others.
pub(crate) fn dressed(status: StatusCode, title: &str, body: &Markup) -> Response<Body> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Without it a browser asks for one, and is told that there is none.
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(MORE)) }
            }
            body { (body) }
        }
    };
    text(status, HeaderValue::from_static("text/html; charset=utf-8"), page.into_string())
}

/// Any text.
pub(crate) fn text(status: StatusCode, kind: HeaderValue, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// What goes with every answer.
pub(crate) fn guard(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: by that, a browser hides from where a form of this page comes.
        (header::REFERRER_POLICY, "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
