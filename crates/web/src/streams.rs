//! What is told as it happens, as server-sent events (HTML Living Standard, section 9.2).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::listen::Live;
use crate::site::Site;
use crate::{api, pages};

/// Where nothing happens, something is sent so often all the same: who has gone is noticed by it.
const BREATH: Duration = Duration::from_secs(15);

/// A comment, which nobody reads.
const NOTHING: Bytes = Bytes::from_static(b":\n\n");

/// How it stands, for pages that are open.
pub(crate) fn now(site: Site) -> Response<Body> {
    let Some(living) = site.shown.living() else { return pages::missing() };
    let mut status = living.follow();
    status.mark_changed();
    let told: Arc<str> = "".into();
    let body = unfold((site, status, told), |(site, mut status, mut told)| async move {
        let octets = match timeout(BREATH, status.changed()).await {
            Ok(Ok(())) => {
                let latest = status.borrow_and_update().clone();
                let now = site.shown.living()?.now(&latest);
                if now == told {
                    NOTHING
                } else {
                    told = now;
                    Bytes::from(format!("event: now\ndata: {told}\n\n"))
                }
            }
            // The program that watches has ended.
            Ok(Err(_)) => return None,
            Err(_) => NOTHING,
        };
        Some((Ok::<_, Infallible>(octets), (site, status, told)))
    });
    stream(Body::from_stream(body))
}

/// What happens, for programs.
pub(crate) fn events(site: &Site) -> Response<Body> {
    let Some(living) = site.shown.living() else { return api::missing() };
    let events = living.household().events();
    let body = unfold(events, |mut events| async move {
        let octets = match timeout(BREATH, events.recv()).await {
            Ok(Ok(event)) => Bytes::from(format!("event: event\ndata: {event}\n\n")),
            // Who reads too slowly is told that it missed some: the journal has them.
            Ok(Err(RecvError::Lagged(missed))) => Bytes::from(format!("event: missed\ndata: {missed}\n\n")),
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => NOTHING,
        };
        Some((Ok::<_, Infallible>(octets), events))
    });
    stream(Body::from_stream(body))
}

fn stream(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.extensions_mut().insert(Live);
    response
}
