//! Who is let in. Asked before anything looks at where a request leads, so that a stranger learns nothing.

mod change;
mod names;
mod secret;
mod tries;

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};

pub use self::change::Scope;
pub(crate) use self::change::{Asker, Change, Csrf, Form, Refusal};
use self::secret::Secret;
use self::tries::Tries;
use crate::listen::Ends;

/// Browsers that are in at the same time; the one that came first has to come in anew.
const SESSIONS: usize = 32;

/// What becomes of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    /// It is answered; what is no reading only where there is a [`Change`].
    Allowed(Asker),
    /// It came with the key: the browser gets a session, and is led to where it wanted to go.
    Welcome {
        /// Value of the `Set-Cookie` header; none where it had a session.
        cookie: Option<String>,
        /// Where it wanted to go, without the key.
        to: String,
        /// Whether the key is used up, so that there is another one.
        used: bool,
    },
    /// It comes from who is in, and is not answered.
    Refused(Refusal),
    /// It is told nothing.
    Stranger,
}

/// The doors of one server.
#[derive(Debug)]
pub(crate) struct Doors {
    /// Cookies know no ports: two servers of one machine have cookies of two names.
    cookie: String,
    /// For programs, as long as the server lives.
    token: Secret,
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    /// Lets one browser in.
    key: Secret,
    /// Who is in, the one that came first in front.
    sessions: Vec<Session>,
    tries: Tries,
}

/// A browser that is in.
#[derive(Debug)]
struct Session {
    /// What its cookie holds.
    cookie: Secret,
    /// What its forms hold.
    csrf: Csrf,
}

impl Doors {
    /// Doors of a server at that port, with a key of their own.
    pub(crate) fn new(port: u16) -> io::Result<Self> {
        let inside = Inside { key: Secret::new()?, sessions: Vec::new(), tries: Tries::default() };
        Ok(Self { cookie: format!("earwitness-{port}"), token: Secret::new()?, inside: Mutex::new(inside) })
    }

    /// The key that lets the next browser in.
    pub(crate) fn key(&self) -> String {
        self.inside().key.reveal()
    }

    /// What programs send as `Authorization: Bearer`.
    pub(crate) fn token(&self) -> String {
        self.token.reveal()
    }

    /// What becomes of a request at a time since the machine started.
    pub(crate) fn entry(&self, request: &Parts, ends: Ends, now: Duration) -> Entry {
        let Some(host) = names::called(request, ends.local) else { return Entry::Stranger };
        let (key, to) = without_key(&request.uri);
        let mut inside = self.inside();
        let (entry, is_browser) =
            if let Some(session) = self.session(&request.headers, &inside).and_then(|it| inside.sessions.get(it)) {
                let allowed = || Entry::Allowed(Asker::Browser(session.csrf.clone()));
                (key.map_or_else(allowed, |_| Entry::Welcome { cookie: None, to, used: false }), true)
            } else if let Some(key) = key.filter(|_| request.method == Method::GET) {
                return self.with_key(&mut inside, &key, to, ends.peer, now);
            } else {
                (self.with_token(&mut inside, request, ends.peer, now), false)
            };
        // A browser says from where a form comes. A program may be silent: no page can have a browser send a token that it does not know.
        let is_ours = names::is_own(request, &host) || (!is_browser && !names::has_origin(request));
        if entry != Entry::Stranger && is_change(&request.method) && !is_ours { Entry::Refused(Refusal::Foreign) } else { entry }
    }

    /// Ends the session that a request belongs to.
    pub(crate) fn leave(&self, headers: &HeaderMap, _: &Change) {
        let mut inside = self.inside();
        if let Some(place) = self.session(headers, &inside) {
            inside.sessions.remove(place);
        }
    }

    /// Ends all sessions.
    pub(crate) fn leave_all(&self, _: &Change) {
        self.inside().sessions.clear();
    }

    /// Which session a request belongs to.
    fn session(&self, headers: &HeaderMap, inside: &Inside) -> Option<usize> {
        let all = headers.get_all(COOKIE).iter().flat_map(|it| it.as_bytes().split(|it| *it == b';'));
        let name = self.cookie.as_bytes();
        let mut ours = all.filter_map(|it| it.trim_ascii().strip_prefix(name)?.strip_prefix(b"="));
        ours.find_map(|value| inside.sessions.iter().position(|it| it.cookie.is(value)))
    }

    fn with_key(&self, inside: &mut Inside, key: &str, to: String, peer: IpAddr, now: Duration) -> Entry {
        if !inside.tries.may(peer, now) {
            return Entry::Stranger;
        }
        if !inside.key.is(key.as_bytes()) {
            inside.tries.wrong(peer, now);
            return Entry::Stranger;
        }
        let (Ok(secret), Ok(csrf), Ok(next)) = (Secret::new(), Secret::new(), Secret::new()) else { return Entry::Stranger };
        let cookie = format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie, secret.reveal());
        inside.tries.right(peer);
        inside.key = next;
        if inside.sessions.len() >= SESSIONS {
            inside.sessions.remove(0);
        }
        inside.sessions.push(Session { cookie: secret, csrf: Csrf::new(csrf) });
        Entry::Welcome { cookie: Some(cookie), to, used: true }
    }

    fn with_token(&self, inside: &mut Inside, request: &Parts, peer: IpAddr, now: Duration) -> Entry {
        let sent = request.headers.get(AUTHORIZATION).and_then(|it| it.as_bytes().strip_prefix(b"Bearer "));
        match sent {
            Some(token) if inside.tries.may(peer, now) => {
                if self.token.is(token) {
                    inside.tries.right(peer);
                    return Entry::Allowed(Asker::Program(Scope::Read));
                }
                inside.tries.wrong(peer, now);
                Entry::Stranger
            }
            _ => Entry::Stranger,
        }
    }

    /// Nothing is left half done where somebody ended while holding it.
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a request may ask for more than reading.
pub(crate) fn is_change(method: &Method) -> bool {
    method != Method::GET && method != Method::HEAD
}

/// The key of a URL, and the path with the rest of the query.
fn without_key(uri: &Uri) -> (Option<String>, String) {
    let mut key = None;
    let mut rest = Vec::new();
    for it in uri.query().into_iter().flat_map(|it| it.split('&')) {
        match it.strip_prefix("key=") {
            Some(value) => key = Some(value.to_owned()),
            None => rest.push(it),
        }
    }
    // One slash, so that no other host is named by it.
    let path = format!("/{}", uri.path().trim_start_matches(['/', '\\']));
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    (key, format!("{path}{query}"))
}

#[cfg(test)]
mod tests;
