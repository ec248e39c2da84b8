use earwitness_core::probe::SoundKind;

use super::*;

fn library() -> Library {
    Library::new(&SoundSettings::default()).unwrap()
}

fn stimulus(name: &str) -> Stimulus {
    library().stimulus(name).unwrap()
}

#[test]
fn every_sound_has_its_length_and_its_level() {
    let (library, lot) = (library(), Lot::new(3));
    for known in known().filter(|known| !known.name.ends_with(':')) {
        for seconds in [2, 3, 4, 6, 8] {
            let sound = library.render(&stimulus(known.name), seconds * SECOND, &lot, 5).unwrap();
            let (level, peak) = (level::active(&sound), level::peak(&sound.samples));
            assert!(sound.length().abs_diff(seconds * SECOND) < 2_000_000_000, "{}: {} ns", known.name, sound.length());
            assert!(sound.length() <= seconds * SECOND, "{}", known.name);
            assert!((level - LEVEL).abs() < 0.5 || (peak - CEILING).abs() < 0.1, "{}: {level} dBFS", known.name);
            assert!(peak <= CEILING + 0.01, "{}: {peak} dBFS", known.name);
        }
    }
}

#[test]
fn the_lot_decides_the_voice_and_repeats_it() {
    let (library, lot) = (library(), Lot::new(3));
    let alexa = stimulus("alexa");
    let sounds: Vec<Pcm> = (0..8).map(|round| library.render(&alexa, 2 * SECOND, &lot, round).unwrap()).collect();
    assert_eq!(sounds[2], library.render(&alexa, 2 * SECOND, &lot, 2).unwrap());
    let different = sounds.iter().filter(|sound| **sound != sounds[0]).count();
    assert!(different >= 5, "{different} of 7 are said differently");
    assert_ne!(sounds[2], library.render(&alexa, 2 * SECOND, &Lot::new(4), 2).unwrap());
}

#[test]
fn forbidden_phrases_are_refused_when_named_and_when_played() {
    for name in ["say:Alexa, BUY milk", "say: please open the door"] {
        assert!(matches!(library().stimulus(name), Err(Trouble::Forbidden { .. })), "{name}");
        let stimulus = Stimulus { name: name.to_owned(), kind: SoundKind::Speech };
        let played = library().render(&stimulus, SECOND, &Lot::new(1), 0);
        assert!(matches!(played, Err(Trouble::Forbidden { .. })), "{name}");
    }
    let more = SoundSettings { forbidden: vec!["vacuum".to_owned()], ..SoundSettings::default() };
    let error = Library::new(&more).unwrap().stimulus("say:vacuum the room").unwrap_err().to_string();
    assert!(error.contains("\"vacuum\""), "{error}");
}

#[test]
fn a_word_in_a_voice_that_is_named_sounds_in_the_noise_of_a_quiet_room() {
    let shipped = Shipped::new().unwrap();
    let Source::Utterance { voice, speed, .. } = shipped.wake("alexa").next().unwrap().source() else { panic!("no utterance") };
    let stimulus = Stimulus { name: format!("say-as:{voice}@{speed}:alexa"), kind: SoundKind::Speech };
    let composed = library().compose(&stimulus, SECOND, &Lot::new(1), 0).unwrap();
    let samples = &composed.sound.samples;
    let level = |part: &[f32]| level::active(&Pcm { rate: RATE, samples: part.to_vec() });
    let (before, word) = samples.split_at(2 * RATE as usize);
    assert!((40.0..50.0).contains(&(level(word) - level(before))), "{} {}", level(word), level(before));
    assert!(before.iter().filter(|it| **it != 0.0).count() > before.len() * 9 / 10);
    let sent: Vec<i16> = samples.iter().map(|&it| crate::speak::to_16_bits(it)).collect();
    assert_eq!(composed.timeline(&sent).unwrap().unwrap().segments().len(), 3);
}

#[test]
fn a_recording_is_played_from_its_folder_and_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let spec = hound::WavSpec { channels: 1, sample_rate: 22_050, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(folder.path().join("mine.wav"), spec).unwrap();
    let tone = noise::tone(22_050, 22_050, 500.0);
    for &sample in &tone.samples {
        writer.write_sample(crate::speak::to_16_bits(sample)).unwrap();
    }
    writer.finalize().unwrap();
    let library = Library::new(&SoundSettings { folder: Some(folder.path().to_owned()), ..SoundSettings::default() }).unwrap();
    let music = library.stimulus("music:mine.wav").unwrap();
    assert_eq!(music.kind, SoundKind::Music);
    let sound = library.render(&music, 4 * SECOND, &Lot::new(1), 0).unwrap();
    assert!((3 * SECOND..=4 * SECOND).contains(&sound.length()), "{}", sound.length());
    let missing = library.stimulus("file:other.wav").unwrap_err().to_string();
    assert!(missing.contains("other.wav"), "{missing}");
}

#[test]
fn words_sound_whole_however_short_the_probe() {
    let words = Pcm { rate: RATE, samples: noise::tone(RATE, 3 * RATE as usize, 300.0).samples };
    for (seconds, times) in [(1, 1), (3, 1), (6, 1), (7, 2), (11, 3)] {
        let source = Source::File { name: "words.wav".to_owned() };
        let sound = compose::whole(&words, &source, seconds * SECOND).sound;
        let pauses = (times - 1) * samples_in(SECOND / 2, RATE);
        assert_eq!(sound.samples.len(), times * words.samples.len() + pauses, "{seconds} s");
        assert!(sound.samples.ends_with(&words.samples), "{seconds} s: its last word is there");
    }
    if synthesis::check(&SoundSettings::default()).is_err() {
        eprintln!("skipped: espeak-ng is not installed");
        return;
    }
    let long = "say:I think I am having some trouble hearing what people say. I am not feeling particularly well now. Where is New York City?";
    let (library, stimulus) = (library(), stimulus(long));
    let drawn = |seconds| library.render(&stimulus, seconds * SECOND, &Lot::new(3), 5).unwrap();
    assert!(drawn(2).length() > 5 * SECOND, "{} ns", drawn(2).length());
    assert_eq!(drawn(2), drawn(4), "the voice is the round's, and the words are the same");
    let error = library.fits(&stimulus, 4 * SECOND).unwrap_err().to_string();
    assert!(error.contains("a slot of 4 s does not hold") && library.fits(&stimulus, 30 * SECOND).is_ok(), "{error}");
}
