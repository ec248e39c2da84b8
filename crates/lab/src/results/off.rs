//! What readings themselves may be off by. The framing of a device's octets, say, is taken for the same number of octets a second throughout; where it is not,
//! the readings of all trials are off alike, and no number of trials averages that away. An interval therefore has both: how trials spread, and how far
//! the readings may lie from what was sent.

use earwitness_core::stats::float;

use super::trial::Known;

/// How far below and above a mean the truth may lie because of its readings.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Off {
    below: f64,
    above: f64,
}

impl Off {
    /// Of the mean of these values, as if all were off to the same side.
    pub(super) fn of(values: &[Known]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let mean = |side: fn(&Known) -> f64| values.iter().map(side).sum::<f64>() / float(values.len() as u64);
        Self { below: mean(|it| it.off.0), above: mean(|it| it.off.1) }
    }

    /// Of a difference of two means whose readings are off by the same share: what is common to both goes away.
    pub(super) fn between(self, other: Self) -> Self {
        let (below, above) = (self.below - other.below, self.above - other.above);
        Self { below: below.max(-above).max(0.0), above: above.max(-below).max(0.0) }
    }

    /// The ends of an interval around an estimate with it. Both errors are independent, so that their squares add up.
    pub(super) fn widen(self, estimate: f64, (low, high): (f64, f64)) -> (f64, f64) {
        let farther = |distance: f64, off: f64| distance.max(0.0).hypot(off);
        (
            if self.below > 0.0 { estimate - farther(estimate - low, self.below) } else { low },
            if self.above > 0.0 { estimate + farther(high - estimate, self.above) } else { high },
        )
    }
}

/// Ends of an interval, where it has any.
pub(super) type Ends = (Option<f64>, Option<f64>);

impl Off {
    /// The same of an interval that may have no estimate, or an open end.
    pub(super) fn widen_ends(self, estimate: Option<f64>, (low, high): Ends) -> Ends {
        let Some(estimate) = estimate else { return (low, high) };
        let both = |end: f64| self.widen(estimate, (end, end));
        (low.map(|end| both(end).0), high.map(|end| both(end).1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::SoundId;
    use super::*;

    fn known(off: (f64, f64)) -> Known {
        Known { night: 0, block: 0, sound: SoundId(0), value: 7.0, off }
    }

    #[test]
    fn what_all_readings_are_off_by_is_not_averaged_away() {
        let off = Off::of(&vec![known((0.3, 0.4)); 1_000]);
        let (low, high) = off.widen(7.0, (6.6, 7.3));
        assert!((low - 6.5).abs() < 1e-9 && (high - 7.5).abs() < 1e-9, "{low} to {high}");
        assert_eq!(Off::of(&[]).widen(7.0, (6.6, 7.3)), (6.6, 7.3));
    }

    #[test]
    fn a_difference_keeps_what_its_sides_do_not_share() {
        let (long, short) = (Off::of(&[known((0.9, 1.0))]), Off::of(&[known((0.3, 0.4))]));
        assert_eq!(long.between(long), Off::default());
        let kept = long.between(short);
        assert!((kept.below - 0.6).abs() < 1e-9 && (kept.above - 0.6).abs() < 1e-9, "{kept:?}");
        let kept = short.between(long);
        assert!((kept.below - 0.6).abs() < 1e-9 && (kept.above - 0.6).abs() < 1e-9, "{kept:?}");
    }
}
