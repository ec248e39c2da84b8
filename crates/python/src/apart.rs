//! Long work in a thread of its own, so that the interpreter runs other threads meanwhile, Ctrl-C is heard, and a panic is an exception.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use earwitness_offline::{Stage, Watch};
use earwitness_traffic::files::Progress;
use pyo3::prelude::*;

use crate::error::said;

/// How often signals are asked for and progress is told.
const TICK: Duration = Duration::from_millis(100);

/// A total that is not known.
const OPEN: u64 = u64::MAX;

/// How far the work has come, and whether it shall end. Shared with the thread that works.
#[derive(Clone, Default)]
pub(crate) struct Going {
    stop: Arc<AtomicBool>,
    octets: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl Going {
    /// What ends the work when it is set.
    pub(crate) const fn stop(&self) -> &Arc<AtomicBool> {
        &self.stop
    }
}

impl Watch for Going {
    fn begins(&mut self, _: Stage, total: Option<u64>) {
        self.octets.store(0, Ordering::Relaxed);
        self.total.store(total.unwrap_or(OPEN), Ordering::Relaxed);
    }

    fn at(&mut self, progress: Progress) {
        self.octets.store(progress.octets, Ordering::Relaxed);
    }
}

/// Does `work` in another thread and waits for it without holding the interpreter. Calls `progress` with the octets read and those of all files
/// (`None` where that is not known). When a signal or `progress` raises, the work is told to end, waited for, and its result dropped.
///
/// # Errors
/// What a signal handler or `progress` raised; `EarwitnessError` when the work panicked.
pub(crate) fn apart<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&mut Going) -> T + Send + 'static,
) -> PyResult<T> {
    let going = Going::default();
    let mut theirs = going.clone();
    let (done, waited) = channel::<()>();
    let worker = thread::Builder::new().name("earwitness".to_owned()).spawn(move || {
        // Dropped when the work ends, also by a panic.
        let _done = done;
        work(&mut theirs)
    });
    let worker = worker.map_err(|error| said(format!("no thread can be started: {error}")))?;
    let mut waited = Some(waited);
    while let Some(channel) = waited.take() {
        let (channel, ended) = py.detach(move || {
            let ended = channel.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout);
            (channel, ended)
        });
        if let Err(error) = py.check_signals().and_then(|()| tell(&going, progress)) {
            going.stop.store(true, Ordering::SeqCst);
            // What it returns is of no use any more, and is not given back to the interpreter's thread either.
            py.detach(move || drop(worker.join()));
            return Err(error);
        }
        waited = (!ended).then_some(channel);
    }
    joined(py, worker)
}

fn tell(going: &Going, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    let Some(progress) = progress else { return Ok(()) };
    let total = Some(going.total.load(Ordering::Relaxed)).filter(|total| *total != OPEN);
    progress.call1((going.octets.load(Ordering::Relaxed), total)).map(drop)
}

fn joined<T: Send + 'static>(py: Python<'_>, worker: JoinHandle<T>) -> PyResult<T> {
    py.detach(|| worker.join()).map_err(|panic| panicked(panic.as_ref()))
}

/// The exception for a fault of ours.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> PyErr {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let what = words.unwrap_or("it did not say why");
    said(format!("a fault in earwitness itself: {what}; please report it with the file that was read"))
}

/// Panics in the thread that works: for the test that this becomes an exception.
#[cfg(feature = "fault")]
#[pyfunction]
pub(crate) fn fault(py: Python<'_>) -> PyResult<()> {
    #[expect(clippy::panic, reason = "it is what is tested")]
    apart(py, None, |_| panic!("asked for"))
}
