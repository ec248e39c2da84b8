//! Who is let in. Each of these was a hole in the page of another appliance.

use earwitness_web::{Access, Server};

use crate::client::Site;
use crate::{home, sample};

const PATHS: [&str; 9] =
    ["/", "/device/1", "/device/1/sighting/1", "/health", "/api/v1/home", "/api/v1/devices", "/metrics", "/nope", "/style.css"];

#[test]
fn a_stranger_gets_the_same_page_for_every_path_and_method() {
    let site = Site::of(home(sample()));
    let first = site.asked("GET", "/", &[]);
    assert_eq!(first.status, 401);
    assert!(!first.body.contains("speaker") && !first.body.contains(env!("CARGO_PKG_VERSION")), "{}", first.body);
    for path in PATHS {
        for (method, lines) in [("GET", vec![]), ("POST", vec!["Content-Length: 0"]), ("DELETE", vec![]), ("OPTIONS", vec![])] {
            let answer = site.asked(method, path, &lines);
            assert_eq!((answer.status, &answer.body), (401, &first.body), "{method} {path}");
        }
    }
}

#[test]
fn a_link_lets_one_browser_in_for_which_all_is_there() {
    let site = Site::of(home(sample()));
    let link = site.server.link().unwrap();
    let cookie = site.come_in();
    assert_ne!(link, site.server.link().unwrap(), "it is used up");
    assert!(site.asked("GET", "/", &[&cookie]).body.contains("speaker"));
    let used = link.split_once("/?").unwrap().1;
    assert_eq!(site.asked("GET", &format!("/?{used}"), &[]).status, 401);
    // In, and out again.
    let form = format!("csrf={}", site.csrf(&cookie));
    assert_eq!(site.sends("/leave", &[&cookie, &site.origin()], &form).status, 200);
    assert_eq!(site.asked("GET", "/", &[&cookie]).status, 401);
}

#[test]
fn each_further_link_is_told() {
    let (send, told) = std::sync::mpsc::channel();
    let server = Server::begin("127.0.0.1:0".parse().unwrap(), Access::default(), home(sample()), move |link| {
        let _ = send.send(link.to_owned());
    });
    let site = Site { server: server.unwrap() };
    site.come_in();
    assert_eq!(told.recv().unwrap(), site.server.link().unwrap());
}

#[test]
fn a_page_that_has_its_name_lead_here_is_told_nothing_even_with_the_cookie() {
    let site = Site::of(home(sample()));
    let cookie = site.come_in();
    let port = site.address().port();
    let stranger = site.asked("GET", "/", &[]).body;
    for host in
        ["evil.example".to_owned(), format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}"), String::new()]
    {
        let answer = site.sent(format!("GET / HTTP/1.1\r\nHost: {host}\r\n{cookie}\r\n\r\n").as_bytes());
        assert_eq!((answer.status, answer.body), (401, stranger.clone()), "{host}");
    }
    let local = format!("localhost:{port}");
    assert_eq!(site.sent(format!("GET / HTTP/1.1\r\nHost: {local}\r\n{cookie}\r\n\r\n").as_bytes()).status, 200);
    // Two hosts, none, and a target that is another.
    for head in [
        format!("GET / HTTP/1.1\r\nHost: {local}\r\nHost: evil.example"),
        "GET / HTTP/1.1".to_owned(),
        "GET / HTTP/1.0".to_owned(),
        format!("GET http://evil.example/ HTTP/1.1\r\nHost: {local}"),
    ] {
        assert_ne!(site.sent(format!("{head}\r\n{cookie}\r\n\r\n").as_bytes()).status, 200, "{head}");
    }
}

#[test]
fn another_page_changes_nothing_though_the_browser_sends_its_cookie() {
    let site = Site::of(home(sample()));
    let cookie = site.come_in();
    let form = format!("csrf={}", site.csrf(&cookie));
    for origin in ["Origin: http://evil.example", "Origin: null", "Origin: http://127.0.0.1:1", "X: no origin at all"] {
        assert_eq!(site.sends("/leave", &[&cookie, origin], &form).status, 403, "{origin}");
    }
    // Our own origin is not enough.
    for form in ["", "csrf=", "csrf=00000000000000000000000000000000"] {
        let answer = site.sends("/leave", &[&cookie, &site.origin()], form);
        assert!(answer.status == 403 && answer.body.contains("older than your session"), "{form}: {}", answer.body);
    }
    assert_eq!(site.asked("GET", "/", &[&cookie]).status, 200, "the session goes on");
    assert_eq!(site.sends("/leave", &[&cookie, &site.origin()], &form).status, 200);
}

#[test]
fn a_token_for_reading_changes_nothing() {
    let site = Site::of(home(sample()));
    for path in ["/leave", "/nope"] {
        let answer = site.sends(path, &[&site.token()], "");
        assert!(answer.status == 403 && answer.body.contains("scope control"), "{}", answer.body);
    }
    let answer = site.sends("/api/v1/home", &[&site.token()], "");
    assert!(answer.status == 403 && answer.header("content-type") == Some("application/json"), "{}", answer.head);
}

#[test]
fn all_browsers_are_let_out_by_one() {
    let site = Site::of(home(sample()));
    let (one, other) = (site.come_in(), site.come_in());
    let form = format!("all=yes&csrf={}", site.csrf(&one));
    assert_eq!(site.sends("/leave", &[&one, &site.origin()], &form).status, 200);
    assert_eq!((site.asked("GET", "/", &[&one]).status, site.asked("GET", "/", &[&other]).status), (401, 401));
}

#[test]
fn an_upgrade_to_another_protocol_goes_through_the_same_doors() {
    let site = Site::of(home(sample()));
    let upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"];
    assert_eq!(site.asked("GET", "/", &upgrade).status, 401);
    assert_ne!(site.sent(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 200);
}

#[test]
fn a_right_key_hides_among_ten_thousand_wrong_ones() {
    let site = Site::of(home(sample()));
    let cookie = site.come_in();
    let stranger = site.asked("GET", "/", &[]).body;
    for number in 0..10_000 {
        let answer = site.asked("GET", &format!("/?key={number:032x}"), &[]);
        assert_eq!((answer.status, answer.body == stranger), (401, true), "{number}");
    }
    let right = site.server.link().unwrap().split_once("/?").unwrap().1.to_owned();
    assert_eq!(site.asked("GET", &format!("/?{right}"), &[]).status, 401, "none is looked at for a minute");
    assert_eq!(site.asked("GET", "/", &[&cookie]).status, 200, "who is in stays in");
}

#[test]
fn a_cookie_is_for_no_script_and_no_other_site() {
    let site = Site::of(home(sample()));
    let path = site.server.link().unwrap().split_once("/?").unwrap().1.to_owned();
    let answer = site.asked("GET", &format!("/health?{path}"), &[]);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Max-Age=7776000; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    assert!(cookie.starts_with(&format!("earwitness-{}=", site.address().port())), "{cookie}");
    assert_eq!(answer.header("location"), Some("/health"));
}
