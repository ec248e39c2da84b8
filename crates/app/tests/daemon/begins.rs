//! It begins, takes another configuration, is told things, and ends.

use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::clock;

use super::feed::{Feed, HOME};
use super::run::{PROBING, PROGRAM, Place, Running, until};

#[test]
fn a_service_manager_is_told_that_it_is_ready_alive_and_how_it_stands() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let socket = UnixDatagram::bind(place.path("notify.sock")).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    // As systemd starts it: the number of the process is known before the program is.
    let line = format!("export WATCHDOG_PID=$$; exec {PROGRAM} run -c {}", place.config().display());
    let mut command = Command::new("sh");
    command.args(["-c", &line]).env("NOTIFY_SOCKET", place.path("notify.sock")).env("WATCHDOG_USEC", "2000000");
    command.env("TZ", "UTC").stdin(Stdio::null());
    let mut running = Running::spawn(command);
    let mut messages = Vec::<String>::new();
    let mut hear = |what: &dyn Fn(&[String]) -> bool| {
        until("the service manager is told", || {
            let mut octets = [0; 4096];
            if let Ok(count) = socket.recv(&mut octets) {
                messages.push(String::from_utf8_lossy(&octets[..count]).into_owned());
            }
            what(&messages)
        });
        std::mem::take(&mut messages)
    };
    let some = |messages: &[String], what: &str| messages.iter().any(|it| it.lines().any(|line| line.starts_with(what)));
    hear(&|messages| some(messages, "READY=1") && some(messages, "STATUS=earwitness"));
    let pings = |messages: &[String]| messages.iter().filter(|it| it.contains("WATCHDOG=1")).count();
    let begun = clock::since_boot();
    let counts = |it: &String| it.contains("STATUS=") && it.contains(" devices, ") && !it.contains("STATUS=0 ");
    hear(&|messages| pings(messages) >= 3 && messages.iter().any(counts));
    let took = clock::since_boot().saturating_sub(begun);
    assert!(took > Duration::from_millis(1_500), "three pings in {took:?}, one second apart");
    // One that says that it stops would be ended.
    running.signal("HUP");
    let messages = hear(&|messages| some(messages, "READY=1"));
    assert!(
        some(&messages, "RELOADING=1") && some(&messages, "MONOTONIC_USEC=") && !some(&messages, "STOPPING=1"),
        "{messages:?}"
    );
    running.signal("TERM");
    hear(&|messages| some(messages, "STOPPING=1"));
    assert_eq!(running.ended(), 0);
    place.check();
    let lines = place
        .reader()
        .journal(
            earwitness_core::time::Window {
                from: earwitness_core::time::Timestamp::MIN,
                until: earwitness_core::time::Timestamp::MAX,
            },
            100,
        )
        .unwrap();
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts.last(), Some(&"stopped"), "{texts:?}");
    assert!(!place.reader().sessions().unwrap().is_empty());
}

#[test]
fn another_configuration_is_taken_and_a_broken_one_is_not() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    assert_eq!(place.status()["held"][0], "probing is switched off");
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    running.signal("HUP");
    running.line("the configuration is read again");
    until("something sounds", || place.played() > 0);
    place.write(&[&feed.command()], "[probing]\nslots = 3\nslto_seconds = 2\n");
    running.signal("HUP");
    let line = running.line("home.toml:6:1");
    assert!(line.text.contains("slto_seconds") && line.text.contains("goes on as before"), "{}", line.text);
    let played = place.played();
    until("it goes on as before", || place.played() > played);
    // A signal that comes while it begins anew is not lost.
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    running.signal("HUP");
    running.signal("TERM");
    assert_eq!(running.ended(), 0, "{}", running.said());
    place.check();
}

#[test]
fn it_does_what_it_is_told_and_nobody_there_is_said_with_what_to_do() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let nobody = place.command(&["tell", "status"]).output().unwrap();
    let said = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert_eq!(nobody.status.code(), Some(2));
    assert!(said.contains("nothing that could be told runs on") && said.contains("earwitness run"), "{said}");
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    until("something sounds", || place.played() > 0);
    assert_eq!(place.tell("pause"), "paused by a person");
    // What sounds at that moment ends by itself.
    clock::sleep(Duration::from_secs(2));
    let played = place.played();
    clock::sleep(Duration::from_secs(8));
    assert_eq!(place.played(), played, "nothing sounds while it is paused");
    let status = place.status();
    assert!(status["frames"].as_u64().unwrap() > 0 && status["held"][0] == "paused by a person", "{status}");
    assert!(status["rounds_void"] == 0 && status["rounds_waiting"].as_u64().unwrap() >= 1, "{status}");
    assert_eq!(place.tell("resume"), "probing is allowed");
    until("it goes on", || place.played() > played);
    let ask = |text: &str| String::from_utf8(place.command(&["ask", text]).output().unwrap().stdout).unwrap();
    assert!(ask("be quiet until noon").starts_with("Nothing is played until 12:00."));
    assert!(ask("are you still probing?").contains("paused by a person, until 12:00."));
    assert_eq!(place.status()["held"][0], "paused by a person");
    assert!(ask("you can play again").starts_with("The pause is over."));
    assert!(ask("test my home").starts_with("The next round begins"));
    assert_eq!(place.status()["held"].as_array().map(Vec::len), Some(0));
    assert_eq!((place.tell("away"), place.tell("home")), ("nobody is at home".into(), "somebody is at home".into()));
    let second = place.command(&["run"]).output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2));
    assert!(said.contains(&format!("process {}", running.child.id())), "{said}");
    assert_eq!(place.tell("stop"), "stopping");
    assert_eq!(running.ended(), 0);
    assert!(!place.state().join("control.sock").exists());
    place.check();
}

#[test]
fn a_pause_outlives_a_new_configuration_and_a_new_start() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let config = format!("{PROBING}{}", place.wav());
    place.write(&[&feed.command()], &config);
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    assert_eq!(place.tell("pause"), "paused by a person");
    place.tell("away");
    running.signal("HUP");
    running.nth("watches", 2);
    until("the pause holds", || place.status()["held"][0] == "paused by a person");
    running.stop();
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    until("the pause holds still", || place.status()["held"][0] == "paused by a person");
    assert_eq!(place.status()["somebody_home"], false);
    assert_eq!(place.tell("resume"), "probing is allowed");
    running.stop();
}

#[test]
fn two_requests_to_stop_within_a_moment_are_one_and_the_report_is_written() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["probe", "--anyway"]);
    running.line("frames come from");
    running.signal("TERM");
    clock::sleep(Duration::from_millis(5));
    running.signal("TERM");
    assert_eq!(running.ended(), 0, "{}", running.said());
    assert!(running.said().contains("No device"), "{}", running.said());
    place.check();
}

#[test]
fn a_test_that_cannot_capture_ends_at_once_and_says_what_to_do() {
    let place = Place::new();
    place.write(&[], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["probe", "--anyway", "-i", "eth9"]);
    assert_eq!(running.ended(), 2);
    assert!(
        running.said().contains("there is no interface eth9") && running.said().contains("capture --list"),
        "{}",
        running.said()
    );
    place.write(&["sh -c 'echo no right to capture >&2; exit 1'"], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["probe", "--anyway"]);
    assert_eq!(running.ended(), 2);
    assert!(running.said().contains("no right to capture"), "{}", running.said());
}
