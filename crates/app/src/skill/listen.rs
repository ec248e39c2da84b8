//! HTTP: bounded connections, each with one request of bounded length and time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use earwitness_skill::{Headers, LONGEST_BODY};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::service::{Outcome, Service};

/// Most connections at a time; others wait to be accepted.
const CONNECTIONS: usize = 32;
/// How long the head of a request may take, and its body.
const READING: Duration = Duration::from_secs(5);
/// How long a connection may last: both, certificates, an answer, and the sending of the reply.
const CONNECTION: Duration = Duration::from_secs(25);
/// Room for the head of a request, octets; the certificates' URL and a signature have a tenth of it.
const HEAD: usize = 16 << 10;
/// Most threads that wait for the store, the control socket or the names of hosts.
const WAITING: usize = 8;
/// How long to wait where no connection can be accepted, such as when the process has too many files open.
const BREATH: Duration = Duration::from_millis(200);

/// A thread that listens; it ends with this.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub(super) fn begin(address: SocketAddr, service: Service) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind(address).with_context(|| {
            format!("[skill]: nothing can listen on {address}: earwitness runs already, or name another port with `listen`")
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(WAITING).build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("skill".to_owned()).spawn(move || run(runtime, listener, service, stopped))?;
        tracing::debug!(%address, "a skill is served");
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[cfg(test)]
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!(address = %self.address, "the server of the skill ended in disorder");
        }
    }
}

fn run(runtime: Runtime, listener: std::net::TcpListener, service: Service, stopped: oneshot::Receiver<()>) {
    runtime.spawn(accept(listener, Arc::new(service)));
    // Either it is told to stop, or nobody is left to tell it.
    let _ = runtime.block_on(stopped);
    // Nobody waits for an answer that nobody gets.
    runtime.shutdown_background();
}

async fn accept(listener: std::net::TcpListener, service: Arc<Service>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "the server of the skill cannot listen"),
    };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let service = Arc::clone(&service);
                tokio::spawn(async move {
                    let served = timeout(CONNECTION, serve(stream, service)).await;
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

async fn serve(stream: TcpStream, service: Arc<Service>) -> Result<(), hyper::Error> {
    let answered = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(respond(request, service).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READING)
        .max_buf_size(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answered)
        .await
}

/// Who is refused is not told why: that would help only those who try.
async fn respond(request: Request<Incoming>, service: Arc<Service>) -> Response<Full<Bytes>> {
    if request.method() != Method::POST {
        let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let (parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return empty(status),
    };
    let headers = Headers {
        signature_256: only(&parts.headers, "signature-256"),
        chain_url: only(&parts.headers, "signaturecertchainurl"),
    };
    match service.take(headers, &body).await {
        Outcome::Replied(json) => {
            let mut response = Response::new(Full::from(json));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
            response
        }
        Outcome::Refused(refusal) => {
            tracing::debug!(why = %refusal, "a request is refused");
            empty(StatusCode::BAD_REQUEST)
        }
        Outcome::Unavailable(error) => {
            tracing::warn!(why = format!("{error:#}"), "a request cannot be verified");
            empty(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

async fn read(body: Incoming) -> Result<Bytes, StatusCode> {
    if body.size_hint().lower() > LONGEST_BODY as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match timeout(READING, Limited::new(body, LONGEST_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// The header of that name, where there is exactly one.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    all.next().filter(|_| all.next().is_none())?.to_str().ok()
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
