//! HTTP for strangers: bounded connections, with or without TLS, each with one request of bounded length and time; of those who were let in, some answers last.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Most connections at a time; others wait to be accepted.
const CONNECTIONS: usize = 256;
/// Most requests that are answered at a time, apart from answers that last; others wait.
const AT_ONCE: usize = 32;
/// How long the head of a request may take, and the agreement on keys before it.
pub const READING: Duration = Duration::from_secs(5);
/// How long a connection may last, with the answer and the sending of it.
const CONNECTION: Duration = Duration::from_secs(30);
/// How long one may last whose answer goes on by itself; a browser then asks again.
const LIVE: Duration = Duration::from_secs(3_600);
/// How long the other side may leave unacknowledged what was sent to it, milliseconds.
const UNACKNOWLEDGED: u32 = 30_000;
/// Room for the head of a request, octets.
const HEAD: usize = 16 << 10;
/// Most threads that wait for the disk, another process or the names of hosts.
const WAITING: usize = 8;
/// How long to wait where no connection can be accepted, such as when the process has too many files open.
const BREATH: Duration = Duration::from_millis(200);

/// Who speaks with whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    /// Who asks.
    pub peer: IpAddr,
    /// The address that was asked.
    pub local: SocketAddr,
}

/// Marks an answer that lasts, as an extension of the response: it is sent for up to an hour, beside those that count as answered at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Live;

/// What answers requests.
pub trait Answer: Send + Sync + 'static {
    /// What an answer holds.
    type Body: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;

    /// Answers one.
    fn answer(&self, request: Request<Incoming>, ends: Ends) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// The body of a request, of bounded length and time.
///
/// # Errors
/// The status with which to refuse it, where it is longer, takes longer, or is cut off.
pub async fn read(body: Incoming, most: usize, time: Duration) -> Result<Bytes, StatusCode> {
    if usize::try_from(body.size_hint().lower()).is_ok_and(|it| it <= most) {
        return match timeout(time, Limited::new(body, most).collect()).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
            Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        };
    }
    Err(StatusCode::PAYLOAD_TOO_LARGE)
}

/// A thread that listens and answers; it ends with this.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Begins to answer what comes to a socket that listens, with TLS where that is wanted; the thread has this name.
    ///
    /// # Errors
    /// When there are no threads or descriptors left.
    pub fn begin(name: &str, socket: std::net::TcpListener, tls: Option<TlsAcceptor>, answer: impl Answer) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(WAITING).build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(name.to_owned());
        let house = House { answer, tls, at_once: Semaphore::new(AT_ONCE) };
        let thread = thread.spawn(move || run(runtime, socket, house, stopped))?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!(address = %self.address, "a server ended in disorder");
        }
    }
}

/// What all connections of a listener share.
struct House<A> {
    answer: A,
    tls: Option<TlsAcceptor>,
    at_once: Semaphore,
}

fn run(runtime: Runtime, socket: std::net::TcpListener, house: House<impl Answer>, stopped: oneshot::Receiver<()>) {
    runtime.spawn(accept(socket, Arc::new(house)));
    // Either it is told to stop, or nobody is left to tell it.
    let _ = runtime.block_on(stopped);
    // Nobody waits for an answer that nobody gets.
    runtime.shutdown_background();
}

async fn accept(socket: std::net::TcpListener, house: Arc<House<impl Answer>>) {
    let listener = match TcpListener::from_std(socket) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "a server cannot listen"),
    };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let house = Arc::clone(&house);
                tokio::spawn(async move {
                    let served = connection(stream, peer, &house).await;
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

type Served = Result<(), Box<dyn Error + Send + Sync>>;

/// Serves one, for as long as it may last.
async fn connection(stream: TcpStream, peer: SocketAddr, house: &House<impl Answer>) -> Served {
    let ends = Ends { peer: peer.ip(), local: stream.local_addr()? };
    // Whoever vanishes without a word is noticed also where an answer lasts.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNACKNOWLEDGED);
    let lasts = AtomicBool::new(false);
    let mut serving = pin!(async {
        match &house.tls {
            None => serve(stream, ends, house, &lasts).await,
            Some(tls) => serve(timeout(READING, tls.accept(stream)).await??, ends, house, &lasts).await,
        }
    });
    match timeout(CONNECTION, serving.as_mut()).await {
        Ok(served) => served,
        Err(_) if lasts.load(Ordering::Relaxed) => timeout(LIVE, serving).await?,
        Err(error) => Err(error.into()),
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    ends: Ends,
    house: &House<impl Answer>,
    lasts: &AtomicBool,
) -> Served {
    // Held until all is sent, since there is one request.
    let place = Mutex::new(None);
    let answered = service_fn(|request| {
        let place = &place;
        async move {
            // It is never closed.
            let at_once = house.at_once.acquire().await.ok();
            let response = house.answer.answer(request, ends).await;
            if response.extensions().get::<Live>().is_some() {
                lasts.store(true, Ordering::Relaxed);
            } else {
                *place.lock().unwrap_or_else(PoisonError::into_inner) = at_once;
            }
            Ok::<_, Infallible>(response)
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READING)
        .max_buf_size(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answered)
        .await?;
    Ok(())
}
