//! Fetching the certificates of a signature.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use earwitness_skill::{CHAIN_HOST, ChainUrl, LONGEST_CHAIN};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;

use super::roots::Roots;

/// How long it may take in all: Alexa waits for eight seconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// Room for the head of a response, octets.
const HEAD: usize = 16 << 10;

/// What fetches certificates from the one host that has them.
pub(super) struct Fetcher {
    tls: TlsConnector,
    /// Host and port.
    address: String,
}

impl Fetcher {
    /// One that trusts these roots.
    pub(super) fn new(roots: &Roots) -> anyhow::Result<Self> {
        let config =
            ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()?;
        let config = config.with_root_certificates(roots.store()).with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), address: format!("{CHAIN_HOST}:443") })
    }

    /// The same, which finds the host at another address.
    #[cfg(test)]
    pub(super) fn at(self, address: String) -> Self {
        Self { address, ..self }
    }

    /// The file at a URL. It follows no redirection, and asks once.
    pub(super) async fn fetch(&self, url: &ChainUrl) -> anyhow::Result<Bytes> {
        timeout(PATIENCE, self.asked(url)).await.unwrap_or_else(|_| bail!("{CHAIN_HOST} did not answer in time"))
    }

    async fn asked(&self, url: &ChainUrl) -> anyhow::Result<Bytes> {
        let stream = TcpStream::connect(&self.address).await.with_context(|| format!("{CHAIN_HOST} cannot be reached"))?;
        let stream = self.tls.connect(ServerName::try_from(CHAIN_HOST)?, stream).await?;
        let (mut sender, connection) = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await?;
        // Ends with what waits for it.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let request = Request::get(url.path()).header(HOST, CHAIN_HOST).body(Empty::<Bytes>::new())?;
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            bail!("{CHAIN_HOST} answers {}", response.status());
        }
        match Limited::new(response.into_body(), LONGEST_CHAIN).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) => bail!("the certificates cannot be read: {error}"),
        }
    }
}
