//! The bar of a reading, and what Ctrl-C means while it goes on.

use earwitness_offline::{Stage, Watch};
use earwitness_traffic::files::Progress;

use super::super::interrupt::Interrupt;
use super::super::progress::Bar;

/// Draws a bar, and lets Ctrl-C end the reading from its first octets on.
pub(super) struct Watched<'a> {
    interrupt: &'a Interrupt,
    quiet: bool,
    bar: Option<Bar>,
}

impl<'a> Watched<'a> {
    pub(super) const fn new(interrupt: &'a Interrupt, quiet: bool) -> Self {
        Self { interrupt, quiet, bar: None }
    }
}

impl Watch for Watched<'_> {
    fn begins(&mut self, stage: Stage, total: Option<u64>) {
        let what = match stage {
            Stage::Reading => "Reading",
            Stage::ReadingAgain | Stage::Testing => "Reading again",
            Stage::Annotating => "Annotating",
        };
        self.bar = Some(Bar::new(what, total, self.quiet));
    }

    fn at(&mut self, progress: Progress) {
        self.interrupt.begin_reading();
        if let Some(bar) = &mut self.bar {
            bar.at(progress);
        }
    }

    fn ends(&mut self, stage: Stage) {
        self.bar = None;
        // What was annotated is put in its place next.
        if stage == Stage::Annotating {
            self.interrupt.end_reading();
        }
    }
}
