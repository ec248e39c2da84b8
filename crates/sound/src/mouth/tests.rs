use std::sync::mpsc::channel;
use std::time::Duration;

use earwitness_core::probe::{Heard, SoundKind, Stimulus, Void};
use earwitness_core::sound::Pcm;
use earwitness_core::timeline::Condition;

use super::*;
use crate::speak::{Device, Played, Settings, Trouble, open, sounds};

fn library() -> Library {
    Library::new(&sounds::Settings::default()).unwrap()
}

fn order(round: u32, name: &str, length: i64) -> Order {
    let stimulus = Stimulus { name: name.to_owned(), kind: SoundKind::Noise };
    Order { round, stimulus, condition: Condition::default(), length }
}

/// A mouth without an ear, and what it tells.
fn mouth(loudspeaker: Box<dyn Loudspeaker>) -> (Mouth, std::sync::mpsc::Receiver<Told>) {
    let (tell, told) = channel();
    let mouth = Mouth::new(loudspeaker, None, library(), Lot::new(1), move |it| tell.send(it).unwrap()).unwrap();
    (mouth, told)
}

fn said(told: &std::sync::mpsc::Receiver<Told>) -> Said {
    match told.recv_timeout(Duration::from_secs(20)).unwrap() {
        Told::Said(said) => said,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_spoken_into_and_nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let file = Some(folder.path().join("out.wav"));
    let settings = Settings { device: Device::Wav, file, padding: 0.1, ..Settings::default() };
    let (mouth, told) = mouth(open(&settings).unwrap());
    mouth.say(order(7, "tone", SECOND / 5)).unwrap();
    let said = said(&told);
    assert_eq!((said.round, said.spoken.heard, said.spoken.trouble), (7, Heard::Unknown, None));
    assert_eq!(said.spoken.length, SECOND / 5);
    drop(mouth);
    assert_eq!(hound::WavReader::open(folder.path().join("out.wav")).unwrap().len(), 48_000 / 5 * 2);
}

#[test]
fn without_a_loudspeaker_no_probe_is_heard() {
    let (mouth, told) = mouth(open(&Settings { device: Device::None, padding: 0.0, ..Settings::default() }).unwrap());
    mouth.say(order(1, "glass", SECOND / 10)).unwrap();
    assert_eq!(said(&told).spoken.heard, Heard::No);
}

/// Is unplugged at every second sound.
struct Loose(bool);

impl Loudspeaker for Loose {
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        self.0 = !self.0;
        if self.0 {
            return Err(Trouble::Gone("unplugged".to_owned()));
        }
        Ok(Played { onset: earwitness_base::clock::now(), error: 3, length: sound.length() })
    }

    fn name(&self) -> String {
        "loose".to_owned()
    }
}

#[test]
fn a_loudspeaker_that_was_unplugged_makes_the_slot_void_and_is_tried_again() {
    let (mouth, told) = mouth(Box::new(Loose(false)));
    mouth.say(order(1, "tone", SECOND / 10)).unwrap();
    let first = said(&told);
    assert_eq!(first.spoken.trouble, Some(Void::Glitch));
    assert!(first.trouble.unwrap().contains("unplugged"));
    mouth.say(order(2, "tone", SECOND / 10)).unwrap();
    let second = said(&told);
    assert_eq!((second.round, second.spoken.trouble, second.onset_error), (2, None, 3));
}

#[test]
fn a_sound_that_cannot_be_rendered_makes_the_slot_void() {
    let (mouth, told) = mouth(Box::new(Loose(true)));
    mouth.say(order(1, "say:buy milk", SECOND)).unwrap();
    let said = said(&told);
    assert_eq!(said.spoken.trouble, Some(Void::Glitch));
    assert!(said.trouble.unwrap().contains("\"buy\""));
}

#[test]
fn there_is_one_mouth() {
    let settings = Settings { device: Device::None, padding: 0.0, ..Settings::default() };
    let (mouth, told) = mouth(open(&settings).unwrap());
    let taken = (0..6).filter(|&round| mouth.say(order(round, "tone", SECOND / 2)).is_ok()).count();
    assert!((1..=2).contains(&taken), "one is spoken, one may wait: {taken}");
    for _ in 0..taken {
        said(&told);
    }
}
