//! When a speaker sends by itself. A timer goes on from night to night: its phase is that of the lab, not of the night.

use super::mistakes::happens;
use super::settings::Timer;
use crate::chance::Chance;

/// One timer in one night.
pub(super) struct Ticking {
    settings: Timer,
    chance: Chance,
    phase: i64,
    /// The number of the next one since 1970.
    number: i64,
    next: i64,
}

impl Ticking {
    /// The timer in a night that begins at `begins`, in the lab of this seed.
    pub(super) fn new(seed: u64, label: &str, settings: Timer, begins: i64) -> Self {
        let chance = Chance::new(seed).fork(&format!("timer/{label}"));
        let period = settings.period.max(1);
        let phase = chance.fork("phase").between(0, period);
        // One of the night before may be late.
        let number = (begins - phase).div_euclid(period) - 1;
        let mut it = Self { settings, chance, phase, number, next: i64::MIN };
        while it.next < begins {
            it.step();
        }
        it
    }

    /// When it sends next.
    pub(super) const fn next(&self) -> i64 {
        self.next
    }

    /// Octets of the one that is due, which is then over, and of what answers it.
    pub(super) fn take(&mut self) -> (usize, usize) {
        let octets = self.own().fork("octets").length(self.settings.octets.0, self.settings.octets.1.saturating_add(1));
        self.step();
        (octets, self.settings.answer)
    }

    fn own(&self) -> Chance {
        self.chance.fork(&self.number.to_string())
    }

    /// To the next one that is not left out.
    fn step(&mut self) {
        if self.settings.period <= 0 || self.settings.left_out >= 1.0 {
            self.next = i64::MAX;
            return;
        }
        loop {
            self.number += 1;
            let mut own = self.own();
            if !happens(&mut own, self.settings.left_out) {
                let due = self.phase.saturating_add(self.number.saturating_mul(self.settings.period));
                self.next = own.bell(due, self.settings.jitter).max(self.next);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::time::SECOND;

    use super::*;

    fn ticks(begins: i64, ends: i64) -> Vec<(i64, (usize, usize))> {
        let settings = Timer { period: 300 * SECOND, jitter: 2 * SECOND, left_out: 0.1, octets: (100, 200), answer: 300 };
        let mut timer = Ticking::new(9, "speaker/0", settings, begins);
        std::iter::from_fn(|| Some((timer.next(), timer.take())).filter(|it| it.0 < ends)).collect()
    }

    #[test]
    fn a_timer_goes_on_from_night_to_night() {
        let (day, two) = (86_400 * SECOND, 2 * 86_400 * SECOND);
        let whole = ticks(0, two);
        assert_eq!(whole.iter().filter(|it| it.0 >= day).copied().collect::<Vec<_>>(), ticks(day, two));
        // 576 are due, a tenth is left out.
        assert!((480..560).contains(&whole.len()), "{}", whole.len());
        let lags: Vec<i64> = whole.windows(2).map(|pair| (pair[1].0 - pair[0].0) / SECOND).collect();
        assert!(lags.iter().all(|lag| (lag - (lag + 150) / 300 * 300).abs() < 15), "{lags:?}");
    }
}
