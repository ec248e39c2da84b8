//! When nothing may sound: quiet hours, and while somebody is at home.

use std::time::Duration;

use earwitness_base::clock;

use super::feed::{Feed, HOME, frame};
use super::run::{PROBING, Place, until, until_for};

#[test]
fn in_quiet_hours_probe_says_until_when_and_plays_nothing_unless_it_is_told_to() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    // All hours but the one that began eleven hours ago, in UTC as the program's clock is.
    let hour = clock::now().nanos() / 3_600_000_000_000 % 24;
    let quiet = format!("quiet = [\"{:02}:00-{:02}:00\"]", (hour + 14) % 24, (hour + 13) % 24);
    place.write(&[&feed.command()], &format!("{}{}", PROBING.replace("quiet = []", &quiet), place.wav()));
    let refused = place.command(&["probe", "--rounds", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("it is quiet until {:02}:00", (hour + 13) % 24)) && said.contains("--anyway"), "{said}");
    assert_eq!(place.played(), 0);
    // `run` watches, and waits.
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    clock::sleep(Duration::from_secs(5));
    assert_eq!((place.played(), place.status()["probing"].clone()), (0, false.into()));
    running.stop();
    feed.hears(&place.path("played.wav"));
    let mut running = place.start(&["probe", "--rounds", "12", "--anyway", "--seed", "5", "--exit-code", "--sound", "computer"]);
    running.line("frames come from");
    until("something sounds", || place.played() > 0);
    let ended = clock::since_boot() + Duration::from_secs(220);
    while running.child.try_wait().unwrap().is_none() {
        assert!(clock::since_boot() < ended, "{}", running.said());
        clock::sleep(Duration::from_millis(100));
    }
    let (status, said) = (running.ended(), running.said());
    eprintln!("{said}");
    assert_eq!(status, 1, "the simulated assistant answers each probe");
    assert!(said.contains("streams what it hears") && said.contains("no reaction found"), "{said}");
    place.check();
    evidence(&place, &said);
}

/// What was told before the first round is what a bundle of the session reveals, and everything in it follows from the frames that were kept.
fn evidence(place: &Place, said: &str) {
    const TOLD: &str = "commitment of this session, made before its first round: ";
    let at = said.find(TOLD).unwrap() + TOLD.len();
    let commitment = &said[at..at + 64];
    assert!(said[..at].find("round 1").is_none(), "before the first round: {said}");
    let sessions = place.reader().sessions().unwrap();
    let session = sessions.last().unwrap().id.to_string();
    let bundle = place.path("bundle.zip");
    let run = |words: &[&std::ffi::OsStr]| {
        let done = std::process::Command::new(super::run::PROGRAM).arg("evidence").args(words).output().unwrap();
        let said = [done.stdout, done.stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat();
        (done.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let made =
        run(&["export".as_ref(), session.as_ref(), "--state".as_ref(), place.state().as_ref(), "-o".as_ref(), bundle.as_ref()]);
    assert_eq!(made.0, Some(0), "{}", made.1);
    let (status, said) = run(&["verify".as_ref(), bundle.as_ref(), "--commitment".as_ref(), commitment.as_ref()]);
    assert_eq!(status, Some(0), "{said}");
    for part in ["The bundle holds", "the commitment: holds", "the lots: holds", "the verdicts: holds", "streams what it hears"] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    let (status, said) = run(&["verify".as_ref(), bundle.as_ref(), "--commitment".as_ref(), "0".repeat(64).as_ref()]);
    assert!(status == Some(2) && said.contains("the commitment: does not hold"), "{said}");
}

#[test]
fn with_somebody_at_home_nothing_sounds_and_telephones_tell_who_is() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    let presence = "[presence]\nphones = [\"02:00:5e:00:53:01\"]\naway_after_minutes = 1\n";
    let away = PROBING.replace("quiet = []", "quiet = []\nonly_when_away = true");
    place.write(&[&feed.command()], &format!("{away}{}{presence}", place.wav()));
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    clock::sleep(Duration::from_secs(4));
    assert_eq!(place.played(), 0, "somebody is at home until it is known that nobody is");
    place.tell("away");
    until("something sounds", || place.played() > 0);
    place.tell("home");
    clock::sleep(Duration::from_secs(2));
    let played = place.played();
    clock::sleep(Duration::from_secs(8));
    assert_eq!(place.played(), played);
    // Left to the telephone, which was not seen for a minute.
    place.tell("auto");
    until_for(Duration::from_secs(90), "the telephone is away", || place.played() > played);
    let mut out = Vec::new();
    let mut octets = vec![0xff; 6];
    octets.extend_from_slice(&[2, 0, 0x5e, 0, 0x53, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0x5e, 0, 0x53, 1, 192, 168, 7, 60]);
    octets.resize(60, 0);
    frame(&mut out, clock::now().nanos(), &octets);
    feed.raw(&out);
    running.nth("somebody is at home", 2);
    running.stop();
    place.check();
}

#[test]
fn a_report_for_programs_has_standard_output_for_itself() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], &format!("{PROBING}{}", place.wav()));
    let done = place.command(&["probe", "--rounds", "1", "--anyway", "--json"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(report["devices"].as_array().is_some_and(|it| !it.is_empty()), "{report}");
    assert!(said.contains("is new on the network"), "{said}");
}
