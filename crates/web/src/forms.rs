//! What the forms of pages ask for. Each is proved at the doors to come from a page of a session.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use earwitness_base::clock;
use serde::Deserialize;

use crate::doors::{Csrf, Form, Refusal};
use crate::home::device_path;
use crate::household::Wish;
use crate::listen::Ends;
use crate::pages;
use crate::site::{LONGEST_PAUSE, Number, Site, number};

/// A form of a page, or why it is none.
type Filled<T> = Result<Form<T>, Refusal>;

/// What the form says by which a browser leaves.
#[derive(Deserialize, Debug)]
pub(crate) struct Leave {
    /// There where all others are let out too.
    all: Option<String>,
}

pub(crate) async fn leave(State(site): State<Site>, headers: HeaderMap, form: Filled<Leave>) -> Response<Body> {
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    let now = clock::since_boot();
    if form.fields.all.is_some() {
        site.doors.leave_all(now, &form.change);
    } else {
        site.doors.leave(&headers, now, &form.change);
    }
    pages::left()
}

/// The page on which a password is set.
pub(crate) async fn password(State(site): State<Site>, csrf: Csrf) -> Response<Body> {
    site.doors.password(clock::since_boot()).map_or_else(pages::missing, |is_set| pages::password(is_set, &csrf, None))
}

/// What the form says by which a password is set.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    /// The one that is set.
    #[serde(default)]
    before: String,
    password: String,
    again: String,
}

pub(crate) async fn set_password(
    State(site): State<Site>,
    headers: HeaderMap,
    Extension(ends): Extension<Ends>,
    csrf: Csrf,
    form: Result<Form<NewPassword>, Refusal>,
) -> Response<Body> {
    let Form { change, fields } = match form {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    let now = clock::since_boot();
    let Some(is_set) = site.doors.password(now) else { return pages::missing() };
    if fields.password != fields.again {
        return pages::password(is_set, &csrf, Some("the two are not the same"));
    }
    match site.doors.set_password(&headers, fields.before, fields.password, ends.peer, now, &change).await {
        Ok(()) => pages::password_set(),
        Err(why) => pages::password(is_set, &csrf, Some(&why.to_string())),
    }
}

/// A form with nothing to be filled in.
#[derive(Deserialize, Debug)]
pub(crate) struct Bare {}

#[derive(Deserialize, Debug)]
pub(crate) struct Test {
    anyway: Option<String>,
}

pub(crate) async fn test(State(site): State<Site>, form: Filled<Test>) -> Response<Body> {
    asked(&site, form, "/test", |it| Some(Wish::Test { anyway: it.anyway.is_some() })).await
}

pub(crate) async fn end_test(State(site): State<Site>, form: Filled<Bare>) -> Response<Body> {
    asked(&site, form, "/", |_| Some(Wish::EndTest)).await
}

#[derive(Deserialize, Debug)]
pub(crate) struct Pause {
    minutes: Option<u32>,
}

pub(crate) async fn pause(State(site): State<Site>, form: Filled<Pause>) -> Response<Body> {
    let wish = |it: Pause| {
        let fits = it.minutes.is_none_or(|minutes| (1..=LONGEST_PAUSE).contains(&minutes));
        fits.then_some(Wish::Pause { minutes: it.minutes })
    };
    asked(&site, form, "/", wish).await
}

pub(crate) async fn resume(State(site): State<Site>, form: Filled<Bare>) -> Response<Body> {
    asked(&site, form, "/", |_| Some(Wish::Resume)).await
}

#[derive(Deserialize, Debug)]
pub(crate) struct Presence {
    somebody: String,
}

pub(crate) async fn presence(State(site): State<Site>, form: Filled<Presence>) -> Response<Body> {
    let wish = |it: Presence| match it.somebody.as_str() {
        "yes" => Some(Wish::Presence { somebody: Some(true) }),
        "no" => Some(Wish::Presence { somebody: Some(false) }),
        "auto" => Some(Wish::Presence { somebody: None }),
        _ => None,
    };
    asked(&site, form, "/", wish).await
}

#[derive(Deserialize, Debug)]
pub(crate) struct Name {
    name: String,
    forget: Option<String>,
}

pub(crate) async fn name(State(site): State<Site>, id: Number, form: Filled<Name>) -> Response<Body> {
    let Some((number, device)) = device(&site, id) else { return pages::missing() };
    let wish = |it: Name| Some(Wish::Name { device, name: it.forget.is_none().then_some(it.name) });
    asked(&site, form, &device_path(number), wish).await
}

#[derive(Deserialize, Debug)]
pub(crate) struct Ignore {
    ignored: String,
}

pub(crate) async fn ignore(State(site): State<Site>, id: Number, form: Filled<Ignore>) -> Response<Body> {
    let Some((number, device)) = device(&site, id) else { return pages::missing() };
    asked(&site, form, &device_path(number), |it| Some(Wish::Ignore { device, ignored: it.ignored == "yes" })).await
}

pub(crate) async fn forget(State(site): State<Site>, id: Number, form: Filled<Bare>) -> Response<Body> {
    let Some((_, device)) = device(&site, id) else { return pages::missing() };
    asked(&site, form, "/", |_| Some(Wish::Forget { device })).await
}

fn device(site: &Site, id: Number) -> Option<(usize, earwitness_core::findings::DeviceId)> {
    let number = number(id)?;
    Some((number, site.shown.snapshot()?.entry(number)?.device))
}

/// Does what a form asks for, and leads to a page; what is no wish is malformed.
async fn asked<T>(site: &Site, form: Filled<T>, then: &str, wish: impl FnOnce(T) -> Option<Wish>) -> Response<Body> {
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    let Some(wish) = wish(form.fields) else { return Refusal::Malformed.into_response() };
    match site.carry_out(wish, &form.change).await {
        Some(Ok(_)) => see(then),
        Some(Err(why)) => pages::undone(&why),
        None => pages::missing(),
    }
}

fn see(path: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(value) = HeaderValue::try_from(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
