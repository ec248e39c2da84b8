//! The page over HTTP: what stands between a connection and the answers.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use earwitness_base::clock;
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use crate::doors::{Asker, Change, Doors, Entry, Refusal, is_change};
use crate::listen::{self, Answer, Ends, Listener};
use crate::routes::router;
use crate::shown::{Content, Shown};
use crate::site::Site;
use crate::{api, dress, pages};

/// The port where nobody names one.
pub const PORT: u16 = 8646;
/// Room for the body of a request, octets.
const BODY: usize = 64 << 10;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Why no page can be served.
#[derive(thiserror::Error, Debug)]
pub enum Failure {
    /// The address is taken, or not this machine's.
    #[error("nothing can listen on {address}; name another one, such as --serve=127.0.0.1:0 for any free port")]
    Address {
        /// Where it should have been.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// There are no threads, descriptors or random numbers left.
    #[error("the page cannot be served")]
    System(#[from] io::Error),
}

/// Told the new link when the one before it was used.
type Tell = Box<dyn Fn(&str) + Send + Sync>;

/// A thread that serves a home; it ends with this.
#[derive(Debug)]
pub struct Server {
    doors: Arc<Doors>,
    listener: Listener,
}

impl Server {
    /// Begins to serve. `tell` is given each further link, when the one before it was used.
    ///
    /// # Errors
    /// When it cannot listen there, or cannot begin.
    pub fn begin(
        address: SocketAddr,
        content: impl Into<Content>,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Failure> {
        let socket = TcpListener::bind(address).map_err(|source| Failure::Address { address, source })?;
        let address = socket.local_addr()?;
        let doors = Arc::new(Doors::new(address.port())?);
        let site = Site { shown: Arc::new(Shown::begin(content.into())?), doors: Arc::clone(&doors) };
        let front = Front { doors: Arc::clone(&doors), router: router(site), address, tell: Box::new(tell) };
        Ok(Self { doors, listener: Listener::begin("web", socket, front)? })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The link that lets the next browser in.
    #[must_use]
    pub fn link(&self) -> String {
        link(self.address(), &self.doors)
    }

    /// Makes such a link, for who has no server at hand.
    pub fn links(&self) -> impl Fn() -> String + Send + use<> {
        let (doors, address) = (Arc::clone(&self.doors), self.address());
        move || link(address, &doors)
    }

    /// What programs send as `Authorization: Bearer`, as long as the server lives.
    #[must_use]
    pub fn token(&self) -> String {
        self.doors.token()
    }
}

fn link(address: SocketAddr, doors: &Doors) -> String {
    // Who listens at all addresses listens at this one.
    let mut shown = address;
    if address.ip().is_unspecified() {
        shown.set_ip(if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{shown}/?key={}", doors.key())
}

/// What stands between a connection and the answers.
struct Front {
    doors: Arc<Doors>,
    router: Router,
    address: SocketAddr,
    tell: Tell,
}

impl Answer for Front {
    type Body = Body;

    async fn answer(&self, request: Request<Incoming>, ends: Ends) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let entry = self.doors.entry(&parts, ends, clock::since_boot());
        let is_api = parts.uri.path().starts_with("/api/");
        let mut response = match entry {
            Entry::Stranger => stranger(),
            Entry::Refused(refusal) => refusal.into_response(),
            Entry::Welcome { cookie, to, used } => {
                if used {
                    (self.tell)(&link(self.address, &self.doors));
                }
                welcome(cookie, &to)
            }
            Entry::Allowed(asker) => self.routed(asker, parts, body).await,
        };
        if let Some(refusal) = response.extensions().get::<Refusal>() {
            let (status, why) = (refusal.status(), refusal.sentence());
            response = if is_api { api::refused(status, why) } else { pages::refused(status, why) };
        }
        dress::guard(response.headers_mut());
        response
    }
}

impl Front {
    /// What who was let in gets. A change is proved here, so that no route can leave that out.
    async fn routed(&self, asker: Asker, mut parts: Parts, body: Incoming) -> Response<Body> {
        let mut content = Body::empty();
        if is_change(&parts.method) {
            let body = match listen::read(body, BODY, BODY_TIME).await {
                Ok(body) => body,
                Err(StatusCode::PAYLOAD_TOO_LARGE) => return Refusal::TooLong.into_response(),
                Err(StatusCode::REQUEST_TIMEOUT) => return Refusal::TooSlow.into_response(),
                Err(_) => return Refusal::Malformed.into_response(),
            };
            match Change::asked(&asker, &parts.headers, &body) {
                Ok(change) => parts.extensions.insert(change),
                Err(refusal) => return refusal.into_response(),
            };
            content = Body::from(body);
        }
        if let Asker::Browser(csrf) = asker {
            parts.extensions.insert(csrf);
        }
        let Ok(response) = TowerToHyperService::new(self.router.clone()).call(Request::from_parts(parts, content)).await;
        response
    }
}

fn stranger() -> Response<Body> {
    let mut response = pages::stranger();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// Leads a browser on, to an address without the key.
fn welcome(cookie: Option<String>, to: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    for (name, value) in [(header::SET_COOKIE, cookie), (header::LOCATION, Some(to.to_owned()))] {
        if let Some(value) = value.and_then(|it| HeaderValue::try_from(it).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
