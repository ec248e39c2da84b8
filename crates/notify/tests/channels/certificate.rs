//! Certificates of an authority of the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An authority, and a server that it vouches for.
pub(crate) struct Authority {
    /// Its certificate, in PEM.
    pub(crate) file: PathBuf,
    pub(crate) server: Arc<ServerConfig>,
}

impl Authority {
    /// One that vouches for a server of this name.
    pub(crate) fn new(folder: &Path, file: &str, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&key).unwrap();
        let file = folder.join(file);
        fs::write(&file, own.pem()).unwrap();
        let server_key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = server.signed_by(&server_key, &Issuer::from_params(&params, &key)).unwrap();
        let private = PrivateKeyDer::try_from(server_key.serialize_der()).unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], private).unwrap();
        Self { file, server: Arc::new(config) }
    }
}
