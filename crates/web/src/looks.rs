//! What who looks gets: reading what a page needs, also where that takes a while.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use earwitness_base::clock;
use earwitness_core::findings::{DeviceFindings, Sighting};
use earwitness_report::{html, json};
use tokio::task::spawn_blocking;

use crate::doors::Csrf;
use crate::home::{Home, Material};
use crate::household::Household;
use crate::site::Site;
use crate::slice;
use crate::snapshot::Snapshot;
use crate::{api, dress, pages};

/// The home.
pub(crate) fn home(site: &Site, csrf: Csrf, asked: slice::Asked) -> Response<Body> {
    shown(site, |home| pages::home(home, asked, live(site, csrf).as_ref()))
}

/// A device, with the session that its verdict is of.
pub(crate) async fn device(site: &Site, csrf: Csrf, number: Option<usize>, asked: slice::Asked) -> Response<Body> {
    let told = site.shown.snapshot().ok().and_then(|it| it.told.clone());
    let tested = match told {
        Some(told) => site.tested(told).await,
        None => None,
    };
    shown(site, |home| pages::device(home, number, asked, live(site, csrf).as_ref(), tested.as_deref()))
}

/// A sighting, with what sounded then.
pub(crate) async fn sighting(site: &Site, which: Option<(usize, i64)>) -> Response<Body> {
    let window = site.shown.snapshot().ok().and_then(|home| Some(one(&home, which?)?.1.window));
    let sounded = match window {
        Some(window) => site.wait(move |household| household.sounded(window)).await,
        None => None,
    };
    let sounded = sounded.map(Result::unwrap_or_default);
    shown(site, |home| pages::sighting(home, which, sounded.as_deref()))
}

/// The frames of a sighting.
pub(crate) async fn frames(site: &Site, which: Option<(usize, i64)>) -> Response<Body> {
    let found = site.shown.snapshot().ok().and_then(|home| {
        let (device, sighting) = one(&home, which?)?;
        // Nothing else of it is needed, and it may be much.
        let mut bare = DeviceFindings::new(device.id, device.role, device.seen);
        (bare.names, bare.host_name) = (device.names.clone(), device.host_name.clone());
        bare.sightings.push(sighting.clone());
        Some(bare)
    });
    let Some(device) = found else { return pages::missing() };
    match site.wait(move |household| household.frames(device)).await {
        Some(Ok(octets)) => download("application/x-pcapng", "frames.pcapng", Body::from(octets)),
        Some(Err(why)) => pages::undone(&why),
        None => pages::missing(),
    }
}

/// The sighting that began at a time, of the device with a number.
fn one(home: &Snapshot, (number, began): (usize, i64)) -> Option<(&DeviceFindings, &Sighting)> {
    let device = home.home.findings().devices.get(home.entry(number)?.place?)?;
    Some((device, device.sightings.iter().find(|it| it.window.from.nanos() == began)?))
}

/// Health and about.
pub(crate) async fn health(site: &Site, csrf: Csrf) -> Response<Body> {
    let checks = site.wait(Household::health).await;
    let live = live(site, csrf.clone());
    shown(site, |home| pages::about(home, &csrf, site.doors.password(clock::since_boot()), live.as_ref().zip(checks.as_deref())))
}

/// *Test my home*.
pub(crate) fn test(site: &Site, csrf: Csrf) -> Response<Body> {
    match (live(site, csrf), site.shown.living()) {
        (Some(live), Some(living)) => pages::test(&living.household().plan(), &live),
        _ => pages::missing(),
    }
}

/// Sessions.
pub(crate) async fn sessions(site: &Site) -> Response<Body> {
    match (site.wait(Household::sessions).await, site.shown.snapshot()) {
        (Some(Ok(all)), Ok(home)) => pages::sessions(&all, home.home.zone()),
        (Some(Err(why)), _) => pages::undone(&why),
        (_, Err(why)) => pages::unread(why.as_deref()),
        (None, _) => pages::missing(),
    }
}

/// Sessions, for programs.
pub(crate) async fn sessions_json(site: &Site) -> Response<Body> {
    match site.wait(Household::sessions).await {
        Some(Ok(all)) => api::sessions(&all),
        Some(Err(_)) => api::unread(),
        None => api::missing(),
    }
}

/// A session.
pub(crate) async fn session(site: &Site, id: Option<i64>) -> Response<Body> {
    match read(site, id).await {
        Ok(Some((id, material))) => {
            let Ok(home) = spawn_blocking(move || Home::new(material)).await else { return pages::missing() };
            pages::session(id, &home)
        }
        Ok(None) => pages::missing(),
        Err(why) => pages::undone(&why),
    }
}

/// The report of a session, to be kept.
pub(crate) async fn report(site: &Site, id: Option<i64>, page: bool) -> Response<Body> {
    let (id, material) = match read(site, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return pages::missing(),
        Err(why) => return pages::undone(&why),
    };
    let written = spawn_blocking(move || {
        let mut out = Vec::new();
        let context = material.context();
        let written = if page {
            html::write(&material.findings, &context, &mut out)
        } else {
            json::write(&material.findings, &context, &mut out)
        };
        written.map(|()| out)
    });
    let (kind, ending) = if page { ("text/html; charset=utf-8", "html") } else { ("application/json", "json") };
    match written.await {
        Ok(Ok(octets)) => download(kind, &format!("session-{id}.{ending}"), Body::from(octets)),
        _ => pages::undone("The report cannot be written."),
    }
}

/// How it stands, for programs.
pub(crate) fn status(site: &Site) -> Response<Body> {
    let Some(living) = site.shown.living() else { return api::missing() };
    let kind = HeaderValue::from_static("application/json");
    dress::text(StatusCode::OK, kind, living.status().json())
}

fn shown(site: &Site, page: impl FnOnce(&Snapshot) -> Response<Body>) -> Response<Body> {
    match site.shown.snapshot() {
        Ok(snapshot) => page(&snapshot),
        Err(why) => pages::unread(why.as_deref()),
    }
}

fn live(site: &Site, csrf: Csrf) -> Option<pages::Live> {
    let living = site.shown.living()?;
    let quiet_hours = living.household().plan().map(|it| it.quiet_hours).unwrap_or_default();
    Some(pages::Live { status: living.status(), csrf, quiet_hours })
}

async fn read(site: &Site, id: Option<i64>) -> Result<Option<(i64, Material)>, String> {
    let Some(id) = id else { return Ok(None) };
    match site.wait(move |household| household.session(id)).await {
        Some(found) => Ok(found?.map(|it| (id, it))),
        None => Ok(None),
    }
}

/// A file to be kept rather than shown.
fn download(kind: &'static str, name: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
