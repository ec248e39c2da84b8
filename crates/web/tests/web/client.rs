//! A browser of a few lines, which sends what a test wants.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use earwitness_web::{Access, Content, Keys, Server};
use tempfile::TempDir;

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|it| it.split_once(": ").filter(|it| it.0.eq_ignore_ascii_case(name))).map(|it| it.1)
    }
}

/// A server of a test.
pub(crate) struct Site {
    pub(crate) server: Server,
}

/// The password of tests.
pub(crate) const PASSWORD: &str = "correct horse";
/// What is kept of it, at a cost that lets tests look at many: 64 KiB, one pass.
const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$ZWFyd2l0bmVzc3NhbHQwMA$2UvXk6TAkcaYP8y9JFWt4yJHhXcE+ycNO/YMPperqoo";

/// A folder that keeps the password of tests.
pub(crate) fn kept() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), "web-password", HASH);
    folder
}

/// Writes what only its owner reads.
pub(crate) fn keep(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
}

impl Site {
    pub(crate) fn of(content: impl Into<Content>) -> Self {
        Self::with(content, Access::default())
    }

    /// One that keeps a password and tokens in a folder.
    pub(crate) fn kept(content: impl Into<Content>, folder: &Path) -> Self {
        Self::with(content, Access { keys: Some(Keys::new(folder)), ..Access::default() })
    }

    pub(crate) fn with(content: impl Into<Content>, access: Access) -> Self {
        Self { server: Server::begin("127.0.0.1:0".parse().unwrap(), access, content, |_| {}).unwrap() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What comes back for octets; status 0 where nothing does.
    pub(crate) fn sent(&self, octets: &[u8]) -> Answer {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        talk(stream, octets)
    }

    /// The octets that come back.
    pub(crate) fn sent_raw(&self, octets: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let _ = stream.write_all(octets);
        let mut back = Vec::new();
        let _ = stream.read_to_end(&mut back);
        back
    }

    /// A password that a browser sends, with these lines beside the host.
    pub(crate) fn login(&self, password: &str, lines: &[&str]) -> Answer {
        let origin = self.origin();
        self.sends("/login", &[&[origin.as_str()], lines].concat(), &format!("password={}", password.replace(' ', "+")))
    }

    /// The cookie of a browser that has the password.
    pub(crate) fn enter(&self) -> String {
        let answer = self.login(PASSWORD, &[]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        cookie(&answer)
    }

    /// A request with these lines beside the host.
    pub(crate) fn asked(&self, method: &str, path: &str, lines: &[&str]) -> Answer {
        let host = format!("Host: {}", self.address());
        let lines = [&[host.as_str()], lines, &["", ""]].concat().join("\r\n");
        self.sent(format!("{method} {path} HTTP/1.1\r\n{lines}").as_bytes())
    }

    /// A page for who was let in.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.asked("GET", path, &[&self.token()])
    }

    /// What a program sends.
    pub(crate) fn token(&self) -> String {
        format!("Authorization: Bearer {}", self.server.token().unwrap())
    }

    /// The cookie of a browser that opens the link.
    pub(crate) fn come_in(&self) -> String {
        let link = self.server.link().unwrap();
        let path = link.strip_prefix(&format!("http://{}", self.address())).unwrap();
        let answer = self.asked("GET", path, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{}", answer.head);
        cookie(&answer)
    }

    /// The token in the forms of a browser's pages.
    pub(crate) fn csrf(&self, cookie: &str) -> String {
        let page = self.asked("GET", "/health", &[cookie]).body;
        let rest = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// A form that a browser sends, with these lines beside the host.
    pub(crate) fn sends(&self, path: &str, lines: &[&str], body: &str) -> Answer {
        let host = format!("Host: {}", self.address());
        let length = format!("Content-Length: {}", body.len());
        let form = "Content-Type: application/x-www-form-urlencoded";
        let lines = [&[host.as_str(), &length, form], lines, &["", body]].concat().join("\r\n");
        self.sent(format!("POST {path} HTTP/1.1\r\n{lines}").as_bytes())
    }

    /// The line by which a browser says that our own page asks.
    pub(crate) fn origin(&self) -> String {
        format!("Origin: http://{}", self.address())
    }
}

/// The cookie that an answer sets.
pub(crate) fn cookie(answer: &Answer) -> String {
    format!("Cookie: {}", answer.header("set-cookie").unwrap().split(';').next().unwrap())
}

/// What comes back over a connection.
pub(crate) fn talk(mut stream: impl Read + Write, octets: &[u8]) -> Answer {
    // Who is refused may find the connection closed before all was sent.
    let _ = stream.write_all(octets);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
