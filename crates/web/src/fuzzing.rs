//! What the doors take apart, for `fuzz/fuzz_targets/doors.rs`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Request};

use crate::doors::{Asker, Change, Csrf, Doors, Entry, Names};
use crate::listen::Ends;
use crate::server::way;

/// Asks to be let in with a request of a stranger: a line with method and target, lines of headers, an empty one, a body.
///
/// # Panics
/// When it is let in, or would be led to another host.
pub fn request(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().and_then(|it| it.split_once(' ')).unwrap_or_default();
    let mut builder = Request::builder().method(method).uri(target);
    for (name, value) in lines.filter_map(|it| it.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            builder = builder.header(name, value);
        }
    }
    let Ok(request) = builder.body(()) else { return };
    let (parts, ()) = request.into_parts();
    let ends = Ends { peer: IpAddr::from([127, 0, 0, 1]), local: SocketAddr::from(([127, 0, 0, 1], 8646)) };
    let Ok(doors) = Doors::new(8646, Names { given: vec!["ear.home.example".to_owned()], tls: false }, None) else { return };
    assert!(matches!(doors.entry(&parts, ends, Duration::ZERO), Entry::Stranger), "nobody guesses a key");
    assert!(Change::asked(&Asker::Browser(Csrf::default()), &parts.headers, body.as_bytes()).is_err());
    for text in [target, body] {
        let leads = way(text).is_none_or(|it| it.starts_with('/') && !it.starts_with("//") && !it.contains('\\'));
        assert!(leads, "it is one of ours");
    }
}
