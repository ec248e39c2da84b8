//! A dialogue by voice: what was heard and what time it is in, what is to be done out. It hears nothing and does nothing itself.

use earwitness_core::time::{SECOND, Timestamp};

use crate::grammar::{NO, YES};
use crate::intent::Asked;
use crate::understand::understand;
use crate::words::wake_words;

/// How long a sentence, or yes or no, is waited for after we have spoken, nanoseconds.
const PATIENCE: i64 = 7 * SECOND;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Say that a question is waited for.
    Listen,
    /// Answer a question.
    Answer(Asked),
    /// Ask whether this is to be done.
    Confirm(Asked),
    /// Do it, and say so.
    Do(Asked),
    /// Say that nothing was changed.
    Leave,
    /// Say that nothing was understood.
    Unknown,
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaited {
    /// The wake phrase.
    Wake,
    /// A sentence.
    Sentence,
    /// Yes or no.
    Consent,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Asleep,
    Listening,
    Confirming(Asked),
}

/// A dialogue with whoever is in the room.
#[derive(Clone, Debug)]
pub struct Dialogue {
    /// The words before a question; none: only a button wakes.
    wake: Vec<String>,
    state: State,
    /// Until when something has to be said.
    until: Timestamp,
}

impl Dialogue {
    /// A dialogue that begins with this phrase, or only with a button where it is empty.
    #[must_use]
    pub fn new(wake_phrase: &str) -> Self {
        Self { wake: wake_words(wake_phrase), state: State::Asleep, until: Timestamp::from_nanos(0) }
    }

    /// What is waited for; `None` where nothing that is said matters.
    #[must_use]
    pub fn awaited(&self) -> Option<Awaited> {
        match self.state {
            State::Asleep if self.wake.is_empty() => None,
            State::Asleep => Some(Awaited::Wake),
            State::Listening => Some(Awaited::Sentence),
            State::Confirming(_) => Some(Awaited::Consent),
        }
    }

    /// Somebody pressed a button to talk.
    pub fn pressed(&mut self, now: Timestamp) {
        (self.state, self.until) = (State::Listening, now.plus(PATIENCE));
    }

    /// What was done is over, and what was said is said: patience begins now.
    pub fn said(&mut self, now: Timestamp) {
        self.until = now.plus(PATIENCE);
    }

    /// Something was said that began at `began`: words of a sentence that can be awaited, or others (`None`).
    pub fn heard(&mut self, words: Option<&str>, began: Timestamp, names: &[String]) -> Option<Act> {
        if self.state != State::Asleep && began > self.until {
            return self.passed(began);
        }
        match self.state {
            State::Asleep => {
                let said = self.behind_wake(words?)?;
                if said.is_empty() {
                    self.state = State::Listening;
                    return Some(Act::Listen);
                }
                // The phrase with anything else may be a chance: nothing is said to it.
                understand(&said, names).map(|intent| self.wanted(Asked { intent, at: began }))
            }
            State::Listening => {
                let intent = words.and_then(|words| understand(words, names));
                self.state = State::Asleep;
                Some(intent.map_or(Act::Unknown, |intent| self.wanted(Asked { intent, at: began })))
            }
            State::Confirming(asked) => {
                let said = words?.replace('\'', "");
                if YES.contains(&said.as_str()) {
                    self.state = State::Asleep;
                    return Some(Act::Do(asked));
                }
                NO.contains(&said.as_str()).then(|| self.leave())
            }
        }
    }

    /// Nothing was said until `now`.
    pub fn passed(&mut self, now: Timestamp) -> Option<Act> {
        if self.state == State::Asleep || now <= self.until {
            return None;
        }
        let act = matches!(self.state, State::Confirming(_)).then_some(Act::Leave);
        self.state = State::Asleep;
        act
    }

    fn leave(&mut self) -> Act {
        self.state = State::Asleep;
        Act::Leave
    }

    fn wanted(&mut self, asked: Asked) -> Act {
        if asked.intent.kind().acts() {
            self.state = State::Confirming(asked);
            return Act::Confirm(asked);
        }
        self.state = State::Asleep;
        Act::Answer(asked)
    }

    /// What is said after the wake phrase, if it is said first.
    fn behind_wake(&self, words: &str) -> Option<String> {
        let said: Vec<&str> = words.split_whitespace().collect();
        let (first, rest) = said.split_at_checked(self.wake.len())?;
        (!self.wake.is_empty() && first.iter().zip(&self.wake).all(|(a, b)| a == b)).then(|| rest.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::Lot;

    use super::*;
    use crate::intent::Intent;

    const WAKE: &str = "hey ear witness";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * SECOND)
    }

