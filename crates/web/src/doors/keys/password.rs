//! A word that people choose: kept as a slow hash only.

use std::fmt;
use std::io;

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};

use crate::doors::secret::Secret;

/// Fewest characters of a password.
pub(crate) const SHORTEST: usize = 10;
/// Most octets of a password.
pub(crate) const LONGEST: usize = 256;

/// What a hash costs: 19 MiB, two passes, one lane. That is the least that OWASP's cheat sheet for storing passwords recommends of argon2id, so that a small board
/// needs less than half a second.
const MEMORY_KIB: u32 = 19 << 10;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password is not taken.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// Too few characters.
    #[error("a password has at least {SHORTEST} characters")]
    Short,
    /// Too many octets.
    #[error("a password has at most {LONGEST} octets")]
    Long,
}

/// A password that may be set. It prints nothing by itself.
pub struct Password(String);

impl Password {
    /// Takes what a person chose.
    ///
    /// # Errors
    /// When it is too short or too long.
    pub fn new(text: String) -> Result<Self, Unfit> {
        if text.len() > LONGEST {
            return Err(Unfit::Long);
        }
        if text.chars().count() < SHORTEST { Err(Unfit::Short) } else { Ok(Self(text)) }
    }

    /// What is kept of it.
    pub(super) fn hashed(&self) -> io::Result<Hash> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(io::Error::other)?;
        let salt = Secret::new()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash: PasswordHash = argon2
            .hash_password_with_salt(self.0.as_bytes(), salt.octets())
            .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Hash(hash.to_string()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(..)")
    }
}

/// What is kept of a password: a PHC string, which says its algorithm, cost and salt. It prints nothing by itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hash(String);

impl Hash {
    /// Reads one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim_end();
        PasswordHash::new(text).is_ok().then(|| Self(text.to_owned()))
    }

    /// One that no password has: for what cannot be read.
    pub(crate) fn of_none() -> Self {
        Self(String::new())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether a text is the password. It takes as long, and as much memory, as the string says.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        text.len() <= LONGEST
            && PasswordHash::new(&self.0).is_ok_and(|hash| Argon2::default().verify_password(text.as_bytes(), &hash).is_ok())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Hash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_a_hash_that_says_its_cost_and_is_salted() {
        let of = |text: &str| Password::new(text.to_owned());
        let password = of("correct horse battery").unwrap();
        let (one, other) = (password.hashed().unwrap(), password.hashed().unwrap());
        assert!(one.text().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.text());
        assert_ne!(one, other, "the salt is drawn");
        let read = Hash::read(&format!("{}\n", one.text())).unwrap();
        assert!(read.is_of("correct horse battery") && !read.is_of("correct horse batterx") && !read.is_of(""));
        assert!(!format!("{password:?} {one:?}").contains("horse"));
        for no_hash in ["", "correct horse battery", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$"] {
            assert!(Hash::read(no_hash).is_none_or(|it| !it.is_of("correct horse battery")), "{no_hash}");
        }
    }

    #[test]
    fn a_password_has_ten_characters_and_at_most_256_octets() {
        let of = |text: &str| Password::new(text.to_owned()).err();
        assert_eq!((of("123456789"), of("ééééééééé"), of("éééééééééé")), (Some(Unfit::Short), Some(Unfit::Short), None));
        assert_eq!((of(&"x".repeat(256)), of(&"x".repeat(257))), (None, Some(Unfit::Long)));
    }
}
