//! The microphone, or what a sink plays: heard all the time and kept for less than a minute in memory, nowhere else.
//!
//! It finds a known sound and says when it began by the realtime clock; it says what else sounded. Each sample's moment comes from the
//! sound server's own timing, fitted against the clock (see `timing`).

mod listen;
mod ring;
mod settings;
mod timing;
mod utterance;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use earwitness_core::sound::{Pcm, onset};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};

pub use self::settings::{Device, MicrophoneSettings};
pub use self::utterance::{Speech, Utterance, Utterances};

use self::listen::{Cut, Shared};
use crate::speak::Offered;
use crate::speak::sounds::resampled;
use earwitness_base::clock;

/// Samples a second that are heard: enough for speech.
pub const RATE: u32 = 16_000;
/// How much is kept, nanoseconds.
pub const KEPT: i64 = 45 * SECOND;
/// How long to wait for samples that must have come by now, nanoseconds.
const LATE: i64 = 3 * SECOND;
/// Room around the search, nanoseconds.
const MARGIN: i64 = 150 * MILLISECOND;

/// Our own sound, found in what was heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heard {
    /// When it began, by the realtime clock.
    pub onset: Timestamp,
    /// How far off that may be, nanoseconds.
    pub error: i64,
    /// How loud it arrived, dBFS.
    pub level_dbfs: f64,
    /// How well it matched, 0 to 1.
    pub correlation: f64,
}

/// What the search for our own sound came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Search {
    /// It was heard.
    Heard(Heard),
    /// It was not, though the microphone was open.
    NotHeard,
    /// The microphone heard nothing at all at that time: why.
    Deaf(String),
}

/// A stretch in which something sounded.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sound {
    /// From when to when.
    pub window: Window,
    /// How loud, dBFS.
    pub level: f64,
}

/// How the microphone is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// It is being opened.
    Opening,
    /// It hears.
    Listening,
    /// It gives the same value all the time, for this many seconds: muted, unplugged, or a sink that plays nothing.
    Silent(u64),
    /// It cannot be opened, or was lost: why. It is tried again every second.
    Lost(String),
}

/// A piece of what was heard, which is overwritten with zeros when it is dropped.
pub struct Recording(Cut);

impl Recording {
    /// Its samples, [`RATE`] of them a second.
    #[must_use]
    pub fn sound(&self) -> &Pcm {
        &self.0.sound
    }

    /// When its first sample was heard.
    #[must_use]
    pub fn from(&self) -> Timestamp {
        self.0.from
    }
}

/// An open microphone, or the monitor of a sink. It listens in a thread of its own until it is dropped.
pub struct Microphone {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Microphone {
    /// Opens the microphone of the settings; `None` if they say that nobody listens. A server or source that is not there yet is waited for.
    pub fn open(settings: &MicrophoneSettings) -> Result<Option<Self>, String> {
        settings.check()?;
        if settings.device == Device::Off {
            return Ok(None);
        }
        let shared = Arc::new(Shared::default());
        let (theirs, settings) = (Arc::clone(&shared), settings.clone());
        let thread = std::thread::Builder::new()
            .name("ear".to_owned())
            .spawn(move || listen::run(&settings, &theirs))
            .map_err(|error| format!("microphone: no thread: {error}"))?;
        Ok(Some(Self { shared, thread: Some(thread) }))
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared.state()
    }

    /// Whether it hears anything but a constant.
    #[must_use]
    pub fn alive(&self) -> bool {
        self.state() == State::Listening
    }

    /// Waits until it listens or `timeout` is over, and says how it is.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> State {
        self.shared.wait(timeout)
    }

    /// Looks for a sound that should begin within `within` nanoseconds before or after `around`. Waits until what is needed has been
    /// heard, three seconds beyond that at most.
    #[must_use]
    pub fn find(&self, reference: &Pcm, around: Timestamp, within: i64) -> Search {
        let reference = match resampled(reference, RATE) {
            Ok(reference) => reference,
            Err(why) => return Search::Deaf(why),
        };
        let length = reference.length().min(onset::COMPARED + SECOND);
        let window = Window { from: around.plus(-within - MARGIN), until: around.plus(within + length + MARGIN) };
        let cut = match self.shared.cut(window, LATE) {
            Ok(cut) => cut,
            Err(why) => return Search::Deaf(why),
        };
        let constant = cut.sound.samples.windows(2).all(|pair| pair.first() == pair.last());
        if constant {
            return if cut.monitor {
                Search::NotHeard
            } else {
                Search::Deaf("the microphone gives no signal: is it muted or unplugged?".to_owned())
            };
        }
        match onset::find(&reference, &cut.sound) {
            Some(found) if found.audible => Search::Heard(Heard {
                onset: cut.from.plus(found.at),
                error: cut.error,
                level_dbfs: found.level,
                correlation: found.correlation,
            }),
            _ => Search::NotHeard,
        }
    }

    /// What was heard in the window. Waits until it has been heard, three seconds beyond that at most.
    ///
    /// # Errors
    /// Why it was not heard, or is no longer kept: a sentence.
    pub fn recording(&self, window: Window) -> Result<Recording, String> {
        self.shared.cut(window, LATE).map(Recording)
    }

    /// What sounded in the window besides our own sounds. Waits until it has been heard; what is no longer kept is left out.
    #[must_use]
    pub fn sounds(&self, window: Window, ours: &[Window]) -> Vec<Sound> {
        self.shared.sounds(window, ours, LATE)
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

/// The sources that are there now.
pub fn list(settings: &MicrophoneSettings) -> Result<Vec<Offered<Device>>, String> {
    settings.check()?;
    listen::list(settings).map_err(|trouble| trouble.to_string())
}

/// The time that a wait may take: until the moment has come, and `late` more.
fn time_until(until: Timestamp, late: i64) -> Duration {
    Duration::from_nanos(until.since(clock::now()).max(0).saturating_add(late).unsigned_abs())
}
