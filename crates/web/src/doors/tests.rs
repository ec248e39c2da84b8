//! Who is let in, in virtual time.

use axum::http::header::CONTENT_TYPE;
use axum::http::request::Builder;
use axum::http::{HeaderName, Request};

use std::net::SocketAddr;

use super::*;

const NOW: Duration = Duration::from_secs(1_000);

fn ends() -> Ends {
    Ends { peer: IpAddr::from([127, 0, 0, 1]), local: SocketAddr::from(([127, 0, 0, 1], 8646)) }
}

/// Doors of a page that keeps nothing.
fn closed() -> Doors {
    Doors::new(8646, Names::default(), None).unwrap()
}

fn parts(of: Builder) -> Parts {
    of.header("host", "127.0.0.1:8646").body(()).unwrap().into_parts().0
}

/// What becomes of a request.
fn entry(doors: &Doors, of: Builder) -> Entry {
    doors.entry(&parts(of), ends(), NOW)
}

/// Whether a browser reads.
fn reads(of: &Entry) -> bool {
    matches!(of, Entry::Allowed(Asker::Browser(_)))
}

/// The cookie of a browser that comes with the link.
fn come_in(doors: &Doors) -> String {
    match entry(doors, Request::get(format!("/?key={}", doors.key(NOW).unwrap()))) {
        Entry::Welcome { cookie: Some(cookie), used: true, .. } => cookie.split(';').next().unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The form token of a session.
fn token_of(doors: &Doors, session: &str) -> String {
    let Entry::Allowed(Asker::Browser(csrf)) = entry(doors, Request::get("/").header("cookie", session)) else {
        panic!("it is in")
    };
    csrf.field().into_string().split("value=\"").nth(1).unwrap().trim_end_matches("\">").to_owned()
}

/// Proof that a session may change something.
fn proved(doors: &Doors, session: &str) -> Change {
    let Entry::Allowed(asker) = entry(doors, Request::get("/").header("cookie", session)) else { panic!("it is in") };
    let headers = HeaderMap::from_iter([(HeaderName::from_static("x-csrf-token"), token_of(doors, session).parse().unwrap())]);
    Change::asked(&asker, &headers, b"").unwrap()
}

#[test]
fn a_change_needs_the_token_of_its_own_session_or_one_of_scope_control() {
    let doors = closed();
    let (mine, yours) = (come_in(&doors), come_in(&doors));
    let (token, other) = (token_of(&doors, &mine), token_of(&doors, &yours));
    assert_ne!(token, other);
    let Entry::Allowed(asker) = entry(&doors, Request::get("/").header("cookie", &mine)) else { panic!("it is in") };
    let form = HeaderMap::from_iter([(CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap())]);
    let change = |headers: &HeaderMap, body: &str| Change::asked(&asker, headers, body.as_bytes()).map(|_| ());
    assert_eq!(change(&form, &format!("a=1&csrf={token}")), Ok(()));
    for body in [String::new(), format!("csrf={other}"), format!("CSRF={token}"), "csrf=".to_owned(), format!("a=csrf={token}")] {
        assert_eq!(change(&form, &body), Err(Refusal::Csrf), "{body}");
    }
    // What other sites can have a form send without asking first.
    let plain = HeaderMap::from_iter([(CONTENT_TYPE, "text/plain".parse().unwrap())]);
    assert_eq!(change(&plain, &format!("csrf={token}")), Err(Refusal::Csrf));
    let with = |value: &str| HeaderMap::from_iter([(HeaderName::from_static("x-csrf-token"), value.parse().unwrap())]);
    assert_eq!(change(&with(&token), ""), Ok(()));
    assert_eq!(change(&with(&other), ""), Err(Refusal::Csrf));
    let program = |scope| Change::asked(&Asker::Program(scope), &form, b"").map(|_| ());
    assert_eq!((program(Scope::Control), program(Scope::Read)), (Ok(()), Err(Refusal::Scope)));
}

#[test]
fn a_link_lets_one_browser_in_and_no_other() {
    let doors = closed();
    let link = format!("/device/3?key={}&offset=20", doors.key(NOW).unwrap());
    let Entry::Welcome { cookie: Some(cookie), to, used: true } = entry(&doors, Request::get(&link)) else {
        panic!("it is let in")
    };
    assert_eq!(to, "/device/3?offset=20");
    assert!(
        cookie.ends_with("; Max-Age=7776000; HttpOnly; SameSite=Strict; Path=/") && cookie.starts_with("earwitness-8646="),
        "{cookie}"
    );
    assert_eq!(entry(&doors, Request::get(&link)), Entry::Stranger);
    // The same browser, from its history.
    let session = cookie.split(';').next().unwrap();
    let again = entry(&doors, Request::get(&link).header("cookie", session));
    assert_eq!(again, Entry::Welcome { cookie: None, to: "/device/3?offset=20".to_owned(), used: false });
    assert!(reads(&entry(&doors, Request::get("/").header("cookie", format!("other=1; {session}")))));
}

#[test]
fn where_a_browser_is_led_is_never_another_host() {
    let doors = closed();
    for path in ["//evil.example/", "///evil.example/", "/\\evil.example"] {
        let uri = format!("http://127.0.0.1:8646{path}?key={}", doors.key(NOW).unwrap());
        if let Entry::Welcome { to, .. } = entry(&doors, Request::get(uri)) {
            assert!(!to.starts_with("//") && !to.starts_with("/\\"), "{to}");
        }
    }
}

#[test]
fn without_a_session_every_path_and_method_is_a_strangers() {
    let doors = closed();
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT"] {
        for path in ["/", "/device/1", "/api/v1/home", "/metrics", "/nope", "/?key=", "/?key=0000"] {
            assert_eq!(entry(&doors, Request::builder().method(method).uri(path)), Entry::Stranger, "{method} {path}");
        }
    }
    // A key is for reading only.
    assert_eq!(entry(&doors, Request::post(format!("/?key={}", doors.key(NOW).unwrap()))), Entry::Stranger);
}

#[test]
fn a_change_is_asked_for_by_our_own_pages_only() {
    let doors = closed();
    let session = come_in(&doors);
    let from = |origin: Option<&str>| {
        let mut request = Request::post("/leave").header("cookie", &session);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        entry(&doors, request)
    };
    assert!(reads(&from(Some("http://127.0.0.1:8646"))));
    for origin in [
        None,
        Some("null"),
        Some("http://evil.example"),
        Some("http://127.0.0.1:9000"),
        Some("https://127.0.0.1:8646"),
        Some("http://localhost:8646"),
    ] {
        assert_eq!(from(origin), Entry::Refused(Refusal::Foreign), "{origin:?}");
    }
}

#[test]
fn a_session_ends_when_its_browser_leaves_and_old_ones_make_room() {
    let doors = closed();
    let first = come_in(&doors);
    let is_in = |session: &str| reads(&entry(&doors, Request::get("/").header("cookie", session)));
    let others: Vec<_> = (1..sessions::MOST).map(|_| come_in(&doors)).collect();
    assert!(is_in(&first));
    let last = come_in(&doors);
    assert!(!is_in(&first) && is_in(&others[0]) && is_in(&last));
    let change = proved(&doors, &last);
    doors.leave(&parts(Request::post("/leave").header("cookie", &last)).headers, NOW, &change);
    assert!(!is_in(&last) && is_in(&others[0]));
    // Leaving without a session ends nobody's.
    doors.leave(&HeaderMap::new(), NOW, &change);
    assert!(is_in(&others[0]));
    doors.leave_all(NOW, &change);
    assert!(!is_in(&others[0]));
}

#[test]
fn of_ten_thousand_wrong_keys_five_a_minute_are_looked_at_and_sessions_go_on() {
    let doors = closed();
    let session = come_in(&doors);
    let wrong = |n: u32| Request::get(format!("/?key={n:032x}"));
    for n in 0..10_000 {
        assert_eq!(entry(&doors, wrong(n)), Entry::Stranger);
    }
    let right = || Request::get(format!("/?key={}", doors.key(NOW).unwrap()));
    assert_eq!(entry(&doors, right()), Entry::Stranger, "it is not looked at");
    assert!(reads(&entry(&doors, Request::get("/").header("cookie", &session))));
    // From elsewhere it is, and from there after a minute.
    let elsewhere = Ends { peer: IpAddr::from([127, 0, 0, 2]), ..ends() };
    assert!(matches!(doors.entry(&parts(right()), elsewhere, NOW), Entry::Welcome { .. }));
    assert!(matches!(doors.entry(&parts(right()), ends(), NOW + Duration::from_secs(60)), Entry::Welcome { .. }));
}

#[test]
fn a_program_reads_with_the_token_alone() {
    let doors = closed();
    let with = |value: String| entry(&doors, Request::get("/metrics").header("authorization", value));
    assert_eq!(with(format!("Bearer {}", doors.token().unwrap())), Entry::Allowed(Asker::Program(Scope::Read)));
    for wrong in [
        format!("Basic {}", doors.token().unwrap()),
        "Bearer ".to_owned(),
        format!("Bearer {}", doors.key(NOW).unwrap()),
        doors.token().unwrap(),
    ] {
        assert_eq!(with(wrong), Entry::Stranger);
    }
}
