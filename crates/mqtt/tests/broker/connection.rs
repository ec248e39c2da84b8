//! Logins, TLS, last will, and brokers that go and come.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use earwitness_mqtt::{Form, Report};
use earwitness_notify::Broker;

use super::mosquitto::{Mosquitto, PASSWORD};
use super::{PATIENCE, broker, device, snapshot, start, until};

#[test]
fn a_wrong_password_is_told_once_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let running = start(&broker(folder.path(), &mosquitto, "wrong"), Form::Entity);
    running.client.show(snapshot(vec![device(1, "Kitchen")]));
    let Report::Fails(why) = running.reports.recv_timeout(PATIENCE).unwrap() else { panic!("it works") };
    assert!(why.said.contains("refuses") && why.remedy.contains("password_file under [mqtt]"), "{why}");
    let log = || std::fs::read_to_string(folder.path().join("mosquitto.log")).unwrap();
    until("it was tried again", || log().matches("not authori").count() >= 2);
    assert!(running.reports.try_recv().is_err(), "told once");
    // The password of the broker is made the one that the client has.
    mosquitto.stop();
    let passwords = folder.path().join("passwords");
    let made = std::process::Command::new("mosquitto_passwd").arg("-b").arg(passwords).args(["ear", "wrong"]).status();
    assert!(made.unwrap().success());
    mosquitto.go();
    until("it works", || matches!(running.reports.try_recv(), Ok(Report::Works)));
}

#[test]
fn with_tls_only_the_authority_that_is_named_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), true) else { return };
    let tls = |ca: &str| {
        let ca_file = Some(folder.path().join(ca));
        Broker { tls: true, ca_file, ..broker(folder.path(), &mosquitto, PASSWORD) }
    };
    // Its own certificate is that of no authority.
    let running = start(&tls("server.pem"), Form::Entity);
    let Report::Fails(why) = running.reports.recv_timeout(PATIENCE).unwrap() else { panic!("it works") };
    assert!(why.remedy.contains("ca_file"), "{why}");
    drop(running);
    let running = start(&tls("ca.pem"), Form::Entity);
    running.client.show(snapshot(vec![device(1, "Kitchen")]));
    mosquitto.subscribe().wait("earwitness/status", |it| it == "online");
}

/// Passes octets on, as a cable does.
fn carried(mut from: TcpStream, mut to: TcpStream) {
    let mut octets = [0; 4_096];
    while let Ok(read) = from.read(&mut octets)
        && read > 0
        && to.write_all(&octets[..read]).is_ok()
    {}
}

#[test]
fn who_is_cut_off_is_away_and_who_says_good_bye_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    // A cable to the broker, which the test cuts without a good-bye.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let subscriber = mosquitto.subscribe();
    let running = start(&Broker { port: Some(port), ..broker(folder.path(), &mosquitto, PASSWORD) }, Form::Entity);
    running.client.show(snapshot(vec![]));
    let near = listener.accept().unwrap().0;
    let far = TcpStream::connect(("127.0.0.1", mosquitto.port)).unwrap();
    let ends = [near.try_clone().unwrap(), far.try_clone().unwrap()];
    let (near_again, far_again) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    thread::spawn(move || carried(near, far));
    thread::spawn(move || carried(far_again, near_again));
    subscriber.wait("earwitness/status", |it| it == "online");
    // Nobody answers at the cable's end any more: what comes next is the last will.
    drop(listener);
    for end in ends {
        end.shutdown(Shutdown::Both).unwrap();
    }
    subscriber.wait("earwitness/status", |it| it == "offline");
    drop(running);
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Entity);
    running.client.show(snapshot(vec![]));
    subscriber.wait("earwitness/status", |it| it == "online");
    drop(running);
    subscriber.wait("earwitness/status", |it| it == "offline");
    assert!(mosquitto.subscribe().messages().iter().any(|it| it.0 == "earwitness/status" && it.1 == "offline" && it.2));
}

#[test]
fn a_broker_that_has_lost_everything_is_told_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Device);
    running.client.show(snapshot(vec![device(1, "Kitchen"), device(2, "Bath")]));
    let of_bath = "homeassistant/device/earwitness_02005e005302/config";
    mosquitto.subscribe().wait(of_bath, |it| it.contains("Bath"));
    mosquitto.stop();
    let Report::Fails(why) = running.reports.recv_timeout(PATIENCE).unwrap() else { panic!("it works") };
    assert!(why.said.contains("localhost"), "{why}");
    // What is shown meanwhile counts.
    running.client.show(snapshot(vec![device(1, "Kitchen"), device(2, "Bathroom")]));
    mosquitto.go();
    assert_eq!(running.reports.recv_timeout(PATIENCE).unwrap(), Report::Works);
    let subscriber = mosquitto.subscribe();
    subscriber.wait(of_bath, |it| it.contains("Bathroom"));
    subscriber.wait("earwitness/status", |it| it == "online");
    subscriber.wait("earwitness/devices/02005e005301/uploading", |it| it == "OFF");
}
