//! Who is let in. Asked before anything looks at where a request leads, so that a stranger learns nothing.
//!
//! A browser comes in with a link that is printed, as long as no password is set, and with the password from then on; a program with a token. Who was let in and
//! asks for a change proves it by what [`change`] says.

mod change;
mod kept;
mod keys;
mod names;
mod secret;
mod sessions;
mod tries;

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub use self::change::Scope;
pub(crate) use self::change::{Asker, Change, Csrf, Form, Refusal};
use self::kept::Kept;
pub use self::keys::{Fault, Keys, Password, Token, Unfit};
pub(crate) use self::keys::{LONGEST, SHORTEST};
pub(crate) use self::names::Names;
use self::secret::Secret;
use self::sessions::{LIFE, Sessions};
use self::tries::Tries;
use crate::listen::Ends;

/// Where the form with the password leads.
pub(crate) const LOGIN: &str = "/login";
/// Wrong passwords of a minute that are looked at, from wherever they come: each costs a slow hash.
const PASSWORDS: u32 = 20;

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
    /// It brings a password, which is looked at by [`Doors::login`].
    Login,
    /// It is told nothing.
    Stranger,
}

/// What becomes of a password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Login {
    /// It is right; the value of the `Set-Cookie` header.
    Right(String),
    /// It is wrong.
    Wrong,
    /// It was not looked at: too many were wrong.
    Wait,
}

/// Why a password was not set.
#[derive(thiserror::Error, Debug)]
pub(crate) enum Unset {
    /// The one that is set is another, or was not given.
    #[error("the password that is set is another")]
    Wrong,
    /// Too many were wrong.
    #[error("too many passwords were wrong; wait a minute")]
    Wait,
    /// Who asks has no session, or nothing is kept.
    #[error("a password can be set in a browser only, and where one is kept")]
    Nobody,
    /// It cannot be one.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// It cannot be kept.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The doors of one server.
#[derive(Debug)]
pub(crate) struct Doors {
    /// Cookies know no ports: two servers of one machine have cookies of two names.
    cookie: String,
    names: Names,
    keys: Option<Keys>,
    /// For programs, as long as the server lives, where no tokens are kept.
    token: Option<Secret>,
    /// One password is looked at at a time, so that a crowd costs no more memory and no more processors than one.
    hashing: Semaphore,
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    /// Lets one browser in, as long as no password is set.
    key: Secret,
    sessions: Sessions,
    wrong_keys: Tries,
    wrong_passwords: Tries,
    kept: Kept,
}

impl Doors {
    /// Doors of a server at that port, with a key of their own.
    pub(crate) fn new(port: u16, names: Names, keys: Option<Keys>) -> io::Result<Self> {
        let inside = Inside {
            key: Secret::new()?,
            sessions: Sessions::default(),
            wrong_keys: Tries::default(),
            wrong_passwords: Tries::of_all(PASSWORDS),
            kept: Kept::default(),
        };
        Ok(Self {
            cookie: format!("earwitness-{port}"),
            names,
            token: if keys.is_none() { Some(Secret::new()?) } else { None },
            keys,
            hashing: Semaphore::new(1),
            inside: Mutex::new(inside),
        })
    }

    /// The key that lets the next browser in; none where a password does.
    pub(crate) fn key(&self, now: Duration) -> Option<String> {
        let inside = self.inside(now);
        inside.kept.password.is_none().then(|| inside.key.reveal())
    }

    /// What programs send as `Authorization: Bearer`, where no tokens are kept.
    pub(crate) fn token(&self) -> Option<String> {
        self.token.as_ref().map(Secret::reveal)
    }

    /// Whether a password lets browsers in; none where none can be set.
    pub(crate) fn password(&self, now: Duration) -> Option<bool> {
        self.keys.is_some().then(|| self.inside(now).kept.password.is_some())
    }

    /// Whether connections are encrypted.
    pub(crate) const fn tls(&self) -> bool {
        self.names.tls
    }

    /// What becomes of a request at a time since the machine started.
    pub(crate) fn entry(&self, request: &Parts, ends: Ends, now: Duration) -> Entry {
        let Some(host) = self.names.called(request, ends.local) else { return Entry::Stranger };
        let (key, to) = without_key(&request.uri);
        let mut inside = self.inside(now);
        let is_own = self.names.is_own(request, &host);
        if request.method == Method::POST && request.uri.path() == LOGIN && inside.kept.password.is_some() {
            return if is_own { Entry::Login } else { Entry::Stranger };
        }
        let (entry, is_browser) = if let Some(csrf) = inside.sessions.of(self.cookies(&request.headers), now) {
            let allowed = || Entry::Allowed(Asker::Browser(csrf));
            (key.map_or_else(allowed, |_| Entry::Welcome { cookie: None, to, used: false }), true)
        } else if let Some(key) = key.filter(|_| request.method == Method::GET) {
            return self.with_key(&mut inside, &key, to, ends.peer, now);
        } else {
            (self.scope(&inside, &request.headers).map_or(Entry::Stranger, |it| Entry::Allowed(Asker::Program(it))), false)
        };
        // A browser says from where a form comes. A program may be silent: no page can have a browser send a token that it does not know.
        let is_ours = is_own || (!is_browser && !names::has_origin(request));
        if entry != Entry::Stranger && is_change(&request.method) && !is_ours { Entry::Refused(Refusal::Foreign) } else { entry }
    }