    fn asked(intent: Intent, seconds: i64) -> Asked {
        Asked { intent, at: at(seconds) }
    }

    #[test]
    fn a_question_after_the_wake_phrase_is_answered_at_once() {
        let mut it = Dialogue::new(WAKE);
        assert_eq!(
            it.heard(Some("hey ear witness who is listening"), at(1), &[]),
            Some(Act::Answer(asked(Intent::WhoListens, 1)))
        );
        assert_eq!(it.awaited(), Some(Awaited::Wake));
        assert_eq!(it.heard(Some("who is listening"), at(2), &[]), None, "nobody said the phrase");
        assert_eq!(it.heard(Some("hey ear witness"), at(3), &[]), Some(Act::Listen));
        it.said(at(4));
        assert_eq!(it.heard(Some("help"), at(6), &[]), Some(Act::Answer(asked(Intent::Help, 6))));
    }

    #[test]
    fn nothing_is_changed_without_a_yes() {
        let pause = asked(Intent::Pause(Some(60)), 2);
        let asked = || {
            let mut it = Dialogue::new(WAKE);
            it.pressed(at(1));
            assert_eq!(it.heard(Some("pause for an hour"), at(2), &[]), Some(Act::Confirm(pause)));
            it.said(at(5));
            it
        };
        assert_eq!(asked().heard(Some("yes"), at(6), &[]), Some(Act::Do(pause)), "as of when it was asked for");
        assert_eq!(asked().heard(Some("no"), at(6), &[]), Some(Act::Leave));
        assert_eq!(asked().heard(None, at(6), &[]), None);
        assert_eq!(asked().heard(Some("resume"), at(6), &[]), None);
        assert_eq!(asked().passed(at(12)), None);
        assert_eq!(asked().passed(at(13)), Some(Act::Leave));
        assert_eq!(asked().heard(Some("yes"), at(13), &[]), Some(Act::Leave), "too late");
    }

    #[test]
    fn without_a_phrase_only_a_button_wakes() {
        let mut it = Dialogue::new("");
        assert_eq!((it.awaited(), it.heard(Some("resume"), at(1), &[])), (None, None));
        it.pressed(at(1));
        assert_eq!(it.heard(None, at(2), &[]), Some(Act::Unknown));
        assert_eq!(it.awaited(), None);
        it.pressed(at(3));
        assert_eq!((it.passed(at(20)), it.awaited()), (None, None));
    }

    /// Whatever is heard, pressed and waited for: what is done was confirmed just before, said yes to in time, and asked for after the phrase or a button.
    #[test]
    fn whatever_happens_nothing_is_done_but_what_was_asked_for_confirmed_and_said_yes_to() {
        let texts = [
            None,
            Some("yes"),
            Some("no"),
            Some("pause"),
            Some("resume"),
            Some("help"),
            Some("hey ear witness"),
            Some("hey ear witness pause for an hour"),
            Some("ear witness resume"),
            Some("order a pizza"),
        ];
        for seed in 0..2_000 {
            let mut chance = Lot::new(seed).stream("dialogue", 0);
            let (mut it, mut now) = (Dialogue::new(WAKE), at(0));
            let (mut open, mut since): (Option<Asked>, Timestamp) = (None, now);
            let mut awake = false;
            for _ in 0..40 {
                now = now.plus(i64::try_from(chance.below(10 * SECOND.unsigned_abs())).unwrap());
                let text = usize::try_from(chance.below(texts.len() as u64)).unwrap();
                let (text, act) = match chance.below(4) {
                    0 => {
                        it.pressed(now);
                        (open, awake, since) = (None, true, now);
                        continue;
                    }
                    1 => (None, it.passed(now)),
                    _ => (texts[text], it.heard(texts[text], now, &[])),
                };
                match act {
                    Some(Act::Do(asked)) => {
                        assert_eq!((open, text), (Some(asked), Some("yes")), "seed {seed}");
                        assert!(now.since(since) <= PATIENCE, "seed {seed}");
                        (open, awake) = (None, false);
                    }
                    Some(Act::Confirm(asked)) => {
                        assert!(text.is_some_and(|it| it.starts_with(WAKE)) || awake, "seed {seed}");
                        (open, awake) = (Some(asked), false);
                    }
                    Some(Act::Listen) => awake = true,
                    Some(_) => (open, awake) = (None, false),
                    None => {}
                }
                if act.is_some() {
                    it.said(now);
                    since = now;
                }
            }
        }
    }
}
