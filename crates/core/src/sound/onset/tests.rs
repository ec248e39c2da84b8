#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "made-up sounds are small and positive"
)]

use super::*;
use crate::lot::{Lot, Stream};
use crate::sound::{noise, shape};

const RATE: u32 = 16_000;

/// Like speech in what matters here: pulses of a voice that glides and stops, in syllables with pauses, coloured towards low
/// frequencies.
fn talk(seconds: usize, chance: &mut Stream) -> Pcm {
    let count = seconds * RATE as usize;
    let mut samples = vec![0.0_f32; count];
    let mut at = 0;
    while at < count {
        let syllable = 1_600 + chance.below(3_200) as usize;
        let (mut pitch, aim) = (90.0 + 160.0 * chance.unit(), 90.0 + 160.0 * chance.unit());
        let (mut phase, mut voice) = (0.0, [0.0_f64; 3]);
        let corners = [0.04 + 0.2 * chance.unit(), 0.2 + 0.3 * chance.unit(), 0.5];
        for step in 0..syllable.min(count - at) {
            let part = step as f64 / syllable as f64;
            pitch += (aim - pitch) / 2_000.0;
            phase += pitch / f64::from(RATE);
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase %= 1.0;
            let mut sound = pulse + 0.02 * (chance.unit() - 0.5);
            for (state, corner) in voice.iter_mut().zip(corners) {
                *state += corner * (sound - *state);
                sound = *state;
            }
            samples[at + step] = (sound * (std::f64::consts::PI * part).sin()) as f32;
        }
        at += syllable + chance.below(2_400) as usize;
    }
    let mut talk = Pcm { rate: RATE, samples };
    level::scale(&mut talk, -20.0, 0.0);
    talk
}

fn add(room: &mut Pcm, sound: &Pcm, at: usize, gain: f32) {
    for (place, sample) in room.samples.iter_mut().skip(at).zip(&sound.samples) {
        *place += gain * sample;
    }
}

/// Six seconds with pink noise of this level.
fn room(level: f64, chance: &mut Stream) -> Pcm {
    let mut room = noise::pink(RATE, 6 * RATE as usize, chance);
    level::scale(&mut room, level, 0.0);
    room
}

fn references(chance: &mut Stream) -> Vec<(&'static str, Pcm)> {
    let count = 3 * RATE as usize;
    let mut all = vec![
        ("talk", talk(3, chance)),
        ("pink", noise::pink(RATE, count, chance)),
        ("warble", noise::warble(RATE, count, 1_000.0, chance)),
        ("sweep", noise::sweep(RATE, count)),
        ("glass", noise::glass(RATE, count, chance)),
        ("bark", noise::bark(RATE, count, chance)),
    ];
    for (_, sound) in &mut all {
        level::scale(sound, -20.0, 0.0);
    }
    all
}

#[test]
fn every_sound_is_found_to_a_tenth_of_a_millisecond_in_quiet_noise() {
    let mut chance = Lot::new(4).stream("onset", 0);
    for (name, reference) in references(&mut chance) {
        let mut recording = room(-50.0, &mut chance);
        add(&mut recording, &reference, 23_456, 0.5);
        let found = find(&reference, &recording).unwrap();
        println!("{name}: correlation {:.3}, height {:.1} of {:.1}", found.correlation, found.height, found.needed);
        assert!(found.audible && (found.at - duration(23_456, RATE)).abs() < MILLISECOND / 10, "{name}: {found:?}");
        assert!((found.level + 26.0).abs() < 1.0, "{name} at half the gain: {}", found.level);
    }
}

#[test]
fn the_place_is_found_between_samples() {
    let mut chance = Lot::new(4).stream("onset", 1);
    let fine = talk(2, &mut chance);
    // The same sound at a sixteenth of the rate's step: shifted by a quarter of a sample through its spectrum would need more machinery;
    // a straight line between neighbours is near enough for a sound without high frequencies.
    let mut smooth = fine.clone();
    for _ in 0..6 {
        let before = smooth.samples.clone();
        for (place, pair) in smooth.samples.iter_mut().zip(before.windows(2)) {
            *place = 0.5 * (pair[0] + pair[1]);
        }
    }
    let shifted: Vec<f32> = smooth.samples.windows(2).map(|pair| 0.75 * pair[0] + 0.25 * pair[1]).collect();
    let mut recording = room(-80.0, &mut chance);
    add(&mut recording, &Pcm { rate: RATE, samples: shifted }, 20_000, 1.0);
    let found = find(&smooth, &recording).unwrap();
    let samples = found.at as f64 * f64::from(RATE) / SECOND as f64;
    assert!((samples - 19_999.75).abs() < 0.1, "{samples}");
}

