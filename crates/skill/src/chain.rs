//! Certificates: whom a signature's certificate is for, and whether it is trusted now.

use earwitness_core::time::{SECOND, Timestamp};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring};

use crate::refusal::Refusal;

/// Whom the signing certificate must be for.
const NAME: &str = "echo-api.amazon.com";

/// Most certificates of a chain. Amazon's has four.
const MOST: usize = 10;

/// Whom is trusted: root certificates.
#[derive(Clone, Debug, Default)]
pub struct Anchors(Vec<TrustAnchor<'static>>);

impl Anchors {
    /// From certificates (DER); what cannot be read as one is left out.
    pub fn new<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let anchor = |der: &[u8]| anchor_from_trusted_cert(&CertificateDer::from(der)).ok().map(|it| it.to_owned());
        Self(certificates.into_iter().filter_map(anchor).collect())
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }
}

/// The certificates that a signature comes with: that of the signature first, then those that lead to a root.
#[derive(Clone, Debug)]
pub struct Chain(Vec<CertificateDer<'static>>);

impl Chain {
    /// Reads them; whether they are trusted is another question ([`Chain::trust`]).
    ///
    /// # Errors
    /// [`Refusal::ChainText`] where this is no PEM file of some certificates.
    pub fn read(pem: &[u8]) -> Result<Self, Refusal> {
        let mut certificates = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            if certificates.len() == MOST {
                return Err(Refusal::ChainText);
            }
            certificates.push(certificate.map_err(|_| Refusal::ChainText)?);
        }
        if certificates.is_empty() { Err(Refusal::ChainText) } else { Ok(Self(certificates)) }
    }

    /// Whether they are Amazon's at that time: valid then, for its name, up to one of the anchors.
    ///
    /// # Errors
    /// [`Refusal::Untrusted`] and [`Refusal::Name`].
    pub fn trust(&self, anchors: &Anchors, now: Timestamp) -> Result<(), Refusal> {
        self.trusted(anchors, now).map(|_| ())
    }

    /// Whether they are Amazon's at that time, and the signature is that of the body with the key of the first (RSA, PKCS #1 1.5, SHA-256).
    pub(crate) fn signed(&self, body: &[u8], signature: &[u8], anchors: &Anchors, now: Timestamp) -> Result<(), Refusal> {
        let certificate = self.trusted(anchors, now)?;
        certificate.verify_signature(ring::RSA_PKCS1_2048_8192_SHA256, body, signature).map_err(|_| Refusal::Signature)
    }

    fn trusted(&self, anchors: &Anchors, now: Timestamp) -> Result<EndEntityCert<'_>, Refusal> {
        let untrusted = |error: webpki::Error| Refusal::Untrusted(error.to_string());
        let (first, others) = self.0.split_first().ok_or(Refusal::ChainText)?;
        let certificate = EndEntityCert::try_from(first).map_err(untrusted)?;
        let seconds = u64::try_from(now.nanos() / SECOND).unwrap_or(0);
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        certificate
            .verify_for_usage(ALL_VERIFICATION_ALGS, &anchors.0, others, time, KeyUsage::server_auth(), None, None)
            .map_err(untrusted)?;
        // The very name: a certificate for all names of a domain is another one.
        if !certificate.valid_dns_names().any(|name| name.eq_ignore_ascii_case(NAME)) {
            return Err(Refusal::Name);
        }
        Ok(certificate)
    }
}
