//! Notices in words, and against their schema.

use std::collections::BTreeMap;

use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_core::policy::notices::{Digest, OfDevice};
use earwitness_core::private::Private;
use earwitness_core::time::{SECOND, Window};
use serde_json::Value;

use super::*;

const SCHEMA: &str = include_str!("../../../../docs/schema/notice-1.json");

fn device() -> DeviceId {
    DeviceId::Mac(Mac([0x02, 0, 0x5e, 0, 0x53, 1]))
}

fn upload() -> Upload {
    let from = Timestamp::from_nanos(1_780_000_000 * SECOND);
    Upload {
        window: Window { from, until: from.plus(4 * SECOND) },
        milliseconds: Some(4_200),
        to: Private::new("voice.example.com\u{1b}[2J".to_owned()),
    }
}

fn digest(unexplained: u32) -> Digest {
    let of = OfDevice { explained: 3, unexplained, large: 780, ..OfDevice::default() };
    Digest { devices: BTreeMap::from([(device(), of)]), frames_lost: 12_000, ..Digest::default() }
}

/// One of everything: another kind does not compile until it is here.
fn everything() -> Vec<Told> {
    let (device, since) = (device(), Timestamp::from_nanos(0));
    let of = |told: &Told| match told {
        Told::Proven { .. } => 0,
        Told::Sound { .. } => 1,
        Told::Receiver { .. } => 2,
        Told::Device { .. } => 3,
        Told::Trouble { .. } => 4,
        Told::Works { .. } => 5,
        Told::Learnt { .. } => 6,
        Told::Digest(_) => 7,
    };
    let mut all = vec![
        Told::Proven { device, sends: true },
        Told::Proven { device, sends: false },
        Told::Receiver { device, upload: Upload { milliseconds: None, ..upload() } },
        Told::Device { device },
        Told::Learnt { devices: 1 },
        Told::Digest(Box::new(digest(0))),
        Told::Digest(Box::new(digest(2))),
    ];
    for (why, listened) in [(About::Away, true), (About::Night, true), (About::Night, false), (About::Unspoken, true)] {
        all.push(Told::Sound { why, device, upload: upload(), listened });
    }
    for (trouble, _) in Trouble::WORDS {
        all.push(Told::Trouble { of: trouble, since, said: "no \u{7} room.".to_owned() });
        all.push(Told::Works { of: trouble, since });
    }
    let mut kinds: Vec<i32> = all.iter().map(of).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, (0..8).collect::<Vec<_>>());
    all
}

fn words(told: Told) -> Worded {
    let notice = Notice { number: 7, at: Timestamp::from_nanos(1), urgent: false, told };
    worded(&notice, &|_| "Kitchen".to_owned(), &TimeZone::UTC)
}

#[test]
fn a_notice_says_who_did_what_when_and_to_whom() {
    let said = words(Told::Sound { why: About::Unspoken, device: device(), upload: upload(), listened: true });
    assert_eq!(said.title, "Kitchen sent sound while nobody spoke");
    assert!(
        said.text.starts_with("Kitchen sent 4.2 s of sound to voice.example.com") && said.text.contains("2026-05-28"),
        "{}",
        said.text
    );
    assert!(said.text.contains("another room"), "{}", said.text);
    let said = words(Told::Digest(Box::new(digest(0))));
    assert_eq!(said.title, "Nothing unusual");
    assert!(said.text.contains("Kitchen: uploads of sound, 3 after a sound in the room."), "{}", said.text);
    assert!(said.text.contains("780 large uploads of which nobody can tell what is in them."), "{}", said.text);
    let said = words(Told::Digest(Box::new(digest(2))));
    assert!(said.title != "Nothing unusual" && said.text.contains("2 that nothing explains and 3 after"), "{}", said.text);
}

#[test]
fn every_notice_fits_the_schema_and_nothing_in_it_moves_a_cursor() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let all = everything().into_iter().map(words).chain([test(Timestamp::from_nanos(1)), lost(3, Timestamp::from_nanos(1))]);
    for said in all {
        let object: Value = serde_json::from_str(&said.json).unwrap();
        let faults: Vec<String> = validator.iter_errors(&object).map(|it| it.to_string()).collect();
        assert!(faults.is_empty(), "{object}: {faults:?}");
        assert!(!said.title.contains(char::is_control) && !said.text.replace('\n', "").contains(char::is_control), "{said:?}");
        seen.extend(object.as_object().unwrap().keys().map(|key| format!("{}.{key}", object["what"].as_str().unwrap())));
    }
    // And the schema explains nothing that is not written.
    for part in schema["oneOf"].as_array().unwrap() {
        let what = part["properties"]["what"]["const"].as_str().unwrap();
        for key in part["properties"].as_object().unwrap().keys() {
            assert!(seen.contains(&format!("{what}.{key}")), "{what}.{key}");
        }
    }
}