#[test]
fn a_sound_that_is_not_there_is_not_heard() {
    let searches = 600;
    let mut alarms = Vec::new();
    let (mut highest, mut leads) = (0.0_f64, 0.0_f64);
    for number in 0..searches {
        let mut chance = Lot::new(5).stream("absent", number);
        let all = references(&mut chance);
        let (name, reference) = &all[(number % 6) as usize];
        let mut recording = room(-50.0, &mut chance);
        // In turn: noise alone, somebody talking, the other sounds.
        match number / 6 % 3 {
            0 => {}
            1 => add(&mut recording, &talk(6, &mut chance), 0, 1.0),
            _ => add(&mut recording, &all[((number + 1 + chance.below(5)) % 6) as usize].1, 9_000, 1.0),
        }
        let found = find(reference, &recording).unwrap();
        highest = highest.max(found.height / found.needed);
        leads = leads.max(found.lead);
        if found.audible {
            alarms.push((*name, number, found));
        }
    }
    println!("{searches} searches in vain: {} alarms, highest {highest:.2} of the threshold, lead {leads:.2}", alarms.len());
    assert!(alarms.is_empty(), "{:?}", alarms.iter().take(5).collect::<Vec<_>>());
}

#[test]
fn it_is_heard_in_noise_as_loud_as_itself_and_under_another_voice() {
    for (name, noise, voice, least) in [
        ("noise 10 dB below", -30.0, 0.0, 20),
        ("as loud", -20.0, 0.0, 20),
        ("10 dB above", -10.0, 0.0, 18),
        ("a voice as loud", -60.0, 1.0, 20),
    ] {
        let mut heard = 0;
        let (mut worst, mut lowest, mut leads) = (0, f64::MAX, f64::MAX);
        for number in 0..20 {
            let mut chance = Lot::new(6).stream(name, number);
            let reference = talk(3, &mut chance);
            let mut recording = room(noise, &mut chance);
            add(&mut recording, &talk(6, &mut chance), 0, voice);
            let at = 8_000 + chance.below(30_000) as usize;
            add(&mut recording, &reference, at, 1.0);
            let found = find(&reference, &recording).unwrap();
            lowest = lowest.min(found.height / found.needed);
            leads = leads.min(found.lead);
            if found.audible {
                heard += 1;
                worst = worst.max((found.at - duration(at, RATE)).abs());
            }
        }
        println!("{name}: lowest {lowest:.2} of the threshold, lead {leads:.2}");
        println!("{name}: heard {heard} of 20, worst onset error {:.3} ms", worst as f64 / 1e6);
        assert!(heard >= least && worst < MILLISECOND, "{name}: {heard}, {worst} ns");
    }
}

#[test]
fn a_room_with_echoes_and_a_wrong_polarity_do_not_hide_it() {
    for number in 0..12 {
        let mut chance = Lot::new(7).stream("echo", number);
        let reference = talk(3, &mut chance);
        let mut recording = room(-50.0, &mut chance);
        add(&mut recording, &reference, 16_000, -0.3);
        // Early reflections, and a tail that decays with 400 ms of reverberation time.
        for echo in 0..400 {
            let delay = 80 + chance.below(6_400) as usize;
            let gain = 0.12 * 10_f64.powf(-3.0 * delay as f64 / 6_400.0) * if echo % 2 == 0 { 1.0 } else { -1.0 };
            add(&mut recording, &reference, 16_000 + delay, gain as f32);
        }
        let found = find(&reference, &recording).unwrap();
        assert!(found.audible && (found.at - SECOND).abs() < MILLISECOND, "{number}: {found:?}");
    }
}

#[test]
fn crystals_that_differ_do_not_hide_it() {
    let mut chance = Lot::new(8).stream("drift", 0);
    let reference = talk(6, &mut chance);
    // The recorder runs 100 parts in a million fast.
    let slow = |at: usize| {
        let place = at as f64 * (1.0 - 1e-4);
        let (whole, part) = (place.floor() as usize, place.fract() as f32);
        reference.samples.get(whole..whole + 2).map_or(0.0, |pair| pair[0] * (1.0 - part) + pair[1] * part)
    };
    let stretched = Pcm { rate: RATE, samples: (0..reference.samples.len()).map(slow).collect() };
    let mut recording = room(-45.0, &mut chance);
    add(&mut recording, &stretched, 12_000, 0.5);
    let found = find(&reference, &recording).unwrap();
    assert!(found.audible && (found.at - duration(12_000, RATE)).abs() < MILLISECOND, "{found:?}");
}

#[test]
fn leading_silence_belongs_to_the_reference() {
    let mut chance = Lot::new(8).stream("silence", 0);
    let sound = talk(2, &mut chance);
    let reference = shape::padded(&sound, 700 * MILLISECOND, 0);
    let mut recording = room(-60.0, &mut chance);
    add(&mut recording, &sound, 8_000, 0.5);
    let found = find(&reference, &recording).unwrap();
    assert!(found.audible && (found.at + 200 * MILLISECOND).abs() < MILLISECOND, "{found:?}");
}

#[test]
fn silence_and_mismatches_find_nothing() {
    let mut chance = Lot::new(8).stream("nothing", 0);
    let reference = talk(1, &mut chance);
    let silent = Pcm { rate: RATE, samples: vec![0.0; 80_000] };
    assert_eq!(find(&reference, &silent), None);
    assert_eq!(find(&silent, &room(-40.0, &mut chance)), None);
    assert_eq!(find(&reference, &Pcm { rate: 8_000, ..room(-40.0, &mut chance) }), None);
    assert_eq!(find(&reference, &reference), None, "a recording no longer than the reference tells nothing of its scatter");
    assert_eq!(find(&Pcm::default(), &Pcm::default()), None);
}
