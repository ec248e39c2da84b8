//! What nobody else may know: read from a file that only its owner can read, and printed nowhere.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Longest secret, octets.
const LONGEST: u64 = 4 << 10;

/// A token, a password or a key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, io::Error),
    #[error("{0} can be read by others; run: chmod 600 {0}")]
    Open(String),
    #[error("{0} is empty, or longer than 4 kB; it holds one line, the secret")]
    Odd(String),
}

impl Secret {
    /// A part of a setting that nobody else may know.
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Reads one.
    pub(crate) fn read(path: &Path) -> Result<Self, Unusable> {
        let name = || path.display().to_string();
        let unreadable = |error| Unusable::Unreadable(name(), error);
        let file = File::open(path).map_err(unreadable)?;
        // Of the file that is open, so that nobody can put another one in its place in between.
        let facts = file.metadata().map_err(unreadable)?;
        // systemd gives a service its credentials as files of root that list the service's user beside the mode, which shows as a right of the group.
        let others = if facts.uid() == 0 && facts.gid() == 0 { 0o037 } else { 0o077 };
        if facts.mode() & others != 0 {
            return Err(Unusable::Open(name()));
        }
        let mut text = String::new();
        file.take(LONGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
        let secret = text.trim_end_matches(['\n', '\r']);
        let odd = secret.is_empty() || secret.len() as u64 > LONGEST || secret.contains(char::is_control);
        if odd { Err(Unusable::Odd(name())) } else { Ok(Self(secret.to_owned())) }
    }

    /// The secret itself, for whom it is meant.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_read_from_a_file_of_its_owner_only_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "tk_s3cret\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Secret::read(&path).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let secret = Secret::read(&path).unwrap();
        assert_eq!((secret.reveal(), format!("{secret:?}").as_str()), ("tk_s3cret", "(secret)"));
        for odd in ["", "\n", "two\nlines", &"x".repeat(5_000)] {
            fs::write(&path, odd).unwrap();
            assert!(matches!(Secret::read(&path), Err(Unusable::Odd(_))), "{odd:?}");
        }
        assert!(matches!(Secret::read(&folder.path().join("none")), Err(Unusable::Unreadable(..))));
    }
}
