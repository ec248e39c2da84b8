use earwitness_core::time::SECOND;
use earwitness_core::timeline::{Content as Sounding, Digest, Segment, Timeline, Voice};

use super::super::SoundSettings;
use super::*;
use crate::speak::to_16_bits;

const HOUR: i64 = 3_600 * SECOND;

fn long_in(settings: &SoundSettings, parts: Vec<Part>) -> Result<Long, Trouble> {
    Library::new(settings).unwrap().long(&Script::new(parts).unwrap(), &Lot::new(1), 0)
}

fn long(parts: Vec<Part>) -> Long {
    long_in(&SoundSettings::default(), parts).unwrap()
}

fn said(text: &str, length: Option<i64>) -> Part {
    let voice = Some(Voice { name: "slt".into(), speed: "slow".into() });
    Part::Utterance { text: text.into(), voice, length }
}

fn noise(kind: NoiseKind, length: i64) -> Part {
    Part::Noise { kind, length, seed: Some(7) }
}

/// All samples, as a loudspeaker of 16 bits would get them.
fn taken(mut long: Long) -> Vec<i16> {
    let mut all = Vec::new();
    loop {
        let piece = long.next().unwrap();
        if piece.is_empty() {
            return all;
        }
        all.extend(piece.into_iter().map(to_16_bits));
    }
}

fn timeline(mut account: Sent, sounded: &[i16]) -> Timeline {
    sounded.chunks(999).for_each(|piece| account.add(piece));
    account.timeline().unwrap().unwrap()
}

#[test]
fn a_night_of_music_between_words_is_as_long_as_it_was_written_in_bounded_memory() {
    let night = noise(NoiseKind::Music, 8 * HOUR);
    let mut long = long(vec![said("alexa", None), Part::Gap(SECOND / 5), night, Part::Silence(HOUR), said("computer", None)]);
    let (total, mut count, mut most) = (long.total(), 0, 0);
    loop {
        let piece = long.next().unwrap();
        if piece.is_empty() {
            break;
        }
        most = most.max(piece.len());
        count += piece.len() as u64;
    }
    assert_eq!(count, total);
    let words = total - 9 * 3_600 * u64::from(RATE) - 9_600;
    assert!((RATE.into()..5 * u64::from(RATE)).contains(&words), "{words}");
    assert!(most <= 8_192, "{most}");
}

#[test]
fn an_account_says_what_sounded_to_the_sample_and_where_it_broke_off() {
    let parts = || {
        let long = Some(5 * SECOND / 2);
        vec![
            said("alexa", None),
            Part::Gap(SECOND / 5),
            noise(NoiseKind::Pink, SECOND),
            Part::Silence(SECOND),
            said("alexa", long),
        ]
    };
    let account = long(parts()).account();
    let sent = taken(long(parts()));
    let whole = timeline(account.clone(), &sent);
    assert_eq!((whole.digest(), whole.samples(), whole.is_broken_off()), (Digest::of(&sent), sent.len() as u64, false));
    let [word, gap, rush, silence, again @ ..] = whole.segments() else { panic!("{whole:?}") };
    assert_eq!([gap.samples(), rush.samples(), silence.samples()], [9_600, 48_000, 48_000]);
    assert_eq!(again.iter().map(Segment::samples).sum::<u64>(), 120_000);
    assert!(again.len() > 1 && again.last().unwrap().is_cut() && !again[0].is_cut() && !rush.is_cut(), "{again:?}");
    let mut from = 0;
    for segment in whole.segments() {
        let until = from + size(segment.samples());
        match segment.content() {
            Sounding::Sound(sound) => {
                assert_eq!(sound.digest, Digest::of(&sent[from..until]));
                assert!((-2_600..=-2_000).contains(&sound.level.hundredths()), "{sound:?}");
            }
            Sounding::Silence | Sounding::Gap => assert!(sent[from..until].iter().all(|&sample| sample == 0)),
        }
        from = until;
    }
    let Sounding::Sound(sound) = word.content() else { panic!("{word:?}") };
    assert!(matches!(&sound.source, Source::Utterance { text, .. } if text == "alexa"), "{sound:?}");
    // Broken off in the gap.
    let until = size(word.samples()) + 4_800;
    let part = timeline(account.clone(), &sent[..until]);
    assert_eq!((part.segments().len(), part.samples(), part.planned()), (2, until as u64, sent.len() as u64));
    assert_eq!(part.digest(), Digest::of(&sent[..until]));
    assert_eq!(account.timeline().unwrap(), None, "nothing sounded");
}

