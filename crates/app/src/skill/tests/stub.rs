//! A host of certificates, and a program that runs, as tests want them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rcgen::{CertificateParams, Issuer};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::made::{Key, authority, root};
use crate::daemon::SOCKET;
use crate::skill::roots::Roots;

/// The root that the tests trust.
pub(super) fn roots() -> Roots {
    Roots(vec![root(Key::Root).der().clone()])
}

/// A host that answers as `s3.amazonaws.com`, always the same.
pub(super) struct Host {
    pub(super) address: SocketAddr,
    asked: Arc<AtomicU32>,
}

impl Host {
    /// One that has this file.
    pub(super) fn with(file: &str) -> Self {
        Self::answering(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{file}", file.len()))
    }

    /// One that answers so.
    pub(super) fn answering(text: &str) -> Self {
        Self::begin(text, Key::Root)
    }

    /// One whose own certificate is of a root that nobody trusts.
    pub(super) fn of_a_stranger(file: &str) -> Self {
        Self::begin(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{file}", file.len()), Key::Stranger)
    }

    fn begin(text: &str, root: Key) -> Self {
        let (listener, text, asked) = (TcpListener::bind("127.0.0.1:0").unwrap(), text.to_owned(), Arc::new(AtomicU32::new(0)));
        let address = listener.local_addr().unwrap();
        let (config, count) = (Arc::new(config(root)), Arc::clone(&asked));
        // Ends with the tests.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &config, &text, &count);
            }
        });
        Self { address, asked }
    }

    /// How often it was asked for a file.
    pub(super) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn config(root: Key) -> ServerConfig {
    let (key, params) = (root.pair(), authority(&format!("{root:?}")));
    let own = CertificateParams::new(vec!["s3.amazonaws.com".to_owned()]).unwrap();
    let certificate = own.signed_by(&Key::Leaf.pair(), &Issuer::from_params(&params, &key)).unwrap();
    let private = PrivateKeyDer::try_from(Key::Leaf.pair().serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    config.unwrap().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], private).unwrap()
}

fn serve(stream: TcpStream, config: &Arc<ServerConfig>, text: &str, asked: &AtomicU32) {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream);
    let mut head = [0; 1_024];
    // A client that does not trust the certificate ends here.
    if let Ok(count @ 1..) = stream.read(&mut head) {
        assert!(head[..count].starts_with(b"GET /echo.api/"), "{}", String::from_utf8_lossy(&head[..count]));
        asked.fetch_add(1, Ordering::SeqCst);
        let _ = stream.write_all(text.as_bytes());
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

/// A program that runs on a folder, as far as its control socket shows, and what it is told.
pub(super) fn people(folder: &Path) -> Receiver<String> {
    let listener = UnixListener::bind(folder.join(SOCKET)).unwrap();
    let (tell, told) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let _ = stream.write_all(if line == "status\n" { b"{}\n" } else { b"as you wish\n" });
            if tell.send(line.trim().to_owned()).is_err() {
                return;
            }
        }
    });
    told
}
