//! The page over TLS.

use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXUPPER;
use earwitness_web::{Access, Failure, Keys, Server, Tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Answer, Site, keep, kept, talk};
use crate::{home, sample};

/// Asks a server of which only this certificate is believed.
fn asked(site: &Site, certificate: &Path, name: &str, request: &str) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap));
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut stream = TcpStream::connect(site.address())?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut client = ClientConnection::new(Arc::new(config), ServerName::try_from(name.to_owned()).unwrap()).unwrap();
    client.complete_io(&mut stream)?;
    Ok(talk(StreamOwned::new(client, stream), request.as_bytes()))
}

fn of(tls: Tls, folder: &Path) -> Site {
    let names = vec!["ear.home.example".to_owned()];
    Site::with(home(sample()), Access { keys: Some(Keys::new(folder)), names, tls: Some(tls) })
}

#[test]
fn with_a_certificate_that_it_makes_the_page_is_the_one_whose_fingerprint_is_told() {
    let folder = kept();
    let certificate = folder.path().join("web-tls.pem");
    let site = of(Tls::SelfSigned(folder.path().to_owned()), folder.path());
    assert_eq!(fs::metadata(&certificate).unwrap().permissions().mode() & 0o777, 0o600);
    let der = CertificateDer::from_pem_file(&certificate).unwrap();
    let plain = site.server.fingerprint().unwrap().replace(':', "");
    assert_eq!(plain, HEXUPPER.encode(&Sha256::digest(&der)));
    assert!(site.server.url().starts_with("https://127.0.0.1:"), "{}", site.server.url());
    for (name, host) in [
        ("127.0.0.1", site.address().to_string()),
        ("localhost", "localhost".to_owned()),
        ("ear.home.example", "ear.home.example".to_owned()),
    ] {
        let answer = asked(&site, &certificate, name, &format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")).unwrap();
        assert!(answer.status == 401 && answer.body.contains("password"), "{}", answer.body);
    }
    // A login, whose cookie is sent over TLS only.
    let host = site.address();
    let login = |scheme: &str| {
        let form = "password=correct+horse";
        let length = form.len();
        let lines = format!("Host: {host}\r\nOrigin: {scheme}://{host}\r\nContent-Length: {length}\r\n\r\n{form}");
        asked(&site, &certificate, "127.0.0.1", &format!("POST /login HTTP/1.1\r\n{lines}")).unwrap()
    };
    let answer = login("https");
    assert!(answer.status == 303 && answer.header("set-cookie").unwrap().ends_with("; Secure"), "{}", answer.head);
    assert_eq!(login("http").status, 401, "a page that came unencrypted is somebody else's");
    // It is the same after a restart.
    let before = site.server.fingerprint();
    drop(site);
    assert_eq!(of(Tls::SelfSigned(folder.path().to_owned()), folder.path()).server.fingerprint(), before);
}

#[test]
fn who_speaks_no_tls_is_told_nothing_and_keeps_nobody_out() {
    let folder = kept();
    let site = of(Tls::SelfSigned(folder.path().to_owned()), folder.path());
    let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(site.address()).unwrap()).collect();
    assert_eq!(site.sent_raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").iter().filter(|it| it.is_ascii_alphabetic()).count(), 0);
    let certificate = folder.path().join("web-tls.pem");
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", site.address());
    assert_eq!(asked(&site, &certificate, "127.0.0.1", &request).unwrap().status, 401);
    for mut stream in silent {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "it is not waited for");
    }
}

#[test]
fn a_certificate_that_is_given_is_used_and_one_that_cannot_be_is_named() {
    let folder = kept();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["ear.home.example".to_owned()]).unwrap();
    keep(folder.path(), "cert.pem", &cert.pem());
    keep(folder.path(), "key.pem", &signing_key.serialize_pem());
    let given = || Tls::Given { certificate: certificate.clone(), key: key.clone() };
    let site = of(given(), folder.path());
    let request = "GET / HTTP/1.1\r\nHost: ear.home.example\r\n\r\n";
    assert_eq!(asked(&site, &certificate, "ear.home.example", request).unwrap().status, 401);
    assert!(asked(&site, &certificate, "other.example", request).is_err(), "it is for one name");
    drop(site);
    let fault = || {
        let access = Access { tls: Some(given()), ..Access::default() };
        match Server::begin("127.0.0.1:0".parse().unwrap(), access, home(sample()), |_| {}) {
            Err(Failure::Tls(fault)) => fault.to_string(),
            other => panic!("{other:?}"),
        }
    };
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(fault().contains("chmod 600"));
    let other = generate_simple_self_signed(["ear.home.example".to_owned()]).unwrap();
    keep(folder.path(), "key.pem", &other.signing_key.serialize_pem());
    assert!(fault().contains("cannot be used with its key"), "{}", fault());
    keep(folder.path(), "cert.pem", "no certificate");
    assert!(fault().contains("cert.pem holds no certificate"), "{}", fault());
    fs::remove_file(&key).unwrap();
    assert!(fault().contains("key.pem cannot be read"), "{}", fault());
}
