//! Files that are there whole or not at all: written to a temporary sibling, then renamed.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where a writer may write: a parquet writer asks for `Send`.
pub type Sink<'a> = dyn Write + Send + 'a;

/// Temporary siblings that are being written, for [`remove_unfinished`].
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file could not be written.
#[derive(Debug)]
pub struct Error {
    /// The file as the user named it.
    pub path: PathBuf,
    /// What was tried.
    pub step: Step,
    /// What the system said.
    pub source: io::Error,
}

/// The step of writing that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Finding the folder or opening the file.
    Open,
    /// Writing the content.
    Write,
    /// Putting the finished file in its place.
    Rename,
}

impl Error {
    /// Whether the reader of a pipe went away, which is no fault worth a message.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        self.source.kind() == io::ErrorKind::BrokenPipe
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, step, source } = self;
        if is_stdout(path) {
            return write!(f, "cannot write to standard output: {source}");
        }
        let path = path.display();
        match step {
            Step::Open => write!(f, "cannot create {path}: {source}; name a file in a folder that you may write to"),
            Step::Write => write!(f, "cannot write {path}: {source}; what was there before is unchanged"),
            Step::Rename => {
                write!(f, "cannot put the finished {path} in its place: {source}; what was there before is unchanged")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Writes a whole file, or leaves what was there: nobody ever reads half of it.
///
/// `-` is standard output. What is no regular file (a pipe, `/dev/null`) is written to directly; a link is followed.
pub fn write_whole(path: &Path, write: impl FnOnce(&mut Sink<'_>) -> io::Result<()>) -> Result<(), Error> {
    let error = |step| move |source| Error { path: path.to_owned(), step, source };
    if is_stdout(path) {
        return write_through(io::stdout(), write).map_err(error(Step::Write));
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&target).ok();
    if before.as_ref().is_some_and(|it| !it.is_file()) {
        let direct = fs::OpenOptions::new().write(true).open(&target).map_err(error(Step::Open))?;
        return write_through(direct, write).map_err(error(Step::Write));
    }
    let folder = target.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let sibling = create_sibling(folder, before.as_ref()).map_err(error(Step::Open))?;
    let _listed = Listed::new(sibling.path());
    write_through(sibling.as_file(), write).map_err(error(Step::Write))?;
    sibling.persist(&target).map_err(|it| error(Step::Rename)(it.error))?;
    Ok(())
}

/// Removes what unfinished writers have left: for the end of the program by Ctrl-C.
pub fn remove_unfinished() {
    for path in std::mem::take(&mut *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)) {
        // Nobody is left to tell: the program is ending.
        let _ = fs::remove_file(path);
    }
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn write_through(to: impl Write + Send, write: impl FnOnce(&mut Sink<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = BufWriter::with_capacity(1 << 16, to);
    write(&mut buffered)?;
    buffered.flush()
}

/// A new file with the permissions of the old one, or those that any new file gets.
fn create_sibling(folder: &Path, before: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".earwitness-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let sibling = builder.tempfile_in(folder)?;
    if let Some(before) = before {
        sibling.as_file().set_permissions(before.permissions())?;
    }
    Ok(sibling)
}

/// Keeps a path in [`UNFINISHED`] as long as it lives.
struct Listed(PathBuf);

impl Listed {
    fn new(path: &Path) -> Self {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_finished_file_stands_alone_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        write_whole(&folder.path().join("a.json"), |out| out.write_all(b"new")).unwrap();
        assert_eq!(names(folder.path()), ["a.json"]);
        assert_eq!(fs::read(folder.path().join("a.json")).unwrap(), b"new");
    }

    #[test]
    fn a_writer_that_fails_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "old").unwrap();
        let failed = write_whole(&path, |out| {
            out.write_all(&vec![0; 1 << 20])?;
            Err(io::Error::other("disk on fire"))
        });
        let told = failed.unwrap_err().to_string();
        assert!(told.contains("a.json") && told.contains("disk on fire") && told.contains("unchanged"), "{told}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_missing_folder_is_named_with_what_to_do() {
        let error = write_whole(Path::new("/nowhere/at/all.json"), |_| Ok(())).unwrap_err();
        assert_eq!(error.step, Step::Open);
        assert!(error.to_string().starts_with("cannot create /nowhere/at/all.json:"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_file_is_written_to_and_not_replaced() {
        write_whole(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_permissions_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write_whole(&link, |out| out.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn the_end_of_the_program_removes_what_is_unfinished() {
        let folder = tempfile::tempdir().unwrap();
        let result = write_whole(&folder.path().join("a"), |_| {
            assert_eq!(names(folder.path()).len(), 1);
            remove_unfinished();
            assert!(names(folder.path()).is_empty());
            Ok(())
        });
        assert_eq!(result.unwrap_err().step, Step::Rename);
    }
}
