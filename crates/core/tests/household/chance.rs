//! Chance from a seed.

/// splitmix64 (Steele, Lea, Flood 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `from..until`.
    pub(crate) fn between(&mut self, from: i64, until: i64) -> i64 {
        from + i64::try_from(self.next() % (until - from).unsigned_abs()).unwrap()
    }

    /// Whether something happens that does in one of `of` cases.
    pub(crate) fn one_in(&mut self, of: i64) -> bool {
        self.between(0, of) == 0
    }
}
