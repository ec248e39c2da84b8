//! Every scenario file of the project: it is read, it lives, and what its speakers send is seen by the detectors.

#![expect(clippy::unwrap_used, reason = "a test fails when something is wrong")]

use std::collections::BTreeSet;
use std::path::Path;

use earwitness_core::analysis::{Analysis, AnalysisSettings, Answer, Question, Workers};
use earwitness_core::detect::clock::Scratch;
use earwitness_core::findings::{DeviceId, Findings, SightingKind};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sim::house::Sent;
use earwitness_sim::{House, Plan, Sound};

#[test]
fn every_file_in_the_folder_is_read_and_shipped_and_says_what_to_expect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let plan = Plan::from_toml(&text, &path.display().to_string()).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert!(text.starts_with("# "), "{}: begin with a comment that says what it is for", path.display());
        assert!(!plan.title.is_empty() && !plan.description.is_empty(), "{}: no title or description", path.display());
        let silent: Vec<_> = plan.devices.iter().filter(|device| !plan.expected.contains_key(&device.name)).collect();
        assert!(silent.is_empty(), "{}: nothing is expected of {silent:?}", path.display());
        seen.insert(plan.name);
    }
    let shipped: BTreeSet<_> = Plan::shipped().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(seen, shipped);
}

/// Runs a home for so many minutes, plays its sounds one after the other, and analyses what passes.
fn live(plan: &Plan, minutes: i64, seed: u64) -> (House, Findings) {
    analyzed(plan, minutes, seed, Analysis::new(AnalysisSettings::default()))
}

fn analyzed(plan: &Plan, minutes: i64, seed: u64, mut analysis: Analysis) -> (House, Findings) {
    let mut house = House::new(plan, seed);
    let mut sounds = plan.sounds.iter().cycle();
    for minute in 1..=minutes {
        let at = house.begins() + minute * 60 * SECOND;
        house.advance(at, &mut |at, bytes| {
            let wire_len = u32::try_from(bytes.len()).unwrap();
            analysis.frame(&Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, interface: 0, wire_len, bytes });
        });
        if minute % 2 == 0 {
            house.play(at, &Sound { stimulus: sounds.next().unwrap().clone(), length: 4 * SECOND, level_db: 65.0 });
        }
    }
    (house, analysis.finish())
}

#[test]
fn the_detectors_see_what_speakers_send_and_nothing_where_nobody_listens() {
    for name in ["quiet-home", "bursty-home", "video-home", "compromised-device", "undocumented-microphone", "malicious-skill"] {
        let text = Plan::shipped().iter().find(|(shipped, _)| *shipped == name).unwrap().1;
        let plan = Plan::from_toml(text, name).unwrap();
        let (house, findings) = live(&plan, 40, 1);
        let mut live_uploads = 0;
        for device in house.truth().devices {
            let found =
                findings.devices.iter().find(|found| matches!(found.id, DeviceId::Mac(mac) if mac == device.mac)).unwrap();
            let audio: Vec<_> = found.sightings.iter().filter(|sighting| sighting.kind == SightingKind::Audio).collect();
            let sent: Vec<_> = device.uploads.iter().filter(|upload| upload.sent == Sent::Audio).collect();
            let seen = sent.iter().filter(|upload| {
                audio.iter().any(|sighting| {
                    let window = sighting.window;
                    window.from.nanos() < upload.end_ns && upload.start_ns < window.until.nanos()
                })
            });
            let seen = seen.count();
            assert!(seen * 10 >= sent.len() * 9, "{name}: {} of {} uploads of {}", seen, sent.len(), device.name);
            assert!(
                audio.len() <= sent.len() + 1,
                "{name}: {} sightings of {}, which sent {}",
                audio.len(),
                device.name,
                sent.len()
            );
            live_uploads += sent.len();
        }
        assert!(live_uploads >= 10, "{name}: {live_uploads} uploads");
    }
}

#[test]
fn the_longer_the_sound_the_more_a_speaker_sends() {
    let plan = "hours = 1\n[[device]]\nname = \"a\"\nkind = \"speaker\"\nwake_words = [\"computer\"]\nwake_probability = 1\n";
    let plan = Plan::from_toml(plan, "dose").unwrap();
    let mut house = House::new(&plan, 1);
    for (minute, seconds) in [(10, 2), (20, 4), (30, 8)] {
        let stimulus = Stimulus { name: "computer, and so on and on".into(), kind: SoundKind::Speech };
        house.play(house.begins() + minute * 60 * SECOND, &Sound { stimulus, length: seconds * SECOND, level_db: 65.0 });
    }
    house.advance(house.ends(), &mut |_, _| {});
    let sound: Vec<_> = house.truth().devices[0].uploads.iter().map(|upload| upload.audio_ns / SECOND).collect();
    assert!(sound.len() == 3 && sound.is_sorted() && sound[2] >= sound[0] + 3, "{sound:?}");
}

#[test]
fn a_day_of_twenty_devices_is_at_most_a_million_frames() {
    let text = Plan::shipped().iter().find(|(name, _)| *name == "twenty").unwrap().1;
    let plan = Plan::from_toml(text, "twenty").unwrap();
    let mut house = House::new(&plan, 2);
    let (mut frames, mut sounds) = (0, plan.sounds.iter().cycle());
    let mut at = house.begins();
    while at < house.ends() {
        at += 200 * SECOND;
        house.advance(at, &mut |_, _| frames += 1);
        house.play(at, &Sound { stimulus: sounds.next().unwrap().clone(), length: 3 * SECOND, level_db: 65.0 });
    }
    assert_eq!(house.truth().devices.len(), 20);
    assert!((200_000..1_000_000).contains(&frames), "{frames} frames");
}

/// Workers that answer a question only when they are waited for, or when another `hurry` are open; the latest question first, or by turns the first.
#[derive(Debug)]
struct Sluggish {
    open: Vec<Question>,
    hurry: usize,
    by_turns: bool,
}

impl Workers for Sluggish {
    fn ask(&mut self, question: Question) {
        self.open.push(question);
        let slices: usize = self.open.iter().map(Question::slices).sum();
        assert!(slices <= 200_000, "{slices} slices wait, more than was promised");
    }

    fn poll(&mut self) -> Option<Answer> {
        (self.open.len() > self.hurry).then(|| self.wait())
    }

    fn wait(&mut self) -> Answer {
        let first = self.by_turns && self.open.len().is_multiple_of(2);
        let question = if first { self.open.remove(0) } else { self.open.pop().unwrap() };
        question.answer(&mut Scratch::default())
    }
}

#[test]
fn what_is_found_does_not_depend_on_who_looks_and_how_long_that_takes() {
    for name in ["quiet-home", "bursty-home", "every-kind"] {
        let text = Plan::shipped().iter().find(|(shipped, _)| *shipped == name).unwrap().1;
        let plan = Plan::from_toml(text, name).unwrap();
        let (_, alone) = live(&plan, 20, 3);
        assert!(alone.devices.iter().any(|device| !device.sightings.is_empty()), "{name}: there is something to be found");
        for (hurry, by_turns) in [(0, false), (5, true), (usize::MAX, false), (usize::MAX, true)] {
            let mut analysis = Analysis::new(AnalysisSettings::default());
            analysis.hire(Box::new(Sluggish { open: Vec::new(), hurry, by_turns }));
            let (_, helped) = analyzed(&plan, 20, 3, analysis);
            assert!(helped == alone, "{name}: workers who hurry at {hurry} open questions find something else");
        }
    }
}
