//! The only place that waits: everything else takes time from the capture, so that tests can replace it.

use std::time::Duration;

/// Lets `time` pass.
pub fn sleep(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    std::thread::sleep(time);
}
