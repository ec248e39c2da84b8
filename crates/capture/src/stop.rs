//! Being asked to end by a signal, as something that can be waited for.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use rustix::pipe::PipeFlags;
use rustix::process::Signal;
use signal_hook::low_level::pipe;

/// Readable once somebody wants the program to end; and what the signals write to for that. A pipe: to wake a socket takes a system call that sends.
///
/// # Errors
/// When the system refuses a pipe, or to hand over signals.
pub fn signals() -> anyhow::Result<(OwnedFd, Vec<RawFd>)> {
    let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
    let mut wakes = Vec::new();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let wake = write.try_clone()?;
        wakes.push(wake.as_raw_fd());
        pipe::register(signal.as_raw(), wake)?;
    }
    Ok((read, wakes))
}
