//! The page over HTTP: what stands between a connection and the answers.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use earwitness_base::clock;
use hyper::body::{Frame, Incoming};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::doors::{Asker, Change, Doors, Entry, Keys, LOGIN, Login, Names, Refusal, is_change};
use crate::listen::{self, Answer, Ends, Listener, Live};
use crate::pages::Said;
use crate::routes::router;
use crate::shown::{Content, Shown};
use crate::site::Site;
use crate::tls::{Certificates, Tls, TlsFault};
use crate::{api, dress, pages};

/// The port where nobody names one.
pub const PORT: u16 = 8646;
/// Room for the body of a request, octets.
const BODY: usize = 64 << 10;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Room for the form with the password, octets: 256 octets and a path, each octet as three.
const LOGIN_BODY: usize = 1 << 10;
/// Longest path to which a browser is led when it is in, octets.
const LONGEST_WAY: usize = 64;
/// Most answers that last at the same time.
const LIVE: usize = 200;
/// How often it is looked whether who gets one is still let in.
const LOOK: Duration = Duration::from_secs(5);

/// Who may come in, and how.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Access {
    /// What is kept: a password and tokens. Without: a link lets each browser in, and one token is good as long as the program runs.
    pub keys: Option<Keys>,
    /// Names by which the page may be called, beside the address at which it is reached.
    pub names: Vec<String>,
    /// TLS, and with which certificate; without, connections are not encrypted.
    pub tls: Option<Tls>,
}

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
    /// There is no certificate that can be used.
    #[error(transparent)]
    Tls(#[from] TlsFault),
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
    certificates: Option<Arc<Certificates>>,
}

impl Server {
    /// Begins to serve. `tell` is given each further link, when the one before it was used.
    ///
    /// # Errors
    /// When it cannot listen there, has no certificate, or cannot begin.
    pub fn begin(
        address: SocketAddr,
        access: Access,
        content: impl Into<Content>,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Failure> {
        let Access { keys, names, tls } = access;
        let certificates = tls.map(|it| Certificates::new(it, &names, address.ip())).transpose()?;
        let acceptor = certificates.as_ref().map(Certificates::acceptor).transpose()?;
        let socket = TcpListener::bind(address).map_err(|source| Failure::Address { address, source })?;
        let address = socket.local_addr()?;
        let names = Names { given: names, tls: acceptor.is_some() };
        let doors = Arc::new(Doors::new(address.port(), names, keys)?);
        let site = Site { shown: Arc::new(Shown::begin(content.into())?), doors: Arc::clone(&doors) };
        let live = Arc::new(Semaphore::new(LIVE));
        let front = Front { doors: Arc::clone(&doors), router: router(site), address, tell: Box::new(tell), live };
        Ok(Self { doors, listener: Listener::begin("web", socket, acceptor, front)?, certificates })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The link that lets the next browser in; none where a password does.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        link(self.address(), &self.doors)
    }

    /// Makes such a link, or says where the page is for who has the password: for who has no server at hand.
    pub fn links(&self) -> impl Fn() -> String + Send + use<> {
        let (doors, address) = (Arc::clone(&self.doors), self.address());
        move || link(address, &doors).unwrap_or_else(|| url(address, &doors))
    }

    /// Where the page is, for who has the password.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.address(), &self.doors)
    }

    /// What programs send as `Authorization: Bearer`, as long as the server lives; none where tokens are kept.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.doors.token()
    }

    /// The SHA-256 of the certificate, by which a person knows it; none without TLS.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.certificates.as_ref().map(|it| it.fingerprint())
    }
}

fn link(address: SocketAddr, doors: &Doors) -> Option<String> {
    doors.key(clock::since_boot()).map(|key| format!("{}?key={key}", url(address, doors)))
}

fn url(address: SocketAddr, doors: &Doors) -> String {
    // Who listens at all addresses listens at this one.
    let mut shown = address;
    if address.ip().is_unspecified() {
        shown.set_ip(if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    format!("{}://{shown}/", if doors.tls() { "https" } else { "http" })
}

/// What stands between a connection and the answers.
struct Front {
    doors: Arc<Doors>,
    router: Router,
    address: SocketAddr,
    tell: Tell,
    live: Arc<Semaphore>,
}

impl Answer for Front {
    type Body = Body;

    async fn answer(&self, request: Request<Incoming>, ends: Ends) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let entry = self.doors.entry(&parts, ends, clock::since_boot());
        let is_api = parts.uri.path().starts_with("/api/");
        let mut response = match entry {
            Entry::Stranger => self.stranger(&parts, None),
            Entry::Login => self.login(&parts, body, ends).await,
            Entry::Refused(refusal) => refusal.into_response(),
            Entry::Welcome { cookie, to, used } => {
                if let Some(link) = link(self.address, &self.doors).filter(|_| used) {
                    (self.tell)(&link);
                }
                welcome(cookie, &to)
            }
            Entry::Allowed(asker) => self.routed(asker, parts, body, ends).await,
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
    async fn routed(&self, asker: Asker, mut parts: Parts, body: Incoming, ends: Ends) -> Response<Body> {
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
        parts.extensions.insert(ends);
        let headers = parts.headers.clone();
        let Ok(response) = TowerToHyperService::new(self.router.clone()).call(Request::from_parts(parts, content)).await;
        if response.extensions().get::<Live>().is_none() {
            return response;
        }
        let Ok(place) = Arc::clone(&self.live).try_acquire_owned() else { return Refusal::Crowded.into_response() };
        let doors = Arc::clone(&self.doors);
        let out = async move {
            while doors.still(&headers, clock::since_boot()) {
                sleep(LOOK).await;
            }
            drop(place);
        };
        response.map(|body| Body::new(Until { body, end: Box::pin(out) }))
    }

    /// What who is not in gets.
    fn stranger(&self, parts: &Parts, said: Option<Said>) -> Response<Body> {
        let is_set = self.doors.password(clock::since_boot()) == Some(true);
        let asked = parts.uri.to_string();
        let to = way(&asked).filter(|_| parts.method == Method::GET);
        let mut response = if is_set { pages::login(to, said) } else { pages::stranger() };
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        response
    }

    /// Looks at the form with the password.
    async fn login(&self, parts: &Parts, body: Incoming, ends: Ends) -> Response<Body> {
        let Ok(body) = listen::read(body, LOGIN_BODY, BODY_TIME).await else { return self.stranger(parts, Some(Said::Wrong)) };
        let Ok(Given { password, to }) = serde_urlencoded::from_bytes(&body) else {
            return self.stranger(parts, Some(Said::Wrong));
        };
        match self.doors.login(password, ends.peer, clock::since_boot()).await {
            Login::Right(cookie) => welcome(Some(cookie), way(&to).unwrap_or("/")),
            Login::Wrong => self.stranger(parts, Some(Said::Wrong)),
            Login::Wait => self.stranger(parts, Some(Said::Wait)),
        }
    }
}

/// What the form with the password says.
#[derive(Deserialize)]
struct Given {
    password: String,
    /// Where the browser wanted to go.
    #[serde(default)]
    to: String,
}

/// A text that is the way to a page of ours, and not to another host or somewhere that is no page.
pub(crate) fn way(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    let ours = text.starts_with('/') && !text.starts_with("//") && ![LOGIN, "/leave", "/"].contains(&text);
    (plain && ours && text.len() <= LONGEST_WAY).then_some(text)
}

/// An answer that lasts, until who gets it is out.
struct Until {
    body: Body,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl hyper::body::Body for Until {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }
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

#[cfg(test)]
mod tests;
