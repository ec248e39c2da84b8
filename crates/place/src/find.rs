//! The files of a place.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use earwitness_dataset::FileFacts;

/// Most files of a place: a file a second for eleven days.
const MOST: usize = 1_000_000;

/// Folders inside each other that are looked into.
const DEEPEST: usize = 32;

/// A file of a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// What is known of it before it is read.
    pub facts: FileFacts,
}

/// A folder holds nothing that can be read.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The system refuses.
    #[error("cannot read {}: {source}; name a folder of capture files that you may read", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no file.
    #[error("there is no file in {}; name the folder that the captures of one place lie in", .0.display())]
    Empty(PathBuf),
    /// There are too many.
    #[error("there are more than {MOST} files in {}; divide them into several places", .0.display())]
    TooMany(PathBuf),
}

/// All files in a folder and in those below it, in order of their names; a file is its own only one. Files and folders whose names begin with a dot are left out, as are links to folders.
///
/// # Errors
/// When the folder cannot be read, or holds no file.
pub fn files(folder: &Path) -> Result<Vec<Found>, FindError> {
    if folder.is_file() {
        return named(&[folder.to_owned()]);
    }
    let mut found = Vec::new();
    look(folder, folder, 0, &mut found)?;
    if found.is_empty() {
        return Err(FindError::Empty(folder.to_owned()));
    }
    found.sort_by(|a, b| a.facts.path.cmp(&b.facts.path));
    Ok(found)
}

/// The files of a place by their names; they are called by what follows the longest folder that they have in common.
///
/// # Errors
/// When one of them is no file, or cannot be asked about.
pub fn named(paths: &[PathBuf]) -> Result<Vec<Found>, FindError> {
    let mut top = paths.first().and_then(|it| it.parent()).unwrap_or(Path::new("")).to_owned();
    while !paths.iter().all(|it| it.starts_with(&top)) && top.pop() {}
    let mut found = Vec::new();
    for path in paths {
        let about = fs::metadata(path)
            .and_then(|about| if about.is_file() { Ok(about) } else { Err(io::ErrorKind::IsADirectory.into()) });
        let about = about.map_err(|source| FindError::Io { path: path.clone(), source })?;
        let name = path.strip_prefix(&top).unwrap_or(path).to_string_lossy().into_owned();
        found.push(Found { facts: facts(name, &about), path: path.clone() });
    }
    found.sort_by(|a, b| a.facts.path.cmp(&b.facts.path));
    Ok(found)
}

fn look(top: &Path, folder: &Path, depth: usize, found: &mut Vec<Found>) -> Result<(), FindError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| FindError::Io { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let kind = entry.file_type().map_err(failed(&path))?;
        if kind.is_dir() && depth < DEEPEST {
            look(top, &path, depth + 1, found)?;
        }
        // What was removed meanwhile is not there.
        let Ok(about) = fs::metadata(&path) else { continue };
        if !about.is_file() {
            continue;
        }
        if found.len() >= MOST {
            return Err(FindError::TooMany(top.to_owned()));
        }
        let name = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().into_owned();
        found.push(Found { facts: facts(name, &about), path });
    }
    Ok(())
}

/// What is known of a file that is called so.
pub(crate) fn facts(path: String, about: &Metadata) -> FileFacts {
    let modified = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let modified_ns = modified.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
    FileFacts { path, octets: about.len(), modified_ns }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_all_folders_are_found_but_hidden_ones_and_links_that_lead_in_circles() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join("2026-03-01/late")).unwrap();
        for name in ["b.pcap", "2026-03-01/a.pcap", "2026-03-01/late/c.pcap.zst", ".hidden.pcap"] {
            fs::write(top.join(name), name).unwrap();
        }
        std::os::unix::fs::symlink(top, top.join("2026-03-01/circle")).unwrap();
        std::os::unix::fs::symlink(top.join("b.pcap"), top.join("d.pcap")).unwrap();
        let names: Vec<_> = files(top).unwrap().into_iter().map(|it| it.facts.path).collect();
        assert_eq!(names, ["2026-03-01/a.pcap", "2026-03-01/late/c.pcap.zst", "b.pcap", "d.pcap"]);
    }

    #[test]
    fn named_files_are_called_by_what_their_folders_have_not_in_common() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["2026/b.pcap", "2025/a.pcap"].map(|name| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
            path
        });
        let names = |paths: &[PathBuf]| named(paths).unwrap().into_iter().map(|it| it.facts.path).collect::<Vec<_>>();
        assert_eq!(names(&paths), ["2025/a.pcap", "2026/b.pcap"]);
        assert_eq!(names(&paths[..1]), ["b.pcap"]);
        assert!(named(&[folder.path().to_owned()]).is_err());
    }

    #[test]
    fn an_empty_folder_is_told_with_what_to_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(files(folder.path()).unwrap_err().to_string().contains("there is no file"));
        assert!(files(&folder.path().join("nowhere")).unwrap_err().to_string().contains("cannot read"));
    }
}
