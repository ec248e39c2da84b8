//! One HTTP request, bounded in time and octets; no redirection is followed.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::rt::{Read, Write};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::Fault;
use crate::tls;

/// How long all of it may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Room for the head of an answer, and for its body, octets.
const HEAD: usize = 16 << 10;
const BODY: usize = 16 << 10;

/// Where something is posted to. Who knows its path may often read or write there, so that it is printed without it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    tls: bool,
    host: String,
    port: u16,
    path: String,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.host, self.port)
    }
}

impl Endpoint {
    /// From how it is written under `key`.
    pub(crate) fn parse(text: &str, key: &str) -> Result<Self, Fault> {
        // Without the text, of which a part may be secret.
        let wrong = |why: &str| Fault(format!("{key} under [notify] {why}; write it like https://example.org/path"));
        let uri: Uri = text.parse().map_err(|_| wrong("is no address"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("begins with neither https:// nor http://")),
        };
        if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err(wrong("has a password in it, which belongs into a file"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
        Ok(Self { tls, host, port, path })
    }

    /// What stands before and after the last slash, if anything follows it.
    pub(crate) fn split_last(&self) -> Option<(Self, Secret)> {
        let (before, last) = self.path.rsplit_once('/')?;
        let is_name = !last.is_empty() && last.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
        is_name.then(|| (Self { path: format!("{before}/"), ..self.clone() }, Secret::new(last)))
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether nobody on the way can read what is sent.
    pub(crate) fn is_private(&self) -> bool {
        self.tls || self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
    }

    /// As a request names it.
    fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let usual = if self.tls { 443 } else { 80 };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }
}

/// What posts.
pub(crate) struct Client {
    tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Client")
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// At most 16 KiB of it.
    pub(crate) body: Bytes,
}

/// Checks a status; `remedy` is for one that says that the request was wrong.
pub(crate) fn judged(to: &Endpoint, status: StatusCode, remedy: &str) -> Result<(), Failure> {
    if status.is_success() {
        return Ok(());
    }
    let refused = matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let remedy = match status {
        _ if status.is_server_error() => "the server has trouble of its own; it is tried again",
        StatusCode::TOO_MANY_REQUESTS => "the server takes no more for now; it is tried again",
        _ if status.is_redirection() => "it wants to be asked elsewhere: write that address as url",
        _ => remedy,
    };
    Err(Failure { refused, ..Failure::new(format!("{} answers {status}", to.host), remedy) })
}

impl Client {
    /// One that can post to `to`.
    pub(crate) fn new(ca_file: Option<&Path>, to: &Endpoint) -> Result<Self, Fault> {
        Ok(Self { tls: if to.tls { Some(tls::client(ca_file)?) } else { None } })
    }

    /// Posts, and waits for the answer.
    pub(crate) fn post(&self, to: &Endpoint, headers: &[(&'static str, String)], body: Vec<u8>) -> Result<Answer, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::new(format!("nothing can be sent: {error}"), "it is tried again"))?;
        runtime.block_on(async {
            timeout(TIMEOUT, self.posted(to, headers, body)).await.unwrap_or_else(|_| {
                let said = format!("{} did not answer within {} s", to.host, TIMEOUT.as_secs());
                Err(Failure::new(said, "it is slow, or something in between is; it is tried again"))
            })
        })
    }

    async fn posted(&self, to: &Endpoint, headers: &[(&'static str, String)], body: Vec<u8>) -> Result<Answer, Failure> {
        let stream = TcpStream::connect((to.host.as_str(), to.port)).await.map_err(|error| {
            let said = format!("{} port {} cannot be reached: {error}", to.host, to.port);
            Failure::new(said, "check url, and that this machine reaches it")
        })?;
        let Some(config) = &self.tls else { return asked(TokioIo::new(stream), to, headers, body).await };
        let name = ServerName::try_from(to.host.clone())
            .map_err(|error| Failure::new(format!("{} is no name of a host: {error}", to.host), "check url"))?;
        let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await.map_err(|error| {
            let said = format!("{} is not believed: {error}", to.host);
            Failure::new(said, "check url; a certificate of your own authority wants ca_file")
        })?;
        asked(TokioIo::new(stream), to, headers, body).await
    }
}

async fn asked(
    stream: impl Read + Write + Unpin + Send + 'static,
    to: &Endpoint,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Result<Answer, Failure> {
    let rubbish = |error: &dyn fmt::Display| {
        Failure::new(
            format!("{} does not answer as a web server does: {error}", to.host),
            "check url, its port and https:// or http://",
        )
    };
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(HEAD).handshake(stream).await.map_err(|error| rubbish(&error))?;
    // Ends with what waits for it.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let mut request = Request::post(to.path.as_str()).header(HOST, to.authority());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| rubbish(&error))?;
    let response = sender.send_request(request).await.map_err(|error| rubbish(&error))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), BODY).collect().await.map(Collected::to_bytes).unwrap_or_default();
    Ok(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_its_path_is_not_printed() {
        let at = Endpoint::parse("https://ntfy.example.org/s3cret-topic", "url").unwrap();
        let (server, topic) = at.split_last().unwrap();
        assert_eq!((server.path.as_str(), topic.reveal(), server.port, server.is_private()), ("/", "s3cret-topic", 443, true));
        assert!(!format!("{at:?}{server:?}{topic:?}").contains("s3cret"));
        let at = Endpoint::parse("http://[::1]:8080/a/b", "url").unwrap();
        assert_eq!((at.host(), at.authority().as_str(), at.is_private()), ("::1", "[::1]:8080", true));
        assert!(!Endpoint::parse("http://192.168.1.2/x", "url").unwrap().is_private());
        for wrong in ["", "ntfy.sh/x", "ftp://x/y", "https:///x", "https://me:s3cret@example.org/x", "https://exa mple/x"] {
            let said = Endpoint::parse(wrong, "url").unwrap_err().to_string();
            assert!(said.contains("https://example.org") && !said.contains("s3cret"), "{wrong}: {said}");
        }
        for no_topic in ["https://ntfy.sh", "https://ntfy.sh/", "https://ntfy.sh/a?b=c"] {
            assert!(Endpoint::parse(no_topic, "url").unwrap().split_last().is_none(), "{no_topic}");
        }
    }
}
