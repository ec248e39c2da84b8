//! Sources that end, write rubbish, flood, or are not there: it is said, nothing sounds meanwhile, and it goes on.

use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::probe::Void;

use super::feed::{Feed, HOME, frame, head};
use super::run::{PROBING, Place, until, until_for};

#[test]
fn a_source_that_ends_spoils_its_round_and_is_started_again_and_nothing_sounds_meanwhile() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    until("a round is in progress", || place.status()["probing"] == true);
    feed.close();
    let line = running.line("has ended (");
    assert!(line.text.contains("it is started again"), "{}", line.text);
    running.line("a source of frames is away");
    // Started again, it waits at the FIFO and gives no capture.
    clock::sleep(Duration::from_secs(2));
    let played = place.played();
    clock::sleep(Duration::from_secs(8));
    assert_eq!(place.played(), played, "{}", running.said());
    let status = place.status();
    assert!(status["held"][0] == "a source of frames is away" && status["probing"] == false, "{status}");
    feed.open();
    running.line("no more: a source of frames is away");
    running.nth("frames come from", 2);
    until("it goes on", || place.played() > played);
    // Rubbish: ended, said, started again.
    feed.raw(b"GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\nmore than a block can hold, and no length that could be one");
    running.line("wrote what is no capture");
    running.nth("frames come from", 3);
    running.stop();
    let trials = place.reader().trials(place.reader().sessions().unwrap()[0].id).unwrap();
    assert_eq!(trials[0].round.void, Some(Void::FramesLost), "{:?}", trials.iter().map(|it| it.round.void).collect::<Vec<_>>());
    place.check();
}

#[test]
fn a_source_that_is_not_there_is_said_and_nothing_sounds() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command(), "no-such-program-anywhere -w -"], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["run"]);
    let line = running.line("cannot start `no-such-program-anywhere`");
    assert!(line.text.contains("check its name"), "{}", line.text);
    running.line("frames come from cat");
    running.nth("cannot start", 3);
    let first: Vec<_> = running.lines().into_iter().filter(|line| line.text.contains("cannot start")).collect();
    let waits: Vec<i64> = first.windows(2).map(|pair| pair[1].at.since(pair[0].at) / 1_000_000).collect();
    assert!(waits[0] >= 900 && waits[1] >= 1_900, "{waits:?} ms");
    assert_eq!((place.played(), place.status()["probing"].clone()), (0, false.into()));
    running.stop();
}

#[test]
fn a_flood_keeps_nobody_waiting() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[capture2]\n".replace("[capture2]\n", "[probing]\nenabled = false\n").as_str());
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    let mut flood = Vec::new();
    // A frame of 1,000 octets from one device to another, 300 MB of it.
    let mut octets = vec![0x5a; 1_000];
    octets[..14].copy_from_slice(&[2, 0, 0, 0, 9, 1, 2, 0, 0, 0, 9, 2, 8, 0]);
    for _ in 0..1_000 {
        frame(&mut flood, clock::now().nanos(), &octets);
    }
    for _ in 0..300 {
        feed.raw(&flood);
    }
    let mut slowest = Duration::ZERO;
    until_for(Duration::from_secs(120), "the flood has passed", || {
        let begun = clock::since_boot();
        let frames = place.status()["frames"].as_u64().unwrap();
        slowest = slowest.max(clock::since_boot().saturating_sub(begun));
        frames >= 300_000
    });
    eprintln!("300,000 frames at once; the slowest answer took {slowest:?}");
    running.signal("TERM");
    assert_eq!(running.ended(), 0);
    place.check();
    assert!(!head().is_empty());
}

#[test]
fn a_source_that_never_gives_a_frame_ends_a_probe_after_a_while_with_what_to_do() {
    let place = Place::new();
    place.write(&["sleep 600"], &format!("{PROBING}{}", place.wav()));
    let mut running = place.start(&["probe", "--anyway", "--patience", "2"]);
    assert_eq!(running.ended(), 2, "{}", running.said());
    let line = running.line("no frame has come from sleep 600 in 2 s");
    assert!(line.text.contains("doctor") && line.text.contains("--patience"), "{}", line.text);
}

#[test]
fn a_name_that_no_interface_can_have_is_not_waited_for() {
    let place = Place::new();
    place.write(&[], "[probing]\nenabled = false\n");
    for name in ["bad name/x", "..", "sixteen-octets_x"] {
        let mut running = place.start(&["run", "-i", name]);
        assert_eq!(running.ended(), 2, "{}", running.said());
        running.line("cannot be the name of an interface");
    }
}
