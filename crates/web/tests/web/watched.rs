//! A home that is watched, behind the same doors: what its pages and its API answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::findings::{DeviceFindings, DeviceId};
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict::Outcome;
use earwitness_report::json::status::Status;
use earwitness_web::{
    Check, Content, Count, Course, Export, Household, Kept, Keys, Kind, Material, Plan, Reading, Scope, Session, Told, Wish,
};
use jiff::tz::TimeZone;
use tokio::sync::{broadcast, watch};

use crate::client::Site;
use crate::{crowded, sample};

/// A home whose store is a capture, and which notes what is wished.
#[derive(Clone)]
pub(crate) struct Stub {
    status: watch::Sender<Arc<Status>>,
    events: broadcast::Sender<Arc<str>>,
    wishes: Arc<Mutex<Vec<Wish>>>,
    reads: Arc<AtomicUsize>,
    devices: u8,
    /// How many times it cannot be read at first.
    fails: usize,
}

impl Stub {
    pub(crate) fn new(devices: u8) -> Self {
        let status = Status { at_ns: 1, devices: 5, frames: 100, ..Status::default() };
        let (status, events) = (watch::Sender::new(Arc::new(status)), broadcast::Sender::new(8));
        Self { status, events, wishes: Arc::default(), reads: Arc::default(), devices, fails: 0 }
    }

    /// So many devices are watched from now on.
    pub(crate) fn watches(&self, devices: usize) {
        self.status.send_modify(|it| Arc::make_mut(it).devices = devices);
    }

    /// How often what was seen was read.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    pub(crate) fn serve(&self) -> Site {
        let site = Site::of(Content::Lives(Box::new(self.clone())));
        let until = clock::since_boot() + Duration::from_secs(20);
        while site.get("/").status != 200 && clock::since_boot() < until {
            std::thread::yield_now();
        }
        site
    }
}

impl Household for Stub {
    fn read(&self) -> Result<Reading, String> {
        if self.reads.fetch_add(1, Ordering::Relaxed) < self.fails {
            return Err("there is no store in /secret/folder".to_owned());
        }
        let findings = if self.devices == 0 { sample() } else { crowded(self.devices, 30, "Lamp ") };
        let ids: Vec<DeviceId> = findings.devices.iter().map(|it| it.id).collect();
        let numbers: BTreeMap<DeviceId, usize> = ids.iter().copied().zip(11..).collect();
        let verdicts = Told {
            session: 3,
            at: Timestamp::from_nanos(0),
            devices: ids.iter().take(1).map(|id| (*id, Outcome::Reacts, vec!["voice.example".to_owned()])).collect(),
        };
        let material = material(findings);
        Ok(Reading { material, numbers, names: BTreeMap::new(), ignored: BTreeSet::new(), verdicts: Some(verdicts) })
    }

    fn session(&self, id: i64) -> Result<Option<Material>, String> {
        Ok((id == 3).then(|| material(sample())))
    }

    fn sessions(&self) -> Result<Vec<Session>, String> {
        let begun = Timestamp::from_nanos(0);
        Ok(vec![Session { id: 3, begun, ended: None, rounds: 12, outcome: "1: reacts to sound".to_owned() }])
    }

    fn experiments(&self) -> Result<Vec<Kept>, String> {
        let count = Count { name: "with <b>bold</b>".to_owned(), done: 3, of: 20 };
        Ok(vec![Kept {
            name: "prefix-experiment".to_owned(),
            kind: Kind::Experiment,
            title: "prefix".to_owned(),
            question: "Is what is said before the wake word sent?".to_owned(),
            begun: Some(Timestamp::from_nanos(0)),
            done: 3,
            planned: 40,
            left: Some(37 * 60_000_000_000),
            course: Course::Stopped("it was stopped".to_owned()),
            counts: vec![count],
            exports: vec![Export::Page, Export::Csv],
        }])
    }

    fn experiment(&self, name: &str) -> Result<Option<Kept>, String> {
        Ok(self.experiments()?.into_iter().find(|it| it.name == name))
    }

