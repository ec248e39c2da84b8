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
use crate::kept::{Export, Kept};
use crate::site::Site;
use crate::slice;
use crate::snapshot::Snapshot;
use crate::{api, dress, pages};

/// The home.
pub(crate) async fn home(site: &Site, csrf: Csrf, asked: slice::Asked) -> Response<Body> {
    shown(site, |home| pages::home(home, asked, live(site, csrf).as_ref())).await
}

/// A device, with the session that its verdict is of.
pub(crate) async fn device(site: &Site, csrf: Csrf, number: Option<usize>, asked: slice::Asked) -> Response<Body> {
    let told = site.snapshot().await.and_then(|it| it.told.clone());
    let tested = match told {
        Some(told) => site.tested(told).await,
        None => None,
    };
    shown(site, |home| pages::device(home, number, asked, live(site, csrf).as_ref(), tested.as_deref())).await
}

/// A sighting, with what sounded then.
pub(crate) async fn sighting(site: &Site, which: Option<(usize, i64)>) -> Response<Body> {
    let window = site.snapshot().await.and_then(|home| Some(one(&home, which?)?.1.window));
    let sounded = match window {
        Some(window) => site.wait(move |household| household.sounded(window)).await,
        None => None,
    };
    let sounded = sounded.map(Result::unwrap_or_default);
    shown(site, |home| pages::sighting(home, which, sounded.as_deref())).await
}

/// The frames of a sighting.
pub(crate) async fn frames(site: &Site, which: Option<(usize, i64)>) -> Response<Body> {
    let found = site.snapshot().await.and_then(|home| {
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
        .await
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
    let Some(home) = site.snapshot().await else { return pages::unread() };
    match site.wait(Household::sessions).await {
        Some(Ok(all)) => pages::sessions(&all, home.home.zone()),
        Some(Err(why)) => pages::undone(&why),
        None => pages::missing(),
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

/// Experiments.
pub(crate) async fn experiments(site: &Site) -> Response<Body> {
    let Some(home) = site.snapshot().await else { return pages::unread() };
    match site.wait(Household::experiments).await {
        Some(Ok(all)) => pages::experiments(&all, home.home.zone()),
        Some(Err(why)) => pages::undone(&why),
        None => pages::missing(),
    }
}

/// Experiments, for programs.
pub(crate) async fn experiments_json(site: &Site) -> Response<Body> {
    match site.wait(Household::experiments).await {
        Some(Ok(all)) => api::experiments(&all),
        Some(Err(_)) => api::unread(),
        None => api::missing(),
    }
}

/// An experiment.
pub(crate) async fn experiment(site: &Site, name: Option<String>) -> Response<Body> {
    let Some(home) = site.snapshot().await else { return pages::unread() };
    match kept(site, name).await {
        Ok(Some(it)) => pages::experiment(&it, home.home.zone()),
        Ok(None) => pages::missing(),
        Err(why) => pages::undone(&why),
    }
}

/// An experiment, for programs.
pub(crate) async fn experiment_json(site: &Site, name: Option<String>) -> Response<Body> {
    match kept(site, name).await {
        Ok(Some(it)) => api::experiment(&it),
        Ok(None) => api::missing(),
        Err(_) => api::unread(),
    }
}

async fn kept(site: &Site, name: Option<String>) -> Result<Option<Kept>, String> {
    let Some(name) = name else { return Ok(None) };
    site.wait(move |household| household.experiment(&name)).await.unwrap_or(Ok(None))
}

/// A file of an experiment.
pub(crate) async fn export(site: &Site, which: Option<(String, String)>) -> Response<Body> {
    let Some((name, export)) = which.and_then(|(name, file)| Some((name, Export::named(&file)?))) else {
        return pages::missing();
    };
    match site.wait(move |household| household.export(&name, export)).await {
        Some(Ok(Some(octets))) => download(export.media_type(), export.file(), Body::from(octets)),
        Some(Ok(None)) | None => pages::missing(),
        Some(Err(why)) => pages::undone(&why),
    }
}

/// How it stands, for programs.
pub(crate) fn status(site: &Site) -> Response<Body> {
    let Some(living) = site.shown.living() else { return api::missing() };
    let kind = HeaderValue::from_static("application/json");
    dress::text(StatusCode::OK, kind, living.status().json())
}

async fn shown(site: &Site, page: impl FnOnce(&Snapshot) -> Response<Body>) -> Response<Body> {
    match site.snapshot().await {
        Some(snapshot) => page(&snapshot),
        None => pages::unread(),
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
