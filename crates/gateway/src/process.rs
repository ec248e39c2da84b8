//! Processes that are told apart from later ones that got the same number.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

use earwitness_base::clock;

/// How often a process that was asked to end is looked at.
const PAUSE: Duration = Duration::from_millis(10);
/// How long one may take to end after it was killed.
const LAST: Duration = Duration::from_secs(5);

/// A process, by its number and the moment of its start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Its number.
    pub(super) pid: i32,
    /// Ticks between boot and its start (`starttime` of proc(5), `/proc/PID/stat`).
    pub(super) started: u64,
}

impl Identity {
    /// This process.
    pub(super) fn own() -> Option<Self> {
        Self::of(getpid().as_raw_nonzero().get())
    }

    /// The process that has this number now; none when it is dead and waits for its parent only.
    pub(super) fn of(pid: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold blanks and brackets; what follows its last bracket holds none.
        let mut fields = text.rsplit(')').next()?.split_ascii_whitespace();
        let state = fields.next()?;
        let started = fields.nth(18)?.parse().ok()?;
        (!matches!(state, "Z" | "X")).then_some(Self { pid, started })
    }

    /// Whether it lives.
    pub(super) fn is_alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Sends it a signal, if it still is the same process.
    pub(super) fn signal(self, signal: Signal) {
        let Some(pid) = Pid::from_raw(self.pid) else { return };
        // The descriptor is opened first, so that the number cannot pass to another process between look and signal.
        let Ok(held) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if self.is_alive() {
            // A process that ended in between needs no signal.
            let _ = pidfd_send_signal(&held, signal);
        }
    }

    /// Ends it: asks, waits, kills. Whether it is gone.
    pub(super) fn end(self, timeout: Duration) -> bool {
        self.signal(Signal::TERM);
        if self.gone_within(timeout) {
            return true;
        }
        // One that is stopped or hangs does not hear the request.
        self.signal(Signal::KILL);
        self.gone_within(LAST)
    }

    /// Waits until it is gone, so long at most.
    pub(super) fn gone_within(self, timeout: Duration) -> bool {
        let begun = clock::since_boot();
        while self.is_alive() {
            if clock::since_boot().saturating_sub(begun) > timeout {
                return false;
            }
            clock::sleep(PAUSE);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_is_ended_even_when_it_does_not_listen() {
        let mut child = Command::new("sh").args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]).spawn().unwrap();
        let it = Identity::of(i32::try_from(child.id()).unwrap()).unwrap();
        assert!(it.is_alive());
        assert!(it.end(Duration::from_millis(200)));
        child.wait().unwrap();
        assert_eq!(Identity::of(it.pid), None);
    }

    #[test]
    fn another_process_under_the_same_number_is_left_alone() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let it = Identity::of(i32::try_from(child.id()).unwrap()).unwrap();
        let earlier = Identity { started: it.started - 1, ..it };
        assert!(!earlier.is_alive() && earlier.end(Duration::ZERO));
        assert!(it.is_alive());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
