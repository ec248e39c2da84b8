//! A device's spoken reply, from the air to whether it was right.

use earwitness_base::clock;
use earwitness_core::lot::Lot;
use earwitness_core::sound::Pcm;
use earwitness_core::time::{SECOND, Window};
use earwitness_core::timeline::{Part, Script, Voice};
use earwitness_sound::hear;
use earwitness_sound::reply::{Outcome, Preset, Recogniser, RecogniserSettings, judge};
use earwitness_sound::speak::Samples;

use crate::server::Room;
use crate::{library, microphone, witness};

/// What another device says: a voice of the program, half a second of silence before and after.
fn said(text: &str) -> Pcm {
    let voice = Some(Voice { name: "slt".into(), speed: "plain".into() });
    let parts = vec![Part::Gap(SECOND / 2), Part::Utterance { text: text.into(), voice, length: None }, Part::Gap(SECOND / 2)];
    let mut long = library().long(&Script::new(parts).unwrap(), &Lot::new(1), 0).unwrap();
    let mut sound = Pcm { rate: long.rate(), samples: Vec::new() };
    while let Some(piece) = Some(long.next().unwrap()).filter(|piece| !piece.is_empty()) {
        sound.samples.extend(piece);
    }
    sound
}

#[test]
fn a_reply_in_the_room_is_recorded_and_judged_by_a_real_recogniser() {
    let settings = RecogniserSettings { preset: Some(Preset::Pocketsphinx), ..RecogniserSettings::default() };
    let recogniser = match Recogniser::new(&settings) {
        Ok(recogniser) => recogniser,
        Err(why) => {
            eprintln!("skipped: {why}; apt-get install pocketsphinx pocketsphinx-en-us");
            return;
        }
    };
    let Some(room) = Room::start() else { return };
    let microphone = microphone(&room, hear::Device::Monitor, "room");
    clock::sleep(std::time::Duration::from_secs(1));
    witness::write(&room.path("reply.wav"), &said("what is the capital of france"));
    let from = clock::now();
    assert!(room.run("paplay", &["-d", "room", room.path("reply.wav").to_str().unwrap()]).status.success());
    let window = Window { from, until: clock::now().plus(SECOND / 2) };
    let recording = microphone.recording(window).unwrap();
    assert!(recording.from().since(from).abs() < SECOND / 10);
    let kept = room.path("kept.wav");
    let right = ["Capital of France".to_owned()];
    let judged = judge(recording.sound(), &right, recogniser.as_ref(), Some(&kept));
    assert_eq!((judged.outcome, judged.recording.as_deref()), (Outcome::Right, Some(kept.as_path())), "{judged:?}");
    let wrong = judge(recording.sound(), &["berlin".to_owned()], recogniser.as_ref(), None);
    assert_eq!(wrong.outcome, Outcome::Wrong, "{wrong:?}");
    let past = Window { from: from.plus(-90 * SECOND), until: from.plus(-80 * SECOND) };
    assert!(microphone.recording(past).is_err(), "it is no longer kept");
}
