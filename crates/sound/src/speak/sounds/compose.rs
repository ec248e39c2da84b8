//! Probes out of utterances.

use earwitness_core::lot::Stream;
use earwitness_core::sound::{Pcm, level, samples_in};
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::timeline::{NoiseKind, Source};

use super::composed::Composed;
use super::shipped::{Clip, Shipped};
use super::{CEILING, FADE, LEVEL, RATE, Trouble, noise};

/// Shortest and longest pause after a wake word, nanoseconds: without one, `alexa, what time is it` woke none of four engines.
const AFTER_WAKE: (i64, i64) = (400 * MILLISECOND, 700 * MILLISECOND);
/// Shortest and longest pause between two sentences, nanoseconds.
const BETWEEN: (i64, i64) = (250 * MILLISECOND, 600 * MILLISECOND);
/// Probes of this length or more say the wake word again, with another voice, in their second half.
const LONG: i64 = 6 * SECOND;
/// Pause between two repetitions of a short recording, nanoseconds.
const REPEAT: i64 = 500 * MILLISECOND;

/// Noise of a room before a word and after it, nanoseconds.
const ROOM: (i64, i64) = (2 * SECOND, 800 * MILLISECOND);
/// How far below the word it is, dB: what a quiet room gives a microphone.
const UNDER: f64 = 45.0;

/// The wake word, a pause, and harmless questions until the time is over.
pub(super) fn wake(shipped: &Shipped, word: &str, length: i64, chance: &mut Stream) -> Result<Composed, Trouble> {
    let mut takes: Vec<&Clip> = shipped.wake(word).collect();
    chance.shuffle(&mut takes);
    let Some(first) = takes.first() else { return Err(Trouble::Unknown(word.to_owned())) };
    let mut sound = Composed::new(RATE);
    let add_wake = |sound: &mut Composed, take: &Clip, chance: &mut Stream| -> Result<(), Trouble> {
        sound.push(&shipped.render(take)?, take.source());
        sound.gap(between(AFTER_WAKE, chance));
        Ok(())
    };
    add_wake(&mut sound, first, chance)?;
    let voice = first.voice;
    let mut questions = shipped.questions(voice);
    chance.shuffle(&mut questions);
    let second = takes.iter().find(|take| take.voice != voice).filter(|_| length >= LONG);
    let mut again = second;
    let mut at = 0;
    while sound.length() < length {
        if let Some(take) = again.filter(|_| sound.length() >= length / 2) {
            add_wake(&mut sound, take, chance)?;
            again = None;
        }
        let Some(question) = questions.get(at % questions.len().max(1)) else { break };
        sound.push(&shipped.render(question)?, question.source());
        sound.gap(between(BETWEEN, chance));
        at += 1;
    }
    Ok(sound)
}

/// Harmless questions without a wake word, by one voice.
pub(super) fn speech(shipped: &Shipped, length: i64, chance: &mut Stream) -> Result<Composed, Trouble> {
    let voices = shipped.voices();
    let voice = usize::try_from(chance.below(voices.len() as u64)).ok().and_then(|at| voices.get(at));
    let Some(voice) = voice else { return Err(Trouble::Shipped("no voice".to_owned())) };
    let mut questions = shipped.questions(voice);
    chance.shuffle(&mut questions);
    let mut sound = Composed::new(RATE);
    for question in questions.iter().cycle() {
        sound.push(&shipped.render(question)?, question.source());
        sound.gap(between(BETWEEN, chance));
        if sound.length() >= length {
            break;
        }
    }
    Ok(sound)
}

/// Words once, with the noise of a quiet room before, under and after them: engines hear less after silence without any sample but 0.
pub(super) fn in_a_room(mut words: Pcm, source: Source, chance: &mut Stream) -> Composed {
    level::scale(&mut words, LEVEL, CEILING);
    let [before, after] = [ROOM.0, ROOM.1].map(|length| samples_in(length, RATE));
    let seed = chance.word();
    let kind = NoiseKind::Pink;
    let mut room = noise(kind, seed, before + words.samples.len() + after);
    level::scale(&mut room, LEVEL - UNDER, CEILING);
    for (sample, room) in words.samples.iter_mut().zip(room.samples.iter().skip(before)) {
        *sample += room;
    }
    let part =
        |from: usize, until: usize| Pcm { rate: RATE, samples: room.samples.get(from..until).unwrap_or_default().to_vec() };
    let (from, until) = (before + words.samples.len(), room.samples.len());
    let mut all = Composed::new(RATE);
    all.push(&part(0, before), Source::Noise { kind, seed });
    all.push(&words, source);
    all.push(&part(from, until), Source::Noise { kind, seed });
    all
}

/// A recording again and again, with pauses, until the time is over.
pub(super) fn repeated(recording: &Pcm, source: &Source, length: i64) -> Composed {
    // What would be cut after a moment is not begun.
    again(recording, source, length.saturating_sub(SECOND / 2).saturating_sub(1), 0)
}

/// Words again and again, with pauses, as long as they fit whole into the time; once in any case, because half a text is another one.
pub(super) fn whole(words: &Pcm, source: &Source, length: i64) -> Composed {
    again(words, source, length, words.length())
}

/// Words of exactly this length: again from their beginning where they are shorter, and cut at the end.
pub(super) fn exactly(words: &Pcm, source: &Source, length: i64) -> Composed {
    let mut all = Composed::new(words.rate);
    while all.length() < length && !words.samples.is_empty() {
        all.push(words, source.clone());
    }
    all.cut(length, FADE);
    all
}

/// A sound, and again after a pause as long as pause and `own` end within the time.
fn again(sound: &Pcm, source: &Source, length: i64, own: i64) -> Composed {
    let mut all = Composed::of(sound.clone(), source.clone());
    if sound.samples.is_empty() {
        return all;
    }
    while all.length().saturating_add(REPEAT).saturating_add(own) <= length {
        all.gap(REPEAT);
        all.push(sound, source.clone());
    }
    all
}

fn between((from, until): (i64, i64), chance: &mut Stream) -> i64 {
    let width = (until - from).max(0).unsigned_abs();
    from + i64::try_from(chance.below(width + 1)).unwrap_or(0)
}
