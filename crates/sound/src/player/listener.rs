//! Tells what sounds besides us.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};

use super::{LONGEST_REPLY, PlayerEvent, REPLY_WITHIN};
use crate::hear::{KEPT, Microphone, Sound, State};
use earwitness_base::clock;

/// How often it listens back.
const EVERY: Duration = Duration::from_millis(500);
/// What is younger than this may not be complete, nanoseconds.
const FRESH: i64 = 200 * MILLISECOND;
/// How far it listens back, nanoseconds: enough to learn the background.
const BACK: i64 = 40 * SECOND;
/// A sound is over when nothing followed it for this long, nanoseconds.
const OVER: i64 = 700 * MILLISECOND;
/// Two sounds whose beginnings are closer are the same, nanoseconds.
const SAME: i64 = 400 * MILLISECOND;

#[derive(Default)]
struct Known {
    stopped: bool,
    /// Held while it is not known when we sounded.
    held: bool,
    /// When we sounded, and in which round; in none where we talked with people.
    ours: Vec<(Option<u32>, Window)>,
    /// Up to here everything has been reported.
    reported_until: Option<Timestamp>,
    /// A sound that was reported and goes on.
    going_on: Option<Window>,
    /// What was last reported about the microphone.
    deaf: Option<String>,
}

/// Listens to the microphone as long as the player exists.
pub(super) struct Listener {
    microphone: Arc<Microphone>,
    report: Arc<dyn Fn(PlayerEvent) + Send + Sync>,
    known: Mutex<Known>,
    changed: Condvar,
}

/// While it lives, nothing is reported.
pub(super) struct Hold<'a>(&'a Listener);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.lock().held = false;
    }
}

impl Listener {
    pub(super) fn new(microphone: Arc<Microphone>, report: Arc<dyn Fn(PlayerEvent) + Send + Sync>) -> Self {
        Self { microphone, report, known: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is reported until the returned hold is dropped.
    pub(super) fn hold(&self) -> Hold<'_> {
        self.lock().held = true;
        Hold(self)
    }

    /// When we sounded.
    pub(super) fn ours(&self, round: Option<u32>, windows: &[Window]) {
        let mut known = self.lock();
        let oldest = clock::now().plus(-KEPT - SECOND);
        known.ours.retain(|(_, window)| window.until > oldest);
        known.ours.extend(windows.iter().map(|&window| (round, window)));
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    pub(super) fn run(&self) {
        loop {
            let known = self.lock();
            let waited = self.changed.wait_timeout_while(known, EVERY, |known| !known.stopped);
            let (known, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if known.stopped {
                return;
            }
            let (held, ours) = (known.held, known.ours.clone());
            drop(known);
            self.ear_state();
            if !held {
                self.find_sounds(&ours);
            }
        }
    }

    /// Reports when the microphone gives no signal any more, or gives one again.
    fn ear_state(&self) {
        let deaf = match self.microphone.state() {
            State::Listening | State::Opening => None,
            State::Silent(seconds) => Some(format!("the microphone has given no signal for {seconds} s: is it muted?")),
            State::Lost(why) => Some(why),
        };
        let mut known = self.lock();
        if known.deaf.is_some() != deaf.is_some() {
            known.deaf.clone_from(&deaf);
            drop(known);
            (self.report)(PlayerEvent::Microphone(deaf));
        }
    }

    fn find_sounds(&self, ours: &[(Option<u32>, Window)]) {
        let now = clock::now().plus(-FRESH);
        let windows: Vec<Window> = ours.iter().map(|&(_, window)| window).collect();
        let heard = self.microphone.sounds(Window { from: now.plus(-BACK), until: now }, &windows);
        for sound in joined(&heard, &windows) {
            if let Some(event) = self.judge(sound, ours, now) {
                (self.report)(event);
            }
        }
    }

    /// What is to be reported of a sound, if anything is new in it.
    fn judge(&self, sound: Sound, ours: &[(Option<u32>, Window)], now: Timestamp) -> Option<PlayerEvent> {
        let mut known = self.lock();
        let Sound { window, level } = sound;
        if known.held || known.reported_until.is_some_and(|until| window.from < until) {
            return None;
        }
        let over = now.since(window.until) >= OVER;
        if let Some(before) = known.going_on.filter(|before| window.from.since(before.from).abs() < SAME) {
            known.going_on = (!over).then_some(before);
            if over {
                known.reported_until = Some(window.until);
            }
            return None;
        }
        // Several stretches of one sentence have one end: the last of ours before the sound.
        let before = ours.iter().filter(|(_, ours)| ours.from <= window.from).max_by_key(|(_, ours)| ours.until);
        let after = before.and_then(|(round, ours)| Some(((*round)?, window.from.since(ours.until))));
        let last_of_round = |round: u32| ours.iter().filter(|(of, _)| *of == Some(round)).map(|(_, ours)| ours.until).max();
        let reply = after
            .filter(|&(round, gap)| gap <= REPLY_WITHIN && last_of_round(round).is_none_or(|end| window.from >= end.plus(-SAME)));
        if let Some((round, _)) = reply {
            let complete = over || window.length() >= LONGEST_REPLY;
            return complete.then(|| {
                known.reported_until = Some(window.until);
                PlayerEvent::Reply { round, window, level }
            });
        }
        if over {
            known.reported_until = Some(window.until);
        } else {
            known.going_on = Some(window);
        }
        Some(PlayerEvent::Other { window, level })
    }
}

/// Sounds that follow one another so soon that they belong together, such as the sentences of an answer, as one; unless we sounded in between.
fn joined(sounds: &[Sound], ours: &[Window]) -> Vec<Sound> {
    let mut all: Vec<Sound> = Vec::new();
    for &sound in sounds {
        let follows = all.last_mut().filter(|last| {
            let gap = Window { from: last.window.until, until: sound.window.from };
            gap.length() < OVER && !ours.iter().any(|ours| ours.overlaps(gap))
        });
        if let Some(last) = follows {
            last.window.until = sound.window.until;
            last.level = last.level.max(sound.level);
        } else {
            all.push(sound);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(from: i64, until: i64) -> Sound {
        let at = |millis: i64| Timestamp::from_nanos(millis * MILLISECOND);
        Sound { window: Window { from: at(from), until: at(until) }, level: -30.0 }
    }

    #[test]
    fn sentences_join_unless_we_spoke_between_them() {
        let heard = [sound(0, 500), sound(900, 1_500), sound(3_000, 3_500)];
        assert_eq!(joined(&heard, &[]), [sound(0, 1_500), sound(3_000, 3_500)]);
        assert_eq!(joined(&heard, &[sound(600, 700).window]), heard);
    }
}
