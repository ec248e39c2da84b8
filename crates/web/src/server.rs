//! HTTP: bounded connections, each with one request of bounded length and time.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use earwitness_base::clock;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use crate::doors::{Doors, Ends, Entry};
use crate::home::Home;
use crate::routes::{Site, router};
use crate::{dress, pages};

/// The port where nobody names one.
pub const PORT: u16 = 8646;
/// Most connections at a time; others wait to be accepted.
const CONNECTIONS: usize = 32;
/// How long the head of a request may take.
const READING: Duration = Duration::from_secs(5);
/// How long a connection may last, with the sending of the answer.
const CONNECTION: Duration = Duration::from_secs(30);
/// Room for the head of a request, octets.
const HEAD: usize = 16 << 10;
/// How long to wait where no connection can be accepted, such as when the process has too many files open.
const BREATH: Duration = Duration::from_millis(200);

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
    address: SocketAddr,
    doors: Arc<Doors>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins to serve. `tell` is given each further link, when the one before it was used.
    ///
    /// # Errors
    /// When it cannot listen there, or cannot begin.
    pub fn begin(address: SocketAddr, home: Home, tell: impl Fn(&str) + Send + Sync + 'static) -> Result<Self, Failure> {
        let listener = std::net::TcpListener::bind(address).map_err(|source| Failure::Address { address, source })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let doors = Arc::new(Doors::new(address.port())?);
        let site = Site { home: Arc::new(home), doors: Arc::clone(&doors) };
        let front = Front { doors: Arc::clone(&doors), router: router(site), address, tell: Box::new(tell) };
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("web".to_owned()).spawn(move || run(runtime, listener, front, stopped))?;
        Ok(Self { address, doors, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The link that lets the next browser in.
    #[must_use]
    pub fn link(&self) -> String {
        link(self.address, &self.doors)
    }

    /// What programs send as `Authorization: Bearer`, as long as the server lives.
    #[must_use]
    pub fn token(&self) -> String {
        self.doors.token()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!(address = %self.address, "the server of the page ended in disorder");
        }
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

fn run(runtime: Runtime, listener: std::net::TcpListener, front: Front, stopped: oneshot::Receiver<()>) {
    runtime.spawn(accept(listener, Arc::new(front)));
    // Either it is told to stop, or nobody is left to tell it.
    let _ = runtime.block_on(stopped);
    // Nobody waits for an answer that nobody gets.
    runtime.shutdown_background();
}

async fn accept(listener: std::net::TcpListener, front: Arc<Front>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "the server of the page cannot listen"),
    };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let front = Arc::clone(&front);
                tokio::spawn(async move {
                    let served = timeout(CONNECTION, serve(stream, peer, front)).await;
                    tracing::trace!(?served, "a connection is over");
                    drop(place);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "no connection can be accepted");
                sleep(BREATH).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, front: Arc<Front>) -> Result<(), hyper::Error> {
    let ends = Ends { peer: peer.ip(), local: stream.local_addr().unwrap_or(front.address) };
    let answered = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request, ends).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READING)
        .max_buf_size(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answered)
        .await
}

impl Front {
    async fn answer(&self, request: Request<Incoming>, ends: Ends) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let entry = self.doors.entry(&parts, ends, clock::since_boot());
        let mut response = match entry {
            Entry::Stranger => stranger(),
            Entry::Foreign => pages::foreign(),
            Entry::Welcome { cookie, to, used } => {
                if used {
                    (self.tell)(&link(self.address, &self.doors));
                }
                welcome(cookie, &to)
            }
            Entry::Allowed => {
                let Ok(response) = TowerToHyperService::new(self.router.clone()).call(Request::from_parts(parts, body)).await;
                response
            }
        };
        dress::guard(response.headers_mut());
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
