//! A number that nobody guesses.

use std::fmt;
use std::io;

use data_encoding::HEXLOWER;
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// Octets: 128 bits.
const OCTETS: usize = 16;

/// A key, or a session. It prints nothing by itself.
#[derive(Clone)]
pub(crate) struct Secret([u8; OCTETS]);

impl Secret {
    /// Octets of its text.
    pub(crate) const TEXT: usize = 2 * OCTETS;

    /// A new one, from the kernel.
    pub(crate) fn new() -> io::Result<Self> {
        let mut octets = [0; OCTETS];
        loop {
            match getrandom(&mut octets, GetRandomFlags::empty()) {
                Ok(OCTETS) => return Ok(Self(octets)),
                // So few octets come at once or, where a signal came first, not at all.
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether a text is this one. It takes as long wherever they differ.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        let Ok(other) = HEXLOWER.decode(text) else { return false };
        other.len() == OCTETS && self.0.iter().zip(&other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }

    /// The number itself.
    pub(crate) const fn octets(&self) -> &[u8] {
        &self.0
    }

    /// As it is given to who may have it.
    pub(crate) fn reveal(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_of_it_is_it() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        let text = one.reveal();
        assert!(one.is(text.as_bytes()) && !other.is(text.as_bytes()));
        for wrong in ["", &text[..30], &format!("{text}00"), &text.to_uppercase().replace(|it: char| it.is_ascii_digit(), "A")] {
            assert!(!one.is(wrong.as_bytes()), "{wrong}");
        }
        assert!(!format!("{one:?}").contains(&text));
    }
}
