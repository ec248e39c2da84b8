//! The loudspeaker, and what the microphone hears meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context as _;
use earwitness_base::clock;
use earwitness_core::experiment::Order;
use earwitness_core::lot::Lot;
use earwitness_core::time::Window;
use earwitness_sound::hear::Microphone;
use earwitness_sound::player::{Player, PlayerEvent, Said};
use earwitness_sound::speak;
use earwitness_sound::speak::sounds::Library;

use crate::config::Config;
use crate::say;

/// How often it is looked whether it is to stop.
const LOOK: Duration = Duration::from_millis(200);
/// A sound that is not over this long after it should be has stuck: what a player and its microphone take at most.
const STUCK: Duration = Duration::from_secs(60);
/// Most sounds that wait to be asked for.
const SOUNDS: usize = 64;

/// A sound that nobody played and the microphone heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::cli) struct Heard {
    pub(in crate::cli) window: Window,
    /// dBFS.
    pub(in crate::cli) level: f64,
    /// It followed a sound that was played, as a reply would.
    pub(in crate::cli) is_reply: bool,
}

/// A loudspeaker, if there is one, that stops when it is told to.
pub(in crate::cli) struct Speaker {
    player: Option<Player>,
    events: Receiver<PlayerEvent>,
    heard: Vec<Heard>,
    stop: Arc<AtomicBool>,
}

impl Speaker {
    /// Opens loudspeaker and microphone, if anything of the library is to be played.
    pub(in crate::cli) fn open(
        config: &Config,
        library: Option<Library>,
        seed: u64,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<Self> {
        let (events, came) = channel();
        let player = library.map(|library| {
            let loudspeaker = speak::open(&config.loudspeaker)?;
            let microphone = Microphone::open(&config.microphone).map_err(anyhow::Error::msg)?;
            let report = move |event| {
                // Nobody waits for it any more.
                let _ = events.send(event);
            };
            Player::new(loudspeaker, microphone, library, Lot::new(seed), report)
                .context("the threads of the loudspeaker cannot be started")
        });
        Ok(Self { player: player.transpose()?, events: came, heard: Vec::new(), stop })
    }

    /// The microphone that is listened with.
    pub(in crate::cli) fn microphone(&self) -> Option<Arc<Microphone>> {
        self.player.as_ref().and_then(Player::microphone)
    }

    /// Whether it is to stop.
    pub(in crate::cli) fn stops(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// What says whether it is to stop.
    pub(in crate::cli) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// What the microphone heard since this was asked before.
    pub(in crate::cli) fn heard(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.heard)
    }

    /// Listens for a moment.
    pub(in crate::cli) fn pause(&mut self) {
        self.listen(clock::since_boot() + LOOK);
    }

    /// Waits so many nanoseconds; `false` as soon as it is to stop.
    pub(in crate::cli) fn wait(&mut self, nanos: i64) -> bool {
        let end = clock::since_boot() + Duration::from_nanos(nanos.max(0).unsigned_abs());
        while clock::since_boot() < end {
            if self.stops() {
                return false;
            }
            self.listen(end.min(clock::since_boot() + LOOK));
        }
        !self.stops()
    }

    /// Plays a sound, and comes back when it is over.
    ///
    /// # Errors
    /// Why it was not played.
    pub(in crate::cli) fn play(&mut self, order: Order) -> Result<Said, String> {
        let (round, length) = (order.round, order.length);
        let Some(player) = &self.player else { return Err("there is no loudspeaker".to_owned()) };
        player.say(order).map_err(|_| "the loudspeaker is still busy with the sound before".to_owned())?;
        let end = clock::since_boot() + Duration::from_nanos(length.max(0).unsigned_abs()).saturating_mul(2) + STUCK;
        loop {
            if self.stops() {
                return Err("it was stopped".to_owned());
            }
            match self.listen(end.min(clock::since_boot() + LOOK)) {
                Some(said) if said.round == round => return Ok(said),
                _ if clock::since_boot() >= end => return Err("the loudspeaker does not come to an end".to_owned()),
                _ => {}
            }
        }
    }

    /// Takes what the player reports, until it has carried out an order or the time is over.
    fn listen(&mut self, until: Duration) -> Option<Said> {
        loop {
            let left = until.saturating_sub(clock::since_boot());
            match self.events.recv_timeout(left) {
                Ok(PlayerEvent::Said(said)) => return Some(said),
                Ok(PlayerEvent::Reply { window, level, .. }) => self.take(Heard { window, level, is_reply: true }),
                Ok(PlayerEvent::Other { window, level }) => self.take(Heard { window, level, is_reply: false }),
                Ok(PlayerEvent::Microphone(Some(why))) => say::line(&why),
                Ok(PlayerEvent::Microphone(None)) => say::line("the microphone gives a signal again"),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => {
                    clock::sleep(left);
                    return None;
                }
            }
        }
    }

    fn take(&mut self, heard: Heard) {
        if self.heard.len() < SOUNDS {
            self.heard.push(heard);
        }
    }
}
