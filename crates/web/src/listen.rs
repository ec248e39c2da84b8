//! HTTP for strangers: bounded connections, each with one request of bounded length and time.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

/// Most connections at a time; others wait to be accepted.
const CONNECTIONS: usize = 32;
/// How long the head of a request may take.
pub const READING: Duration = Duration::from_secs(5);
/// How long a connection may last, with the answer and the sending of it.
const CONNECTION: Duration = Duration::from_secs(30);
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
    /// Begins to answer what comes to a socket that listens; the thread has this name.
    ///
    /// # Errors
    /// When there are no threads or descriptors left.
    pub fn begin(name: &str, socket: std::net::TcpListener, answer: impl Answer) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(WAITING).build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || run(runtime, socket, answer, stopped))?;
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

fn run(runtime: Runtime, socket: std::net::TcpListener, answer: impl Answer, stopped: oneshot::Receiver<()>) {
    runtime.spawn(accept(socket, Arc::new(answer)));
    // Either it is told to stop, or nobody is left to tell it.
    let _ = runtime.block_on(stopped);
    // Nobody waits for an answer that nobody gets.
    runtime.shutdown_background();
}

async fn accept(socket: std::net::TcpListener, answer: Arc<impl Answer>) {
    let listener = match TcpListener::from_std(socket) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "a server cannot listen"),
    };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    let served = timeout(CONNECTION, serve(stream, peer, answer)).await;
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

async fn serve(stream: TcpStream, peer: SocketAddr, answer: Arc<impl Answer>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let ends = Ends { peer: peer.ip(), local: stream.local_addr()? };
    let answered = service_fn(move |request| {
        let answer = Arc::clone(&answer);
        async move { Ok::<_, Infallible>(answer.answer(request, ends).await) }
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