#[test]
fn a_noise_that_is_longer_than_a_minute_begins_again_without_a_click() {
    for kind in NoiseKind::ALL {
        let minute = TURN as u64;
        let sound = turn(kind, 7, 3 * minute);
        assert_eq!(sound.samples.len(), TURN);
        let step = |pair: &[f32]| (pair[1] - pair[0]).abs();
        let steepest = sound.samples.windows(2).map(step).fold(0.0, f32::max);
        let seam = step(&[sound.samples[TURN - 1], sound.samples[0]]);
        assert!(seam <= steepest, "{kind:?}: {seam} at the seam, {steepest} elsewhere");
        assert!(level::peak(&sound.samples) <= 0.0);
        assert_eq!(super::super::noise(kind, 7, TURN + 500).samples[TURN..], sound.samples[..500]);
    }
}

#[test]
fn a_recording_of_an_hour_is_sample_exact() {
    let folder = tempfile::tempdir().unwrap();
    let spec = hound::WavSpec { channels: 1, sample_rate: 48_000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(folder.path().join("hour.wav"), spec).unwrap();
    // At the level of the library already, so that the samples come out as they went in.
    let mut minute = turn(NoiseKind::Sweep, 0, TURN as u64 + 1);
    level::scale(&mut minute, LEVEL, CEILING);
    for _ in 0..60 {
        let mut part = writer.get_i16_writer(u32::try_from(TURN).unwrap());
        for &sample in &minute.samples {
            part.write_sample(to_16_bits(sample));
        }
        part.flush().unwrap();
    }
    writer.finalize().unwrap();
    let settings = SoundSettings { folder: Some(folder.path().to_owned()), ..SoundSettings::default() };
    let file = |length| Part::File { name: "hour.wav".into(), length };
    let whole = long_in(&settings, vec![Part::Gap(SECOND), file(None), said("alexa", None)]).unwrap();
    let mut account = whole.account();
    let mut whole = whole;
    loop {
        let piece = whole.next().unwrap();
        if piece.is_empty() {
            break;
        }
        account.add(&piece.into_iter().map(to_16_bits).collect::<Vec<_>>());
    }
    let timeline = account.timeline().unwrap().unwrap();
    let [gap, hour, word] = timeline.segments() else { panic!("{timeline:?}") };
    assert_eq!((gap.samples(), hour.samples(), hour.is_cut(), word.is_cut()), (48_000, 172_800_000, false, false));
    let Sounding::Sound(sound) = hour.content() else { panic!("{hour:?}") };
    assert_eq!(sound.source, Source::File { name: "hour.wav".into() });
    assert!((sound.level.hundredths() + 2_300).abs() <= 2, "{sound:?}");
    // Cut, it fades; asked for as long as it is, it is whole.
    let cut = taken(long_in(&settings, vec![file(Some(70 * SECOND))]).unwrap());
    assert_eq!(cut.len(), 70 * 48_000);
    assert!(cut[cut.len() - 1].abs() <= 1 && cut[..1_000].iter().any(|sample| sample.abs() > 500));
    let asked = long_in(&settings, vec![file(Some(HOUR))]).unwrap();
    assert_eq!((asked.total(), asked.parts[0].fade()), (172_800_000, 0));
}

#[test]
fn what_cannot_be_played_is_refused_before_it_sounds() {
    let wrong = |parts| long_in(&SoundSettings::default(), parts).err().unwrap().to_string();
    assert!(wrong(vec![said("open the", None), Part::Gap(1), said("door", None)]).contains("which no probe may say"));
    let missing = Part::File { name: "/nowhere/a.wav".into(), length: None };
    assert!(wrong(vec![missing]).contains("/nowhere/a.wav"));
    let words = wrong(vec![said("alexa", Some(20 * HOUR))]);
    assert!(words.contains("more than 1024 parts"), "{words}");
}

#[test]
fn noises_that_are_not_held_are_the_same() {
    let many = |count| (0..count).map(|_| Part::Noise { kind: NoiseKind::Tone, length: SECOND / 2, seed: Some(3) }).collect();
    let all = taken(long(many(MOST_NOISES + 2)));
    assert!(all.chunks(24_000).all(|part| part == &all[..24_000]));
    assert!(!long(many(MOST_NOISES + 1)).loudness().whole && long(many(MOST_NOISES)).loudness().whole);
}
