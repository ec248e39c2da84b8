//! What leads where. The description of the API is made from the same table as the router, so that neither has what the other lacks.

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, Uri};
use axum::routing::{MethodRouter, get, post};

use crate::api::{self, deeds, metrics};
use crate::doors::Csrf;
use crate::site::{Number, Site, number};
use crate::slice;
use crate::snapshot::Snapshot;
use crate::{dress, forms, looks, pages, streams};

/// What an answer for programs holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    /// JSON, by a schema of `docs/schema`.
    Json(&'static str),
    /// Server-sent events, each by a schema of `docs/schema`.
    Events(&'static str),
    /// Text.
    Text,
}

/// An answer for programs.
pub(crate) struct Route {
    /// Path, with what is in it in braces.
    pub(crate) path: &'static str,
    /// What it answers or does, in a sentence.
    pub(crate) summary: &'static str,
    /// What it answers.
    pub(crate) holds: Holds,
    /// Whether a part of a list is asked for.
    pub(crate) sliced: bool,
    /// Whether there is such a thing only where a home is watched.
    pub(crate) lives: bool,
    /// Where it changes something: the schema of the request's body.
    pub(crate) takes: Option<&'static str>,
    method: fn() -> MethodRouter<Site>,
}

/// Something that is read, whether the home is watched or not.
const fn read(path: &'static str, summary: &'static str, holds: Holds, method: fn() -> MethodRouter<Site>) -> Route {
    Route { path, summary, holds, sliced: false, lives: false, takes: None, method }
}

/// Something that a watched home does.
const fn done(path: &'static str, summary: &'static str, takes: &'static str, method: fn() -> MethodRouter<Site>) -> Route {
    Route { path, summary, holds: Holds::Json("page-1.json#/$defs/done"), sliced: false, lives: true, takes: Some(takes), method }
}

/// All that programs may ask for.
pub(crate) const API: [Route; 15] = [
    read(
        "/api/v1/home",
        "The answer in a few sentences, and how many devices there are.",
        Holds::Json("page-1.json#/$defs/home"),
        || get(|State(site): State<Site>| async move { of(&site, api::home).await }),
    ),
    Route {
        sliced: true,
        ..read("/api/v1/devices", "Devices, most telling first.", Holds::Json("page-1.json#/$defs/list"), || {
            get(|State(site): State<Site>, asked: slice::Asked| async move { of(&site, |it| api::devices(it, asked)).await })
        })
    },
    read(
        "/api/v1/devices/{id}",
        "All that is known of a device, but for the lists that are as long as there was traffic.",
        Holds::Json("page-1.json#/$defs/detail"),
        || get(|State(site): State<Site>, id: Number| async move { of(&site, |it| api::device(it, number(id))).await }),
    ),
    Route {
        sliced: true,
        ..read(
            "/api/v1/devices/{id}/sightings",
            "What a device sent that may be sound, oldest first.",
            Holds::Json("page-1.json#/$defs/sent"),
            || {
                get(|State(site): State<Site>, id: Number, asked: slice::Asked| async move {
                    of(&site, |it| api::sightings(it, number(id), asked)).await
                })
            },
        )
    },
    read("/metrics", "A few gauges, in the text format of Prometheus.", Holds::Text, || {
        get(|State(site): State<Site>| async move { of(&site, |it| metrics::metrics(it, site.shown.living())).await })
    }),
    Route {
        lives: true,
        ..read("/api/v1/status", "How it stands, and what each device sent today.", Holds::Json("status-1.json"), || {
            get(|State(site): State<Site>| async move { looks::status(&site) })
        })
    },
    Route {
        lives: true,
        ..read("/api/v1/sessions", "Sessions with a round, the latest first.", Holds::Json("page-1.json#/$defs/sessions"), || {
            get(|State(site): State<Site>| async move { looks::sessions_json(&site).await })
        })
    },
    Route {
        lives: true,
        ..read(
            "/api/v1/experiments",
            "Experiments and searches for words, the latest first.",
            Holds::Json("page-1.json#/$defs/experiments"),
            || get(|State(site): State<Site>| async move { looks::experiments_json(&site).await }),
        )
    },
    Route {
        lives: true,
        ..read(
            "/api/v1/experiments/{name}",
            "An experiment or a search for words: how far it is, and which files can be had.",
            Holds::Json("page-1.json#/$defs/experiment"),
            || {
                get(|State(site): State<Site>, name: Result<Path<String>, PathRejection>| async move {
                    looks::experiment_json(&site, number(name)).await
                })
            },
        )
    },
    Route {
        lives: true,
        ..read("/api/v1/events", "What happens from now on, as server-sent events.", Holds::Events("event-1.json"), || {
            get(|State(site): State<Site>| async move { streams::events(&site) })
        })
    },
    done("/api/v1/test", "Begins a test of the home.", "page-1.json#/$defs/test", || post(deeds::test)),
    done("/api/v1/test/end", "Ends a test of the home.", "page-1.json#/$defs/nothing", || post(deeds::end_test)),
    done("/api/v1/pause", "Plays nothing, for a while or until told.", "page-1.json#/$defs/pause", || post(deeds::pause)),
    done("/api/v1/resume", "Plays again.", "page-1.json#/$defs/nothing", || post(deeds::resume)),
    done("/api/v1/presence", "Says whether somebody is at home.", "page-1.json#/$defs/presence", || post(deeds::presence)),
];

/// An answer for programs from what was seen.
async fn of(site: &Site, answer: impl FnOnce(&Snapshot) -> Response<Body>) -> Response<Body> {
    match site.snapshot().await {
        Some(snapshot) => answer(&snapshot),
        None => api::unread(),
    }
}

/// Answers to who was let in.
pub(crate) fn router(site: Site) -> Router {
    let pages = Router::new()
        .route(
            "/",
            get(|State(site): State<Site>, csrf: Csrf, asked: slice::Asked| async move { looks::home(&site, csrf, asked).await }),
        )
        .route(
            "/device/{id}",
            get(|State(site): State<Site>, csrf: Csrf, id: Number, asked: slice::Asked| async move {
                looks::device(&site, csrf, number(id), asked).await
            }),
        )
        .route(
            "/device/{id}/sighting/{began}",
            get(|State(site): State<Site>, both: Result<Path<(usize, i64)>, PathRejection>| async move {
                looks::sighting(&site, number(both)).await
            }),
        )
        .route("/health", get(|State(site): State<Site>, csrf: Csrf| async move { looks::health(&site, csrf).await }))
        .route("/leave", post(forms::leave))
        .route("/password", get(forms::password).post(forms::set_password));
    let pages = if site.shown.living().is_some() { living(pages) } else { pages };
    let lives = site.shown.living().is_some();
    let api = API.into_iter().filter(|it| lives || !it.lives);
    let all = api.fold(pages, |router, it| router.route(it.path, (it.method)()));
    all.fallback(missing).method_not_allowed_fallback(other_method).with_state(site)
}

/// Pages of a home that is watched.
fn living(pages: Router<Site>) -> Router<Site> {
    pages
        .route("/live.js", get(|| async { dress::script() }))
        .route("/live", get(|State(site): State<Site>| async move { streams::now(site) }))
        .route("/test", get(|State(site): State<Site>, csrf: Csrf| async move { looks::test(&site, csrf) }).post(forms::test))
        .route("/test/end", post(forms::end_test))
        .route("/pause", post(forms::pause))
        .route("/resume", post(forms::resume))
        .route("/presence", post(forms::presence))
        .route("/device/{id}/name", post(forms::name))
        .route("/device/{id}/ignore", post(forms::ignore))
        .route("/device/{id}/forget", post(forms::forget))
        .route(
            "/device/{id}/sighting/{began}/frames.pcapng",
            get(|State(site): State<Site>, both: Result<Path<(usize, i64)>, PathRejection>| async move {
                looks::frames(&site, number(both)).await
            }),
        )
        .route("/experiments", get(|State(site): State<Site>| async move { looks::experiments(&site).await }))
        .route(
            "/experiment/{name}",
            get(|State(site): State<Site>, name: Result<Path<String>, PathRejection>| async move {
                looks::experiment(&site, number(name)).await
            }),
        )
        .route(
            "/experiment/{name}/{file}",
            get(|State(site): State<Site>, both: Result<Path<(String, String)>, PathRejection>| async move {
                looks::export(&site, number(both)).await
            }),
        )
        .route("/sessions", get(|State(site): State<Site>| async move { looks::sessions(&site).await }))
        .route(
            "/session/{id}",
            get(|State(site): State<Site>, id: Result<Path<i64>, PathRejection>| async move {
                looks::session(&site, number(id)).await
            }),
        )
        .route(
            "/session/{id}/report.html",
            get(|State(site): State<Site>, id: Result<Path<i64>, PathRejection>| async move {
                looks::report(&site, number(id), true).await
            }),
        )
        .route(
            "/session/{id}/report.json",
            get(|State(site): State<Site>, id: Result<Path<i64>, PathRejection>| async move {
                looks::report(&site, number(id), false).await
            }),
        )
}

async fn missing(uri: Uri) -> Response<Body> {
    if uri.path().starts_with("/api/") { api::missing() } else { pages::missing() }
}

/// The router adds which methods there are.
async fn other_method(uri: Uri) -> Response<Body> {
    let (status, why) = (StatusCode::METHOD_NOT_ALLOWED, "what is there is asked for by another method (Allow)");
    if uri.path().starts_with("/api/") { api::refused(status, why) } else { pages::refused(status, why) }
}
