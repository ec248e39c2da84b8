//! Seeded chance: the same seed gives the same home, octet by octet.

/// A small generator of pseudo-random numbers (xoshiro256++ of Blackman and Vigna, seeded by `SplitMix64`).
#[derive(Clone, Debug)]
pub struct Chance {
    state: [u64; 4],
}

impl Chance {
    /// A generator that is wholly decided by `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut walk = seed;
        let mut word = || {
            walk = walk.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = walk;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Self { state: [word(), word(), word(), word()] }
    }

    /// A generator of its own for `label`: what one device draws does not move what another draws.
    #[must_use]
    pub fn fork(&self, label: &str) -> Self {
        // FNV-1a over the label, started from this generator's state.
        let hash = label.bytes().fold(self.state[0], |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3));
        Self::new(hash)
    }

    fn word(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c2, d2) = (c ^ a, d ^ b);
        self.state = [a ^ d2, b ^ c2, c2 ^ (b << 17), d2.rotate_left(45)];
        result
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.word()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `low..high`; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low.saturating_add_unsigned(self.below(high.saturating_sub(low).max(0).unsigned_abs()))
    }

    /// A length in `low..high`; `low` when the range is empty.
    pub fn length(&mut self, low: usize, high: usize) -> usize {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0);
        low + usize::try_from(self.below(span)).unwrap_or(0)
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.length(0, choices.len())]
    }

    /// True once in `times` on average.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// An exponentially distributed number with the given mean: the waiting time for something without memory.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "nanoseconds far below 2^53")]
    pub fn exponential(&mut self, mean: i64) -> i64 {
        let uniform = ((self.word() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        (-(mean as f64) * uniform.ln()) as i64
    }

    /// A bell-shaped number: mean and standard deviation as given, never further than 3.5 deviations.
    pub fn bell(&mut self, mean: i64, deviation: i64) -> i64 {
        // A sum of four uniform numbers from -w to w has the deviation w * sqrt(4/3).
        let half = deviation * 866 / 1_000;
        (0..4).fold(mean, |sum, _| sum + self.between(-half, half + 1))
    }

    /// `count` octets that look like ciphertext.
    pub fn octets(&mut self, count: usize) -> Vec<u8> {
        let mut octets = Vec::with_capacity(count + 8);
        while octets.len() < count {
            octets.extend_from_slice(&self.word().to_le_bytes());
        }
        octets.truncate(count);
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_every_draw() {
        let draw = |seed| Chance::new(seed).fork("plug").octets(100);
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn means_are_what_was_asked_for() {
        let mut chance = Chance::new(1);
        let mut mean = |draw: &dyn Fn(&mut Chance) -> i64| (0..20_000).map(|_| draw(&mut chance)).sum::<i64>() / 20_000;
        assert!((980..1_020).contains(&mean(&|chance| chance.exponential(1_000))));
        assert!((990..1_010).contains(&mean(&|chance| chance.bell(1_000, 100))));
        assert!((145..155).contains(&mean(&|chance| chance.between(100, 200))));
    }

    #[test]
    fn the_bell_is_as_wide_as_was_asked_for() {
        let mut chance = Chance::new(2);
        let square = (0..20_000).map(|_| (chance.bell(0, 100)).pow(2)).sum::<i64>() / 20_000;
        assert!((9_500..10_500).contains(&square), "variance {square}");
    }
}
