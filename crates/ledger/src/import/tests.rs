//! What is read, and what is refused with its place and what to do.

use earwitness_base::moment::zone;
use earwitness_core::time::{MILLISECOND, SECOND};

use super::*;
use crate::Kind;

const ALEXA: &str = r#"{"customerHistoryRecords":[
 {"recordKey":"CUSTOMER#1694872943965#A10#SERIAL","timestamp":1694872943965,"device":{"deviceName":"Bedroom"},"utteranceType":"DEVICE_ARBITRATION",
  "voiceHistoryRecordItems":[{"recordItemType":"ASR_REPLACEMENT_TEXT","timestamp":1694872943962,"transcriptText":"alexa"}]},
 {"timestamp":1694872900000,"utteranceType":"FALSE_WAKE_WORD","voiceHistoryRecordItems":[]}]}"#;

const NEWER: &str = r#"{"alexaHistoryRecords":[{"timestamp":1694872943965,"utteranceType":"GENERAL","title":"what time is it",
 "deviceInfo":[{"deviceName":"Kitchen","deviceSerialNumber":"G1"}]}]}"#;

const OLDER: &str = r#"{"activities":[{"creationTimestamp":1533932315288,"activityStatus":"DISCARDED_NON_DEVICE_DIRECTED_INTENT",
 "description":"{\"summary\":\"hello\"}","sourceDeviceIds":[{"serialNumber":"G1"}]}]}"#;

const ACTIVITY: &str = r#"[{"header":"Google App","title":"Said example","time":"2019-09-06T02:30:11.955Z","audioFiles":["2019-09-06_02_30_11_955_UTC.mp3"]},
 {"title":"Said example","time":"2019-09-06T02:27:40.949","audioFiles":["2019-09-06_02_27_40_949_UTC.mp3"]},
 {"title":"Used Assistant","time":"2019-09-06T01:00:00"}]"#;

fn reading(columns: &[&str], place: &str) -> Reading {
    let columns = columns.iter().map(|it| it.parse().unwrap()).collect();
    Reading { columns, member: None, zone: (!place.is_empty()).then(|| zone(place).unwrap()) }
}

fn plain(text: &str) -> Result<History, String> {
    read(text.as_bytes(), "history", &Reading::default()).map_err(|fault| fault.to_string())
}

fn cell(time: &str) -> String {
    format!(
        "<html><body><div class=\"content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1\">Said <a href=\"x\">a &amp; b</a><br>{time}</div>\
             <div class=\"content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1\"></div></body></html>"
    )
}

#[test]
fn three_generations_of_alexa_are_read() {
    let history = plain(ALEXA).unwrap();
    let [first, second] = history.records.as_slice() else { panic!("{history:?}") };
    assert_eq!(first.at.nanos(), 1_694_872_943_965 * MILLISECOND);
    assert_eq!(
        (first.device.as_deref(), first.text.as_deref(), &first.kind),
        (Some("Bedroom"), Some("alexa"), &Kind::Arbitration)
    );
    assert_eq!(second.kind, Kind::FalseWake);
    let newer = plain(NEWER).unwrap().records.remove(0);
    assert_eq!(
        (newer.device.as_deref(), newer.text.as_deref(), newer.kind),
        (Some("Kitchen"), Some("what time is it"), Kind::Request)
    );
    let older = plain(OLDER).unwrap().records.remove(0);
    assert_eq!((older.device.as_deref(), older.text.as_deref(), older.kind), (Some("G1"), Some("hello"), Kind::NoIntent));
    assert_eq!(plain(&format!("[{ALEXA},{NEWER}]")).unwrap().records.len(), 3, "pages in a list");
    let both = r#"{"customerHistoryRecords":[{"timestamp":1694872943965}],"alexaHistoryRecords":[{"timestamp":1694872943966}]}"#;
    assert_eq!(plain(both).unwrap().records.len(), 2, "two generations in one");
}

#[test]
fn my_activity_is_utc_where_its_recordings_show_it() {
    let history = plain(ACTIVITY).unwrap();
    let at: Vec<i64> = history.records.iter().map(|it| it.at.nanos() / MILLISECOND).collect();
    assert_eq!(at, [1_567_737_011_955, 1_567_736_860_949, 1_567_731_600_000]);
    let alone = r#"[{"title":"x","time":"2019-09-06T02:27:40.949"}]"#;
    assert!(plain(alone).unwrap_err().contains("--time-zone"), "{:?}", plain(alone));
    let berlin = read(alone.as_bytes(), "history", &reading(&[], "Europe/Berlin")).unwrap();
    assert_eq!(berlin.records[0].at.nanos() / MILLISECOND, 1_567_729_660_949);
}

