//! What Home Assistant is told, held against files of its documented forms. `EARWITNESS_GOLDEN=write` writes them again.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use earwitness_core::mac::Mac;
use earwitness_core::private::Private;
use earwitness_mqtt::{Device, Form, Seen, Settings, Snapshot, Topic, messages};
use serde_json::Value;

/// All messages of a small home, by topic; payloads that are JSON as such.
fn told(form: Form) -> BTreeMap<String, Value> {
    let topic = |text| Topic::new(text).unwrap();
    let settings = Settings {
        base: topic("earwitness"),
        prefix: topic("homeassistant"),
        form,
        except: BTreeSet::new(),
        version: "0.1.0".to_owned(),
    };
    let kitchen = Device {
        mac: Mac([2, 0, 0x5e, 0, 0x53, 1]),
        name: Private::new("Küche \"Echo\"".to_owned()),
        manufacturer: Some("Example Inc."),
        seen: Some(Seen { uploads: true, seconds_today: 12.34 }),
        verdict: Some("reacts to sound".to_owned()),
    };
    let away = Device {
        mac: Mac([2, 0, 0x5e, 0, 0x53, 2]),
        name: Private::new(String::new()),
        manufacturer: None,
        seen: None,
        verdict: None,
    };
    let snapshot = Snapshot {
        paused: false,
        doing: "probing is allowed".to_owned(),
        answer: None,
        day: 20_787,
        devices: vec![kitchen, away],
        forgotten: BTreeMap::new(),
    };
    let value = |payload: String| serde_json::from_str(&payload).unwrap_or(Value::String(payload));
    messages(&settings, &snapshot).into_iter().map(|(topic, payload)| (topic, value(payload))).collect()
}

#[test]
fn both_forms_of_discovery_are_those_of_the_files() {
    for form in [Form::Entity, Form::Device] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{}.json", form.word()));
        let told = told(form);
        if std::env::var_os("EARWITNESS_GOLDEN").is_some() {
            fs::write(&path, serde_json::to_string_pretty(&told).unwrap() + "\n").unwrap();
        }
        let written: BTreeMap<String, Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(told, written, "{}", path.display());
    }
}

#[test]
fn ids_are_unique_and_no_topic_holds_a_name() {
    for form in [Form::Entity, Form::Device] {
        let text = serde_json::to_string(&told(form)).unwrap();
        let ids: Vec<&str> = text.split("\"unique_id\":\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((ids.len(), once.len()), (13, 13));
        assert!(told(form).keys().all(|it| it.is_ascii() && !it.contains("Echo")));
    }
}