    /// Whether who sent these headers is still let in: for answers that last.
    pub(crate) fn still(&self, headers: &HeaderMap, now: Duration) -> bool {
        let mut inside = self.inside(now);
        inside.sessions.of(self.cookies(headers), now).is_some() || self.scope(&inside, headers).is_some()
    }

    /// Looks at a password.
    pub(crate) async fn login(&self, password: String, peer: IpAddr, now: Duration) -> Login {
        match self.is_password(password, peer, now).await {
            Some(true) => {}
            Some(false) => return Login::Wrong,
            None => return Login::Wait,
        }
        let session = self.inside(now).sessions.begin(now);
        session.map_or(Login::Wait, |value| Login::Right(self.set_cookie(&value)))
    }

    /// Whether a password is the one that is set; nothing where it was not looked at.
    async fn is_password(&self, password: String, peer: IpAddr, now: Duration) -> Option<bool> {
        let hash = {
            let mut inside = self.inside(now);
            if !inside.wrong_passwords.may(peer, now) {
                return None;
            }
            // Counted before it is looked at, so that many at the same time are no way around.
            inside.wrong_passwords.wrong(peer, now);
            inside.kept.password.clone()?
        };
        let _alone = self.hashing.acquire().await.ok()?;
        let asked = hash.clone();
        let right = spawn_blocking(move || asked.is_of(&password)).await.unwrap_or(false);
        let mut inside = self.inside(now);
        // Another one may have been set meanwhile.
        if right && inside.kept.password == Some(hash) {
            inside.wrong_passwords.right(peer);
            return Some(true);
        }
        Some(false)
    }

    /// Sets the password, for a browser that is in and, where one is set, knows it. All other browsers are then out.
    pub(crate) async fn set_password(
        &self,
        headers: &HeaderMap,
        before: String,
        password: String,
        peer: IpAddr,
        now: Duration,
        _: &Change,
    ) -> Result<(), Unset> {
        let Some(keys) = self.keys.clone() else { return Err(Unset::Nobody) };
        let is_set = {
            let mut inside = self.inside(now);
            if inside.sessions.of(self.cookies(headers), now).is_none() {
                return Err(Unset::Nobody);
            }
            inside.kept.password.is_some()
        };
        let password = Password::new(password)?;
        if is_set {
            match self.is_password(before, peer, now).await {
                Some(true) => {}
                Some(false) => return Err(Unset::Wrong),
                None => return Err(Unset::Wait),
            }
        }
        let Ok(_alone) = self.hashing.acquire().await else { return Err(Unset::Wait) };
        spawn_blocking(move || keys.set_password(&password)).await.map_err(|_| Unset::Wait)??;
        // Who set it stays in.
        let mut inside = self.locked();
        inside.kept.look_again(self.keys.as_ref());
        inside.sessions.end_others(self.cookies(headers));
        Ok(())
    }

    /// Ends the session that a request belongs to.
    pub(crate) fn leave(&self, headers: &HeaderMap, now: Duration, _: &Change) {
        self.inside(now).sessions.end(self.cookies(headers));
    }

    /// Ends all sessions.
    pub(crate) fn leave_all(&self, now: Duration, _: &Change) {
        self.inside(now).sessions.end_all();
    }

    /// What a request has as our cookie.
    fn cookies<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a [u8]> {
        let all = headers.get_all(COOKIE).iter().flat_map(|it| it.as_bytes().split(|it| *it == b';'));
        all.filter_map(|it| it.trim_ascii().strip_prefix(self.cookie.as_bytes())?.strip_prefix(b"="))
    }

    fn set_cookie(&self, value: &str) -> String {
        let secure = if self.names.tls { "; Secure" } else { "" };
        format!("{}={value}; Max-Age={}; HttpOnly; SameSite=Strict; Path=/{secure}", self.cookie, LIFE.as_secs())
    }

    fn with_key(&self, inside: &mut Inside, key: &str, to: String, peer: IpAddr, now: Duration) -> Entry {
        if inside.kept.password.is_some() || !inside.wrong_keys.may(peer, now) {
            return Entry::Stranger;
        }
        if !inside.key.is(key.as_bytes()) {
            inside.wrong_keys.wrong(peer, now);
            return Entry::Stranger;
        }
        let Ok(next) = Secret::new() else { return Entry::Stranger };
        let Ok(value) = inside.sessions.begin(now) else { return Entry::Stranger };
        inside.wrong_keys.right(peer);
        inside.key = next;
        // The next time, a password lets it in.
        let to = if self.keys.is_some() && to == "/" { "/password".to_owned() } else { to };
        Entry::Welcome { cookie: Some(self.set_cookie(&value)), to, used: true }
    }

    /// What the token in these headers is good for. Nobody guesses one, so that wrong ones need not be counted: a program that goes on with an old one shuts nobody out.
    fn scope(&self, inside: &Inside, headers: &HeaderMap) -> Option<Scope> {
        let sent = headers.get(AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ")?;
        if sent.len() != Secret::TEXT {
            return None;
        }
        if self.token.as_ref().is_some_and(|it| it.is(sent)) {
            return Some(Scope::Read);
        }
        inside.kept.tokens.iter().find(|it| it.is(sent)).map(|it| it.scope)
    }

    /// With what others changed in the files meanwhile; where that is the password, all browsers are out.
    fn inside(&self, now: Duration) -> MutexGuard<'_, Inside> {
        let mut inside = self.locked();
        if inside.kept.look(self.keys.as_ref(), now) {
            inside.sessions.end_all();
        }
        inside
    }

    /// Nothing is left half done where somebody ended while holding it.
    fn locked(&self) -> MutexGuard<'_, Inside> {
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
