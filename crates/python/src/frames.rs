//! Frames of a capture, one after another, for those who look into them themselves.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use earwitness_traffic::files::{Captures, Order};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyBytes;

use crate::apart::panicked;
use crate::error::{self, said};

/// Octets of frames that are handed over at once, and how many such batches wait at most.
const BATCH: usize = 256 << 10;
const WAITING: usize = 4;

/// How often signals are asked for while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Frames, one after another.
#[derive(Default)]
struct Batch {
    octets: Vec<u8>,
    /// Of each frame: when, and where it ends in `octets`.
    ends: Vec<(i64, usize)>,
}

/// An iterator of `(timestamp, octets)`, like those of dpkt: seconds since 1970 as a float, or nanoseconds as an int, and the frame as bytes,
/// beginning at its link-layer header.
///
/// What is wrong with the file is a warning at the end of what could be read.
#[pyclass(frozen, module = "earwitness")]
pub(crate) struct Frames {
    nanoseconds: bool,
    stop: Arc<AtomicBool>,
    state: Mutex<State>,
}

struct State {
    batches: Option<Receiver<Batch>>,
    reader: Option<JoinHandle<Vec<String>>>,
    batch: Batch,
    next: usize,
    from: usize,
}

#[pymethods]
impl Frames {
    #[new]
    #[pyo3(signature = (capture, *, nanoseconds=false))]
    fn new(capture: PathBuf, nanoseconds: bool) -> PyResult<Self> {
        let mut captures = Captures::open(&[capture], Order::Sequential, None).map_err(|error| error::of(&error))?;
        let stop = Arc::<AtomicBool>::default();
        captures.stop_waiting_on(Arc::clone(&stop));
        let (give, batches) = sync_channel(WAITING);
        let work = move || read(captures, &give);
        let reader = thread::Builder::new().name("frames".to_owned()).spawn(work);
        let reader = Some(reader.map_err(|error| said(format!("no thread can be started: {error}")))?);
        let state = State { batches: Some(batches), reader, batch: Batch::default(), next: 0, from: 0 };
        Ok(Self { nanoseconds, stop, state: Mutex::new(state) })
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyBytes>)>> {
        // Another thread of the program may hold it while it waits for frames: then this one lets go of the interpreter.
        let mut state = self.state.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        while state.next == state.batch.ends.len() {
            let Some(batches) = state.batches.take() else { return Ok(None) };
            let (batches, got) = py.detach(move || {
                let got = batches.recv_timeout(TICK);
                (batches, got)
            });
            match got {
                Ok(batch) => {
                    (state.batch, state.next, state.from) = (batch, 0, 0);
                    state.batches = Some(batches);
                }
                Err(RecvTimeoutError::Timeout) => {
                    state.batches = Some(batches);
                    py.check_signals()?;
                }
                Err(RecvTimeoutError::Disconnected) => return ended(py, &mut state).map(|()| None),
            }
        }
        let (at, end) = state.batch.ends.get(state.next).copied().unwrap_or_default();
        let frame = PyBytes::new(py, state.batch.octets.get(state.from..end).unwrap_or_default());
        (state.next, state.from) = (state.next + 1, end);
        let at = if self.nanoseconds { at.into_pyobject(py)?.into_any() } else { seconds(at).into_pyobject(py)?.into_any() };
        Ok(Some((at, frame)))
    }
}

/// Tells what was wrong with the file.
fn ended(py: Python<'_>, state: &mut State) -> PyResult<()> {
    let Some(reader) = state.reader.take() else { return Ok(()) };
    let troubles = py.detach(|| reader.join()).map_err(|panic| panicked(panic.as_ref()))?;
    for trouble in troubles {
        let warning = py.get_type::<PyUserWarning>();
        let text = std::ffi::CString::new(trouble.replace('\0', " ")).unwrap_or_default();
        PyErr::warn(py, &warning, &text, 1)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a float of seconds holds microseconds of our century")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// Reads the file until nobody takes frames any more; what was wrong with it.
fn read(mut captures: Captures, give: &SyncSender<Batch>) -> Vec<String> {
    let mut batch = Batch::default();
    let flow = captures.for_each(&mut |_| {}, |frame, _| {
        batch.octets.extend_from_slice(frame.bytes);
        batch.ends.push((frame.at.nanos(), batch.octets.len()));
        if batch.octets.len() < BATCH {
            return ControlFlow::Continue(());
        }
        if give.send(std::mem::take(&mut batch)).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if flow.is_continue() && !batch.ends.is_empty() {
        // Nobody there is as good as an end.
        let _ = give.send(batch);
    }
    captures.troubles().iter().map(ToString::to_string).collect()
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The reader ends at its next frame or when it has waited: nobody has to wait for it.
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).batches = None;
    }
}
