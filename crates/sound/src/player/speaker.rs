//! Carries out orders, one after the other.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Receiver;

use earwitness_core::experiment::{Order, Spoken};
use earwitness_core::lot::Lot;
use earwitness_core::probe::{Heard, Void};
use earwitness_core::sound::{Pcm, activity, level};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_core::timeline::Arrangement;

use super::ending::End;
use super::listener::Listener;
use super::mouth::{Job, Sounding};
use super::{PlayerEvent, Said};
use crate::hear::{self, Microphone, Search};
use crate::speak::sounds::{Composed, Library, Long};
use crate::speak::{Loudspeaker, Played, Samples as _, Trouble};
use earwitness_base::clock;

/// How far the true onset may lie from what the device reports, nanoseconds: wireless loudspeakers are the slowest.
const WITHIN: i64 = SECOND;
/// How long a room goes on sounding after us, nanoseconds.
const TAIL: i64 = 250 * MILLISECOND;
/// Sounds before and after this part of what we say are ours as well, nanoseconds: the error of all clocks, and frames.
const EDGE: i64 = 60 * MILLISECOND;

/// The thread's belongings.
pub(super) struct Speaker {
    pub(super) loudspeaker: Box<dyn Loudspeaker>,
    pub(super) microphone: Option<Arc<Microphone>>,
    pub(super) library: Library,
    pub(super) lot: Lot,
    pub(super) listener: Option<Arc<Listener>>,
    pub(super) sounding: Arc<Sounding>,
    /// Set when a sound of hours is to end.
    pub(super) stop: Arc<AtomicBool>,
}

impl Speaker {
    pub(super) fn run(mut self, jobs: &Receiver<Job>, report: &dyn Fn(PlayerEvent)) {
        while let Ok(job) = jobs.recv() {
            self.sounding.begins(clock::now());
            match job {
                Job::Order(order) => {
                    let said = self.carry_out(&order);
                    let end = said.spoken.onset.plus(said.spoken.length);
                    self.sounding.ends(clock::now(), (said.spoken.heard == Heard::Yes).then_some(end));
                    report(PlayerEvent::Said(said));
                }
                Job::Say(sound, over) => {
                    let window = self.answer(&sound);
                    // To the rounds it is as any other sound.
                    if let Some(window) = window {
                        report(PlayerEvent::Other { window, level: level::active(&sound) });
                    }
                    // Who does not wait any more is not told.
                    let _ = over.try_send(window.is_some());
                }
            }
        }
    }

    /// Plays a sound for people; says when it sounded, if it did.
    fn answer(&mut self, sound: &Pcm) -> Option<Window> {
        let begun = clock::now();
        let quiet = self.listener.as_deref().map(Listener::hold);
        let played = self.loudspeaker.play(sound).ok();
        let heard = played.as_ref().and_then(|played| match self.microphone.as_ref()?.find(sound, played.onset, WITHIN) {
            Search::Heard(heard) => Some(heard.onset),
            Search::NotHeard | Search::Deaf(_) => None,
        });
        self.sounding.ends(clock::now(), heard.map(|onset| onset.plus(sound.length())));
        if let Some(listener) = &self.listener {
            listener.ours(None, &heard.map_or_else(|| all(begun), |onset| ours(sound, onset)));
        }
        drop(quiet);
        let played = played?;
        let onset = heard.unwrap_or(played.onset);
        Some(Window { from: onset, until: onset.plus(sound.length()) })
    }

    fn carry_out(&mut self, order: &Order) -> Said {
        match self.library.longer(&order.stimulus, &self.lot, u64::from(order.round)) {
            Ok(Some(long)) => self.stream(order.round, long),
            Ok(None) => self.play(order),
            Err(trouble) => void(order.round, clock::now(), &trouble.to_string()),
        }
    }

    fn play(&mut self, order: &Order) -> Said {
        let begun = clock::now();
        let composed = match self.library.compose(&order.stimulus, order.length, &self.lot, u64::from(order.round)) {
            Ok(composed) => composed,
            Err(trouble) => return void(order.round, begun, &trouble.to_string()),
        };
        let sound = &composed.sound;
        // From here until it is known when it sounded, whatever is heard may be ours.
        let quiet = self.listener.as_deref().map(Listener::hold);
        let below = f64::from(composed.below) / 100.0;
        let said = match self.loudspeaker.play_below(sound, below) {
            Ok(played) => {
                let mut said = sounded(order.round, &played, timelines(&composed, &played));
                if let Some(heard) = self.listen(&mut said, sound, played.onset) {
                    (said.spoken.onset, said.onset_error) = (heard.onset, heard.error);
                }
                said
            }
            Err(trouble) => {
                let timelines = if let Trouble::BrokenOff(_, played) = &trouble { timelines(&composed, played) } else { None };
                broken_off(order.round, begun, &trouble, timelines)
            }
        };
        if let Some(listener) = &self.listener {
            let ours = if said.spoken.trouble.is_none() { ours(sound, said.spoken.onset) } else { all(begun) };
            listener.ours(Some(order.round), &ours);
        }
        drop(quiet);
        said
    }

