//! Ctrl-C: the first one ends the reading, so that what was read is reported; the next one ends the program, unless it is the same request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{process, thread};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use earwitness_base::{clock, outfile};

use crate::daemon::SAME_REQUEST;

/// Exit status of a program that a signal ended (POSIX shells: 128 and the number of the signal).
const INTERRUPTED: i32 = 130;

/// Whether somebody wants the program to stop.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    stop: Arc<AtomicBool>,
    reading: Arc<AtomicBool>,
}

impl Interrupt {
    /// Takes over Ctrl-C, and the signals by which a program is asked to end.
    pub(super) fn install() -> anyhow::Result<Self> {
        let interrupt = Self::default();
        let Self { stop, reading } = interrupt.clone();
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let mut asked = None;
            for _ in signals.forever() {
                let now = clock::since_boot();
                if asked.is_some_and(|asked| now.saturating_sub(asked) < SAME_REQUEST) {
                    continue;
                }
                if reading.swap(false, Ordering::SeqCst) {
                    asked = Some(now);
                    stop.store(true, Ordering::SeqCst);
                } else {
                    outfile::remove_unfinished();
                    process::exit(INTERRUPTED);
                }
            }
        })?;
        Ok(interrupt)
    }

    /// From here on there is something to report when it is asked to stop.
    pub(super) fn begin_reading(&self) {
        if !self.is_set() {
            self.reading.store(true, Ordering::SeqCst);
        }
    }

    /// From here on stopping means to leave.
    pub(super) fn end_reading(&self) {
        self.reading.store(false, Ordering::SeqCst);
    }

    /// Whether it was asked to stop.
    #[inline]
    pub(super) fn is_set(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The flag itself, for those who wait.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }
}
