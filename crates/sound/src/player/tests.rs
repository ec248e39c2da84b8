use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;
use std::time::Duration;

use earwitness_core::probe::{Heard, SoundKind, Stimulus, Void};
use earwitness_core::sound::duration;
use earwitness_core::time::Timestamp;
use earwitness_core::timeline::{Condition, Content, Digest, NoiseKind, Part, Placed, Script, Sound, Source};

use super::*;
use crate::speak::{Device, LoudspeakerSettings, Played, Samples, Trouble, open, sounds};

fn library() -> Library {
    Library::new(&sounds::SoundSettings::default()).unwrap()
}

fn order(round: u32, name: &str, length: i64) -> Order {
    let stimulus = Stimulus { name: name.to_owned(), kind: SoundKind::Noise };
    Order { round, stimulus, condition: Condition::default(), length }
}

/// A player without a microphone, and its events.
fn player(loudspeaker: Box<dyn Loudspeaker>) -> (Player, std::sync::mpsc::Receiver<PlayerEvent>) {
    let (send, events) = channel();
    let player = Player::new(loudspeaker, None, library(), Lot::new(1), move |it| send.send(it).unwrap()).unwrap();
    (player, events)
}

fn said(events: &std::sync::mpsc::Receiver<PlayerEvent>) -> Said {
    match events.recv_timeout(Duration::from_secs(20)).unwrap() {
        PlayerEvent::Said(said) => said,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_spoken_into_and_nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let file = Some(folder.path().join("out.wav"));
    let settings = LoudspeakerSettings { device: Device::Wav, file, padding: 0.1, ..LoudspeakerSettings::default() };
    let (player, events) = player(open(&settings).unwrap());
    player.say(order(7, "tone", SECOND / 5)).unwrap();
    let said = said(&events);
    assert_eq!((said.round, said.spoken.heard, said.spoken.trouble), (7, Heard::Unknown, None));
    assert_eq!(said.spoken.length, SECOND / 5);
    drop(player);
    assert_eq!(hound::WavReader::open(folder.path().join("out.wav")).unwrap().len(), 48_000 / 5 * 2);
}

#[test]
fn without_a_loudspeaker_no_probe_is_heard() {
    let (player, events) =
        player(open(&LoudspeakerSettings { device: Device::None, padding: 0.0, ..LoudspeakerSettings::default() }).unwrap());
    player.say(order(1, "glass", SECOND / 10)).unwrap();
    assert_eq!(said(&events).spoken.heard, Heard::No);
}

#[test]
fn what_was_sent_is_told_to_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let settings = LoudspeakerSettings {
        device: Device::Wav,
        file: Some(path.clone()),
        padding: 0.1,
        level: -20.0,
        ..LoudspeakerSettings::default()
    };
    let (player, events) = player(open(&settings).unwrap());
    player.say(order(3, "alexa", 2 * SECOND)).unwrap();
    let spoken = said(&events).spoken;
    let timelines = spoken.timelines.unwrap();
    let [Placed { offset: 0, timeline }] = timelines.timelines() else { panic!("{timelines:?}") };
    let written: Vec<i16> = hound::WavReader::open(&path).unwrap().samples().map(Result::unwrap).collect();
    let sound = &written[4_800..written.len() - 4_800];
    assert_eq!((timeline.samples(), timeline.digest()), (sound.len() as u64, Digest::of(sound)));
    assert_eq!((timeline.length(), timeline.is_broken_off()), (spoken.length, false));
    let mut from = 0;
    for segment in timeline.segments() {
        let until = from + usize::try_from(segment.samples()).unwrap();
        match segment.content() {
            Content::Sound(it) => {
                assert_eq!(it.digest, Digest::of(&sound[from..until]));
                assert!((-2_600..-1_400).contains(&it.level.hundredths()), "{it:?}");
            }
            Content::Gap => assert!(sound[from..until].iter().all(|&sample| sample == 0)),
            Content::Silence => panic!("{timeline:?}"),
        }
        from = until;
    }
    let [first, gap, ..] = timeline.segments() else { panic!("{timeline:?}") };
    let Content::Sound(Sound { source: Source::Utterance { text, voice, speed }, .. }) = first.content() else {
        panic!("{timeline:?}")
    };
    assert!(text == "alexa" && !voice.is_empty() && !speed.is_empty() && matches!(gap.content(), Content::Gap), "{timeline:?}");
}

const NOTHING: Played = Played { onset: Timestamp::from_nanos(0), error: 0, length: 0, drift: 0, limited: 0, sent: Vec::new() };

/// Breaks off after a tenth of a second.
struct Fragile;

impl Loudspeaker for Fragile {
    fn stream(&mut self, _: &mut dyn Samples, _: &AtomicBool, sounded: &mut dyn FnMut(&[i16])) -> Result<Played, Trouble> {
        sounded(&[1; 4_800]);
        let played = Played { onset: Timestamp::from_nanos(9 * SECOND), error: 3, length: SECOND / 10, ..NOTHING };
        Err(Trouble::BrokenOff("the sink was removed while it played".to_owned(), Box::new(played)))
    }

    fn name(&self) -> String {
        "fragile".to_owned()
    }
}

