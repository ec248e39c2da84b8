//! TLS of the page: with a certificate that was given, or one that it makes itself. A certificate that changes is taken while it runs.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::HEXUPPER;
use earwitness_base::clock;
use earwitness_core::time::SECOND;
use jiff::tz::TimeZone;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use sha2::{Digest as _, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::doors::{Fault, Keys};

/// File with the certificate that the page made, and its key.
const FILE: &str = "web-tls.pem";
/// How long a certificate that the page made is good, seconds: two years, below the 825 days that Apple's systems accept of any certificate.
const LIFE: i64 = 730 * DAY;
/// A certificate that ends in less is made anew, seconds.
const RENEWED: i64 = 30 * DAY;
const DAY: i64 = 24 * 3_600;
/// How often it is looked whether there is another certificate.
const LOOK: Duration = Duration::from_secs(60);
/// A file of certificates longer than this is none, octets.
const LONGEST: u64 = 1 << 20;

/// Where the certificate comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tls {
    /// From files in PEM.
    Given {
        /// The certificate, and those between it and an authority.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// It is made, and kept in this folder.
    SelfSigned(PathBuf),
}

/// Why there is no TLS.
#[derive(thiserror::Error, Debug)]
pub enum TlsFault {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} in PEM", path.display())]
    Odd {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Everybody can read the key.
    #[error("{0} can be read by everybody: `chmod 600 {0}`, and have the key made anew")]
    Open(String),
    /// They do not belong together.
    #[error("the certificate cannot be used with its key: {0}")]
    Unusable(#[from] rustls::Error),
    /// None could be made.
    #[error("no certificate could be made: {0}")]
    Unmade(#[from] rcgen::Error),
    /// The one that was made could not be kept.
    #[error(transparent)]
    Unkept(#[from] Fault),
}

/// A certificate, and by what its file is told to be another one.
struct Held {
    key: Arc<CertifiedKey>,
    looked: Duration,
    stamp: Stamp,
}

type Stamp = Vec<Option<(u64, i64, u64)>>;

/// The certificate of a server.
pub(crate) struct Certificates {
    tls: Tls,
    names: Vec<String>,
    held: Mutex<Held>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Certificates({:?})", self.tls)
    }
}

impl Certificates {
    /// Reads or makes one, for these names beside those of this machine itself.
    pub(crate) fn new(tls: Tls, names: &[String], address: IpAddr) -> Result<Arc<Self>, TlsFault> {
        let mut names = names.to_vec();
        names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        if !address.is_loopback() && !address.is_unspecified() {
            names.push(address.to_string());
        }
        let now = clock::since_boot();
        let stamp = stamp(&tls);
        let held = Held { key: Arc::new(read(&tls, &names)?), looked: now, stamp };
        Ok(Arc::new(Self { tls, names, held: Mutex::new(held) }))
    }

    /// What takes connections.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsFault> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// The SHA-256 of the certificate, as browsers show it.
    pub(crate) fn fingerprint(&self) -> String {
        let key = self.current();
        let digest = key.cert.first().map(Sha256::digest).unwrap_or_default();
        let pairs = digest.iter().map(|it| HEXUPPER.encode(&[*it]));
        pairs.collect::<Vec<_>>().join(":")
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::since_boot();
        if now.saturating_sub(held.looked) >= LOOK {
            held.looked = now;
            let stamp = stamp(&self.tls);
            // One that was made may have come to its end without any change of its file.
            if stamp != held.stamp || matches!(self.tls, Tls::SelfSigned(_)) {
                match read(&self.tls, &self.names) {
                    Ok(key) => held.key = Arc::new(key),
                    Err(error) => tracing::warn!(%error, "the certificate stays as it was"),
                }
                held.stamp = stamp;
            }
        }
        Arc::clone(&held.key)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

/// Reads the certificate with its key; makes it where that is wanted, and it is missing or near its end.
fn read(tls: &Tls, names: &[String]) -> Result<CertifiedKey, TlsFault> {
    match tls {
        Tls::Given { certificate, key } => {
            let facts = fs::metadata(key).map_err(|source| TlsFault::Unreadable { path: key.clone(), source })?;
            if facts.mode() & 0o007 != 0 {
                return Err(TlsFault::Open(key.display().to_string()));
            }
            parse(&text(certificate)?, certificate, &text(key)?, key)
        }
        Tls::SelfSigned(folder) => {
            let (keys, path) = (Keys::new(folder), folder.join(FILE));
            let now = clock::now().nanos() / SECOND;
            let kept = keys.read(FILE)?.filter(|it| is_good(it, names, now));
            let text = if let Some(text) = kept {
                text
            } else {
                let text = made(names, now)?;
                keys.write(FILE, &text)?;
                text
            };
            parse(&text, &path, &text, &path)
        }
    }
}

fn text(path: &Path) -> Result<String, TlsFault> {
    let unreadable = |source| TlsFault::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > LONGEST {
        return Err(TlsFault::Odd { path: path.to_owned(), what: "certificates" });
    }
    fs::read_to_string(path).map_err(unreadable)
}

fn parse(certificates: &str, of: &Path, key: &str, of_key: &Path) -> Result<CertifiedKey, TlsFault> {
    let odd = |path: &Path, what| TlsFault::Odd { path: path.to_owned(), what };
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(certificates.as_bytes()).collect::<Result<_, _>>().map_err(|_| odd(of, "certificate"))?;
    if chain.is_empty() {
        return Err(odd(of, "certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| odd(of_key, "private key"))?;
    Ok(CertifiedKey::from_der(chain, key, &ring::default_provider())?)
}

/// What stands before the certificate, for [`is_good`].
fn header(names: &[String], end: i64) -> String {
    format!("Of earwitness, for {}\nGood until {end} (seconds since 1970)\n", names.join(" "))
}

/// Whether a certificate that was kept is for these names, and far from its end. A clock that stands before its beginning is no reason to make another: a board
/// without a battery is at 1970 until it has asked for the time.
fn is_good(kept: &str, names: &[String], now: i64) -> bool {
    let end = kept.lines().nth(1).and_then(|it| it.strip_prefix("Good until ")?.split(' ').next()?.parse::<i64>().ok());
    end.is_some_and(|end| now < end - RENEWED && kept.starts_with(&header(names, end)))
}

fn made(names: &[String], now: i64) -> Result<String, TlsFault> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "earwitness");
    let date = |seconds: i64| {
        let day = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(TimeZone::UTC).date();
        date_time_ymd(i32::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    // Clocks of others may be late.
    let (begin, end) = (now - DAY, now + LIFE);
    (params.not_before, params.not_after) = (date(begin), date(end));
    let key = KeyPair::generate()?;
    let mut text = header(names, end);
    // Writing to a string cannot fail.
    let _ = write!(text, "{}{}", params.self_signed(&key)?.pem(), key.serialize_pem());
    Ok(text)
}

fn stamp(tls: &Tls) -> Stamp {
    let of = |path: &Path| fs::metadata(path).ok().map(|it| (it.ino(), it.mtime(), it.size()));
    match tls {
        Tls::Given { certificate, key } => vec![of(certificate), of(key)],
        Tls::SelfSigned(folder) => vec![of(&folder.join(FILE))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_anew_for_other_names_and_before_its_end_only() {
        let names = ["localhost".to_owned(), "192.168.1.5".to_owned()];
        let now = 1_800_000_000;
        let text = made(&names, now).unwrap();
        assert!(is_good(&text, &names, now) && is_good(&text, &names, now + LIFE - RENEWED - 1));
        assert!(is_good(&text, &names, 0), "a clock that is not set yet");
        assert!(!is_good(&text, &names, now + LIFE - RENEWED));
        assert!(!is_good(&text, &names[..1], now) && !is_good("", &names, now) && !is_good("a\nGood until x", &names, now));
        let path = Path::new("x");
        assert!(parse(&text, path, &text, path).is_ok());
        let other = made(&names, now).unwrap();
        assert!(matches!(parse(&text, path, &other, path), Err(TlsFault::Unusable(_))));
        assert!(matches!(parse("", path, &text, path), Err(TlsFault::Odd { what: "certificate", .. })));
        assert!(matches!(parse(&text, path, "", path), Err(TlsFault::Odd { what: "private key", .. })));
    }
}
