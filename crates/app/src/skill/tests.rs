//! Who is served: over real connections, with certificates from a host of the test's own.

#[path = "../../../skill/tests/verify/made.rs"]
#[expect(dead_code, reason = "the tests of the crate use all of it")]
mod made;
mod stub;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use earwitness_core::time::{SECOND, Timestamp};
use earwitness_skill::{LONGEST_BODY, LONGEST_CHAIN, Request};

use self::made::{Certificates, NOON, SKILL, Sent, in_session, with};
use self::stub::{Host, people, roots};
use super::answer;
use super::fetch::Fetcher;
use earwitness_web::Listener;

use super::listen::listen;
use super::service::Service;

/// The clock of the listener: noon, as in the stamps.
fn noon() -> Timestamp {
    Timestamp::from_nanos(NOON * SECOND)
}

/// A listener that answers from a folder, and gets certificates from a host.
fn listener(host: &Host, folder: &std::path::Path) -> Listener {
    let fetcher = Fetcher::new(&roots()).unwrap().at(host.address.to_string());
    let folder = folder.to_owned();
    let reply = Arc::new(move |request: &Request| answer::reply(request, &folder));
    let service = Service::new(SKILL.to_owned(), roots().anchors(), fetcher, noon, reply);
    listen("127.0.0.1:0".parse().unwrap(), service).unwrap()
}

/// What comes back for octets: the status, and the body.
fn sent(to: SocketAddr, octets: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Who is refused may find the connection closed before all was sent.
    let _ = stream.write_all(octets);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    let text = String::from_utf8(text).unwrap();
    let status = text.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    (status, text.split_once("\r\n\r\n").map(|it| it.1.to_owned()).unwrap_or_default())
}

fn octets(it: &Sent) -> Vec<u8> {
    let headers: Vec<String> = it.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    format!("POST /skill HTTP/1.1\r\nHost: home.example\r\n{headers}Content-Length: {}\r\n\r\n{}", it.body.len(), it.body)
        .into_bytes()
}

fn posted(to: SocketAddr, it: &Sent) -> (u16, String) {
    sent(to, &octets(it))
}

/// A request with that number and intent, which answers what was asked before.
fn asking(number: u32, intent: &str, attributes: &str) -> Sent {
    Sent::new(in_session(attributes, false, &request(number, intent)))
}

fn request(number: u32, intent: &str) -> String {
    format!(
        r#"{{"type": "IntentRequest", "requestId": "r{number}", "timestamp": "2026-06-01T12:00:00Z", "intent": {{"name": "{intent}",
        "slots": {{"duration": {{"name": "duration", "value": "PT30M"}}}}}}}}"#
    )
}

/// A folder with a store in which nothing was written yet.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    drop(earwitness_store::Store::open(folder.path()).unwrap());
    folder
}

#[test]
fn who_signs_is_answered_and_certificates_are_fetched_once() {
    let (host, folder) = (Host::with(&Certificates::default().pem()), folder());
    let listener = listener(&host, folder.path());
    for number in 0..3 {
        let (status, said) = posted(listener.address(), &Sent::new(with(&request(number, "WhoListens"))));
        assert!(
            status == 200 && said.contains("not tested yet") && said.contains("\"shouldEndSession\":true"),
            "{status} {said}"
        );
    }
    assert_eq!(host.asked(), 1);
}

