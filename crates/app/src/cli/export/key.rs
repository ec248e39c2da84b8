//! The key of the pseudonyms, which stays in the home.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use earwitness_dataset::pseudonym::Key;

use crate::daemon::random_octets;

/// More octets than a key has.
const LONGEST: u64 = 100;

/// Reads the key; makes one that only its owner may read where there is none.
pub(super) fn read_or_make(path: &Path) -> anyhow::Result<Key> {
    let mut text = String::new();
    match File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text)) {
        Ok(_) => Key::parse(&text).with_context(|| {
            format!(
                "{} is no key of pseudonyms, which is a line of 64 hexadecimal digits; put the key of this home there, or remove the file if there never was one",
                path.display()
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = Key::new(random_octets()?);
            let made = File::options().write(true).create_new(true).mode(0o600).open(path);
            let written = made.and_then(|mut file| {
                let written = file.write_all(key.reveal().as_bytes()).and_then(|()| file.sync_all());
                // Half a key would be in the way of the next try.
                written.inspect_err(|_| drop(fs::remove_file(path)))
            });
            written.with_context(|| {
                format!("the key of the pseudonyms cannot be written to {}; name another place with --key", path.display())
            })?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
