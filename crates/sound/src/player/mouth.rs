//! What is said to people through the same loudspeaker, and when recognition is deaf because we sound.

use std::collections::VecDeque;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use earwitness_base::clock;
use earwitness_core::experiment::Order;
use earwitness_core::sound::Pcm;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};

use crate::hear::{KEPT, Microphone};

/// Deaf before a sound begins, nanoseconds: what is said then runs into it.
const BEFORE: i64 = 100 * MILLISECOND;
/// Deaf after a sound that was found in what was heard: the room goes on sounding.
const ECHO: i64 = 350 * MILLISECOND;
/// Deaf after one that was not: wireless loudspeakers are late, and say so or not.
const LATE: i64 = 1_200 * MILLISECOND;
/// Most windows that are remembered.
const MOST: usize = 64;

/// What the thread of the loudspeaker carries out.
pub(super) enum Job {
    Order(Box<Order>),
    /// A sound for people; told when it is over.
    Say(Pcm, SyncSender<bool>),
}

/// When we sound and sounded.
#[derive(Default)]
pub(super) struct Sounding(Mutex<Times>);

#[derive(Default)]
struct Times {
    begun: Option<Timestamp>,
    over: VecDeque<Window>,
}

impl Sounding {
    fn with<T>(&self, change: impl FnOnce(&mut Times) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn begins(&self, now: Timestamp) {
        self.with(|times| times.begun = Some(now.plus(-BEFORE)));
    }

    /// It is over; `heard` is the end of what was found in what was heard.
    pub(super) fn ends(&self, now: Timestamp, heard: Option<Timestamp>) {
        let until = heard.map_or_else(|| now.plus(LATE), |end| end.plus(ECHO));
        self.with(|times| {
            if let Some(from) = times.begun.take() {
                times.over.push_back(Window { from, until });
            }
            let oldest = now.plus(-KEPT);
            times.over.retain(|it| it.until > oldest);
            while times.over.len() > MOST {
                times.over.pop_front();
            }
        });
    }

    fn windows(&self, now: Timestamp) -> Vec<Window> {
        self.with(|times| {
            let going_on = times.begun.map(|from| Window { from, until: now.plus(SECOND) });
            times.over.iter().copied().chain(going_on).collect()
        })
    }
}

/// Says things to people, and tells when recognition has to be deaf.
pub struct Mouth {
    pub(super) jobs: Weak<SyncSender<Job>>,
    pub(super) sounding: Arc<Sounding>,
    pub(super) microphone: Arc<Microphone>,
}

impl Mouth {
    /// Plays a sound when what sounds now is over, and waits until it is over and was looked for in what was heard. Says whether it was played.
    #[must_use]
    pub fn say(&self, sound: Pcm) -> bool {
        let (over, told) = sync_channel(1);
        let sent = self.jobs.upgrade().is_some_and(|jobs| jobs.send(Job::Say(sound, over)).is_ok());
        sent && told.recv() == Ok(true)
    }

    /// When we sounded in the latest 45 s, and whether we sound now; with what has to be left out before and after it.
    #[must_use]
    pub fn deaf(&self) -> Vec<Window> {
        self.sounding.windows(clock::now())
    }

    /// What hears people.
    #[must_use]
    pub fn microphone(&self) -> Arc<Microphone> {
        Arc::clone(&self.microphone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognition_is_deaf_from_before_a_sound_until_its_echo_is_over() {
        let at = |millis: i64| Timestamp::from_nanos(millis * MILLISECOND);
        let sounding = Sounding::default();
        sounding.begins(at(1_000));
        assert!(sounding.windows(at(5_000))[0].contains(at(5_500)), "it may go on");
        sounding.ends(at(4_000), Some(at(2_600)));
        assert_eq!(sounding.windows(at(5_000)), [Window { from: at(900), until: at(2_950) }]);
        sounding.begins(at(6_000));
        sounding.ends(at(7_000), None);
        assert_eq!(sounding.windows(at(9_000))[1].until, at(8_200), "nobody knows how late it was");
        for more in 0..200 {
            sounding.begins(at(10_000 + more));
            sounding.ends(at(10_000 + more), None);
        }
        assert_eq!(sounding.windows(at(9_000)).len(), MOST);
    }
}