    fn export(&self, name: &str, export: Export) -> Result<Option<Vec<u8>>, String> {
        let found = self.experiment(name)?.is_some_and(|it| it.exports.contains(&export));
        Ok(found.then(|| b"trial,night".to_vec()))
    }

    fn frames(&self, _: DeviceFindings) -> Result<Vec<u8>, String> {
        Ok(b"frames".to_vec())
    }

    fn sounded(&self, _: Window) -> Result<Vec<String>, String> {
        Ok(vec!["A probe, alexa, sounded 1.2 s before it began".to_owned()])
    }

    fn health(&self) -> Vec<Check> {
        vec![Check { name: "disk".to_owned(), is_well: true, words: "much is free.".to_owned() }]
    }

    fn plan(&self) -> Result<Plan, String> {
        let quiet_hours = vec!["21:00 to 08:00".to_owned()];
        Ok(Plan { words: "It plays alexa at -20 dBFS.".to_owned(), quiet: Some("08:00".to_owned()), quiet_hours })
    }

    fn carry_out(&self, wish: Wish) -> Result<String, String> {
        self.wishes.lock().unwrap().push(wish);
        self.status.send_modify(|it| Arc::make_mut(it).at_ns = i64::MAX);
        Ok("done".to_owned())
    }

    fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    fn events(&self) -> broadcast::Receiver<Arc<str>> {
        self.events.subscribe()
    }
}

fn material(findings: earwitness_core::findings::Findings) -> Material {
    Material {
        findings,
        probing: None,
        inputs: vec!["the latest days".to_owned()],
        options: Vec::new(),
        troubles: Vec::new(),
        vendor: |_| None,
        zone: TimeZone::UTC,
    }
}

#[test]
fn verdicts_lead_the_home_and_devices_keep_their_numbers() {
    let site = Stub::new(0).serve();
    let body = site.get("/").body;
    assert!(body.contains("reacts to sound.</h1>") && body.contains("href=\"/device/11\""), "{body}");
    assert!(body.contains("Watching 5 devices. Nobody is sending sound.") && body.contains("href=\"/session/3\""), "{body}");
    for (path, status) in [("/device/11", 200), ("/device/1", 404), ("/session/3", 200), ("/session/4", 404), ("/test", 200)] {
        assert_eq!(site.get(path).status, status, "{path}");
    }
    let report = site.get("/session/3/report.html");
    assert!(report.status == 200 && report.header("content-disposition").unwrap().contains("attachment"), "{}", report.head);
}

#[test]
fn who_comes_right_after_the_first_start_waits_a_moment_and_is_told_no_folder() {
    let mut late = Stub::new(0);
    late.fails = 3;
    let site = Site::of(Content::Lives(Box::new(late)));
    assert_eq!(site.get("/").status, 200, "it is read within the wait");
    let mut never = Stub::new(0);
    never.fails = usize::MAX;
    let page = Site::of(Content::Lives(Box::new(never))).get("/");
    assert_eq!((page.status, page.header("refresh")), (503, Some("3")));
    assert!(page.body.contains("loaded again by itself") && !page.body.contains("/secret"), "{}", page.body);
}

