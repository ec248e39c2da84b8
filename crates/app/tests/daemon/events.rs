//! Uploads are reported soon, to whoever wants to know, and not before they are on the disk.

use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::mac::Mac;
use earwitness_core::pcap::each_frame;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};

use super::feed::{Feed, HOME, uploaded};
use super::run::{Place, until};

/// The codec clock judges an upload after a second without a record on its flow (`detect::clock`).
const WINDOW: i64 = SECOND;

#[test]
fn an_upload_is_told_within_two_seconds_beyond_the_detectors_window_and_is_stored_by_then() {
    let place = Place::new();
    // Its flow says nothing more after the sound: what went on would put off the end of the window.
    let plan = HOME.replace("wake_probability = 1.0", "wake_probability = 1.0\ntelemetry_octets = 0");
    let feed = Feed::start(place.folder.path(), &plan);
    let notices = place.path("notices");
    let line = format!("sh -c 'cat >> {}'", notices.display());
    place.write(&[&feed.command()], &format!("[probing]\nenabled = false\n[notify]\ncommand = {line:?}\n"));
    let mut running = place.start(&["run", "--json"]);
    running.line("frames come from");
    let mut late = Vec::new();
    for turn in 1..=3 {
        feed.say(3);
        let upload = uploaded(&feed, turn);
        let line = running.nth("\"event\":\"upload\"", turn);
        let event = serde_json::from_str::<serde_json::Value>(&line.text).unwrap();
        let everything = Window { from: Timestamp::MIN, until: Timestamp::MAX };
        let journal = place.reader().journal(everything, 1_000).unwrap();
        let stored = journal.iter().filter(|it| it.text.contains("uploaded") && it.at <= line.at).count();
        assert!(stored >= turn && event.get("stored").is_none(), "told before it was stored: {journal:?}");
        let seconds = event["audio_seconds"].as_f64().unwrap();
        assert!((seconds - upload.audio_ns as f64 / 1e9).abs() < 1.0, "{seconds} of {}", upload.audio_ns);
        late.push((line.at.nanos() - upload.end_ns) / MILLISECOND);
        clock::sleep(Duration::from_secs(6));
    }
    eprintln!("told {late:?} ms after the last octet of the upload passed");
    // One of them may have waited for a machine that was busy with other tests.
    late.sort_unstable();
    assert!(late[1] * MILLISECOND < WINDOW + 2 * SECOND, "{late:?} ms");
    // An upload by day, with nobody who listened, is no notice: what needs a person is.
    assert!(!notices.exists());
    let config = std::fs::read_to_string(place.config()).unwrap();
    std::fs::write(place.config(), "[probling]\n").unwrap();
    running.signal("HUP");
    until("the command was given a notice", || notices.exists());
    until("it has read all of it", || std::fs::read_to_string(&notices).is_ok_and(|it| it.trim_end().ends_with('}')));
    let notice: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&notices).unwrap()).unwrap();
    assert_eq!(
        (notice["about"].as_str(), notice["of"].as_str(), notice["notice"].as_u64()),
        (Some("trouble"), Some("settings"), Some(1))
    );
    assert!(notice["text"].as_str().is_some_and(|it| it.contains("probling")), "{notice}");
    std::fs::write(place.config(), config).unwrap();
    let assistant = feed.devices()[0];
    let cut = |name: &str, more: &[&str]| {
        let out = place.path(name);
        let mut command = std::process::Command::new(super::run::PROGRAM);
        command.args(["export", "frames"]).arg(place.state()).arg("-o").arg(&out).args(more);
        let done = command.output().unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut addresses = std::collections::BTreeSet::new();
        let (mut frames, octets) = (0, std::fs::read(out).unwrap());
        each_frame(&octets, |frame| {
            frames += 1;
            addresses.extend([0, 6].map(|at| Mac(*frame.bytes[at..].first_chunk().unwrap())));
        })
        .unwrap();
        (frames, addresses)
    };
    let (all, addresses) = cut("all.pcapng", &[]);
    assert!(addresses.len() > 3);
    let (of_one, addresses) = cut("one.pcapng", &["--device", &assistant.to_string()]);
    assert!(of_one > 100 && of_one < all && addresses.len() == 2, "{of_one} of {all}, {}", addresses.len());
    running.stop();
    place.check();
}

#[test]
fn a_command_for_notices_that_hangs_holds_nothing_up() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n[notify]\ncommand = \"sleep 3600\"\n");
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    running.line("is new on the network");
    let config = std::fs::read_to_string(place.config()).unwrap();
    std::fs::write(place.config(), "[probling]\n").unwrap();
    running.signal("HUP");
    running.line("it goes on as before");
    std::fs::write(place.config(), config).unwrap();
    feed.say(3);
    let upload = uploaded(&feed, 1);
    let line = running.line("uploaded 3");
    assert!(line.at.nanos() - upload.end_ns < 10 * SECOND, "half of what the command may take before it is said to hang");
    running.line("did not end within 20 s");
    let begun = clock::since_boot();
    running.stop();
    assert!(clock::since_boot().saturating_sub(begun) < Duration::from_secs(10));
}
