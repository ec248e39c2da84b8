//! A browser of a few lines, which sends what a test wants.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use earwitness_web::{Access, Content, Server};

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

impl Site {
    pub(crate) fn of(content: impl Into<Content>) -> Self {
        Self { server: Server::begin("127.0.0.1:0".parse().unwrap(), Access::default(), content, |_| {}).unwrap() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What comes back for octets; status 0 where nothing does.
    pub(crate) fn sent(&self, octets: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // Who is refused may find the connection closed before all was sent.
        let _ = stream.write_all(octets);
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_owned(), body: body.to_owned() }
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
        format!("Cookie: {}", answer.header("set-cookie").unwrap().split(';').next().unwrap())
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