    /// Plays what is too long to be held in memory. The microphone keeps less of what it heard, so that only the end is looked for there.
    fn stream(&mut self, round: u32, mut long: Long) -> Said {
        let begun = clock::now();
        let quiet = self.listener.as_deref().map(Listener::hold);
        let (mut account, mut end) = (long.account(), End::new(long.rate()));
        let result = self.loudspeaker.stream(&mut long, &self.stop, &mut |piece| {
            account.add(piece);
            end.add(piece);
        });
        // Every script that is laid is short enough for a timeline.
        let timelines = account.timeline().ok().flatten().map(Arrangement::from);
        let said = match result {
            Ok(played) => {
                let mut said = sounded(round, &played, timelines);
                if let Some(end) = end.sound() {
                    self.listen(&mut said, &end, played.onset.plus(played.length + played.drift - end.length()));
                }
                said
            }
            Err(trouble) => broken_off(round, begun, &trouble, timelines),
        };
        if let Some(listener) = &self.listener {
            listener.ours(Some(round), &all(begun));
        }
        drop(quiet);
        said
    }

    /// Looks for what was played in what was heard, about where it should begin, and notes whether it is there.
    fn listen(&self, said: &mut Said, sound: &Pcm, around: Timestamp) -> Option<hear::Heard> {
        if !self.loudspeaker.audible() {
            said.spoken.heard = Heard::No;
            return None;
        }
        match self.microphone.as_ref()?.find(sound, around, WITHIN) {
            Search::Heard(heard) => {
                said.spoken.heard = Heard::Yes;
                said.level = Some(heard.level_dbfs);
                return Some(heard);
            }
            Search::NotHeard => {
                said.spoken.heard = Heard::No;
                let name = self.loudspeaker.name();
                said.trouble = Some(format!("{name} was not heard by the microphone: raise the level, or move them closer"));
            }
            Search::Deaf(why) => said.trouble = Some(why),
        }
        None
    }
}

/// An order that was carried out, before anybody has listened.
fn sounded(round: u32, played: &Played, timelines: Option<Arrangement>) -> Said {
    let spoken = Spoken { round, onset: played.onset, length: played.length, heard: Heard::Unknown, trouble: None, timelines };
    Said { round, spoken, level: None, onset_error: played.error, trouble: None }
}

/// What was sent of a sound. Every sound that the library composes is short enough for a timeline.
fn timelines(composed: &Composed, played: &Played) -> Option<Arrangement> {
    composed.timeline(&played.sent).ok().flatten().map(Arrangement::from)
}

/// An order that came to nothing.
fn void(round: u32, at: Timestamp, why: &str) -> Said {
    let spoken = Spoken { round, onset: at, length: 0, heard: Heard::Unknown, trouble: Some(Void::Glitch), timelines: None };
    Said { round, spoken, level: None, onset_error: 0, trouble: Some(why.to_owned()) }
}

/// An order that broke off, or came to nothing.
fn broken_off(round: u32, begun: Timestamp, trouble: &Trouble, timelines: Option<Arrangement>) -> Said {
    let mut said = void(round, begun, &trouble.to_string());
    if let Trouble::BrokenOff(_, played) = trouble {
        said.onset_error = played.error;
        said.spoken.onset = played.onset;
        said.spoken.length = played.length;
        said.spoken.timelines = timelines;
    }
    said
}

/// All the time since a moment, as long as the room goes on sounding.
fn all(begun: Timestamp) -> Vec<Window> {
    vec![Window { from: begun, until: clock::now().plus(TAIL) }]
}

/// When we sounded, pauses left out, so that another sound in a pause is noticed.
fn ours(sound: &Pcm, onset: Timestamp) -> Vec<Window> {
    let (levels, _) = activity::background(sound);
    let loudest = levels.iter().copied().fold(f64::MIN, f64::max);
    let stretches = activity::loud(&levels, loudest - 40.0, activity::FRAME);
    let window = |it: &activity::Stretch| Window { from: onset.plus(it.from - EDGE), until: onset.plus(it.until + TAIL) };
    stretches.iter().map(window).collect()
}
