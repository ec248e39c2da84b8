//! Devices that come, change and are forgotten, events, and orders.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_mqtt::{Command, Device, Form, Seen, Settings, Snapshot, Upload};

use super::mosquitto::{Mosquitto, PASSWORD, Subscriber};
use super::{PATIENCE, broker, device, settings, snapshot, start, start_with, until};

const KITCHEN: &str = "earwitness/devices/02005e005301";

/// What the broker keeps, as somebody finds it who subscribes now.
fn kept(mosquitto: &Mosquitto) -> BTreeMap<String, String> {
    let messages = mosquitto.subscribe().messages();
    messages.into_iter().filter(|it| it.2 && it.0 != "subscribed").map(|(topic, payload, _)| (topic, payload)).collect()
}

fn counted(subscriber: &Subscriber, topic: &str) -> usize {
    subscriber.messages().iter().filter(|it| it.0 == topic).count()
}

#[test]
fn only_what_has_changed_is_published_and_an_upload_is_an_event() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let subscriber = mosquitto.subscribe();
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Entity);
    let kitchen = device(1, "Kitchen");
    running.client.show(snapshot(vec![kitchen.clone()]));
    subscriber.wait(&format!("{KITCHEN}/uploading"), |it| it == "OFF");
    let uploads = Device { seen: Some(Seen { uploads: true, seconds_today: 4.25 }), ..kitchen.clone() };
    running.client.show(snapshot(vec![uploads]));
    subscriber.wait(&format!("{KITCHEN}/uploading"), |it| it == "ON");
    subscriber.wait(&format!("{KITCHEN}/seconds_today"), |it| it == "4.2");
    running.client.upload(Upload {
        mac: kitchen.mac,
        begin: "2026-01-31T22:00:00Z".to_owned(),
        seconds: Some(4.25),
        receiver: "\"}\u{1b}[2Jexample.com".to_owned(),
    });
    let event = subscriber.wait(&format!("{KITCHEN}/upload"), |_| true);
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    assert_eq!((&event["event_type"], &event["seconds"]), (&"upload".into(), &4.3.into()));
    assert_eq!(event["receiver"], "\"}\u{1b}[2Jexample.com");
    let away = Device { seen: None, verdict: Some("reacts to sound".to_owned()), ..kitchen };
    running.client.show(Snapshot {
        paused: true,
        doing: "paused by a person".to_owned(),
        answer: Some("paused".to_owned()),
        ..snapshot(vec![away])
    });
    subscriber.wait(&format!("{KITCHEN}/available"), |it| it == "offline");
    subscriber.wait(&format!("{KITCHEN}/uploading"), |it| it == "None");
    subscriber.wait(&format!("{KITCHEN}/verdict"), |it| it == "reacts to sound");
    subscriber.wait("earwitness/state", |it| it == "paused by a person");
    subscriber.wait("earwitness/answer", |it| it == "paused");
    assert_eq!(counted(&subscriber, "homeassistant/event/earwitness_02005e005301/upload/config"), 1, "it has not changed");
    assert!(!kept(&mosquitto).contains_key(&format!("{KITCHEN}/upload")), "an event is over");
}

#[test]
fn a_device_that_leaves_is_away_and_forgotten_after_thirty_days_also_by_a_later_process() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let reached = broker(folder.path(), &mosquitto, PASSWORD);
    mosquitto.publish("homeassistant/sensor/somebody_elses/x/config", "{}", true);
    mosquitto.publish("earwitness/devices/not-ours/announced", "entity homeassistant 0", true);
    let (kitchen, bath, hall) = (device(1, "Kitchen"), device(2, "Bath"), device(3, "Hall"));
    let of = |number: u8, kept: &BTreeMap<String, String>| -> Vec<String> {
        kept.keys().filter(|it| it.contains(&format!("02005e0053{number:02}"))).cloned().collect()
    };
    let running = start(&reached, Form::Entity);
    let subscriber = mosquitto.subscribe();
    running.client.show(snapshot(vec![kitchen.clone(), bath.clone(), hall]));
    subscriber.wait("homeassistant/sensor/earwitness_02005e005303/verdict/config", |it| it.contains("Hall"));
    let on = |day, devices| Snapshot { day, ..snapshot(devices) };
    running.client.show(on(30, vec![kitchen.clone(), bath.clone()]));
    subscriber.wait("earwitness/devices/02005e005303/available", |it| it == "offline");
    assert_eq!(of(3, &kept(&mosquitto)).len(), 9, "it may come back");
    running.client.show(on(31, vec![kitchen.clone(), bath]));
    until("the hall is forgotten", || of(3, &kept(&mosquitto)).is_empty());
    drop(running);
    assert_eq!(of(2, &kept(&mosquitto)).len(), 9, "what there was stays while we are away");
    // A later process knows the kitchen only, and speaks another form.
    let running = start(&reached, Form::Device);
    running.client.show(on(61, vec![kitchen.clone()]));
    until("the kitchen has the new form alone", || {
        let all = of(1, &kept(&mosquitto));
        all.iter().filter(|it| it.starts_with("homeassistant/")).eq(["homeassistant/device/earwitness_02005e005301/config"])
    });
    assert_eq!(of(2, &kept(&mosquitto)).len(), 9);
    running.client.show(on(62, vec![kitchen]));
    until("the bath is forgotten", || of(2, &kept(&mosquitto)).is_empty());
    // A person need not wait for that.
    let forgotten = |day| BTreeMap::from([(device(1, "").mac, day)]);
    running.client.show(Snapshot { forgotten: forgotten(61), ..on(62, vec![]) });
    subscriber.wait("earwitness/devices/02005e005301/available", |it| it == "offline");
    assert_eq!(of(1, &kept(&mosquitto)).len(), 6, "it was there again since");
    running.client.show(Snapshot { forgotten: forgotten(62), ..on(62, vec![]) });
    until("the kitchen is forgotten at once", || of(1, &kept(&mosquitto)).is_empty());
    let left = kept(&mosquitto);
    assert!(left.contains_key("homeassistant/sensor/somebody_elses/x/config"));
    assert!(left.contains_key("earwitness/devices/not-ours/announced"));
}