#[test]
fn of_a_sound_that_broke_off_what_had_sounded_is_reported() {
    let (player, events) = player(Box::new(Fragile));
    player.say(order(0, "pink-noise", 2 * SECOND)).unwrap();
    let said = said(&events);
    let Spoken { onset, length, trouble, timelines, .. } = said.spoken;
    assert_eq!((onset, length, trouble), (Timestamp::from_nanos(9 * SECOND), SECOND / 10, Some(Void::Glitch)));
    let timelines = timelines.unwrap();
    let timeline = &timelines.timelines()[0].timeline;
    assert_eq!((timeline.samples(), timeline.planned(), timeline.digest()), (4_800, 96_000, Digest::of(&[1; 4_800])));
    assert!(timeline.segments()[0].is_cut());
    let Content::Sound(sound) = timeline.segments()[0].content() else { panic!("{timeline:?}") };
    let Source::Noise { kind: NoiseKind::Pink, seed } = sound.source else { panic!("{sound:?}") };
    assert_eq!(sound.whole, 96_000);
    // What is written of a noise is enough to make it again, at another level.
    let again = sounds::noise(NoiseKind::Pink, seed, 96_000);
    let rendered = library().render(&order(0, "pink-noise", 0).stimulus, 2 * SECOND, &Lot::new(1), 0).unwrap();
    let gain = again.samples[9] / rendered.samples[9];
    let far = again.samples.iter().zip(&rendered.samples).map(|(a, b)| (a - b * gain).abs()).fold(0.0, f32::max);
    assert!(far < 1e-3, "{far}");
}

/// Is unplugged at every second sound.
struct Loose(bool);

impl Loudspeaker for Loose {
    fn stream(&mut self, samples: &mut dyn Samples, _: &AtomicBool, _: &mut dyn FnMut(&[i16])) -> Result<Played, Trouble> {
        self.0 = !self.0;
        if self.0 {
            return Err(Trouble::Gone("unplugged".to_owned()));
        }
        let length = duration(usize::try_from(samples.total()).unwrap(), samples.rate());
        Ok(Played { onset: earwitness_base::clock::now(), error: 3, length, ..NOTHING })
    }

    fn name(&self) -> String {
        "loose".to_owned()
    }
}

#[test]
fn a_loudspeaker_that_was_unplugged_makes_the_slot_void_and_is_tried_again() {
    let (player, events) = player(Box::new(Loose(false)));
    player.say(order(1, "tone", SECOND / 10)).unwrap();
    let first = said(&events);
    assert_eq!(first.spoken.trouble, Some(Void::Glitch));
    assert!(first.trouble.unwrap().contains("unplugged"));
    player.say(order(2, "tone", SECOND / 10)).unwrap();
    let second = said(&events);
    assert_eq!((second.round, second.spoken.trouble, second.onset_error), (2, None, 3));
}

#[test]
fn a_sound_that_cannot_be_rendered_makes_the_slot_void() {
    let (player, events) = player(Box::new(Loose(true)));
    player.say(order(1, "say:buy milk", SECOND)).unwrap();
    let said = said(&events);
    assert_eq!(said.spoken.trouble, Some(Void::Glitch));
    assert!(said.trouble.unwrap().contains("\"buy\""));
}

#[test]
fn there_is_one_player() {
    let settings = LoudspeakerSettings { device: Device::None, padding: 0.0, ..LoudspeakerSettings::default() };
    let (player, events) = player(open(&settings).unwrap());
    let taken = (0..6).filter(|&round| player.say(order(round, "tone", SECOND / 2)).is_ok()).count();
    assert!((1..=2).contains(&taken), "one is spoken, one may wait: {taken}");
    for _ in 0..taken {
        said(&events);
    }
}

#[test]
fn an_hour_of_music_is_stopped_within_a_second_and_what_sounded_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let file = Some(path.clone());
    let settings = LoudspeakerSettings { device: Device::Wav, file, ..LoudspeakerSettings::default() };
    let music = Part::Noise { kind: NoiseKind::Music, length: 3_600 * SECOND, seed: Some(1) };
    let library = library().with_scripts([("night".to_owned(), Script::new(vec![music]).unwrap())].into());
    let (send, events) = channel();
    let player = Player::new(open(&settings).unwrap(), None, library, Lot::new(1), move |it| send.send(it).unwrap()).unwrap();
    player.say(order(5, "script:night", SECOND)).unwrap();
    // A second of it, however busy the machine is; it begins with some silence.
    for _ in 0..2_000 {
        if std::fs::metadata(&path).is_ok_and(|it| it.len() > 96_000) {
            break;
        }
        earwitness_base::clock::sleep(Duration::from_millis(10));
    }
    let begun = earwitness_base::clock::since_boot();
    drop(player);
    assert!(earwitness_base::clock::since_boot().saturating_sub(begun) < Duration::from_secs(5));
    let said = said(&events);
    assert_eq!((said.round, said.spoken.trouble), (5, Some(Void::Glitch)), "{said:?}");
    let timeline = said.spoken.timelines.unwrap().timelines()[0].timeline.clone();
    assert!(timeline.is_broken_off() && timeline.length() < 60 * SECOND && timeline.planned() == 3_600 * 48_000, "{timeline:?}");
}
