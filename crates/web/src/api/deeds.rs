//! What programs may ask for besides reading: JSON in, JSON out, with a token of scope `control`.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{VERSION, answered, missing, refused_for, unread};
use crate::doors::{Change, Refusal};
use crate::household::Wish;
use crate::site::{LONGEST_PAUSE, Site};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Test {
    #[serde(default)]
    anyway: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Pause {
    minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presence {
    somebody: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize)]
struct Done {
    version: u32,
    said: String,
}

type May = Result<Change, Refusal>;

pub(crate) async fn test(State(site): State<Site>, may: May, body: Bytes) -> Response<Body> {
    done(&site, may, &body, |it: Test| Some(Wish::Test { anyway: it.anyway })).await
}

pub(crate) async fn end_test(State(site): State<Site>, may: May, body: Bytes) -> Response<Body> {
    done(&site, may, &body, |Nothing {}| Some(Wish::EndTest)).await
}

pub(crate) async fn pause(State(site): State<Site>, may: May, body: Bytes) -> Response<Body> {
    let wish = |it: Pause| {
        let fits = it.minutes.is_none_or(|minutes| (1..=LONGEST_PAUSE).contains(&minutes));
        fits.then_some(Wish::Pause { minutes: it.minutes })
    };
    done(&site, may, &body, wish).await
}

pub(crate) async fn resume(State(site): State<Site>, may: May, body: Bytes) -> Response<Body> {
    done(&site, may, &body, |Nothing {}| Some(Wish::Resume)).await
}

pub(crate) async fn presence(State(site): State<Site>, may: May, body: Bytes) -> Response<Body> {
    done(&site, may, &body, |it: Presence| Some(Wish::Presence { somebody: it.somebody })).await
}

async fn done<T: DeserializeOwned>(site: &Site, may: May, body: &[u8], wish: impl FnOnce(T) -> Option<Wish>) -> Response<Body> {
    let change = match may {
        Ok(change) => change,
        Err(refusal) => return refusal.into_response(),
    };
    // Nothing is as good as an empty object.
    let body = if body.is_empty() { b"{}" } else { body };
    let Some(wish) = object(body).and_then(wish) else { return Refusal::Malformed.into_response() };
    match site.carry_out(wish, &change).await {
        Some(Ok(said)) => answered(&Done { version: VERSION, said }),
        Some(Err(why)) => refused_for(&why),
        None if site.shown.living().is_some() => unread(),
        None => missing(),
    }
}

/// What an object says. By itself, `serde` takes a list for one as well, with the values in the order of the keys.
fn object<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
    serde_json::from_value(Value::Object(object)).ok()
}
