//! What leads where. The description of the API is made from the same table as the router, so that neither has what the other lacks.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;

use crate::api::{self, metrics};
use crate::doors::{Csrf, Doors, Form, Refusal};
use crate::home::Home;
use crate::pages;
use crate::slice;

/// What all answers are made from.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) home: Arc<Home>,
    pub(crate) doors: Arc<Doors>,
}

/// An answer for programs.
pub(crate) struct Route {
    /// Path, with what is in it in braces.
    pub(crate) path: &'static str,
    /// What it answers, in a sentence.
    pub(crate) summary: &'static str,
    /// Where the schema of the answer is, from `docs/schema`; none where it is no JSON.
    pub(crate) schema: Option<&'static str>,
    /// Whether a part of a list is asked for.
    pub(crate) sliced: bool,
    method: fn() -> MethodRouter<Site>,
}

/// All that programs may ask for.
pub(crate) const API: [Route; 5] = [
    Route {
        path: "/api/v1/home",
        summary: "The answer in a few sentences, and how many devices there are.",
        schema: Some("page-1.json#/$defs/home"),
        sliced: false,
        method: || get(|State(site): State<Site>| async move { api::home(&site.home) }),
    },
    Route {
        path: "/api/v1/devices",
        summary: "Devices, most telling first.",
        schema: Some("page-1.json#/$defs/list"),
        sliced: true,
        method: || get(|State(site): State<Site>, asked: slice::Asked| async move { api::devices(&site.home, asked) }),
    },
    Route {
        path: "/api/v1/devices/{id}",
        summary: "All that is known of a device, but for the lists that are as long as there was traffic.",
        schema: Some("page-1.json#/$defs/detail"),
        sliced: false,
        method: || get(|State(site): State<Site>, id: Number| async move { api::device(&site.home, number(id)) }),
    },
    Route {
        path: "/api/v1/devices/{id}/sightings",
        summary: "What a device sent that may be sound, oldest first.",
        schema: Some("page-1.json#/$defs/sent"),
        sliced: true,
        method: || {
            get(|State(site): State<Site>, id: Number, asked: slice::Asked| async move {
                api::sightings(&site.home, number(id), asked)
            })
        },
    },
    Route {
        path: "/metrics",
        summary: "A few gauges, in the text format of Prometheus.",
        schema: None,
        sliced: false,
        method: || get(|State(site): State<Site>| async move { metrics::metrics(&site.home) }),
    },
];

type Number = Result<Path<usize>, PathRejection>;

/// The number in a path; what is none leads nowhere.
fn number<T>(path: Result<Path<T>, PathRejection>) -> Option<T> {
    path.ok().map(|Path(it)| it)
}

/// Answers to who was let in.
pub(crate) fn router(site: Site) -> Router {
    let pages = Router::new()
        .route("/", get(|State(site): State<Site>, asked: slice::Asked| async move { pages::home(&site.home, asked) }))
        .route(
            "/device/{id}",
            get(|State(site): State<Site>, id: Number, asked: slice::Asked| async move {
                pages::device(&site.home, number(id), asked)
            }),
        )
        .route(
            "/device/{id}/sighting/{number}",
            get(|State(site): State<Site>, both: Result<Path<(usize, usize)>, PathRejection>| async move {
                pages::sighting(&site.home, number(both))
            }),
        )
        .route("/health", get(|State(site): State<Site>, csrf: Csrf| async move { pages::about(&site.home, &csrf) }))
        .route("/leave", post(leave));
    let all = API.into_iter().fold(pages, |router, it| router.route(it.path, (it.method)()));
    all.fallback(missing).method_not_allowed_fallback(missing).with_state(site)
}

/// What the form says by which a browser leaves.
#[derive(Deserialize, Debug)]
struct Leave {
    /// There where all others are let out too.
    all: Option<String>,
}

async fn leave(State(site): State<Site>, headers: HeaderMap, form: Result<Form<Leave>, Refusal>) -> Response<Body> {
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    if form.fields.all.is_some() {
        site.doors.leave_all(&form.change)
    } else {
        site.doors.leave(&headers, &form.change)
    }
    pages::left()
}

async fn missing(uri: Uri) -> Response<Body> {
    if uri.path().starts_with("/api/") { api::missing() } else { pages::missing() }
}