#[test]
fn experiments_show_their_progress_and_hand_out_what_is_listed_and_nothing_else() {
    let site = Stub::new(0).serve();
    let list = site.get("/experiments").body;
    assert!(list.contains("href=\"/experiment/prefix-experiment\"") && list.contains("3 of 40"), "{list}");
    let body = site.get("/experiment/prefix-experiment").body;
    assert!(body.contains("with &lt;b&gt;bold") && body.contains("3 of 20") && body.contains("about 37 min"), "{body}");
    let table = site.get("/experiment/prefix-experiment/trials.csv");
    assert!(table.status == 200 && table.header("content-disposition").unwrap().contains("trials.csv"), "{}", table.head);
    let none = [
        "/experiment/other",
        "/experiment/prefix-experiment/trials.parquet",
        "/experiment/prefix-experiment/journal.jsonl",
        "/experiment/..%2f..%2fetc/trials.csv",
        "/experiment/%2e%2e/trials.csv",
        "/experiment/prefix-experiment%2f..%2f..%2fetc%2fpasswd",
        "/experiment/prefix-experiment/..%2fjournal.jsonl",
    ];
    for path in none {
        assert_eq!(site.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_form_says_what_is_wished_and_one_without_the_token_of_the_session_nothing() {
    let stub = Stub::new(0);
    let site = stub.serve();
    let cookie = site.come_in();
    let origin = format!("Origin: http://{}", site.address());
    let form = "Content-Type: application/x-www-form-urlencoded";
    let page = site.asked("GET", "/", &[&cookie]).body;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let post = |path: &str, fields: &str| {
        let length = format!("Content-Length: {}", fields.len());
        let head = [cookie.as_str(), &origin, form, &length].join("\r\n");
        site.sent(format!("POST {path} HTTP/1.1\r\nHost: {}\r\n{head}\r\n\r\n{fields}", site.address()).as_bytes()).status
    };
    assert_eq!((post("/pause", "minutes=60"), post("/pause", "minutes=60&csrf=00")), (403, 403));
    assert!(stub.wishes.lock().unwrap().is_empty());
    assert_eq!(post("/pause", &format!("minutes=60&csrf={csrf}")), 303);
    assert_eq!(post("/presence", &format!("somebody=auto&csrf={csrf}")), 303);
    assert_eq!(post("/test", &format!("anyway=yes&csrf={csrf}")), 303);
    assert_eq!(post("/presence", &format!("somebody=perhaps&csrf={csrf}")), 400);
    assert_eq!(post("/device/99/name", &format!("name=x&csrf={csrf}")), 404);
    let wished = [Wish::Pause { minutes: Some(60) }, Wish::Presence { somebody: None }, Wish::Test { anyway: true }];
    assert_eq!(*stub.wishes.lock().unwrap(), wished);
}

#[test]
fn the_home_of_sixty_devices_stays_below_a_hundred_kilobytes() {
    let site = Stub::new(60).serve();
    let body = site.get("/").body;
    assert!(body.len() < 100_000, "{}", body.len());
    assert_eq!(body.matches("data-device=").count(), 60);
}

#[test]
fn a_program_needs_a_token_of_scope_control_for_what_the_buttons_do() {
    let stub = Stub::new(0);
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new(folder.path());
    let [reads, controls] =
        [("reads", Scope::Read), ("controls", Scope::Control)].map(|(name, scope)| keys.add_token(name, scope).unwrap());
    let site = Site::kept(Content::Lives(Box::new(stub.clone())), folder.path());
    let post = |token: &str, path: &str, body: &str| {
        let head = format!("Host: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json", site.address());
        let length = body.len();
        site.sent(format!("POST /api/v1/{path} HTTP/1.1\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes())
    };
    assert_eq!(post(&reads, "pause", "{}").status, 403);
    assert_eq!(post("0123456789abcdef0123456789abcdef", "pause", "{}").status, 401);
    assert!(stub.wishes.lock().unwrap().is_empty());
    for (path, body) in [("pause", "{\"minutes\":5}"), ("resume", ""), ("presence", "{\"somebody\":false}"), ("test/end", "{}")] {
        let answer = post(&controls, path, body);
        assert!(answer.status == 200 && answer.body.contains("\"said\":\"done\""), "{path}: {} {}", answer.status, answer.body);
    }
    for (path, body) in
        [("pause", "{\"minutes\":0}"), ("pause", "{\"seconds\":5}"), ("test", "[1"), ("presence", "{\"somebody\":\"no\"}")]
    {
        assert_eq!(post(&controls, path, body).status, 400, "{path} {body}");
    }
    let wished = [Wish::Pause { minutes: Some(5) }, Wish::Resume, Wish::Presence { somebody: Some(false) }, Wish::EndTest];
    assert_eq!(*stub.wishes.lock().unwrap(), wished);
}