#[test]
fn of_a_device_that_is_excepted_nothing_is_published_and_what_was_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let reached = broker(folder.path(), &mosquitto, PASSWORD);
    let (kitchen, phone) = (device(1, "Kitchen"), device(2, "Phone"));
    let running = start(&reached, Form::Entity);
    running.client.show(snapshot(vec![kitchen.clone(), phone.clone()]));
    mosquitto.subscribe().wait("homeassistant/sensor/earwitness_02005e005302/verdict/config", |_| true);
    drop(running);
    let except = Settings { except: BTreeSet::from([phone.mac]), ..settings(Form::Entity) };
    let running = start_with(&reached, &except);
    running.client.show(snapshot(vec![kitchen, phone]));
    until("the telephone is taken back", || kept(&mosquitto).keys().all(|it| !it.contains("02005e005302")));
    assert!(kept(&mosquitto).keys().any(|it| it.contains("02005e005301")));
}

#[test]
fn home_assistant_that_starts_is_told_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let subscriber = mosquitto.subscribe();
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Device);
    running.client.show(snapshot(vec![device(1, "Kitchen")]));
    let topic = "homeassistant/device/earwitness_02005e005301/config";
    subscriber.wait(topic, |_| true);
    mosquitto.publish("homeassistant/status", "offline", false);
    mosquitto.publish("homeassistant/status", "online", false);
    until("it was announced again", || counted(&subscriber, topic) == 2);
}

#[test]
fn orders_are_handed_over_and_those_that_were_given_before_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    mosquitto.publish("earwitness/probing/set", "OFF", true);
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Entity);
    running.client.show(snapshot(vec![]));
    mosquitto.subscribe().wait("earwitness/status", |it| it == "online");
    for (topic, payload) in [("test/press", "PRESS"), ("probing/set", "maybe"), ("probing/set", "ON"), ("pause/press", "PRESS")] {
        mosquitto.publish(&format!("earwitness/{topic}"), payload, false);
    }
    let orders = [(); 3].map(|()| running.orders.recv_timeout(PATIENCE).unwrap());
    assert_eq!(orders, [Command::TestNow, Command::Resume, Command::PauseForAnHour]);
    assert!(running.orders.try_recv().is_err());
}

#[test]
fn names_of_strangers_are_text_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Entity);
    let hostile = [
        "\",\"name\":\"x",
        "../../#/+/homeassistant/status",
        "{{ states('sensor.x') }}",
        "a\nb\u{202e}c\0",
        "",
        &"w".repeat(10_000),
    ];
    let named = |(place, name): (usize, &&str)| device(u8::try_from(place).unwrap() + 1, name);
    running.client.show(snapshot(hostile.iter().enumerate().map(named).collect()));
    let last = "homeassistant/sensor/earwitness_02005e005306/verdict/config";
    mosquitto.subscribe().wait(last, |_| true);
    for (topic, payload) in kept(&mosquitto) {
        let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '_');
        assert!(topic.chars().all(allowed), "{topic}");
        if topic.ends_with("/config") {
            let said: serde_json::Value = serde_json::from_str(&payload).unwrap();
            let name = said["device"]["name"].as_str().unwrap();
            assert!(!name.is_empty() && name.chars().count() <= 60 && !name.contains(char::is_control), "{name:?}");
        }
    }
    let quoted: serde_json::Value =
        serde_json::from_str(&kept(&mosquitto)["homeassistant/sensor/earwitness_02005e005301/verdict/config"]).unwrap();
    assert_eq!((&quoted["name"], &quoted["device"]["name"]), (&"Verdict".into(), &"\",\"name\":\"x".into()));
}

#[test]
fn however_many_devices_somebody_makes_up_those_that_are_shown_stay() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path(), false) else { return };
    let running = start(&broker(folder.path(), &mosquitto, PASSWORD), Form::Device);
    let last = device(255, "Ours");
    running.client.show(snapshot(vec![last.clone()]));
    let ours = "homeassistant/device/earwitness_02005e0053ff/config";
    mosquitto.subscribe().wait(ours, |_| true);
    let made_up = (0..1_000_u16).map(|number| {
        let [high, low] = number.to_be_bytes();
        let mut it = device(low, "x");
        it.mac.0[1] = high + 1;
        it
    });
    running.client.show(Snapshot { doing: "y".to_owned(), ..snapshot(made_up.chain([last]).collect()) });
    mosquitto.subscribe().wait("earwitness/state", |it| it == "y");
    let announced = || kept(&mosquitto).keys().filter(|it| it.starts_with("homeassistant/device/")).count();
    // The program itself is one more.
    until("as many as are shown", || announced() == 201);
    assert!(kept(&mosquitto).contains_key(ours));
}
