//! How long to wait before something is tried again.

use std::time::Duration;

/// Pauses that grow, and differ between machines.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The first pause.
    pub first: Duration,
    /// The longest.
    pub most: Duration,
    /// What chance is drawn from.
    pub seed: u64,
}

impl Pace {
    /// Five seconds, then twice as long each time, up to an hour.
    #[must_use]
    pub const fn usual(seed: u64) -> Self {
        Self { first: Duration::from_secs(5), most: Duration::from_secs(3_600), seed }
    }

    /// The pause after so many failures in a row, from 1: up to a quarter shorter or longer, so that not all homes ask at once when a server is back.
    pub(crate) fn after(self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
        let pause = doubled.min(self.most);
        // splitmix64 (Steele, Lea, Flood 2014).
        let mut z = self.seed.wrapping_add(u64::from(failures).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((z ^ (z >> 31)) % 1_001).unwrap_or_default();
        pause * (1_500 + part) / 2_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_differ_between_machines() {
        let pauses: Vec<u64> = (1..40).map(|failures| Pace::usual(7).after(failures).as_secs()).collect();
        for (failures, pause) in pauses.iter().enumerate() {
            let wanted = (5_u64 << failures.min(20)).min(3_600);
            assert!((wanted * 3 / 4..=wanted * 5 / 4).contains(pause), "{pauses:?}");
        }
        assert_ne!(Pace::usual(1).after(9), Pace::usual(2).after(9));
        assert_eq!(Pace::usual(1).after(u32::MAX), Pace::usual(1).after(u32::MAX));
    }
}
