//! How long a slot is, by how long the device was busy after it woke.

/// The length of a slot before anything is known, seconds: a false wake sends a few seconds, and the device rests after it.
const BEFORE: u16 = 8;
/// After so many wakes what was seen says it.
const KNOWN: usize = 4;
/// How long engines rest after an upload, seconds.
const REST: f64 = 2.0;
/// The shortest and the longest slot, seconds: a word of two seconds must be over, and a device that listens to the end of its patience holds up nobody.
const ENDS: (u16, u16) = (5, 15);
/// Most wakes that are kept.
const KEPT: usize = 40;

/// How long slots are. It follows from what was seen in earlier rounds, so that no word of a round has a longer one than another.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Pace(Vec<f64>);

impl Pace {
    /// The device was busy until so many seconds after the beginning of the slot in which it woke.
    pub fn take(&mut self, seconds: f64) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(if seconds.is_finite() { seconds } else { ENDS.1.into() });
    }

    /// Length of the slots of the next round, whole seconds: nine in ten uploads would be over in it, and the rest as well.
    #[must_use]
    pub fn seconds(&self) -> u16 {
        if self.0.len() < KNOWN {
            return BEFORE;
        }
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let usual = sorted.get((sorted.len() - 1) * 9 / 10).copied().unwrap_or_default() + REST;
        (ENDS.0..ENDS.1).find(|&it| f64::from(it) >= usual).unwrap_or(ENDS.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_as_long_as_the_device_is_busy_and_rests() {
        let mut pace = Pace::default();
        for _ in 0..3 {
            pace.take(2.2);
            assert_eq!(pace.seconds(), BEFORE);
        }
        pace.take(2.9);
        assert_eq!(pace.seconds(), 5);
        for _ in 0..200 {
            pace.take(f64::INFINITY);
        }
        assert_eq!(pace.seconds(), ENDS.1);
    }
}
