//! How often each length occurs.

use super::Slice;

/// How often each length occurs among slices, in order of length.
#[derive(Debug, Default)]
pub(super) struct Lengths {
    counts: Vec<(u32, usize)>,
    sorted: Vec<u32>,
}

impl Lengths {
    /// Each length, and how often it occurs.
    pub(super) fn counts(&self) -> &[(u32, usize)] {
        &self.counts
    }

    /// Counts anew.
    pub(super) fn count(&mut self, slices: &[Slice]) {
        let Self { counts, sorted } = self;
        sorted.clear();
        sorted.extend(slices.iter().map(|slice| slice.length));
        sorted.sort_unstable();
        counts.clear();
        counts.extend(sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())));
    }
}
