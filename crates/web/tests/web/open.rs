//! As many pages open as there may be: each is told of each change, and others are answered beside them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use earwitness_base::clock;
use earwitness_web::{Content, Keys, Scope};

use crate::client::{Site, kept};
use crate::watched::Stub;

/// Pages that are open at the same time.
const OPEN: usize = 200;
/// How long a change may take to all of them, and a page beside them, on a machine that is busy.
const SOON: Duration = Duration::from_secs(10);

/// A page that is open.
struct Open(BufReader<TcpStream>);

impl Open {
    fn new(site: &Site, cookie: &str) -> Self {
        let mut stream = TcpStream::connect(site.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!("GET /live HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n\r\n", site.address());
        stream.write_all(head.as_bytes()).unwrap();
        Self(BufReader::new(stream))
    }

    /// Waits for an event with this text.
    fn is_told(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "it ended before {text:?}");
        }
    }
}

#[test]
fn two_hundred_open_pages_are_told_of_each_change_and_others_are_answered_beside_them() {
    let stub = Stub::new(60);
    let site = stub.serve();
    let cookie = site.come_in();
    let mut open: Vec<Open> = (0..OPEN).map(|_| Open::new(&site, &cookie)).collect();
    for it in &mut open {
        it.is_told("Watching 5 devices.");
    }
    for devices in [60, 61, 62] {
        let begun = clock::since_boot();
        stub.watches(devices);
        let text = format!("Watching {devices} devices.");
        for it in &mut open {
            it.is_told(&text);
        }
        let told = clock::since_boot().saturating_sub(begun);
        let begun = clock::since_boot();
        let page = site.asked("GET", "/", &[&cookie]);
        let answered = clock::since_boot().saturating_sub(begun);
        assert!(page.status == 200 && page.body.contains(&text), "{}", page.status);
        println!("{OPEN} were told within {} ms; a page beside them took {} ms", told.as_millis(), answered.as_millis());
        assert!(told < SOON && answered < SOON, "{told:?} {answered:?}");
    }
    // There is no place for one more, which is said at once.
    let more = site.asked("GET", "/live", &[&cookie]);
    assert_eq!(more.status, 503, "{}", more.head);
}

#[test]
fn an_open_page_is_loaded_again_only_where_it_would_show_something_else() {
    let stub = Stub::new(5);
    let folder = kept();
    let token = Keys::new(folder.path()).add_token("home", Scope::Control).unwrap();
    let site = Site::kept(Content::Lives(Box::new(stub.clone())), folder.path());
    let mine = site.enter();
    let stamp = || {
        let page = site.asked("GET", "/", &[&mine]).body;
        page.split("data-stamp=\"").nth(1).and_then(|it| it.split('"').next()).map(str::to_owned)
    };
    let wait = |holds: &dyn Fn() -> bool| {
        let until = clock::since_boot() + SOON;
        while !holds() {
            assert!(clock::since_boot() < until, "in vain");
            std::thread::yield_now();
        }
    };
    wait(&|| stamp().is_some());
    let (before, reads) = (stamp(), stub.reads());
    // A change has what was seen read anew at once.
    assert_eq!(site.sends("/api/v1/pause", &[&format!("Authorization: Bearer {token}")], "").status, 200);
    wait(&|| stub.reads() > reads);
    clock::sleep(Duration::from_millis(500));
    assert_eq!(stamp(), before);
}
