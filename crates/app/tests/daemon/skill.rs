//! The server of a skill in the program that runs: where it listens, and when. Who is believed is tried in `crates/skill` and `src/skill`.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use super::feed::{Feed, HOME};
use super::run::{Place, Running, until};

const UNNAMED: &str = "[probing]\nenabled = false\n";

fn named(port: u16) -> String {
    format!("{UNNAMED}[skill]\napplication_id = \"amzn1.ask.skill.0\"\nlisten = \"127.0.0.1:{port}\"\n")
}

/// Root certificates, so that it does not matter whether the machine has any.
fn roots(place: &Place) -> PathBuf {
    let path = place.path("roots.pem");
    std::fs::write(&path, rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap().cert.pem()).unwrap();
    path
}

fn run(place: &Place, roots: &std::path::Path) -> Command {
    let mut command = place.command(&["run"]);
    command.env("SSL_CERT_FILE", roots).env_remove("SSL_CERT_DIR");
    command
}

/// The status of a POST without a signature; none where nobody listens.
fn posted(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    text.split(' ').nth(1).map(str::to_owned)
}

#[test]
fn a_skill_is_served_while_the_configuration_names_one() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    place.write(&[&feed.command()], &named(port));
    let mut running = Running::spawn(run(&place, &roots(&place)));
    running.line("frames come from");
    assert_eq!(posted(port).as_deref(), Some("400"));
    place.write(&[&feed.command()], UNNAMED);
    running.signal("HUP");
    running.line("the configuration is read again");
    assert_eq!(posted(port), None);
    place.write(&[&feed.command()], &named(port));
    running.signal("HUP");
    until("it is served again", || posted(port).as_deref() == Some("400"));
    running.signal("TERM");
    assert_eq!(running.ended(), 0);
    assert_eq!(posted(port), None);
}

#[test]
fn what_a_skill_needs_and_is_not_there_is_told_before_anything_begins() {
    let place = Place::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    place.write(&["true"], &named(taken.local_addr().unwrap().port()));
    for (roots, what) in [(roots(&place), "`listen`"), (place.path("nowhere.pem"), "ca-certificates")] {
        let done = run(&place, &roots).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(2) && said.contains("[skill]") && said.contains(what), "{said}");
        assert!(!place.state().exists(), "nothing was begun");
    }
}
