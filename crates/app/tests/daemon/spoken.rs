//! Somebody talks with the box: espeak-ng is the person, a null sink the room.

use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::sound::Pcm;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_core::timeline::NoiseKind;
use earwitness_sound::hear::{self, Microphone, MicrophoneSettings, Sound};
use earwitness_sound::speak::sounds::{Library, SoundSettings};
use earwitness_sound::speak::{self, Loudspeaker, LoudspeakerSettings};
use earwitness_sound::spoken::{Recogniser, VoiceSettings};

use super::feed::{Feed, HOME};
use super::run::{PROBING, Place, until, until_for};
use super::sound::{Server, sound};

const VOICE: &str = "[voice]\nenabled = true\n";
const QUIET: &str = "[probing]\nenabled = false\n";

/// A person in the room, who hears as well.
struct Person {
    library: Library,
    mouth: Box<dyn Loudspeaker>,
    ear: Microphone,
    /// The end of what was said last.
    ended: Timestamp,
}

impl Person {
    /// `None`, and says so, where the parts are missing.
    fn new(place: &Place) -> Option<Self> {
        let espeak = Command::new("espeak-ng").arg("--version").stdout(Stdio::null()).status().is_ok();
        if let Err(why) =
            Recogniser::new(&VoiceSettings::default()).and(espeak.then_some(()).ok_or("espeak-ng is not installed".to_owned()))
        {
            eprintln!("skipped: {why}");
            return None;
        }
        let server = Some(format!("unix:{}", place.folder.path().join("room.sock").display()));
        let name = Some("room".to_owned());
        let ear = MicrophoneSettings { device: hear::Device::Monitor, name: name.clone(), server: server.clone() };
        let mouth = LoudspeakerSettings { name, server, ..LoudspeakerSettings::default() };
        let ear = Microphone::open(&ear).unwrap().unwrap();
        assert_eq!(ear.wait(Duration::from_secs(20)), hear::State::Listening);
        let library = Library::new(&SoundSettings::default()).unwrap();
        Some(Self { library, mouth: speak::open(&mouth).unwrap(), ear, ended: clock::now() })
    }

    fn says(&mut self, text: &str) {
        self.plays(&self.library.say(text).unwrap());
    }

    fn plays(&mut self, sound: &Pcm) {
        let played = self.mouth.play(sound).unwrap();
        // A breath ends it, which is no sound.
        self.ended = played.onset.plus(played.length - 250 * MILLISECOND);
    }

    /// What sounded since the person has spoken, and an echo's time.
    fn hears(&self) -> Vec<Sound> {
        let from = self.ended.plus(300 * MILLISECOND);
        self.ear.sounds(Window { from, until: clock::now().plus(-100 * MILLISECOND) }, &[])
    }

    /// Waits for an answer and its end; how long after the question it began, seconds.
    #[expect(clippy::cast_precision_loss, reason = "seconds")]
    fn is_answered(&self) -> f64 {
        until_for(Duration::from_secs(30), "an answer sounds", || !self.hears().is_empty());
        let is_over = || self.hears().last().is_some_and(|it| clock::now().since(it.window.until) > SECOND);
        until_for(Duration::from_secs(30), "it is over", is_over);
        let first = self.hears()[0];
        first.window.from.since(self.ended) as f64 / 1e9
    }

    fn is_not_answered(&self) {
        clock::sleep(Duration::from_secs(3));
        assert_eq!(self.hears(), []);
    }
}

fn is_paused(place: &Place) -> bool {
    place.status()["held"].as_array().unwrap().iter().any(|it| it == "paused by a person")
}

#[test]
fn a_person_asks_is_asked_back_and_says_yes_no_or_nothing() {
    let place = Place::new();
    let Some(_server) = Server::start(place.folder.path()) else { return };
    let Some(mut person) = Person::new(&place) else { return };
    let feed = Feed::start(place.folder.path(), HOME);
    let room = sound(place.folder.path(), "device = \"monitor\"\nname = \"room\"");
    place.write(&[&feed.command()], &format!("{QUIET}{room}{VOICE}"));
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    clock::sleep(Duration::from_secs(1));

    person.says("hey ear witness, who is listening");
    eprintln!("a question was answered after {:.2} s", person.is_answered());
    // Speech, orders without the phrase, and noise are for nobody here.
    person.says("the weather will be nice tomorrow");
    clock::sleep(Duration::from_millis(700));
    person.says("pause for an hour");
    clock::sleep(Duration::from_millis(700));
    person.plays(&speak::sounds::noise(NoiseKind::Pink, 1, 48_000));
    person.is_not_answered();
    assert!(!is_paused(&place));

    person.says("hey ear witness, pause for an hour");
    eprintln!("an order was asked back after {:.2} s", person.is_answered());
    assert!(!is_paused(&place), "nobody has said yes");
    person.says("yes");
    until("it is paused", || is_paused(&place));
    person.is_answered();
    // The button needs no phrase. No and silence both leave it as it is.
    for answer in [Some("no"), None] {
        assert_eq!(place.tell("listen"), "listening");
        person.says("stop the pause");
        person.is_answered();
        match answer {
            Some(no) => person.says(no),
            None => person.ended = clock::now(),
        }
        person.is_answered();
        assert!(is_paused(&place), "{answer:?}");
    }
    running.stop();
    place.check();
}

#[test]
fn a_probe_that_says_our_own_phrase_wakes_nobody() {
    let place = Place::new();
    let Some(_server) = Server::start(place.folder.path()) else { return };
    let Some(person) = Person::new(&place) else { return };
    let feed = Feed::start(place.folder.path(), HOME);
    let room = sound(place.folder.path(), "device = \"monitor\"\nname = \"room\"");
    let probing =
        PROBING.replace("\"tone\"", "\"say:hey ear witness, who is listening\"").replace("slot_seconds = 2", "slot_seconds = 4");
    place.write(&[&feed.command()], &format!("{probing}{room}{VOICE}"));
    let mut running = place.start(&["run", "--verbose"]);
    until_for(Duration::from_secs(90), "two probes sounded", || {
        let held = place.status_if_any();
        assert!(!held.contains("somebody talks"), "{held}");
        running.count("played, heard at") >= 2
    });
    drop(person);
    running.stop();
    place.check();
}
