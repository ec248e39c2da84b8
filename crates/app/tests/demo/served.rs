//! `--serve`: the pages of a simulated night, from the link that is printed to Ctrl-C.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{folder, text};

/// A program that serves.
struct Serving {
    child: Child,
    /// What it said until then.
    said: Vec<String>,
    /// Address, and what a program sends.
    address: String,
    token: String,
}

impl Serving {
    fn begin(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_earwitness"))
            .args(arguments)
            .current_dir(folder)
            .env("TZ", "UTC")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut said = Vec::new();
        for line in lines {
            let is_last = line.ends_with("Ctrl-C ends it");
            said.push(line);
            if is_last {
                break;
            }
        }
        let all = said.join("\n");
        let after = |start: &str| all.split_once(start).unwrap().1;
        let address = after("http://").split('/').next().unwrap().to_owned();
        let token = after("Bearer ").split('\'').next().unwrap().to_owned();
        Self { child, said, address, token }
    }

    /// The page at a path.
    fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let (host, token) = (&self.address, &self.token);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).unwrap();
        text(&octets)
    }

    /// Ends it as Ctrl-C does.
    fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A test that fails leaves nobody behind; one that has ended it has nobody to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_simulated_night_is_shown_until_it_is_told_to_stop() {
    let folder = folder();
    let served = Serving::begin(folder.path(), &["demo", "hour.toml", "--serve=127.0.0.1:0", "--quiet"]);
    assert!(served.said.iter().any(|it| it.contains("once: http://127.0.0.1:") && it.contains("/?key=")), "{:?}", served.said);
    let home = served.page("/");
    assert!(home.starts_with("HTTP/1.1 200 ") && home.contains("<bdi>assistant</bdi>"), "{home}");
    let path = home.split("<bdi>assistant").next().unwrap().rsplit("href=\"").next().unwrap().split('"').next().unwrap();
    let device = served.page(path);
    for told in [
        "<h1><bdi>assistant</bdi></h1>",
        "Evidence from round to round",
        "Traffic of assistant over time",
        "streams what it hears",
    ] {
        assert!(device.contains(told), "{told}: {device}");
    }
    assert!(served.page("/health").contains("simulated home"));
    assert_eq!(served.end(), Some(0));
}

#[test]
fn a_capture_is_shown_and_the_exit_status_is_what_it_is_without() {
    let folder = folder();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let sample = sample.to_str().unwrap();
    let served = Serving::begin(folder.path(), &["analyze", sample, "--serve=127.0.0.1:0", "--exit-code"]);
    assert!(served.page("/").contains("<bdi>speaker</bdi>"));
    assert_eq!(served.end(), Some(1));
}

#[test]
fn where_nothing_can_listen_that_is_said_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = folder();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let address = format!("--serve={}", taken.local_addr().unwrap());
    let refused = crate::earwitness(folder.path(), &["analyze", sample.to_str().unwrap(), &address]);
    let said = text(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("--serve=127.0.0.1:0"), "{said}");
}
