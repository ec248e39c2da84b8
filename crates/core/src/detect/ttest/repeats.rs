//! A positive that is repeated before it counts, as the paper wants it: `k` of `k`.

use std::collections::BTreeMap;

/// After how many probes, counted from 1, the first `k` probes with some sound had all been positive; `None` if that never came. `said` holds for each
/// probe, in order of time, which sound it was and whether the test was positive. With `k` = 0 nothing is ever called.
#[must_use]
pub fn repeated<S: Ord>(said: impl IntoIterator<Item = (S, bool)>, k: usize) -> Option<u32> {
    // By sound: how many positives it began with, and whether that goes on.
    let mut begun: BTreeMap<S, (usize, bool)> = BTreeMap::new();
    for (number, (sound, positive)) in (1..).zip(said) {
        let own = begun.entry(sound).or_insert((0, true));
        own.1 &= positive;
        own.0 = own.0.saturating_add(usize::from(own.1));
        if own.1 && own.0 == k {
            return Some(number);
        }
    }
    None
}

/// After how many windows, counted from 1, `k` in a row had been positive; `None` if that never came. The same repetition where nothing is played.
#[must_use]
pub fn in_a_row(said: impl IntoIterator<Item = bool>, k: usize) -> Option<u32> {
    let mut row = 0_usize;
    for (number, positive) in (1..).zip(said) {
        row = if positive { row.saturating_add(1) } else { 0 };
        if positive && row == k {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_k_of_one_sound_must_all_be_positive() {
        let said = [("a", true), ("b", true), ("a", false), ("b", true), ("a", true), ("b", true)];
        assert_eq!([1, 2, 3].map(|k| repeated(said, k)), [Some(1), Some(4), Some(6)]);
        assert_eq!([0, 4].map(|k| repeated(said, k)), [None, None]);
        assert_eq!(repeated([("a", false), ("a", true), ("a", true)], 2), None, "a sound that began without one is done with");
    }

    #[test]
    fn windows_count_while_they_follow_each_other() {
        let said = [true, false, true, true, false];
        assert_eq!([1, 2, 3].map(|k| in_a_row(said, k)), [Some(1), Some(4), None]);
    }
}
