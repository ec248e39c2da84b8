//! Utterances: what somebody says, from the pause before it to the pause after it.

use std::sync::Arc;

use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};

use super::{Microphone, Recording, Sound};

/// Who says nothing for this long has finished, nanoseconds.
const OVER: i64 = 500 * MILLISECOND;
/// What is younger than this may not be complete, nanoseconds.
const FRESH: i64 = 60 * MILLISECOND;
/// How far back the background is learnt, nanoseconds.
const BACK: i64 = 30 * SECOND;
/// Quiet sounds before and after the loud part of an utterance belong to it, nanoseconds.
const EDGE: i64 = 300 * MILLISECOND;
/// What is shorter is no word, and what is longer no question, nanoseconds.
const SHORTEST: i64 = 200 * MILLISECOND;
const LONGEST: i64 = 10 * SECOND;

/// What is heard at a moment.
pub enum Speech {
    /// Nobody speaks.
    None,
    /// Somebody has begun to.
    GoesOn,
    /// Somebody has finished.
    Over(Utterance),
}

/// What somebody said.
pub struct Utterance {
    /// From when to when, without the quiet sounds at its ends.
    pub window: Window,
    /// The sound, with these.
    pub recording: Recording,
}

/// Cuts what a microphone hears into utterances, each given out once.
pub struct Utterances {
    microphone: Arc<Microphone>,
    /// Up to here everything was given out, or left out.
    until: Timestamp,
}

impl Utterances {
    /// Begins at a moment.
    #[must_use]
    pub fn new(microphone: Arc<Microphone>, now: Timestamp) -> Self {
        Self { microphone, until: now }
    }

    /// What is said now. Whatever overlaps one of the `deaf` windows is left out; it is decided when the window is over, since only then it is known when it ends.
    pub fn next(&mut self, now: Timestamp, deaf: &[Window]) -> Speech {
        let now = now.plus(-FRESH);
        let heard = self.microphone.sounds(Window { from: now.plus(-BACK), until: now }, deaf);
        let (until, found) = next(&heard, self.until, now, deaf);
        self.until = until;
        match found {
            Found::None => Speech::None,
            Found::GoesOn => Speech::GoesOn,
            Found::Over(window) => {
                let around = Window { from: window.from.plus(-EDGE), until: window.until.plus(EDGE) };
                // What is no longer kept cannot be understood.
                self.microphone.recording(around).map_or(Speech::None, |recording| Speech::Over(Utterance { window, recording }))
            }
        }
    }
}

#[derive(PartialEq, Debug)]
enum Found {
    None,
    GoesOn,
    Over(Window),
}

/// The first utterance after `until`, and up to where all is decided then.
fn next(heard: &[Sound], mut until: Timestamp, now: Timestamp, deaf: &[Window]) -> (Timestamp, Found) {
    for window in joined(heard) {
        if window.from < until {
            continue;
        }
        let goes_on = now.since(window.until) < OVER;
        let is_deaf = deaf.iter().any(|deaf| deaf.overlaps(window));
        if goes_on && !is_deaf && window.length() <= LONGEST {
            return (until, Found::GoesOn);
        }
        if goes_on {
            return (until, Found::None);
        }
        until = window.until;
        if !is_deaf && (SHORTEST..=LONGEST).contains(&window.length()) {
            return (until, Found::Over(window));
        }
    }
    (until, Found::None)
}

/// Sounds with pauses between words.
fn joined(heard: &[Sound]) -> Vec<Window> {
    let mut all: Vec<Window> = Vec::new();
    for sound in heard {
        match all.last_mut().filter(|last| sound.window.from.since(last.until) < OVER) {
            Some(last) => last.until = sound.window.until,
            None => all.push(sound.window),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_nanos(millis * MILLISECOND)
    }

    fn window(from: i64, until: i64) -> Window {
        Window { from: at(from), until: at(until) }
    }

    fn heard(windows: &[(i64, i64)]) -> Vec<Sound> {
        windows.iter().map(|&(from, until)| Sound { window: window(from, until), level: -30.0 }).collect()
    }

    #[test]
    fn words_with_short_pauses_are_one_utterance_that_is_given_out_once() {
        let sounds = heard(&[(1_000, 1_400), (1_700, 2_300), (3_000, 3_500)]);
        assert_eq!(next(&sounds[..2], at(0), at(2_600), &[]), (at(0), Found::GoesOn));
        let (until, found) = next(&sounds, at(0), at(3_600), &[]);
        assert_eq!((until, found), (at(2_300), Found::Over(window(1_000, 2_300))));
        assert_eq!(next(&sounds, until, at(3_600), &[]), (until, Found::GoesOn));
        assert_eq!(next(&sounds, until, at(4_100), &[]).1, Found::Over(window(3_000, 3_500)));
    }

    #[test]
    fn what_overlaps_our_own_sound_or_never_ends_is_left_out() {
        let sounds = heard(&[(1_000, 2_300), (3_000, 3_500)]);
        assert_eq!(next(&sounds, at(0), at(4_100), &[window(2_200, 2_900)]).1, Found::Over(window(3_000, 3_500)));
        assert_eq!(next(&sounds, at(0), at(4_100), &[window(0, 9_000)]), (at(3_500), Found::None));
        assert_eq!(next(&heard(&[(0, 20_000)]), at(0), at(20_000), &[]), (at(0), Found::None), "a television");
        assert_eq!(next(&heard(&[(0, 100)]), at(0), at(20_000), &[]).1, Found::None, "a click");
    }
}
