//! A bar that says which night or capture is being worked on, where somebody is looking.

use earwitness_base::text;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Drawings in a second.
const PER_SECOND: u8 = 5;

/// How far it has come.
pub(super) struct Steps {
    drawn: ProgressBar,
    begun: bool,
}

impl Steps {
    /// Before the first step.
    pub(super) fn new(steps: u64, quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal();
        let target = if wanted { ProgressDrawTarget::stderr_with_hz(PER_SECOND) } else { ProgressDrawTarget::hidden() };
        let drawn = ProgressBar::with_draw_target(Some(steps), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len}: {msg}, {elapsed}") {
            drawn.set_style(style.progress_chars("━╸─"));
        }
        Self { drawn, begun: false }
    }

    /// The next night or capture.
    pub(super) fn next(&mut self, what: &str) {
        self.drawn.inc(u64::from(std::mem::replace(&mut self.begun, true)));
        self.drawn.set_message(text::clean(what, 60));
        self.drawn.tick();
    }

    /// Everything has been read.
    pub(super) fn comparing(&mut self) {
        self.drawn.set_position(self.drawn.length().unwrap_or_default());
        self.drawn.set_message("training the forests and counting");
        self.drawn.tick();
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}
