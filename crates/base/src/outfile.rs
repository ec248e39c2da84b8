//! Files that are there whole or not at all: written to a temporary sibling, then renamed.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::FileType;

use crate::trust::{self, Distrust, Place};

/// Where a writer may write: a parquet writer asks for `Send`.
pub type Sink<'a> = dyn Write + Send + 'a;

/// Temporary siblings that are being written, for [`remove_unfinished`].
static UNFINISHED: Mutex<Vec<Arc<Place>>> = Mutex::new(Vec::new());

/// Names that are tried for a sibling.
const TRIES: u32 = 16;

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", step.failed(path, source))]
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
    /// Following the path: somebody else may have laid where it leads.
    Trust,
    /// Finding the folder or opening the file.
    Open,
    /// Writing the content.
    Write,
    /// Putting the finished file in its place.
    Rename,
}

impl Step {
    fn failed(self, path: &Path, error: &io::Error) -> String {
        if is_stdout(path) {
            return format!("cannot write to standard output: {error}");
        }
        let path = path.display();
        match self {
            Self::Trust => format!("cannot write {path}: {error}"),
            Self::Open => format!("cannot create {path}: {error}; name a file in a folder that you may write to"),
            Self::Write => format!("cannot write {path}: {error}; what was there before is unchanged"),
            Self::Rename => format!("cannot put the finished {path} in its place: {error}; what was there before is unchanged"),
        }
    }
}

impl Error {
    /// Whether the reader of a pipe went away, which is no fault worth a message.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        self.source.kind() == io::ErrorKind::BrokenPipe
    }
}

/// Writes a whole file, or leaves what was there: nobody ever reads half of it.
///
/// `-` is standard output. What is no regular file (a pipe, `/dev/null`) is written to directly; a link is followed as [`trust`] says.
pub fn write_whole(path: &Path, write: impl FnOnce(&mut Sink<'_>) -> io::Result<()>) -> Result<(), Error> {
    let error = |step| move |source| Error { path: path.to_owned(), step, source };
    if is_stdout(path) {
        return write_through(io::stdout(), write).map_err(error(Step::Write));
    }
    let open = |source| error(if Distrust::is_in(&source) { Step::Trust } else { Step::Open })(source);
    let target = trust::place(path).map_err(open)?;
    let before = target.stat().map_err(open)?;
    if before.as_ref().is_some_and(|it| FileType::from_raw_mode(it.st_mode) != FileType::RegularFile) {
        let direct = target.open_special().map_err(open)?;
        return write_through(direct, write).map_err(error(Step::Write));
    }
    let (sibling, file) = create_sibling(&target).map_err(open)?;
    if let Some(before) = &before {
        file.set_permissions(Permissions::from_mode(trust::inherited_mode(before))).map_err(open)?;
    }
    write_through(file, write).map_err(error(Step::Write))?;
    sibling.0.rename(&target).map_err(error(Step::Rename))?;
    Ok(())
}

/// Removes what unfinished writers have left: for the end of the program by Ctrl-C.
pub fn remove_unfinished() {
    for place in std::mem::take(&mut *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)) {
        // Nobody is left to tell: the program is ending.
        let _ = place.remove();
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

/// A new file in the folder of another, under a name that nobody can know before.
fn create_sibling(target: &Place) -> io::Result<(Unfinished, File)> {
    let mut tried = 0;
    loop {
        let mut chance = [0; 8];
        rustix::rand::getrandom(&mut chance, rustix::rand::GetRandomFlags::empty())?;
        let sibling = target.beside(&format!(".earwitness-{:016x}.part", u64::from_le_bytes(chance)))?;
        match sibling.create_new(0o666) {
            Ok(file) => return Ok((Unfinished::new(sibling), file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < TRIES => tried += 1,
            Err(error) => return Err(error),
        }
    }
}

/// A file that is removed unless it has got another name; kept in [`UNFINISHED`] as long as it lives.
struct Unfinished(Arc<Place>);

impl Unfinished {
    fn new(place: Place) -> Self {
        let place = Arc::new(place);
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&place));
        Self(place)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|it| !Arc::ptr_eq(it, &self.0));
        // After a rename there is nothing under that name.
        let _ = self.0.remove();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        let error = failed.unwrap_err().to_string();
        assert!(error.contains("a.json") && error.contains("disk on fire") && error.contains("unchanged"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_missing_folder_is_named_with_what_to_do() {
        let error = write_whole(Path::new("/nowhere/at/all.json"), |_| Ok(())).unwrap_err();
        assert_eq!(error.step, Step::Open);
        assert!(error.to_string().starts_with("cannot create /nowhere/at/all.json:"), "{error}");
    }

    #[test]
    fn a_device_file_is_written_to_and_not_replaced() {
        write_whole(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_link_is_followed_and_permissions_are_kept() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write_whole(&link, |out| out.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_link_of_somebody_else_where_everybody_may_write_is_named_and_its_target_kept() {
        use std::os::unix::fs::{lchown, symlink};
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        lchown(&link, Some(65_534), None).unwrap();
        let error = write_whole(&link, |out| out.write_all(b"new")).unwrap_err();
        assert_eq!(error.step, Step::Trust);
        assert!(error.to_string().contains("is a symbolic link of user"), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"old");
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn what_somebody_else_let_everybody_write_to_is_replaced_by_a_file_that_only_we_may_write_to() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "theirs").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
        write_whole(&path, |out| out.write_all(b"ours")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
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