#[test]
fn a_pause_is_asked_about_then_told_to_the_program_that_runs_and_told_once() {
    let (host, folder) = (Host::with(&Certificates::default().pem()), folder());
    let told = people(folder.path());
    let listener = listener(&host, folder.path());
    let (_, said) = posted(listener.address(), &asking(1, "Pause", "{}"));
    assert!(said.contains("Shall I play nothing for 30 minutes?"), "{said}");
    assert_eq!(told.try_iter().count(), 0, "nothing was confirmed");
    let reply: serde_json::Value = serde_json::from_str(&said).unwrap();
    let yes = asking(2, "AMAZON.YesIntent", &reply["sessionAttributes"].to_string());
    let (status, said) = posted(listener.address(), &yes);
    assert!(status == 200 && said.contains("Nothing is played"), "{said}");
    assert_eq!(posted(listener.address(), &yes), (400, String::new()), "a replay");
    let orders: Vec<String> = told.try_iter().filter(|it| it != "status").collect();
    assert!(matches!(orders.as_slice(), [one] if one.starts_with("pause-until ")), "{orders:?}");
    // A yes to nothing, and a no.
    posted(listener.address(), &asking(3, "AMAZON.YesIntent", "{}"));
    posted(listener.address(), &asking(4, "AMAZON.NoIntent", r#"{"pending": "resume @1780315200"}"#));
    // A yes that comes after the time that was asked about, years ago.
    let (_, said) = posted(listener.address(), &asking(5, "AMAZON.YesIntent", r#"{"pending": "quiet 07:30 @1577880000"}"#));
    assert!(said.contains("It is past 7 30 in the morning already. Nothing was changed."), "{said}");
    assert!(told.try_iter().all(|it| it == "status"));
}

#[test]
fn where_no_store_can_be_read_that_is_said_and_not_what_is_wrong() {
    let (host, folder) = (Host::with(&Certificates::default().pem()), tempfile::tempdir().unwrap());
    let listener = listener(&host, folder.path());
    let (status, said) = posted(listener.address(), &Sent::new(with(&request(1, "WhoListens"))));
    assert!(status == 200 && said.contains("Something is wrong at home") && !said.contains("store"), "{said}");
}

#[test]
fn strangers_are_refused_in_a_word_and_make_nobody_fetch_anything() {
    let (host, folder) = (Host::with(&Certificates::default().pem()), folder());
    let listener = listener(&host, folder.path());
    let right = Sent::new(with(&request(1, "WhoListens")));
    let mut twice = right.clone();
    twice.headers.push(right.headers[1].clone());
    let mut late = right.clone();
    late.body = late.body.replace("12:00:00", "12:03:00");
    for (name, sent) in [
        ("without a signature", right.clone().header("Signature-256", None)),
        ("with two signatures", twice),
        ("with another host", right.clone().header("SignatureCertChainUrl", Some("https://other.example/echo.api/x".to_owned()))),
        ("late", late),
        ("for another skill", Sent::new(right.body.replace(SKILL, "amzn1.ask.skill.1"))),
        ("no JSON", Sent::new("hello".to_owned())),
    ] {
        assert_eq!(posted(listener.address(), &sent), (400, String::new()), "{name}");
    }
    assert_eq!(host.asked(), 0);
    assert_eq!(
        posted(
            listener.address(),
            &Sent::new(right.body.replace("r1", "r2")).header("Signature-256", Some(made::signature(made::Key::Stranger, "x")))
        )
        .0,
        400
    );
    assert_eq!(host.asked(), 1, "who knows the skill may be Amazon");
}

#[test]
fn what_is_no_post_of_some_kilobytes_is_refused_before_it_is_read() {
    let (host, folder) = (Host::with(""), folder());
    let listener = listener(&host, folder.path());
    let of = |octets: &[u8]| sent(listener.address(), octets).0;
    assert_eq!(of(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    assert_eq!(of(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), 405);
    assert_eq!(of(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n"), 413);
    let chunk = format!("{:x}\r\n{}\r\n", LONGEST_BODY + 1, "x".repeat(LONGEST_BODY + 1));
    assert_eq!(of(format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n").as_bytes()), 413);
    assert_eq!(of(format!("POST / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(100_000)).as_bytes()), 431);
    assert_eq!(of(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400, "TLS is for the proxy");
    assert_eq!(of(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab"), 400);
}

#[test]
fn certificates_that_cannot_be_had_or_are_none_are_nobodys() {
    let folder = folder();
    let number = AtomicU32::new(0);
    let posted_with = |host: &Host| {
        let it = Sent::new(with(&request(number.fetch_add(1, Ordering::Relaxed), "WhoListens")));
        posted(listener(host, folder.path()).address(), &it).0
    };
    assert_eq!(posted_with(&Host::with(&Certificates { years: (2024, 2026), ..Certificates::default() }.pem())), 400);
    assert_eq!(posted_with(&Host::with("<html>")), 400);
    assert_eq!(posted_with(&Host::with(&"x".repeat(LONGEST_CHAIN + 1))), 503);
    assert_eq!(posted_with(&Host::answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")), 503);
    assert_eq!(posted_with(&Host::answering("HTTP/1.1 302 Found\r\nLocation: https://other.example/\r\n\r\n")), 503);
    assert_eq!(posted_with(&Host::answering("hello")), 503);
    assert_eq!(posted_with(&Host::of_a_stranger(&Certificates::default().pem())), 503);
}

#[test]
fn who_says_nothing_keeps_nobody_out_for_long() {
    let (host, folder) = (Host::with(&Certificates::default().pem()), folder());
    let listener = listener(&host, folder.path());
    let silent: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(listener.address()).unwrap()).collect();
    for mut half in &silent {
        half.write_all(b"POST / HTTP/1.1\r\nHost: x\r\n").unwrap();
    }
    assert_eq!(posted(listener.address(), &Sent::new(with(&request(1, "WhoListens")))).0, 200);
    // It ends although some are connected still.
    drop(listener);
}
