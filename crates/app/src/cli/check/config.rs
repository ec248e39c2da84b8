//! Configurations, told apart from stores.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::config::{Config, USUAL_PATH};

/// How every database of `SQLite` begins (its file format, 1.3).
const DATABASE: &[u8] = b"SQLite format 3\0";

/// So much of a file tells whether it is text.
const READ_AT_MOST: u64 = 4_096;

/// What came of one configuration.
pub(super) struct Checked {
    pub(super) name: String,
    /// What is wrong, with its place.
    pub(super) wrong: Option<String>,
}

/// The configuration that a service reads, if it is there, and the store that it names.
pub(super) fn usual() -> (Vec<PathBuf>, Vec<PathBuf>) {
    let usual = Path::new(USUAL_PATH);
    let configs = if usual.exists() { vec![usual.to_owned()] } else { Vec::new() };
    // What is wrong with it is reported when it is checked.
    (configs, Config::load(None).map(|config| config.state).into_iter().collect())
}

/// Configurations and stores among paths.
pub(super) fn apart(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    paths.iter().cloned().partition(|path| is_config(path))
}

/// Reads it as `run` does.
pub(super) fn check(path: &Path) -> Checked {
    Checked { name: path.display().to_string(), wrong: Config::load(Some(path)).err().map(|trouble| trouble.to_string()) }
}

/// By its name; else whether it is text. What cannot be read is taken for a store, which says why.
fn is_config(path: &Path) -> bool {
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
        return true;
    }
    let mut octets = Vec::new();
    let read = |octets: &mut Vec<u8>| File::open(path).and_then(|file| file.take(READ_AT_MOST).read_to_end(octets));
    path.is_file() && read(&mut octets).is_ok() && !octets.starts_with(DATABASE) && is_text(&octets)
}

fn is_text(octets: &[u8]) -> bool {
    let whole = match std::str::from_utf8(octets) {
        Ok(_) => true,
        // A character may be cut at the end of what was read.
        Err(error) => error.error_len().is_none(),
    };
    whole && !octets.is_empty() && !octets.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_told_from_a_store_by_name_or_content() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, octets: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, octets).unwrap();
            path
        };
        assert!(is_config(&write("a.toml", b"\0")) && is_config(&folder.path().join("missing.TOML")));
        assert!(is_config(&write("settings", "state = \"zu Hause b\u{f6}se\"".as_bytes())));
        assert!(!is_config(&write("store.db", b"SQLite format 3\0...")) && !is_config(&write("aside", &[0xa5; 5_000])));
        assert!(!is_config(folder.path()) && !is_config(&write("empty", b"")) && !is_config(Path::new("/nowhere/at-all")));
    }
}
