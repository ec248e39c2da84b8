//! Which file a moment belongs to.

use earwitness_core::time::Timestamp;

/// The first and the last frame of each file, and the files in order of their first frames.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    of: Vec<Option<(Timestamp, Timestamp)>>,
    order: Vec<(Timestamp, usize)>,
}

impl Spans {
    /// No frame of so many files was read yet.
    pub(crate) fn new(files: usize) -> Self {
        Self { of: vec![None; files], order: Vec::new() }
    }

    /// Takes a frame; whether it is the first of its file.
    #[inline]
    pub(crate) fn note(&mut self, at: Timestamp, file: usize) -> bool {
        match self.of.get_mut(file) {
            Some(Some((first, last))) => {
                *first = at.min(*first);
                *last = at.max(*last);
                false
            }
            Some(none) => {
                *none = Some((at, at));
                let place = self.order.partition_point(|before| before.0 <= at);
                self.order.insert(place, (at, file));
                true
            }
            None => false,
        }
    }

    /// The file that a moment lies in: of those that begin before it, the one that began last; of what comes before all of them, the first.
    pub(crate) fn at(&self, moment: Timestamp) -> Option<usize> {
        let after = self.order.partition_point(|it| it.0 <= moment);
        self.order.get(after.saturating_sub(1)).map(|it| it.1)
    }

    /// The first and the last frame of a file.
    pub(crate) fn of(&self, file: usize) -> Option<(Timestamp, Timestamp)> {
        self.of.get(file).copied().flatten()
    }

    /// Files in order of their first frames; those without any follow in the order in which they were named.
    pub(crate) fn order(&self) -> Vec<usize> {
        let none = self.of.iter().enumerate().filter(|it| it.1.is_none()).map(|it| it.0);
        self.order.iter().map(|it| it.1).chain(none).collect()
    }

    /// How many files begin before all before them have ended, by more than `most` nanoseconds, and by how much at most.
    pub(crate) fn overlaps(&self, most: i64) -> (usize, i64) {
        let (mut count, mut longest, mut latest) = (0, 0, None);
        for &(first, file) in &self.order {
            let overlap = latest.map_or(0, |latest: Timestamp| latest.since(first));
            if overlap > most {
                count += 1;
                longest = longest.max(overlap);
            }
            latest = latest.max(self.of(file).map(|it| it.1));
        }
        (count, longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::time::SECOND;

    const fn at(second: i64) -> Timestamp {
        Timestamp::from_nanos(second * SECOND)
    }

    #[test]
    fn a_moment_lies_in_the_file_that_began_last_before_it() {
        let mut spans = Spans::new(4);
        for (second, file) in [(10, 2), (19, 2), (20, 0), (29, 0), (30, 3)] {
            spans.note(at(second), file);
        }
        assert_eq!([5, 10, 19, 20, 25, 99].map(|it| spans.at(at(it))), [2, 2, 2, 0, 0, 3].map(Some));
        assert_eq!(spans.order(), [2, 0, 3, 1]);
        assert_eq!((spans.of(0), spans.of(1)), (Some((at(20), at(29))), None));
        assert_eq!(Spans::new(1).at(at(1)), None);
    }

    #[test]
    fn files_that_lie_over_each_other_are_counted_with_the_longest_overlap() {
        let mut spans = Spans::new(3);
        for (second, file) in [(0, 0), (1, 1), (50, 0), (49, 2), (60, 1)] {
            spans.note(at(second), file);
        }
        assert_eq!(spans.overlaps(2 * SECOND), (2, 49 * SECOND));
        assert_eq!(spans.overlaps(100 * SECOND), (0, 0));
    }
}
