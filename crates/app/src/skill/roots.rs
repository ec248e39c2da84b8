//! The root certificates of this machine.

use anyhow::bail;
use earwitness_skill::Anchors;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// Root certificates, as the system's administrator keeps them (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others).
#[derive(Clone, Debug)]
pub(super) struct Roots(pub(super) Vec<CertificateDer<'static>>);

impl Roots {
    /// Those of this machine.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn of_this_machine() -> anyhow::Result<Self> {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let why = found.errors.first().map_or_else(String::new, |error| format!(" ({error})"));
            bail!(
                "[skill]: this machine has no root certificates, by which Amazon's could be known{why}; install them: apt-get install ca-certificates"
            );
        }
        Ok(Self(found.certs))
    }

    /// For signatures of requests.
    pub(super) fn anchors(&self) -> Anchors {
        Anchors::new(self.0.iter().map(AsRef::as_ref))
    }

    /// For connections.
    pub(super) fn store(&self) -> RootCertStore {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.0.iter().cloned());
        store
    }
}
