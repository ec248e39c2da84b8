//! The key of the pseudonyms, which stays in the home.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use earwitness_dataset::pseudonym::Key;

use crate::appliance::random_octets;

/// Reads the key; makes one that only its owner may read where there is none.
pub(super) fn read_or_make(path: &Path) -> anyhow::Result<Key> {
    match fs::read_to_string(path) {
        Ok(text) => Key::parse(&text)
            .with_context(|| format!("{} is no key of pseudonyms, which is a line of 64 hexadecimal digits", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = Key::new(random_octets()?);
            let made = fs::File::options().write(true).create_new(true).mode(0o600).open(path);
            made.and_then(|mut file| file.write_all(key.reveal().as_bytes()).and_then(|()| file.sync_all())).with_context(
                || format!("the key of the pseudonyms cannot be written to {}; name another place with --key", path.display()),
            )?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
