use std::collections::BTreeMap;

use earwitness_core::time::{MILLISECOND, SECOND};

use super::*;
use crate::home::START;

const COMMAND: Segment = Segment { piece: Piece::Command { wake: 600 * MILLISECOND }, length: 2 * SECOND };

const fn segment(piece: Piece, milliseconds: i64) -> Segment {
    Segment { piece, length: milliseconds * MILLISECOND }
}

/// Speakers that do the same each time, and wake neither too often nor too rarely.
fn exact() -> LabHome {
    let mut home = LabHome::default();
    for speaker in &mut home.speakers {
        let it = &mut speaker.listening;
        *it = Listening { missed: 0.0, false_wakes: 0.0, between_nights: 0, between_trials: 0, cut_off_deviation: 0, ..*it };
    }
    home
}

/// A night in which something is played every 40 s.
fn night(home: &LabHome, seed: u64, sounds: &[&[Segment]]) -> LabNight {
    let count = i64::try_from(sounds.len()).unwrap();
    let mut night = LabNight::new(home, seed, 0, (START, START + (count * 40 + 240) * SECOND));
    for (number, segments) in (0..).zip(sounds) {
        night.play(Played { at: START + (90 + number * 40) * SECOND, segments: segments.to_vec(), ..Played::default() });
    }
    night
}

fn frames(night: &mut LabNight, step: i64) -> Vec<(i64, Vec<u8>)> {
    let (mut seen, mut until) = (Vec::new(), START);
    while until < START + 3_600 * SECOND {
        until += step;
        night.advance(until, &mut |at, octets| seen.push((at, octets.to_vec())));
    }
    seen
}

#[test]
fn an_upload_holds_what_the_parameters_say() {
    let postfix = [COMMAND, segment(Piece::Gap, 500), segment(Piece::Speech, 9_000)];
    let prefix = [segment(Piece::Speech, 3_000), COMMAND];
    let mut night = night(&exact(), 1, &[&[COMMAND], &postfix, &prefix, &[segment(Piece::Music, 9_000)]]);
    frames(&mut night, 10 * SECOND);
    let truth = night.truth();
    let of =
        |speaker: usize| -> BTreeMap<_, _> { truth.iter().filter(|it| it.speaker == speaker).map(|it| (it.cause, it)).collect() };
    // Half a second and two seconds of pre-roll, 0.6 and 1.2 s of tail. The gap ends what the first one hears; the second one goes on to its cut-off.
    for (speaker, slice, expected) in [(0, 20, [3_100, 3_100, 3_100]), (1, 64, [5_200, 9_800, 5_200])] {
        let uploads = of(speaker);
        assert_eq!(uploads.len(), 3, "music and silence cause nothing: {uploads:?}");
        for (cause, expected) in expected.into_iter().enumerate() {
            let upload = uploads[&Some(cause)];
            let missing = expected - upload.audio_ns / MILLISECOND;
            assert!((0..=slice).contains(&missing), "speaker {speaker}, sound {cause}: {upload:?}, {missing} ms are missing");
            assert!(upload.start_ns > upload.wake.1 && upload.end_ns >= upload.heard.1, "{upload:?}");
            assert_eq!(upload.cut_off, (speaker, cause) == (1, 1));
        }
    }
}

#[test]
fn a_question_is_answered_rightly_by_who_heard_all_of_it_and_nothing_else() {
    // Two seconds of question and speech behind it, after gaps that end it for the first speaker and for none; and a gap within the question.
    let behind = |gap| [COMMAND, segment(Piece::Gap, gap), segment(Piece::Speech, 1_000)];
    let (long, short) = (behind(500), behind(200));
    let mut night = night(&exact(), 3, &[&[COMMAND], &long, &short]);
    frames(&mut night, 10 * SECOND);
    let truth = night.truth();
    let right = |speaker: usize, cause: usize, ends: i64| {
        let upload = truth.iter().find(|it| it.speaker == speaker && it.cause == Some(cause)).unwrap();
        upload.answers_rightly(START + (90 + i64::try_from(cause).unwrap() * 40) * SECOND + ends * MILLISECOND)
    };
    assert_eq!([0, 1, 2].map(|sound| right(0, sound, 2_000)), [true, true, false], "it stops after 0.35 s");
    assert_eq!([0, 1, 2].map(|sound| right(1, sound, 2_000)), [true, false, false], "it waits for 0.8 s");
    // Where the speech behind the gap is the end of the question, it is the other way round.
    assert_eq!((right(0, 1, 3_500), right(1, 1, 3_500)), (false, true));
}