#[test]
fn my_activity_as_a_page_needs_a_zone_and_a_language_that_is_known() {
    let utc = plain(&cell("Sep 6, 2019, 2:30:11\u{202f}AM UTC")).unwrap();
    assert_eq!((utc.records.len(), utc.records[0].at.nanos() / SECOND), (1, 1_567_737_011));
    assert_eq!(utc.records[0].text.as_deref(), Some("Said a & b"));
    let ambiguous = cell("Sep 6, 2019, 2:30:11 AM CST");
    assert!(
        plain(&ambiguous).unwrap_err().contains("history:1:13: \"Sep 6, 2019, 2:30:11 AM CST\": CST stands for more than one")
    );
    for offset in ["GMT+3", "GMT+03:00", "UTC+3"] {
        let told = plain(&cell(&format!("6 Sept 2019, 05:30:11 {offset}"))).unwrap();
        assert_eq!(told.records[0].at, utc.records[0].at, "{offset}");
    }
    assert!(plain(&cell("Sep 6, 2019, 2:30:11 AM GMT+99")).unwrap_err().contains("--time-zone"));
    assert!(plain(&cell("6 Eylül 2019 02:30:11 GMT+3")).unwrap_err().contains("as JSON"));
    let berlin = |time: &str| read(cell(time).as_bytes(), "history", &reading(&[], "Europe/Berlin"));
    let at = |time: &str| berlin(time).unwrap().records[0].at.nanos() / SECOND;
    assert_eq!(at("06.09.2019, 04:30:11 MESZ"), 1_567_737_011);
    // The night in which clocks are set back: the abbreviation tells the hours apart, if it is one that the zone has.
    assert_eq!(at("Oct 27, 2019, 2:30:00 AM CET") - at("Oct 27, 2019, 2:30:00 AM CEST"), 3_600);
    assert!(berlin("27.10.2019, 02:30:00 MEZ").unwrap_err().to_string().contains("twice"));
    assert!(berlin("Mar 31, 2019, 2:30:00 AM CET").unwrap_err().to_string().contains("never showed"));
}

#[test]
fn a_table_is_read_with_columns_of_any_name() {
    let text = "Datum;Länge;Sorte;Gerät\n2026-01-01 12:00;2,5;WAKE_WORD_ONLY;Küche\n\n2026-01-01 12:05;;;\n";
    let how = reading(&["Datum=time", "Länge=seconds", "Sorte=kind"], "Europe/Berlin");
    let history = read(text.as_bytes(), "history", &how).unwrap();
    assert_eq!(history.records.len(), 2);
    assert_eq!((history.records[0].seconds, &history.records[0].kind), (Some(2.5), &Kind::WakeWordOnly));
    assert_eq!(history.records[0].at.nanos() / SECOND, 1_767_265_200);
    assert!(history.warnings[0].contains("\"Gerät\""), "{:?}", history.warnings);
}

#[test]
fn a_fault_is_told_with_its_place_and_what_to_do() {
    for (text, parts) in [
        (ALEXA.get(..300).unwrap(), ["history:3:", "ends in the middle", "download it again"]),
        ("{\"customerHistoryRecords\":[\n{\"utteranceType\":\"GENERAL\"}]}", ["history:2:1:", "neither timestamp", "download"]),
        ("{\"customerHistoryRecords\":[{\"timestamp\":1694872943}]}", ["history:1:28:", "milliseconds", "download"]),
        ("{\"records\":[]}", ["history: ", "neither customerHistoryRecords", "--map"]),
        ("[{\"title\":\"x\"}]", ["history:1:2:", "no time", "export"]),
        ("[]", ["history: ", "no record", "export"]),
        ("date,text\n2026-01-01T12:00:00Z,x\n", ["history:1:1:", "no column is named time", "--map"]),
        ("time\n2026-01-01T12:00:00\n", ["history:2:1:", "has no offset", "--time-zone"]),
        ("time,seconds\n2026-01-01T12:00:00Z,long\n", ["history:2:1:", "\"long\"", "like 4"]),
        ("time,text\n2026-01-01T12:00:00Z,a,b\n", ["history:2:1:", "more fields", "quotes"]),
        ("<html></html>", ["history: ", "no activity", "JSON"]),
        ("time,text\n2026-01-01T12:00:00Z,\"a\n2026-01-01T12:01:00Z,b\n", ["history:2:1:", "never closes", "whole"]),
        ("[{\"activities\":[]},\n{\"more\":1}]", ["history:2:1:", "neither customerHistoryRecords", "--map"]),
    ] {
        let refused = plain(text).unwrap_err();
        assert!(parts.iter().all(|part| refused.contains(part)), "{text:?}: {refused}");
    }
}

#[test]
fn what_stands_there_twice_is_read_once_unless_it_shows_minutes_only() {
    let twice = "time,text\n2026-01-01T12:00:07Z,x\n2026-01-01T12:00:07Z,x\n2026-01-01T12:01:00Z,x\n2026-01-01T12:01:00Z,x\n";
    let history = plain(twice).unwrap();
    assert_eq!(history.records.len(), 3);
    assert!(history.warnings[0].contains("1 record stands in it twice, the first at 3:1"), "{:?}", history.warnings);
}

mod archives;

proptest::proptest! {
    #[test]
    fn no_octets_end_the_program(bytes: Vec<u8>, cut in 0..400_usize) {
        let _ = read(&bytes, "history", &Reading::default());
        for text in [ALEXA, NEWER, OLDER, ACTIVITY] {
            let _ = read(&text.as_bytes()[..cut.min(text.len())], "history", &Reading::default());
        }
    }
}
