//! What one request, one connection and one page may cost.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use earwitness_base::clock;

use crate::client::Site;
use crate::{crowded, home, sample};

#[test]
fn a_head_beyond_its_bound_is_refused_unread() {
    let site = Site::of(home(sample()));
    let long = "x".repeat(100_000);
    assert_eq!(site.asked("GET", "/", &[&format!("X: {long}")]).status, 431);
    assert!([414, 431].contains(&site.asked("GET", &format!("/{long}"), &[]).status));
    let many: Vec<String> = (0..1_000).map(|it| format!("X-{it}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(site.asked("GET", "/", &many).status, 431);
    // Cookies in number do no harm.
    let cookies = format!("Cookie: {}", "earwitness=0; ".repeat(500));
    assert_eq!(site.asked("GET", "/", &[&cookies]).status, 401);
}

#[test]
fn a_body_beyond_its_bound_is_refused_unread() {
    let site = Site::of(home(sample()));
    let cookie = site.come_in();
    let origin = format!("Origin: http://{}", site.address());
    for path in ["/leave", "/", "/api/v1/home"] {
        let answer = site.asked("POST", path, &["Content-Length: 999999999999"]);
        assert_eq!(answer.status, 401, "{path}");
    }
    for path in ["/device/1", "/leave"] {
        assert_eq!(site.asked("POST", path, &[&cookie, &origin, "Content-Length: 65537"]).status, 413);
    }
    let long = "x".repeat(70_000);
    assert_eq!(site.sends("/leave", &[&cookie, &origin], &long).status, 413);
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    let head = format!("POST /leave HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n{origin}\r\n{chunked}", site.address());
    assert_eq!(site.sent(head.as_bytes()).status, 413);
}

#[test]
fn a_body_that_does_not_come_is_waited_for_ten_seconds() {
    let site = Site::of(home(sample()));
    let cookie = site.come_in();
    let begun = clock::since_boot();
    let answer = site.asked("POST", "/leave", &[&cookie, &site.origin(), "Content-Length: 10"]);
    let took = clock::since_boot().saturating_sub(begun);
    assert!(answer.status == 408 && (9..20).contains(&took.as_secs()), "{}: {took:?}", answer.head);
}

#[test]
fn what_is_no_http_gets_a_refusal_or_nothing() {
    let site = Site::of(home(sample()));
    for octets in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab",
        b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        assert_ne!(site.sent(octets).status, 200);
    }
}

#[test]
fn who_says_nothing_keeps_nobody_out_for_long_nor_the_server_from_ending() {
    let site = Site::of(home(sample()));
    let silent: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(site.address()).unwrap()).collect();
    for mut half in &silent {
        half.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").unwrap();
    }
    assert_eq!(site.get("/").status, 200);
    drop(site);
    for mut half in silent {
        half.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut rest = Vec::new();
        let _ = half.read_to_end(&mut rest);
        assert!(!String::from_utf8_lossy(&rest).contains("speaker"));
    }
}

#[test]
fn an_octet_at_a_time_is_cut_off() {
    let site = Site::of(home(sample()));
    let mut slow = TcpStream::connect(site.address()).unwrap();
    slow.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut answer = [0; 64];
    let octets = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ".iter().chain(std::iter::repeat(&b'x'));
    let cut = octets.take(60).position(|octet| {
        // Nothing comes back as long as it is waited for.
        slow.write_all(&[*octet]).is_err() || slow.read(&mut answer).is_ok()
    });
    assert!(cut.is_some(), "30 s, and still read");
}

#[test]
fn with_sixty_devices_of_a_thousand_sightings_no_page_is_above_100_kb() {
    let site = Site::of(home(crowded(60, 1_000, "A name that is as long as names may get before ")));
    let mut paths: Vec<String> = ["/", "/health", "/metrics", "/nope"].map(str::to_owned).to_vec();
    paths.extend((1..=60).map(|it| format!("/device/{it}")));
    paths.extend(
        ["/device/2?offset=980", "/device/2?offset=4294967295", "/device/2/sighting/1", "/device/2/sighting/1000"]
            .map(str::to_owned),
    );
    paths.extend(["/device/2?limit=100", "/api/v1/devices?limit=100", "/api/v1/devices/2"].map(str::to_owned));
    for path in paths {
        let answer = site.get(&path);
        assert!(answer.status < 500 && answer.body.len() < 100_000, "{path}: {} {}", answer.status, answer.body.len());
    }
    assert_eq!(site.get("/device/2/sighting/1001").status, 404);
    assert!(site.get("/device/2?offset=20").body.contains("21 to 40 of 1,000 sightings"));
}
