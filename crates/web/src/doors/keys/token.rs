//! A number by which a program is let in: kept as a digest only. Nobody guesses 128 bits, so that a fast digest is enough.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::doors::change::Scope;

/// Most characters of a name.
const LONGEST: usize = 32;
/// Octets of a digest.
const OCTETS: usize = 32;

/// A token with its name. It prints nothing of what it is compared with.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What a person calls it.
    pub name: String,
    /// What it is good for.
    pub scope: Scope,
    digest: [u8; OCTETS],
}

impl Token {
    /// What is kept of a token that has this text.
    pub(super) fn new(name: &str, scope: Scope, text: &str) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), scope, digest: Sha256::digest(text).into() })
    }

    /// Whether a text is this one. It takes as long wherever they differ.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        let digest: [u8; OCTETS] = Sha256::digest(text).into();
        self.digest.iter().zip(digest).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }

    /// Reads a line: name, scope, digest.
    pub(super) fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (name, scope, digest) = (words.next()?, scope(words.next()?)?, HEXLOWER.decode(words.next()?.as_bytes()).ok()?);
        let fits = is_name(name) && words.next().is_none();
        fits.then_some(Self { name: name.to_owned(), scope, digest: digest.try_into().ok()? })
    }

    /// Its line.
    pub(super) fn line(&self) -> String {
        format!("{} {} {}\n", self.name, self.scope, HEXLOWER.encode(&self.digest))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token({} {})", self.name, self.scope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Read => "read",
            Self::Control => "control",
        })
    }
}

fn scope(word: &str) -> Option<Scope> {
    [Scope::Read, Scope::Control].into_iter().find(|it| it.to_string() == word)
}

/// Letters, digits, `-`, `_` and `.`, so that a line of words holds it.
fn is_name(name: &str) -> bool {
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_the_token_back_and_holds_nothing_of_its_text() {
        let token = Token::new("home-assistant", Scope::Control, "5ecret").unwrap();
        assert!(!token.line().contains("5ecret"));
        assert_eq!(Token::read(&token.line()), Some(token.clone()));
        assert!(token.is(b"5ecret") && !token.is(b"5ecreT") && !token.is(b""));
        for wrong in ["", "a read", "a admin 00", "a read 00", &format!("{} x", token.line().trim()), "a b c d"] {
            assert_eq!(Token::read(wrong), None, "{wrong}");
        }
        for wrong in ["", "two words", "ä", &"x".repeat(33), "a\nb"] {
            assert_eq!(Token::new(wrong, Scope::Read, "x"), None, "{wrong}");
        }
    }
}
