//! The page of a home that is watched, over HTTP, from the link to a test of the home.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use earwitness_base::clock;

use super::feed::{Feed, HOME, uploaded};
use super::run::{PROBING, Place, Running, until};

const WEB: &str = "[web]\nlisten = \"127.0.0.1:0\"\n";

/// A browser that was let in.
pub(crate) struct Browser {
    address: String,
    cookie: String,
}

impl Browser {
    /// Opens the link that the program gives.
    pub(crate) fn come_in(place: &Place) -> Self {
        let link = place.tell("link");
        let (address, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let answer = request(address, &format!("GET /{path} HTTP/1.1\r\n"), "");
        let cookie = answer.lines().find_map(|it| it.strip_prefix("set-cookie: ")).unwrap();
        Self { address: address.to_owned(), cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        request(&self.address, &format!("GET {path} HTTP/1.1\r\nCookie: {}\r\n", self.cookie), "")
    }

    /// Fills in a form of a page.
    fn post(&self, page: &str, path: &str, fields: &str) -> String {
        let page = self.get(page);
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        self.send(path, &format!("{fields}&csrf={csrf}"))
    }

    fn send(&self, path: &str, body: &str) -> String {
        let head = format!(
            "POST {path} HTTP/1.1\r\nCookie: {}\r\nOrigin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            self.cookie,
            self.address,
            body.len()
        );
        request(&self.address, &head, body)
    }

    /// Events, as they come.
    fn follow(&self, path: &str) -> impl Iterator<Item = serde_json::Value> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", self.address, self.cookie);
        stream.write_all(head.as_bytes()).unwrap();
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
    }
}

fn request(address: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(format!("{head}Host: {address}\r\n\r\n{body}").as_bytes()).unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// A home that is watched, and somebody who looks.
fn watched(place: &Place, feed: &Feed) -> (Running, Browser) {
    place.write(&[&feed.command()], &format!("{PROBING}{}{WEB}", place.wav()));
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    let browser = Browser::come_in(place);
    until("the store was read", || status(&browser.get("/")) == "200");
    (running, browser)
}

#[test]
fn a_lamp_lights_while_a_device_sends_and_its_upload_is_on_its_page_afterwards() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let (mut running, browser) = watched(&place, &feed);
    assert_eq!(place.tell("pause"), "paused by a person");
    clock::sleep(Duration::from_secs(2));
    let before = feed.uploads().len();
    // What was seen first is written down within a minute, an upload at once.
    feed.say(3);
    uploaded(&feed, before + 1);
    until("the device is listed", || browser.get("/").contains("voice.assistant.example"));
    let mut now = browser.follow("/live");
    feed.say(6);
    let is_lit =
        |now: &serde_json::Value| now["devices"].as_array().is_some_and(|all| all.iter().any(|it| it["sending"] == true));
    let lit = now.find(is_lit).unwrap();
    let at = clock::now();
    assert!(lit["words"].as_str().unwrap().contains("sending what looks like sound"), "{lit}");
    let dark = now.find(|now| !is_lit(now)).unwrap();
    assert!(dark["words"].as_str().unwrap().contains("Nobody is sending"), "{dark}");
    let upload = uploaded(&feed, before + 2);
    println!("lit {} ms after the upload began", (at.nanos() - upload.start_ns) / 1_000_000);
    assert!(at.nanos() < upload.end_ns + 500_000_000, "it is lit before the upload is over");
    let today = now.find(|now| now["devices"].as_array().is_some_and(|all| all.iter().any(|it| it["today"] != "none today")));
    assert!(today.is_some());
    let id = lit["devices"].as_array().unwrap().iter().find(|it| it["sending"] == true).unwrap()["id"].clone();
    until("the upload is on the page of the device", || browser.get(&format!("/device/{id}")).contains("/sighting/"));
    let page = browser.get(&format!("/device/{id}"));
    let path = page.split("href=\"").find(|it| it.contains("/sighting/")).unwrap().split('"').next().unwrap();
    assert_eq!(status(&browser.get(path)), "200");
    let frames = browser.get(&format!("{path}/frames.pcapng"));
    assert!(
        status(&frames) == "200" && frames.contains("application/x-pcapng") && frames.contains("earwitness: audio sighting 1 of"),
        "{}",
        &frames[..300]
    );
    running.stop();
}

#[test]
fn a_test_of_the_home_begins_by_a_button_of_the_page_alone_and_watching_goes_on_after_it() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let (mut running, browser) = watched(&place, &feed);
    let first = place.status()["session"].clone();
    assert!(browser.get("/test").contains("plays tone"));
    assert_eq!(status(&browser.send("/test", "")), "403", "a form of somebody else");
    assert_eq!(status(&browser.post("/test", "/test", "")), "303");
    until("the test has begun", || browser.get("/test").contains("A test is in progress"));
    until("it says how long", || browser.get("/").contains(" left"));
    assert_eq!(status(&browser.post("/test", "/test", "")), "409", "one at a time");
    assert_eq!(status(&browser.post("/test", "/test/end", "")), "303");
    until("it watches again", || place.status()["progress"].is_null() && place.status()["session"] != first);
    assert_eq!(status(&browser.get("/sessions")), "200");
    running.stop();
    place.check();
}

#[test]
fn what_a_person_says_on_the_page_holds() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let (mut running, browser) = watched(&place, &feed);
    assert_eq!(status(&browser.post("/", "/pause", "minutes=60")), "303");
    assert!(place.status()["paused_until_ns"].is_number() && browser.get("/").contains("Play again"));
    assert_eq!(status(&browser.post("/", "/pause", "minutes=999999")), "400");
    assert_eq!(status(&browser.post("/", "/resume", "")), "303");
    assert_eq!(place.status()["held"].as_array().map(Vec::len), Some(0));
    assert_eq!(status(&browser.post("/", "/presence", "somebody=no")), "303");
    assert_eq!(place.status()["somebody_home"], false);
    feed.say(2);
    until("a device is listed", || browser.get("/").contains("href=\"/device/"));
    let home = browser.get("/");
    let path = format!("/device/{}", home.split("href=\"/device/").nth(1).unwrap().split('"').next().unwrap());
    let named = browser.post(&path, &format!("{path}/name"), "name=Speaker+in+the+kitchen+%3Cb%3E");
    assert_eq!(status(&named), "303", "{named}");
    until("it has its name", || browser.get("/").contains("Speaker in the kitchen &lt;b&gt;"));
    assert_eq!(status(&browser.post(&path, &format!("{path}/ignore"), "ignored=yes")), "303");
    until("it is listed apart", || browser.get("/").contains("Devices that you ignore: 1"));
    for (page, what) in [("/health", "loudspeaker"), ("/sessions", "Sessions"), ("/live.js", "EventSource")] {
        assert!(browser.get(page).contains(what), "{page}");
    }
    running.stop();
}
