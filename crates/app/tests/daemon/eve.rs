//! Lines of Suricata's format: added as uploads are found, also while logs are rotated, and by the same numbers as an analysis of the frames.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::feed::{Feed, HOME, uploaded};
use super::run::{Place, until};

const SCHEMA: &str = include_str!("../../../../docs/schema/eve-1.json");

/// The whole lines of a file; none is cut.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
    text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[test]
fn uploads_are_lines_of_a_file_that_is_rotated_and_reopened() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let [log, old, oldest] = ["eve.json", "eve.json.1", "eve.json.2"].map(|it| place.path(it));
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    let mut running = place.start(&["run", "--eve", log.to_str().unwrap()]);
    running.line("frames come from");
    feed.say(3);
    let upload = uploaded(&feed, 1);
    until("the first line is there", || lines(&log).len() == 1);
    fs::rename(&log, &oldest).unwrap();
    feed.say(3);
    until("the second line is there", || lines(&log).len() == 1);
    // As Suricata's rotation does it; the source begins anew with the session.
    fs::rename(&log, &old).unwrap();
    running.signal("HUP");
    until("the file is opened again", || log.exists());
    running.stop();
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let all: Vec<Value> = [&oldest, &old, &log].into_iter().flat_map(|it| lines(it)).collect();
    assert!(all.len() >= 2 && lines(&oldest).len() == 1 && lines(&old).len() == 1, "{all:?}");
    for line in &all {
        assert!(schema.is_valid(line), "{line}");
        assert_eq!(
            (line["event_type"].as_str(), line["earwitness"]["device"].as_str()),
            (Some("earwitness"), Some(feed.devices()[0].to_string().as_str()))
        );
    }
    let seconds = all[0]["earwitness"]["seconds"].as_f64().unwrap();
    assert!((seconds - upload.audio_ns as f64 / 1e9).abs() < 1.0, "{seconds} of {}", upload.audio_ns);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_watched() {
    let place = Place::new();
    place.write(&["cat /dev/null"], "[probing]\nenabled = false\n");
    let mut running = place.start(&["run", "--eve", "/nowhere/eve.json"]);
    assert_eq!(running.ended(), 2);
    assert!(running.said().contains("/nowhere/eve.json cannot be written"), "{}", running.said());
}
