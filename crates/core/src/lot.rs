//! Draws by lot: chance that comes from a seed alone, and that anyone can check.
//!
//! A [`Lot`] answers numbered questions. What it answers is the SHA-256 digest of a line of text, so that a schedule can be recomputed
//! with any hash tool, years later and without this program:
//!
//! ```text
//! printf '42/slot/7' | sha256sum     # seed 42, the draw called `slot`, number 7
//! d6610f5d3ae88b11...                # first 16 hexadecimal digits, as a number, times the bound, divided by 2^64
//! ```
//!
//! A [`Stream`] is for simulations and permutations, which need many numbers at little cost: xoshiro256++ (Blackman and Vigna, ACM
//! Transactions on Mathematical Software 47, 2021), begun at the digest.

use sha2::{Digest, Sha256};

/// Numbered draws from one seed. A draw depends on the seed, its label and its number, and on no other draw: rounds may be drawn in any
/// order, again, or never.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lot {
    seed: u64,
}

impl Lot {
    /// The draws of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed they come from.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The line whose digest decides: seed, label and number in decimal, between slashes. The first and the last slash tell the
    /// three apart, whatever the label holds.
    #[must_use]
    pub fn ticket(&self, label: &str, number: u64) -> String {
        format!("{}/{label}/{number}", self.seed)
    }

    /// A whole number from 0 up to, not including, `bound`; 0 where `bound` is 0.
    ///
    /// The first 64 bits of the digest of the [ticket](Self::ticket), times `bound`, divided by 2^64. No number is likelier than another by more than
    /// `bound` parts in 2^64.
    #[must_use]
    pub fn draw(&self, label: &str, number: u64, bound: u64) -> u64 {
        let [first, ..] = self.words(label, number);
        scaled(first, bound).0
    }

    /// The stream that begins at this draw. Another label or number begins another one.
    #[must_use]
    pub fn stream(&self, label: &str, number: u64) -> Stream {
        Stream { state: self.words(label, number) }
    }

    /// The digest as four numbers, most significant octet first.
    fn words(self, label: &str, number: u64) -> [u64; 4] {
        let digest = Sha256::digest(self.ticket(label, number).as_bytes());
        let mut words = [0; 4];
        for (word, octets) in words.iter_mut().zip(digest.as_chunks::<8>().0) {
            *word = u64::from_be_bytes(*octets);
        }
        words
    }
}

/// Many numbers from one beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    state: [u64; 4],
}

impl Stream {
    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let word = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        word
    }

    /// A whole number from 0 up to, not including, `bound`, each exactly as likely (Lemire, ACM Transactions on Modeling and Computer
    /// Simulation 29, 2019); 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The remainders below this come up once more often than the others: drawn again.
        let uneven = bound.wrapping_neg().checked_rem(bound).unwrap_or(0);
        loop {
            let (number, remainder) = scaled(self.word(), bound);
            if remainder >= uneven {
                return number;
            }
        }
    }

    /// A number from 0 up to, not including, 1: a multiple of 2^-53.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts the items in an order drawn by lot, each order as likely (Fisher and Yates 1938).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).unwrap_or(last);
            items.swap(last, other);
        }
    }
}

/// `word * bound / 2^64`, and what is left over.
#[expect(clippy::cast_possible_truncation, reason = "the two halves of a product")]
const fn scaled(word: u64, bound: u64) -> (u64, u64) {
    let product = word as u128 * bound as u128;
    ((product >> 64) as u64, product as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each first number is what `printf '42/slot/7' | sha256sum | cut -c 1-16` prints; the second is it times the bound, divided by 2^64, by hand.
    #[test]
    fn a_draw_is_what_a_hash_tool_says() {
        for (seed, label, number, digits, bound, drawn) in [
            (42, "slot", 7, 0xd661_0f5d_3ae8_8b11, 8, 6),
            (0, "", 0, 0xddb0_6a1a_df9a_10b4, 1_000, 865),
            (u64::MAX, "gap/evening", 12, 0x9577_070e_c8c6_97ad, 3_600, 2101),
        ] {
            let lot = Lot::new(seed);
            assert_eq!(lot.words(label, number)[0], digits, "{}", lot.ticket(label, number));
            assert_eq!(lot.draw(label, number, bound), drawn, "{}", lot.ticket(label, number));
        }
    }

    #[test]
    fn every_number_below_the_bound_comes_up_as_often() {
        let lot = Lot::new(1);
        let mut drawn = std::collections::BTreeMap::new();
        for number in 0..80_000 {
            *drawn.entry(lot.draw("slot", number, 8)).or_insert(0_u32) += 1;
        }
        let times: Vec<u32> = drawn.into_values().collect();
        // Chi-square with 7 degrees of freedom: above 24.3 in one case of 1,000.
        let spread: f64 = times.iter().map(|&count| (f64::from(count) - 10_000.0).powi(2) / 10_000.0).sum();
        println!("seed 1: {times:?}, chi-square {spread:.1}");
        assert!(times.len() == 8 && spread < 24.3, "{times:?}");
    }

    /// The reference implementation of xoshiro256++, begun at 1, 2, 3, 4.
    #[test]
    fn a_stream_is_xoshiro256_plus_plus() {
        let mut stream = Stream { state: [1, 2, 3, 4] };
        for word in [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205] {
            assert_eq!(stream.word(), word);
        }
    }

    #[test]
    fn every_order_comes_up_as_often() {
        let mut stream = Lot::new(2).stream("order", 0);
        let mut times = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            stream.shuffle(&mut items);
            *times.entry(items).or_insert(0_u32) += 1;
        }
        let spread: f64 = times.values().map(|&count| (f64::from(count) - 1_000.0).powi(2) / 1_000.0).sum();
        println!("seed 2: chi-square {spread:.1} over {} orders", times.len());
        // Chi-square with 23 degrees of freedom: above 49.7 in one case of 1,000.
        assert!(times.len() == 24 && spread < 49.7, "{times:?}");
    }

    #[test]
    fn another_label_or_number_or_seed_begins_another_stream() {
        let first = |seed, label, number| Lot::new(seed).stream(label, number).word();
        let words =
            [first(1, "a", 1), first(2, "a", 1), first(1, "b", 1), first(1, "a", 2), first(1, "a/1", 1), first(11, "a", 1)];
        let different: std::collections::BTreeSet<_> = words.into_iter().collect();
        assert_eq!(different.len(), words.len());
    }

    proptest! {
        #[test]
        fn a_draw_stays_below_its_bound(seed: u64, label: String, number: u64, bound: u64) {
            let lot = Lot::new(seed);
            let mut stream = lot.stream(&label, number);
            for drawn in [lot.draw(&label, number, bound), stream.below(bound)] {
                prop_assert!(drawn < bound || (bound == 0 && drawn == 0));
            }
            prop_assert!((0.0..1.0).contains(&stream.unit()));
        }
    }
}
