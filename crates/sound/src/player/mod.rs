//! Plays one sound at a time, and reports what became of it. Nothing is played past it.
//!
//! The onset is what the microphone found, if there is one; else what the device reports, with its error. A loudspeaker that was unplugged makes the
//! slot void and is opened again for the next order.

mod ending;
mod listener;
mod mouth;
mod speaker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use earwitness_core::experiment::{Order, Spoken};
use earwitness_core::lot::Lot;
use earwitness_core::time::{SECOND, Window};

use self::listener::Listener;
pub use self::mouth::Mouth;
use self::mouth::{Job, Sounding};
use self::speaker::Speaker;
use crate::hear::Microphone;
use crate::speak::Loudspeaker;
use crate::speak::sounds::Library;

/// A sound that begins within this time after the end of a probe may be a device's reply to it, nanoseconds.
pub const REPLY_WITHIN: i64 = 8 * SECOND;
/// A reply is reported when it is over, or after this time, nanoseconds.
pub const LONGEST_REPLY: i64 = 30 * SECOND;

/// What became of an order.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    /// The round that it belongs to.
    pub round: u32,
    /// What the machine wants to know.
    pub spoken: Spoken,
    /// How loud it arrived at the microphone, dBFS.
    pub level: Option<f64>,
    /// How far off the onset may be, nanoseconds.
    pub onset_error: i64,
    /// What went wrong, for people.
    pub trouble: Option<String>,
}

/// What happened at the loudspeaker or the microphone.
#[derive(Clone, PartialEq, Debug)]
pub enum PlayerEvent {
    /// An order was carried out, or was not.
    Said(Said),
    /// Something sounded soon after a probe and is over now: a device's spoken reply, perhaps.
    Reply {
        /// The round of the probe.
        round: u32,
        /// From when to when.
        window: Window,
        /// How loud, dBFS.
        level: f64,
    },
    /// Something else sounds or sounded. Reported once, when it is noticed.
    Other {
        /// From when to when, as far as is known.
        window: Window,
        /// How loud, dBFS.
        level: f64,
    },
    /// The microphone gives a signal again (`None`), or no longer does, and why.
    Microphone(Option<String>),
}

/// The player is still busy with the order before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Busy;

/// The loudspeaker, the microphone and what there is to say. Threads of its own carry out orders until it is dropped.
pub struct Player {
    orders: Option<Arc<SyncSender<Job>>>,
    sounding: Arc<Sounding>,
    threads: Vec<JoinHandle<()>>,
    listener: Option<Arc<Listener>>,
    microphone: Option<Arc<Microphone>>,
    stop: Arc<AtomicBool>,
}

impl Player {
    /// A player that renders by this lot. What happens is reported to `report`, which is called from its threads.
    pub fn new(
        loudspeaker: Box<dyn Loudspeaker>,
        microphone: Option<Microphone>,
        library: Library,
        lot: Lot,
        report: impl Fn(PlayerEvent) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (orders, waiting) = sync_channel(1);
        let microphone = microphone.map(Arc::new);
        let report: Arc<dyn Fn(PlayerEvent) + Send + Sync> = Arc::new(report);
        let listener = microphone.as_ref().map(|microphone| Arc::new(Listener::new(Arc::clone(microphone), Arc::clone(&report))));
        let mut threads = Vec::new();
        if let Some(listener) = &listener {
            let listener = Arc::clone(listener);
            threads.push(std::thread::Builder::new().name("listener".to_owned()).spawn(move || listener.run())?);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let own = microphone.clone();
        let sounding = Arc::<Sounding>::default();
        let speaker = Speaker {
            loudspeaker,
            microphone: own,
            library,
            lot,
            listener: listener.clone(),
            sounding: Arc::clone(&sounding),
            stop: Arc::clone(&stop),
        };
        threads.push(std::thread::Builder::new().name("player".to_owned()).spawn(move || speaker.run(&waiting, &*report))?);
        Ok(Self { orders: Some(Arc::new(orders)), sounding, threads, listener, microphone, stop })
    }

    /// The microphone that it listens with, for who wants to hear more of it.
    #[must_use]
    pub fn microphone(&self) -> Option<Arc<Microphone>> {
        self.microphone.clone()
    }

    /// For who talks with people through this loudspeaker and microphone; `None` where nobody listens.
    #[must_use]
    pub fn mouth(&self) -> Option<Mouth> {
        let (orders, microphone) = (self.orders.as_ref()?, self.microphone.as_ref()?);
        Some(Mouth { jobs: Arc::downgrade(orders), sounding: Arc::clone(&self.sounding), microphone: Arc::clone(microphone) })
    }

    /// Takes an order and returns at once. What became of it is reported later; an order that finds the player busy is not taken.
    pub fn say(&self, order: Order) -> Result<(), Busy> {
        let orders = self.orders.as_ref().ok_or(Busy)?;
        orders.try_send(Job::Order(Box::new(order))).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
        })
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        drop(self.orders.take());
        self.stop.store(true, Ordering::SeqCst);
        if let Some(listener) = &self.listener {
            listener.stop();
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
