//! What a capture file is called in every table: SHA-256 of its octets, as it lies on disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Octets that are read at once.
const CHUNK: usize = 256 * 1024;

/// The digest of some text or octets, as 64 hexadecimal digits.
#[must_use]
pub fn of_octets(octets: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(octets))
}

/// The digest of a file and how many octets it has, read from its beginning to its end; `None` where `stop` said so in between.
///
/// # Errors
/// When it cannot be read.
pub fn of_file(path: &Path, stop: impl Fn() -> bool) -> io::Result<Option<(String, u64)>> {
    let mut file = File::open(path)?;
    let mut sha = Sha256::new();
    let mut octets = 0_u64;
    let mut chunk = vec![0; CHUNK];
    loop {
        if stop() {
            return Ok(None);
        }
        let read = match file.read(&mut chunk) {
            Ok(0) => return Ok(Some((HEXLOWER.encode(&sha.finalize()), octets))),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        octets += read as u64;
        sha.update(chunk.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_sha256sum_prints() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, vec![b'a'; 1_000_000]).unwrap();
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        // FIPS 180-4, example B.3.
        assert_eq!(of_file(&path, || false).unwrap(), Some((million.to_owned(), 1_000_000)));
        assert_eq!(of_octets(&vec![b'a'; 1_000_000]), million);
        assert_eq!(of_file(&path, || true).unwrap(), None);
    }
}
