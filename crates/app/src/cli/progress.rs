//! A bar for what takes longer than a second, where somebody is looking.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::capture::Progress;

/// What takes less needs no bar.
const SOON: Duration = Duration::from_secs(1);

/// Drawings in a second.
const PER_SECOND: u8 = 5;

/// With a known end.
const BOUNDED: &str = "{msg} {bar:24} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left";
/// Without one.
const OPEN: &str = "{msg} {decimal_bytes}, {decimal_bytes_per_sec}, {elapsed} so far";

/// How far the reading has come, on standard error.
pub(super) struct Bar {
    drawn: ProgressBar,
    wanted: bool,
    total: Option<u64>,
}

impl Bar {
    /// A bar that stays hidden for now, and for ever where nobody looks.
    pub(super) fn new(what: &'static str, total: Option<u64>, quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal();
        let drawn = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_message(what);
        Self { drawn, wanted, total }
    }

    /// Tells how far it has come.
    pub(super) fn at(&mut self, progress: Progress) {
        if !self.wanted {
            return;
        }
        if self.drawn.is_hidden() && self.drawn.elapsed() >= SOON {
            let template = if self.total.is_some() { BOUNDED } else { OPEN };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.drawn.set_style(style.progress_chars("━╸─"));
            }
            self.drawn.set_draw_target(ProgressDrawTarget::stderr_with_hz(PER_SECOND));
        }
        self.drawn.set_position(progress.octets);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}
