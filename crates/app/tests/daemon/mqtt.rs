//! What Home Assistant is told while the program runs, and what it orders. Messages and connections are tried in `crates/mqtt`.

use std::os::unix::fs::PermissionsExt;

use super::feed::{Feed, HOME, uploaded};
use super::mosquitto::{Mosquitto, PASSWORD, USER};
use super::run::Place;

#[test]
fn a_lamp_may_light_while_a_device_uploads_and_probing_is_paused_from_there() {
    let place = Place::new();
    let Some(mut mosquitto) = Mosquitto::start(place.folder.path(), false) else { return };
    let feed = Feed::start(place.folder.path(), HOME);
    let password = place.path("password");
    std::fs::write(&password, PASSWORD).unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mqtt = format!(
        "[mqtt]\nhost = \"localhost\"\nport = {}\nuser = \"{USER}\"\npassword_file = {password:?}\nexcept = [\"{}\"]\n",
        mosquitto.port,
        feed.devices()[1]
    );
    // A loudspeaker that is heard by nobody; probes would be played in an hour.
    let rest = format!("{}[probing]\nwarm_up_seconds = 3600\nquiet = []\n{mqtt}", place.wav());
    place.write(&[&feed.command()], &rest);
    let subscriber = mosquitto.subscribe();
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    let id = feed.devices()[0].to_string().replace(':', "");
    let topic = |what: &str| format!("earwitness/devices/{id}/{what}");
    let config = format!("homeassistant/binary_sensor/earwitness_{id}/uploading/config");
    subscriber.wait(&config, |it| it.contains(&feed.devices()[0].to_string()));
    subscriber.wait(&topic("uploading"), |it| it == "OFF");

    feed.say(3);
    subscriber.wait(&topic("uploading"), |it| it == "ON");
    let upload = uploaded(&feed, 1);
    subscriber.wait(&topic("uploading"), |it| it == "OFF");
    let event = subscriber.wait(&topic("upload"), |_| true);
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    let (seconds, sent) = (event["seconds"].as_f64().unwrap(), upload.audio_ns as f64 / 1e9);
    assert!(event["event_type"] == "upload" && (seconds - sent).abs() < 1.0, "{event}, {sent} s were sent");
    subscriber.wait(&topic("seconds_today"), |it| it.parse::<f64>().is_ok_and(|it| (it - seconds).abs() < 0.1));

    mosquitto.publish("earwitness/probing/set", "OFF", false);
    subscriber.wait("earwitness/probing", |it| it == "OFF");
    subscriber.wait("earwitness/state", |it| it == "paused by a person");
    assert_eq!(place.status()["held"][0], "paused by a person");
    mosquitto.publish("earwitness/probing/set", "ON", false);
    subscriber.wait("earwitness/probing", |it| it == "ON");
    mosquitto.publish("earwitness/pause/press", "PRESS", false);
    subscriber.wait("earwitness/probing", |it| it == "OFF");
    assert!(place.status()["paused_until_ns"].is_i64());

    // Nobody can tell what is not watched.
    feed.close();
    subscriber.wait(&topic("available"), |it| it == "offline");
    feed.open();
    subscriber.wait(&topic("available"), |it| it == "online");

    // A broker that is away holds up nothing, and is told everything when it is back.
    drop(subscriber);
    mosquitto.stop();
    running.line("nothing is published by MQTT");
    mosquitto.go();
    running.line("it is published by MQTT again");
    let subscriber = mosquitto.subscribe();
    subscriber.wait(&config, |_| true);
    assert!(subscriber.messages().iter().all(|it| !it.0.contains(&feed.devices()[1].to_string().replace(':', ""))));

    // Where the section goes, it says good-bye; and where the program ends.
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    running.signal("HUP");
    subscriber.wait("earwitness/status", |it| it == "offline");
    place.write(&[&feed.command()], &rest);
    running.signal("HUP");
    subscriber.wait("earwitness/status", |it| it == "online");
    running.signal("TERM");
    assert_eq!(running.ended(), 0);
    subscriber.wait("earwitness/status", |it| it == "offline");
}

#[test]
fn a_password_that_others_can_read_is_told_before_anything_begins() {
    let place = Place::new();
    let password = place.path("password");
    std::fs::write(&password, "x").unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o644)).unwrap();
    place.write(&["true"], &format!("[mqtt]\nhost = \"localhost\"\nuser = \"me\"\npassword_file = {password:?}\n"));
    let done = place.command(&["run"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.code() == Some(2) && said.contains("chmod 600"), "{said}");
    assert!(!place.state().exists(), "nothing was begun");
}