#[test]
fn the_same_night_comes_out_whatever_the_steps_and_in_order() {
    let sounds: [&[Segment]; 3] = [&[COMMAND], &[segment(Piece::Noise, 2_000)], &[COMMAND, COMMAND]];
    let home = LabHome::default();
    let whole = frames(&mut night(&home, 5, &sounds), 3_600 * SECOND);
    assert_eq!(whole, frames(&mut night(&home, 5, &sounds), 777 * MILLISECOND));
    assert!(whole.is_sorted_by_key(|it| it.0) && whole.len() > 1_000);
    assert_ne!(whole, frames(&mut night(&home, 6, &sounds), 3_600 * SECOND));
}

#[test]
fn no_more_waits_in_memory_than_the_uploads_in_progress() {
    let sounds = vec![&[COMMAND][..]; 40];
    let mut night = night(&LabHome::default(), 2, &sounds);
    let mut most = 0;
    for second in 0..2_000 {
        night.advance(START + second * SECOND, &mut |_, _| ());
        most = most.max(night.waiting_frames());
    }
    let uploads = night.truth().len();
    assert!(uploads > 60 && (200..4_000).contains(&most), "{uploads} uploads, at most {most} frames at once");
}

#[test]
fn wakes_by_mistake_are_as_frequent_as_was_asked_for() {
    let mut home = exact();
    home.speakers[0].listening.false_wakes = 6.0;
    let mut night = LabNight::new(&home, 11, 3, (START, START + 10 * 3_600 * SECOND));
    night.advance(i64::MAX, &mut |_, _| ());
    let truth = night.truth();
    // 60 are expected, with a standard deviation of 8.
    assert!((36..=84).contains(&truth.len()), "seed 11: {}", truth.len());
    assert!(truth.iter().all(|it| it.speaker == 0 && it.cause.is_none() && it.audio_ns < 5 * SECOND));
}

#[test]
fn nights_differ_by_as_much_as_was_asked_for() {
    let mut home = exact();
    home.speakers[0].listening.between_nights = 100 * MILLISECOND;
    let pre_rolls: Vec<i64> = (0..60)
        .map(|number| {
            let mut night = LabNight::new(&home, 17, number, (START, START + 180 * SECOND));
            for at in [60, 100] {
                night.play(Played { at: START + at * SECOND, segments: vec![COMMAND], ..Played::default() });
            }
            night.advance(i64::MAX, &mut |_, _| ());
            let own: Vec<i64> = night.truth().iter().filter(|it| it.speaker == 0).map(LabUpload::pre_roll).collect();
            assert!(own.len() == 2 && own[0] == own[1], "trials of a night do not differ: {own:?}");
            own[0] / MILLISECOND
        })
        .collect();
    let mean = pre_rolls.iter().sum::<i64>() / 60;
    let deviation = (pre_rolls.iter().map(|it| (it - mean).pow(2)).sum::<i64>() / 59).isqrt();
    assert!((450..550).contains(&mean) && (70..130).contains(&deviation), "seed 17: {mean} ms, {deviation} ms");
}

#[test]
fn words_that_sound_like_the_wake_word_wake_a_speaker_now_and_then_and_others_never() {
    let mut home = exact();
    home.speakers.truncate(1);
    home.speakers[0].listening = Listening { phrases: 0.02, mistaken: 0.5, ..home.speakers[0].listening };
    let words: Vec<Said> = (0..1_000).map(|at| Said { word: format!("w{at}"), time: (at * SECOND, (at + 1) * SECOND) }).collect();
    let wakes = |number: u32| -> Vec<i64> {
        let mut night = LabNight::new(&home, 23, number, (START, START + 1_300 * SECOND));
        let segments = vec![segment(Piece::Speech, 1_000_000)];
        night.play(Played { at: START + 90 * SECOND, segments, words: words.clone() });
        night.advance(i64::MAX, &mut |_, _| ());
        let truth = night.truth();
        assert!(truth.iter().all(|it| it.mistaken && it.cause == Some(0)), "{truth:?}");
        truth.iter().map(|it| (it.wake.0 - START) / SECOND - 90).collect()
    };
    let (first, second) = (wakes(0), wakes(1));
    // 20 phrases, each of which wakes it in half of the nights.
    assert!((4..=18).contains(&first.len()) && first != second, "seed 23: {first:?}, {second:?}");
    let both = first.iter().filter(|it| second.contains(it)).count();
    assert!(both > 0, "some wake it again: {first:?}, {second:?}");
}

#[test]
fn every_named_home_has_speakers_and_a_name_of_its_own() {
    for named in NamedHome::all() {
        let home = NamedHome::home(named.name).unwrap();
        assert!(!home.speakers.is_empty() && !named.title.is_empty(), "{}", named.name);
        let mut night = night(&home, 4, &[&[COMMAND]]);
        let seen = frames(&mut night, 30 * SECOND).len();
        assert!(seen > 100, "{}: {seen} frames", named.name);
    }
    assert!(NamedHome::home("castle").is_none());
}
