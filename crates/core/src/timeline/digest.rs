//! Which samples exactly: the SHA-256 digest of sound as 16-bit samples.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The SHA-256 digest of samples of 16 bits, least significant octet first, one channel: what `sha256sum` says of them as a raw file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these samples.
    #[must_use]
    pub fn of(samples: &[i16]) -> Self {
        let mut digesting = Digesting::default();
        digesting.add(samples);
        digesting.digest()
    }

    /// A digest that was computed before.
    #[must_use]
    pub const fn from_octets(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// Its octets, in order.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The digest of samples that come piece by piece.
#[derive(Clone, Default, Debug)]
pub struct Digesting(Sha256);

impl Digesting {
    /// Adds the samples that follow.
    pub fn add(&mut self, samples: &[i16]) {
        let mut octets = [0_u8; 2_048];
        for samples in samples.chunks(octets.len() / 2) {
            for (pair, sample) in octets.chunks_exact_mut(2).zip(samples) {
                pair.copy_from_slice(&sample.to_le_bytes());
            }
            self.0.update(octets.get(..samples.len() * 2).unwrap_or_default());
        }
    }

    /// The digest of all that was added until now.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(self.0.clone().finalize().into())
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(out, "{octet:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a SHA-256 digest has 64 hexadecimal digits")]
pub struct NoDigest;

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let mut octets = [0; 32];
        if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(NoDigest);
        }
        for (octet, at) in octets.iter_mut().zip((0..64).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or(NoDigest)?;
            *octet = u8::from_str_radix(digits, 16).map_err(|_| NoDigest)?;
        }
        Ok(Self(octets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '\001\000\377\377' | sha256sum`.
    #[test]
    fn it_is_what_a_hash_tool_says_of_the_raw_samples() {
        assert_eq!(Digest::of(&[1, -1]).to_string(), "16b8cb1fe734fbc60c6763c94c9e4cc55840ae966e7e508ba82f539d82702511");
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(&[]).to_string(), empty);
        assert_eq!(empty.parse(), Ok(Digest::of(&[])));
        let many: Vec<i16> = (0..5_000).collect();
        let raw: Vec<u8> = many.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        assert_eq!(Digest::of(&many).octets()[..], Sha256::digest(raw)[..], "however it is divided");
        let mut digesting = Digesting::default();
        many.chunks(777).for_each(|piece| digesting.add(piece));
        assert_eq!(digesting.digest(), Digest::of(&many));
        for wrong in ["", &empty[1..], &format!("{}g", &empty[1..]), &format!("{}é", &empty[2..])] {
            assert_eq!(wrong.parse::<Digest>(), Err(NoDigest), "{wrong}");
        }
    }
}
