//! What the appliance says of itself, as it is shown.

use std::collections::BTreeMap;

use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_core::policy::Hold;
use earwitness_core::private::Private;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_mqtt::{Device, Seen, Snapshot, Upload};
use earwitness_report::json::status::{Status, Today};
use earwitness_report::vendor::maker;
use serde::Deserialize;

/// A day, nanoseconds.
const DAY: i64 = 86_400 * SECOND;

/// How it stands; local time is `ahead` of UTC, nanoseconds. Devices that a person has `forgotten` are not shown until they send again.
pub(super) fn snapshot(status: &Status, ahead: i64, answer: Option<String>, forgotten: &BTreeMap<Mac, Timestamp>) -> Snapshot {
    let day = |at: i64| at.saturating_add(ahead).div_euclid(DAY);
    // Where a source is away nobody can tell whose traffic it had.
    let is_away = status.held.contains(&Hold::Source.words());
    let is_watched = !is_away && !status.sources.is_empty() && status.sources.iter().all(|it| it.runs);
    let device = |it: &Today| {
        let mac: Mac = it.device.parse().ok()?;
        // It is there again when it sends again.
        let is_gone = |at: &Timestamp| it.seen_ns.is_none_or(|seen| seen <= at.nanos());
        if forgotten.get(&mac).is_some_and(is_gone) {
            return None;
        }
        let verdict = status.standings.iter().find(|standing| standing.device == it.device).and_then(|it| it.verdict);
        let seen = Seen { uploads: it.sending, seconds_today: it.audio_seconds };
        Some(Device {
            mac,
            name: Private::new(it.name.clone()),
            manufacturer: maker(DeviceId::Mac(mac)),
            seen: is_watched.then_some(seen),
            verdict: verdict.map(str::to_owned),
        })
    };
    Snapshot {
        paused: status.held.contains(&Hold::Person.words()),
        doing: doing(status),
        answer,
        day: day(status.at_ns),
        devices: status.today.iter().filter_map(device).collect(),
        forgotten: forgotten.iter().map(|(mac, at)| (*mac, day(at.nanos()))).collect(),
    }
}

fn doing(status: &Status) -> String {
    match &status.progress {
        _ if !status.held.is_empty() => status.held.join(", "),
        Some(progress) => format!("testing: {}", progress.summary),
        None if status.probing => "a round is in progress".to_owned(),
        None => "probing is allowed".to_owned(),
    }
}

/// What is read of an event (`docs/schema/event-1.json`).
#[derive(Deserialize)]
struct Told {
    event: String,
    kind: Option<String>,
    device: Option<String>,
    start_ns: Option<i64>,
    audio_seconds: Option<f64>,
    receiver: Option<String>,
    receiver_local: Option<bool>,
}

/// The upload of sound to the internet that an event is.
pub(super) fn upload(event: &str) -> Option<Upload> {
    let event: Told = serde_json::from_str(event).ok()?;
    let is_sound = matches!(event.kind.as_deref(), Some("audio" | "recording"));
    if event.event != "upload" || !is_sound || event.receiver_local != Some(false) {
        return None;
    }
    let begin = jiff::Timestamp::from_nanosecond(i128::from(event.start_ns?)).ok()?;
    Some(Upload {
        mac: event.device?.parse().ok()?,
        begin: begin.round(jiff::Unit::Millisecond).ok()?.to_string(),
        seconds: event.audio_seconds,
        receiver: event.receiver?,
    })
}

#[cfg(test)]
mod tests {
    use earwitness_report::json::status::{Progress, Source, Standing};

    use super::*;

