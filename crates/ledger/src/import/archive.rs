//! The history in a zip archive, as Google Takeout and Amazon hand out theirs.
//!
//! Nothing is unpacked to a disk: a name in the archive is a text that is compared and shown, wherever it points. What is unpacked at all is bounded, all files together.

use std::io::{Cursor, Read};

use earwitness_base::text::clean;
use zip::ZipArchive;
use zip::result::ZipError;

/// Most files of an archive. Takeout has one for each recording.
const MOST_FILES: usize = 100_000;

/// In front of each file in the directory (APPNOTE.TXT 6.3.10, section 4.3.12).
const ENTRY: [u8; 4] = *b"PK\x01\x02";

/// What histories end with.
const ENDINGS: [&str; 4] = [".json", ".html", ".htm", ".csv"];

/// Most files that are looked at where none is named.
const MOST_TRIED: usize = 500;

/// Files that a message names.
const SHOWN: usize = 8;

/// Characters of a name.
const WIDEST: usize = 200;

/// A file of the archive.
pub(super) struct Member {
    /// As it is shown.
    pub(super) name: String,
    /// Unpacked.
    pub(super) bytes: Vec<u8>,
}

/// The files that may be the history: that of a name (or of the end of its path), else all that end like one. `most`: octets that all of them may unpack to.
///
/// # Errors
/// When there is none, too many or too much, or the archive is damaged; in words for a person, with what to do.
pub(super) fn members(bytes: &[u8], wanted: Option<&str>, most: u64) -> Result<Vec<Member>, String> {
    // The directory is read whole by the first call below, whatever length it claims to have.
    if bytes.windows(ENTRY.len()).filter(|it| *it == ENTRY).nth(MOST_FILES).is_some() {
        return Err(format!("more than {MOST_FILES} files are in this archive; unpack it, and name the history in it"));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refused(&error))?;
    if archive.has_duplicate_names() {
        return Err("two files in this archive have one name, so that one would be lost; unpack it, and name the history in it"
            .to_owned());
    }
    let names: Vec<String> = archive.file_names_raw().map(|name| clean(&String::from_utf8_lossy(name), WIDEST)).collect();
    let is_wanted = |name: &str| match wanted {
        Some(wanted) => name == wanted || name.strip_suffix(wanted).is_some_and(|before| before.ends_with('/')),
        None => ENDINGS.iter().any(|ending| name.to_lowercase().ends_with(ending)),
    };
    let found: Vec<(usize, String)> = names.iter().cloned().enumerate().filter(|it| is_wanted(&it.1)).collect();
    match (found.len(), wanted) {
        (0, Some(wanted)) => {
            return Err(format!("{wanted:?} is not in this archive, but {}; --member names one", listed(&names)));
        }
        (0, None) => return Err(format!("no history is in this archive (JSON, HTML or CSV), but {}", listed(&names))),
        (2.., Some(_)) => {
            let names: Vec<String> = found.into_iter().map(|it| it.1).collect();
            return Err(format!("more than one file is meant: {}; name one with all of its path", listed(&names)));
        }
        (count, None) if count > MOST_TRIED => {
            return Err(format!(
                "{count} files in this archive may be a history, such as {}; name one with --member",
                listed(&names)
            ));
        }
        _ => {}
    }
    let mut left = most;
    found.into_iter().map(|(place, name)| unpacked(&mut archive, place, name, &mut left)).collect()
}

/// One file; what it takes is taken from what is left.
fn unpacked(archive: &mut ZipArchive<Cursor<&[u8]>>, place: usize, name: String, left: &mut u64) -> Result<Member, String> {
    let mut bytes = Vec::new();
    let file = archive.by_index(place).map_err(|error| format!("{name}: {}", refused(&error)))?;
    file.take(left.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| format!("{name}: {}", damaged(&error)))?;
    *left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
        format!("{name}: the histories in this archive are larger than {LARGEST_SAID} MB unpacked; name one with --member, or export a shorter time")
    })?;
    Ok(Member { name, bytes })
}

/// [`super::LARGEST`] in MB.
const LARGEST_SAID: u64 = super::LARGEST >> 20;

fn refused(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) | ZipError::InvalidPassword => {
            format!(
                "this archive is encrypted, or packed in a way that is not read here ({error}); unpack it, and name the history in it"
            )
        }
        _ => damaged(error),
    }
}

fn damaged(error: &dyn std::error::Error) -> String {
    format!("this archive is damaged ({error}); download it again, whole")
}

/// Some names for a message.
pub(super) fn listed(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    match (shown.join(", "), more) {
        (shown, _) if shown.is_empty() => "nothing".to_owned(),
        (shown, 0) => shown,
        (shown, more) => format!("{shown} and {more} more"),
    }
}
