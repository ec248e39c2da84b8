//! MQTT against mosquitto.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use earwitness_notify::{Channels, Failure, Mqtt, Notifier, Pace, Report, test};

use super::mosquitto::{Mosquitto, PASSWORD, USER};
use super::{letter, secret};

fn settings(folder: &Path, broker: &Mosquitto, password: &str) -> Mqtt {
    Mqtt {
        topic: "home/notices".to_owned(),
        host: "localhost".to_owned(),
        port: Some(broker.port),
        tls: false,
        ca_file: None,
        user: Some(USER.to_owned()),
        password_file: Some(secret(folder, "password", password)),
        password_in_plain_text: false,
    }
}

fn sent(settings: Mqtt) -> Result<(), Failure> {
    test(&Channels { mqtt: Some(settings), ..Channels::default() }, Some("mqtt"), &letter(0)).remove(0).outcome
}

#[test]
fn a_notice_is_published_as_json_once_the_broker_lets_in() {
    let folder = tempfile::tempdir().unwrap();
    let Some(broker) = Mosquitto::start(folder.path(), false) else { return };
    let subscriber = broker.subscribe();
    let why = sent(settings(folder.path(), &broker, "wrong")).unwrap_err();
    assert!(why.said.contains("refuses") && why.remedy.contains("password_file under [notify.mqtt]"), "{why}");
    sent(settings(folder.path(), &broker, PASSWORD)).unwrap();
    assert_eq!(subscriber.wait("home/notices", |_| true), letter(0).json);
    assert!(subscriber.messages().iter().all(|it| it.0 != "home/notices" || !it.2), "it is not kept by the broker");
}

#[test]
fn with_tls_only_the_authority_that_is_named_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(broker) = Mosquitto::start(folder.path(), true) else { return };
    let with = |ca_file| Mqtt { tls: true, ca_file, ..settings(folder.path(), &broker, PASSWORD) };
    sent(with(Some(folder.path().join("ca.pem")))).unwrap();
    let other = tempfile::tempdir().unwrap();
    let Some(_another) = Mosquitto::start(other.path(), true) else { return };
    let why = sent(with(Some(other.path().join("ca.pem")))).unwrap_err();
    assert!(why.remedy.contains("ca_file"), "{why}");
    let named = Mqtt { host: "127.0.0.1".to_owned(), ..with(Some(folder.path().join("ca.pem"))) };
    assert!(sent(named).unwrap_err().remedy.contains("ca_file"), "the certificate is for another name");
    // In plain text it is no broker.
    assert!(sent(settings(folder.path(), &broker, PASSWORD)).is_err());
}

#[test]
fn what_a_broker_that_was_down_was_not_sent_is_sent_when_it_is_up() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut broker) = Mosquitto::start(folder.path(), false) else { return };
    broker.stop();
    let channels = Channels { mqtt: Some(settings(folder.path(), &broker, PASSWORD)), ..Channels::default() };
    let (said, heard) = channel();
    let pace = Pace { first: Duration::from_millis(200), most: Duration::from_millis(200), seed: 7 };
    let report = move |report| drop(said.send(report));
    let notifier = Notifier::start(folder.path(), &channels, pace, |_| letter(0), report).unwrap();
    (1..=3).for_each(|number| notifier.notify(letter(number)));
    let Report::Fails { channel, why } = heard.recv_timeout(Duration::from_secs(60)).unwrap() else { panic!("it works") };
    assert!(channel == "mqtt" && why.said.contains("cannot be reached"), "{why}");
    broker.go();
    assert_eq!(heard.recv_timeout(Duration::from_secs(60)).unwrap(), Report::Works { channel: "mqtt" });
    let subscriber = broker.subscribe();
    notifier.notify(letter(4));
    subscriber.wait("home/notices", |it| *it == letter(4).json);
}