    fn status() -> Status {
        let today = Today {
            device: "02:00:5e:00:53:01".into(),
            name: "Kitchen".into(),
            seen_ns: Some(7),
            sending: true,
            audio_seconds: 4.25,
            uploads: 2,
            last_upload_ns: Some(1),
            receiver: None,
        };
        let standing = Standing {
            device: today.device.clone(),
            name: String::new(),
            gateway: false,
            rounds: 3,
            proven_after: None,
            verdict: Some("undecided"),
            several_senders: vec![],
        };
        let by_address = Today { device: "192.0.2.7".into(), ..today.clone() };
        Status {
            // A quarter past eleven at night in UTC.
            at_ns: 20_787 * DAY + 83_700 * SECOND,
            sources: vec![Source { name: "eth0".into(), runs: true }],
            today: vec![today, by_address],
            standings: vec![standing],
            ..Status::default()
        }
    }

    #[test]
    fn devices_are_shown_as_they_stand_and_only_where_their_traffic_is_watched() {
        let shown = snapshot(&status(), 0, None, &BTreeMap::new());
        let [kitchen] = &shown.devices[..] else { panic!("one has a MAC address") };
        assert_eq!(kitchen.seen, Some(Seen { uploads: true, seconds_today: 4.25 }));
        assert_eq!((kitchen.name.reveal().as_str(), kitchen.verdict.as_deref()), ("Kitchen", Some("undecided")));
        assert_eq!((shown.paused, shown.doing.as_str(), shown.day), (false, "probing is allowed", 20_787));
        assert_eq!(snapshot(&status(), 3_600 * SECOND, None, &BTreeMap::new()).day, 20_788, "it is past midnight there");
        let blind = Status { sources: vec![Source { name: "eth0".into(), runs: false }], ..status() };
        assert_eq!(snapshot(&blind, 0, None, &BTreeMap::new()).devices[0].seen, None);
        assert_eq!(snapshot(&Status { sources: vec![], ..status() }, 0, None, &BTreeMap::new()).devices[0].seen, None);
    }

    #[test]
    fn what_it_does_and_why_nothing_sounds_is_told() {
        let held = Status { held: vec![Hold::Person.words(), Hold::Source.words()], ..status() };
        let shown = snapshot(&held, 0, Some("paused".to_owned()), &BTreeMap::new());
        assert_eq!((shown.paused, shown.doing.as_str()), (true, "paused by a person, a source of frames is away"));
        assert_eq!(shown.answer.as_deref(), Some("paused"));
        let progress = Progress { summary: "2 devices not decided yet".into(), seconds_left: None, devices: vec![] };
        let testing = Status { progress: Some(progress), ..status() };
        assert_eq!(snapshot(&testing, 0, None, &BTreeMap::new()).doing, "testing: 2 devices not decided yet");
        assert_eq!(doing(&Status { probing: true, ..status() }), "a round is in progress");
    }

    #[test]
    fn only_uploads_of_sound_to_the_internet_are_told() {
        let event = |kind: &str, local: bool| {
            format!(
                "{{\"at_ns\":1,\"event\":\"upload\",\"device\":\"02:00:5e:00:53:01\",\"kind\":\"{kind}\",\"start_ns\":1769896800250000000,\
                 \"audio_seconds\":4.25,\"receiver\":\"example.com\",\"receiver_local\":{local}}}"
            )
        };
        let told = upload(&event("audio", false)).unwrap();
        assert_eq!(
            (told.begin.as_str(), told.seconds, told.receiver.as_str()),
            ("2026-01-31T22:00:00.25Z", Some(4.25), "example.com")
        );
        assert!(upload(&event("recording", false)).is_some());
        for none in
            [event("large_upload", false), event("audio", true), "{\"event\":\"joined\"}".to_owned(), "rubbish".to_owned()]
        {
            assert_eq!(upload(&none), None, "{none}");
        }
    }

    #[test]
    fn a_device_that_is_forgotten_is_shown_again_when_it_sends_again() {
        let at = |nanos| BTreeMap::from([(Mac([2, 0, 0x5e, 0, 0x53, 1]), Timestamp::from_nanos(nanos))]);
        assert_eq!(snapshot(&status(), 0, None, &at(7)).devices.len(), 0);
        let again = snapshot(&status(), 0, None, &at(6));
        assert_eq!((again.devices.len(), again.forgotten.len()), (1, 1));
    }
}
