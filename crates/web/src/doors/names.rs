//! By which names the page may be called: a page of somebody else's that has its name lead here (DNS rebinding) calls it by that name.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;

/// How the page is reached, beside its address.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Names that its owner gave it.
    pub(crate) given: Vec<String>,
    /// Whether it speaks TLS.
    pub(crate) tls: bool,
}

impl Names {
    /// What a request calls this page, where it may be called so: the address at which it came in, `localhost`, or a name that its owner gave it.
    pub(crate) fn called(&self, request: &Parts, local: SocketAddr) -> Option<Authority> {
        let mut all = request.headers.get_all(HOST).iter();
        let host: Authority = all.next().filter(|_| all.next().is_none())?.to_str().ok()?.parse().ok()?;
        // A target that is a whole URL must agree.
        let agrees = request.uri.authority().is_none_or(|it| *it == host);
        let may = is_this(&host, local.ip().to_canonical()) || self.is_given(&host);
        (agrees && may && !host.as_str().contains('@')).then_some(host)
    }

    fn is_given(&self, host: &Authority) -> bool {
        self.given.iter().any(|it| it.eq_ignore_ascii_case(host.host()))
    }

    /// Whether what asks for a change is a page of this server: same scheme, name and port.
    pub(crate) fn is_own(&self, request: &Parts, host: &Authority) -> bool {
        let mut all = request.headers.get_all(ORIGIN).iter();
        let origin = all.next().filter(|_| all.next().is_none()).and_then(|it| it.to_str().ok()).unwrap_or_default();
        // Where it has a name of its own, a reverse proxy may do TLS for it.
        let secure = origin.strip_prefix("https://").filter(|_| self.tls || self.is_given(host));
        let plain = origin.strip_prefix("http://").filter(|_| !self.tls);
        secure.or(plain).is_some_and(|it| it.eq_ignore_ascii_case(host.as_str()))
    }
}

fn is_this(host: &Authority, local: IpAddr) -> bool {
    let bare = host.host().trim_start_matches('[').trim_end_matches(']');
    let literal = bare.parse::<IpAddr>().is_ok_and(|it| it.to_canonical() == local);
    literal || (local.is_loopback() && bare.eq_ignore_ascii_case("localhost"))
}

/// Whether a request says from which page it comes.
pub(crate) fn has_origin(request: &Parts) -> bool {
    request.headers.contains_key(ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_called(host: &str, local: &str) -> bool {
        let request = axum::http::Request::get("/").header(HOST, host).body(()).unwrap();
        let names = Names { given: vec!["ear.home.example".to_owned()], tls: false };
        names.called(&request.into_parts().0, local.parse().unwrap()).is_some()
    }

    #[test]
    fn it_is_called_by_the_address_at_which_it_was_reached_and_by_no_other_name() {
        for (host, local) in [
            ("127.0.0.1:8646", "127.0.0.1:8646"),
            // Through a tunnel that has another port.
            ("localhost:9000", "127.0.0.1:8646"),
            ("LOCALHOST", "127.0.0.1:80"),
            ("Ear.home.example", "192.168.1.5:8646"),
            ("ear.home.example:8646", "192.168.1.5:8646"),
            ("[::1]:8646", "[::1]:8646"),
            ("192.168.1.5:8646", "192.168.1.5:8646"),
            ("192.168.1.5:8646", "[::ffff:192.168.1.5]:8646"),
        ] {
            assert!(is_called(host, local), "{host}");
        }
        for (host, local) in [
            ("home.example", "192.168.1.5:8646"),
            ("evil.ear.home.example", "192.168.1.5:8646"),
            ("ear.home.example@evil.example", "192.168.1.5:8646"),
            ("evil@ear.home.example", "192.168.1.5:8646"),
            ("evil.example", "127.0.0.1:8646"),
            ("evil.example:8646", "127.0.0.1:8646"),
            ("127.0.0.1.evil.example", "127.0.0.1:8646"),
            ("localhost.evil.example", "127.0.0.1:8646"),
            ("user@127.0.0.1:8646", "127.0.0.1:8646"),
            ("localhost:8646", "192.168.1.5:8646"),
            ("127.0.0.1:8646", "192.168.1.5:8646"),
            ("192.168.1.6:8646", "192.168.1.5:8646"),
            ("", "127.0.0.1:8646"),
            ("0.0.0.0:8646", "127.0.0.1:8646"),
        ] {
            assert!(!is_called(host, local), "{host}");
        }
    }

    #[test]
    fn a_change_comes_from_the_same_scheme_name_and_port() {
        let is_own = |origin: &str, host: &str, tls| {
            let request = axum::http::Request::post("/").header(ORIGIN, origin).body(()).unwrap().into_parts().0;
            Names { given: vec!["ear.home.example".to_owned()], tls }.is_own(&request, &host.parse().unwrap())
        };
        for (origin, host, tls) in [
            ("http://127.0.0.1:8646", "127.0.0.1:8646", false),
            ("https://127.0.0.1:8646", "127.0.0.1:8646", true),
            ("https://ear.home.example", "ear.home.example", false),
        ] {
            assert!(is_own(origin, host, tls), "{origin}");
        }
        for (origin, host, tls) in [
            ("https://127.0.0.1:8646", "127.0.0.1:8646", false),
            ("http://127.0.0.1:8646", "127.0.0.1:8646", true),
            ("http://ear.home.example", "ear.home.example", true),
            ("http://127.0.0.1:9000", "127.0.0.1:8646", false),
            ("null", "127.0.0.1:8646", false),
            ("127.0.0.1:8646", "127.0.0.1:8646", false),
        ] {
            assert!(!is_own(origin, host, tls), "{origin}");
        }
    }
}
