//! A bar for what takes longer than a second, where somebody is looking.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use earwitness_core::event::{Event, What};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sim::plan::Plan;

use earwitness_traffic::files::Progress;

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

/// Places, with the octets of all.
const PLACES: &str = "{msg} {bar:24} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left";

/// How far several places have come together.
pub(super) struct Octets {
    drawn: ProgressBar,
    wanted: bool,
    places: usize,
}

impl Octets {
    /// A bar over so many octets of so many places.
    pub(super) fn new(total: u64, places: usize, quiet: bool) -> Self {
        let drawn = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        Self { drawn, wanted: !quiet && std::io::stderr().is_terminal(), places }
    }

    /// So many octets were read, and so many places are done.
    pub(super) fn at(&mut self, octets: u64, places: u64) {
        if !self.wanted {
            return;
        }
        if self.drawn.is_hidden() && self.drawn.elapsed() >= SOON {
            if let Ok(style) = ProgressStyle::with_template(PLACES) {
                self.drawn.set_style(style.progress_chars("━╸─"));
            }
            self.drawn.set_draw_target(ProgressDrawTarget::stderr_with_hz(PER_SECOND));
        }
        self.drawn.set_message(format!("{places} of {} places", self.places));
        self.drawn.set_position(octets);
    }

    /// Says something beside the bar.
    pub(super) fn aside(&self, say: impl FnOnce()) {
        self.drawn.suspend(say);
    }
}

impl Drop for Octets {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

/// A night that is simulated: how late it is there.
pub(super) struct Evening {
    drawn: ProgressBar,
    wanted: bool,
    from: i64,
    proven: u32,
    rounds: u32,
}

/// Hours of the night, and what has come of them.
const NIGHT: &str = "Simulating {bar:24} {msg}, {elapsed}";

impl Evening {
    /// A night before it has begun.
    pub(super) fn new(plan: &Plan, quiet: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours of a scenario")]
        let seconds = (plan.hours * 3_600.0) as u64;
        let drawn = ProgressBar::with_draw_target(Some(seconds), ProgressDrawTarget::hidden());
        Self { drawn, wanted: !quiet && std::io::stderr().is_terminal(), from: plan.start, proven: 0, rounds: 0 }
    }

    /// So late it is.
    pub(super) fn at(&mut self, now: Timestamp) {
        if !self.wanted {
            return;
        }
        if self.drawn.is_hidden() && self.drawn.elapsed() >= SOON / 4 {
            if let Ok(style) = ProgressStyle::with_template(NIGHT) {
                self.drawn.set_style(style.progress_chars("━╸─"));
            }
            self.drawn.set_draw_target(ProgressDrawTarget::stderr_with_hz(PER_SECOND));
        }
        let passed = now.nanos().saturating_sub(self.from).max(0) / SECOND;
        self.drawn.set_position(passed.unsigned_abs());
        let (hours, minutes) = (passed / 3_600, passed / 60 % 60);
        let Self { rounds, proven, .. } = self;
        self.drawn.set_message(format!("{hours}:{minutes:02} h of the night, {rounds} rounds, {proven} devices react"));
    }

    /// Something came out.
    pub(super) fn event(&mut self, event: &Event) {
        match event.what {
            What::Scored { .. } => self.rounds += 1,
            What::Proven { .. } => self.proven += 1,
            _ => {}
        }
    }

    /// The night is over; what it says is computed.
    pub(super) fn weighing(&mut self) {
        self.drawn.set_message(format!("{} rounds: weighing the evidence", self.rounds));
    }
}

/// Nights of an experiment that are simulated.
pub(super) struct Nights {
    drawn: ProgressBar,
    wanted: bool,
}

/// Nights that are over, of all.
const NIGHTS: &str = "Simulating {bar:24} night {pos} of {len}, {eta} left";

impl Nights {
    /// Before the first of so many.
    pub(super) fn new(count: u32) -> Self {
        let drawn = ProgressBar::with_draw_target(Some(count.into()), ProgressDrawTarget::hidden());
        Self { drawn, wanted: std::io::stderr().is_terminal() }
    }

    /// So many are over.
    pub(super) fn at(&mut self, over: u32) {
        if !self.wanted {
            return;
        }
        if self.drawn.is_hidden() && self.drawn.elapsed() >= SOON {
            if let Ok(style) = ProgressStyle::with_template(NIGHTS) {
                self.drawn.set_style(style.progress_chars("━╸─"));
            }
            self.drawn.set_draw_target(ProgressDrawTarget::stderr_with_hz(PER_SECOND));
        }
        self.drawn.set_position(over.into());
    }
}

impl Drop for Nights {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

impl Drop for Evening {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}
