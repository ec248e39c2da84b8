//! What the forest sees of a second in which a device sent something.

use std::collections::BTreeMap;

use earwitness_core::time::{SECOND, Timestamp, Window};

/// Numbers that describe a second.
pub(crate) const FEATURES: usize = 14;

/// Seconds kept per device: three weeks without a pause.
const MOST: usize = 2_000_000;

/// Lengths told apart within a second.
const MOST_LENGTHS: usize = 256;

/// Places of the octets sent in this second, in the one before, and in the one after.
const OCTETS: (usize, usize, usize) = (1, 12, 13);

/// The seconds in which a device sent something.
#[derive(Clone, Debug, Default)]
pub struct Seconds {
    origin: Timestamp,
    done: BTreeMap<i64, [f32; FEATURES]>,
    index: i64,
    current: Sums,
}

/// What is added up during a second.
#[derive(Clone, Debug, Default)]
struct Sums {
    frames: f64,
    octets: f64,
    length: Moments,
    most: f64,
    least: f64,
    gap: Moments,
    last: Option<Timestamp>,
    lengths: BTreeMap<u32, u32>,
    received: (f64, f64),
}

/// Sum, sum of squares and count.
#[derive(Clone, Copy, Debug, Default)]
struct Moments(f64, f64, f64);

impl Moments {
    fn add(&mut self, value: f64) {
        *self = Self(self.0 + value, self.1 + value * value, self.2 + 1.0);
    }

    /// Mean and standard deviation; 0 of nothing.
    fn mean_and_spread(self) -> (f64, f64) {
        let count = self.2.max(1.0);
        let mean = self.0 / count;
        (mean, (self.1 / count - mean * mean).max(0.0).sqrt())
    }
}

impl Seconds {
    /// Nothing yet; seconds are counted from `origin` on.
    #[must_use]
    pub fn new(origin: Timestamp) -> Self {
        Self { origin, ..Self::default() }
    }

    /// A frame that the device sent, with its length on the wire and its payload octets.
    pub fn sent(&mut self, at: Timestamp, wire: u32, payload: u32) {
        let sums = self.at(at);
        let length = f64::from(wire);
        sums.least = if sums.frames > 0.0 { sums.least.min(length) } else { length };
        sums.most = sums.most.max(length);
        sums.frames += 1.0;
        sums.octets += f64::from(payload);
        sums.length.add(length);
        if let Some(last) = sums.last {
            sums.gap.add(super::spans::seconds(at.since(last)));
        }
        sums.last = Some(at);
        if sums.lengths.len() < MOST_LENGTHS || sums.lengths.contains_key(&wire) {
            *sums.lengths.entry(wire).or_default() += 1;
        }
    }

    /// A frame that was sent to the device.
    pub fn received(&mut self, at: Timestamp, payload: u32) {
        let received = &mut self.at(at).received;
        *received = (received.0 + 1.0, received.1 + f64::from(payload));
    }

    /// The sums of the second that `at` lies in.
    fn at(&mut self, at: Timestamp) -> &mut Sums {
        let index = at.since(self.origin).div_euclid(SECOND);
        if index != self.index {
            self.close();
            self.index = index;
        }
        &mut self.current
    }

    fn close(&mut self) {
        let sums = std::mem::take(&mut self.current);
        // A clock that went back finds its seconds taken: what came first stays.
        if sums.frames > 0.0 && self.done.len() < MOST {
            self.done.entry(self.index).or_insert_with(|| sums.features());
        }
    }

    /// No frame comes any more.
    pub fn finish(&mut self) {
        self.close();
        let octets: Vec<(i64, f32)> = self.done.iter().map(|(index, it)| (*index, it[OCTETS.0])).collect();
        for pair in octets.windows(2) {
            let [(before, sent_before), (after, sent_after)] = *pair else { continue };
            if before.saturating_add(1) != after {
                continue;
            }
            if let Some(features) = self.done.get_mut(&before) {
                features[OCTETS.2] = sent_after;
            }
            if let Some(features) = self.done.get_mut(&after) {
                features[OCTETS.1] = sent_before;
            }
        }
    }

    /// The seconds with their features, in order of time.
    pub fn iter(&self) -> impl Iterator<Item = (Window, &[f32; FEATURES])> + '_ {
        self.done.iter().map(|(index, features)| {
            let from = self.origin.plus(index.saturating_mul(SECOND));
            (super::spans::from(from, SECOND), features)
        })
    }
}

impl Sums {
    #[expect(clippy::cast_possible_truncation, reason = "what a forest compares needs no more than 24 bits")]
    fn features(&self) -> [f32; FEATURES] {
        let (mean, spread) = self.length.mean_and_spread();
        let (gap, gap_spread) = self.gap.mean_and_spread();
        let modal = f64::from(self.lengths.values().copied().max().unwrap_or(0)) / self.frames.max(1.0);
        let distinct = super::stats::float(self.lengths.len() as u64);
        let (down, octets_down) = self.received;
        [
            self.frames,
            self.octets,
            mean,
            spread,
            self.most,
            self.least,
            gap,
            gap_spread,
            modal,
            distinct,
            down,
            octets_down,
            0.0,
            0.0,
        ]
        .map(|it| it as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_told_by_its_frames_and_its_neighbours() {
        let at = |millis: i64| Timestamp::from_nanos(millis * 1_000_000);
        let mut seconds = Seconds::new(at(0));
        for (millis, wire) in [(0, 100), (500, 100), (900, 400), (1_100, 60)] {
            seconds.sent(at(millis), wire, wire - 50);
        }
        seconds.received(at(1_200), 1_000);
        seconds.received(at(5_000), 1_000);
        seconds.finish();
        let found: Vec<_> = seconds.iter().collect();
        assert_eq!(found.len(), 2, "a second without a frame of its own is none");
        let first = found[0].1;
        let expected = [3.0, 450.0, 200.0, 141.421_36, 400.0, 100.0, 0.45, 0.05, 2.0 / 3.0, 2.0, 0.0, 0.0, 0.0, 10.0];
        for (found, expected) in first.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{first:?}");
        }
        assert_eq!(found[1].1[10..], [1.0, 1_000.0, 450.0, 0.0]);
    }
}
