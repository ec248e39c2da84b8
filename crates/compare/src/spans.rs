//! Stretches of time: joined, widened, in seconds.

use earwitness_core::time::{Timestamp, Window};

/// Windows that touch, as one; in order of time.
pub(super) fn joined<'a>(windows: impl IntoIterator<Item = &'a Window>) -> Vec<Window> {
    let mut sorted: Vec<Window> = windows.into_iter().copied().collect();
    sorted.sort_by_key(|window| window.from);
    let mut found: Vec<Window> = Vec::new();
    for window in sorted {
        match found.last_mut() {
            Some(last) if window.from <= last.until => last.until = last.until.max(window.until),
            _ => found.push(window),
        }
    }
    found
}

/// The same window, longer by so much on either side.
pub(super) fn wider(window: Window, by: i64) -> Window {
    Window { from: window.from.plus(-by), until: window.until.plus(by) }
}

/// Nanoseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "a stretch of time")]
pub(super) fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// Seconds as nanoseconds; saturates.
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
pub(super) fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// The window from a moment on.
pub(super) fn from(at: Timestamp, length: i64) -> Window {
    Window { from: at, until: at.plus(length) }
}
