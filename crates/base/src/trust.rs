//! Whose links are followed, and into whose files and folders something is written.
//!
//! Root writes where others may write as well, and a link there sends what it writes to any file of the machine. So a symbolic link is followed only
//! if root or the user who runs the program owns it, or if it lies in a folder that nobody else may write to: what Linux calls protected symlinks,
//! for every part of a path and whatever the kernel's setting. Each folder on the way is held open while the next part is looked up, so that nobody
//! can exchange it in between.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, PROC_SUPER_MAGIC, Stat};
use rustix::fs::{fstat, fstatfs, mkdirat, openat, readlinkat, renameat, statat, unlinkat};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::geteuid;

/// Links in one path that are followed, as many as Linux does.
const MOST_LINKS: u32 = 40;

/// A folder on the way, which need not be readable.
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Permission of others than the owner to write.
const OTHERS_WRITE: u32 = 0o022;

/// Why something is not written to; what a function returns holds it as [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{}", why.words(path))]
pub struct Distrust {
    path: PathBuf,
    why: Why,
}

#[derive(Debug)]
enum Why {
    /// Somebody else's link, where others may put one.
    Link(u32),
    /// Any link, where there must be none.
    InPlaceOfFile(u32),
    Owner(u32),
    NoFile,
    Names,
    OpenToOthers(u32),
}

impl Distrust {
    fn error(path: &Path, why: Why) -> io::Error {
        io::Error::new(io::ErrorKind::PermissionDenied, Self { path: path.to_owned(), why })
    }

    /// Whether an error says that something is not trusted, and so what to do already.
    #[must_use]
    pub fn is_in(error: &io::Error) -> bool {
        matches!(error.get_ref(), Some(inner) if inner.is::<Self>())
    }
}

impl Why {
    fn words(&self, path: &Path) -> String {
        let path = path.display();
        match *self {
            Self::Link(owner) => format!(
                "{path} is a symbolic link of {}, in a folder where others may put one; it is not followed: look where it leads, then remove \
                 it, or name a path without it",
                who(owner)
            ),
            Self::InPlaceOfFile(owner) => format!(
                "{path} is a symbolic link (of {}), where this program keeps a file of its own: look where it leads, then remove it",
                who(owner)
            ),
            Self::Owner(owner) => {
                let us = geteuid().as_raw();
                format!("{path} belongs to {}, not to {}: name another, or `chown {us} {path}`", who(owner), who(us))
            }
            Self::NoFile => format!("{path} is no regular file: move it away, or name another"),
            Self::Names => format!(
                "{path} is one file with other names (hard links), all of which would be overwritten: remove this name, or name another file"
            ),
            Self::OpenToOthers(mode) => {
                format!("others may write to the folder {path} (mode {mode:04o}): `chmod go-w {path}` takes that from them")
            }
        }
    }
}

/// A user, by name where the system's list has it.
fn who(user: u32) -> String {
    let list = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(user)).then_some(name)
    });
    named.map_or_else(|| format!("user {user}"), |name| format!("user {name} ({user})"))
}

fn is_ours(user: u32) -> bool {
    user == 0 || user == geteuid().as_raw()
}

/// Whether nobody but us and root may put something into a folder.
fn is_closed(folder: &Stat) -> bool {
    is_ours(folder.st_uid) && folder.st_mode & OTHERS_WRITE == 0
}

fn kind(facts: &Stat) -> FileType {
    FileType::from_raw_mode(facts.st_mode)
}

/// Where a path leads: a name in a folder that is held open.
#[derive(Debug)]
pub struct Place {
    folder: OwnedFd,
    name: OsString,
    path: PathBuf,
    /// A link of the kernel's own to something that has no path, such as a pipe.
    opened: bool,
}

/// Finds where a path leads; its last part need not be there.
///
/// # Errors
/// With [`Distrust`] where a link on the way is not followed, and when a folder on the way is missing or closed.
pub fn place(path: &Path) -> io::Result<Place> {
    walk(path, false)
}

/// A name in a folder, where no link is followed.
///
/// # Errors
/// As [`place`], for the folder.
pub fn in_folder(folder: &Path, name: impl AsRef<OsStr>) -> io::Result<Place> {
    let at = place(folder)?;
    let follow = if at.opened { OFlags::empty() } else { OFlags::NOFOLLOW };
    let folder = openat(&at.folder, &at.name, FOLDER | follow, Mode::empty())?;
    Ok(Place { folder, path: at.path.join(name.as_ref()), name: name.as_ref().to_owned(), opened: false })
}

/// A folder to keep files in.
#[derive(Debug)]
pub struct Folder {
    /// Where it is, without links that others own.
    pub path: PathBuf,
    /// Others may write to it, which is no fault for anybody but root.
    pub open_to_others: Option<String>,
}

/// Finds a folder to keep files in; makes it, and those above it, for its owner alone where they are missing.
///
/// # Errors
/// With [`Distrust`] where a link on the way is not followed, where it belongs to somebody else, and, for root, where others may write to it.
pub fn folder(path: &Path) -> io::Result<Folder> {
    let at = walk(path, true)?;
    let open = || openat(&at.folder, &at.name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
    let opened = match open() {
        Err(Errno::NOENT) => {
            make(&at.folder, &at.name)?;
            open()?
        }
        opened => opened?,
    };
    let facts = fstat(&opened)?;
    if !is_ours(facts.st_uid) {
        return Err(Distrust::error(path, Why::Owner(facts.st_uid)));
    }
    let mut open_to_others = None;
    if facts.st_mode & OTHERS_WRITE != 0 {
        let error = Distrust::error(path, Why::OpenToOthers(facts.st_mode & 0o7777));
        if geteuid().is_root() {
            return Err(error);
        }
        open_to_others = Some(error.to_string());
    }
    Ok(Folder { path: at.path, open_to_others })
}

fn make(folder: &OwnedFd, name: &OsStr) -> io::Result<()> {
    match mkdirat(folder, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Puts the parts of a path on the pile, the first on top.
fn pile(parts: &mut Vec<OsString>, path: &Path) {
    parts.extend(path.components().rev().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned()));
}

fn walk(path: &Path, missing_are_made: bool) -> io::Result<Place> {
    if path.as_os_str().is_empty() {
        return Err(Errno::NOENT.into());
    }
    let mut parts = Vec::new();
    pile(&mut parts, path);
    let mut folder = openat(CWD, ".", FOLDER, Mode::empty())?;
    let mut so_far = PathBuf::new();
    let mut links = 0;
    while let Some(name) = parts.pop() {
        if name == "/" || name == ".." {
            folder = openat(&folder, &name, FOLDER, Mode::empty())?;
            so_far.push(name);
            continue;
        }
        let last = parts.is_empty();
        match openat(&folder, &name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(_) | Err(Errno::NOENT) if last => return Ok(Place { folder, path: so_far.join(&name), name, opened: false }),
            Ok(next) => {
                folder = next;
                so_far.push(name);
            }
            Err(Errno::NOENT) if missing_are_made => {
                make(&folder, &name)?;
                parts.push(name);
            }
            // A link, or a file.
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let facts = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
                let path = so_far.join(&name);
                if kind(&facts) != FileType::Symlink {
                    return if last { Ok(Place { folder, name, path, opened: false }) } else { Err(Errno::NOTDIR.into()) };
                }
                links += 1;
                if links > MOST_LINKS {
                    return Err(Errno::LOOP.into());
                }
                if !is_ours(facts.st_uid) && !is_closed(&fstat(&folder)?) {
                    return Err(Distrust::error(&path, Why::Link(facts.st_uid)));
                }
                if last && leads_to_no_path(&folder, &name) {
                    return Ok(Place { folder, name, path, opened: true });
                }
                pile(&mut parts, Path::new(OsStr::from_bytes(readlinkat(&folder, &name, Vec::new())?.as_bytes())));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Place { folder, name: OsString::from("."), path: so_far, opened: false })
}

/// Whether a link is one of the kernel's own (/proc/self/fd/1) to something that is no file or folder: then its text is no path.
fn leads_to_no_path(folder: &OwnedFd, name: &OsStr) -> bool {
    let kernels = fstatfs(folder).is_ok_and(|it| it.f_type == PROC_SUPER_MAGIC);
    let target = || statat(folder, name, AtFlags::empty()).map(|facts| kind(&facts));
    kernels && target().is_ok_and(|kind| !matches!(kind, FileType::RegularFile | FileType::Directory))
}

impl Place {
    /// The path without links, for people.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is there, if anything.
    ///
    /// # Errors
    /// When the folder may not be searched.
    pub fn stat(&self) -> io::Result<Option<Stat>> {
        let follow = if self.opened { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        match statat(&self.folder, &self.name, follow) {
            Ok(facts) => Ok(Some(facts)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Another name in the same folder.
    ///
    /// # Errors
    /// When too many files are open.
    pub fn beside(&self, name: &str) -> io::Result<Self> {
        let folder = fcntl_dupfd_cloexec(&self.folder, 0)?;
        Ok(Self { folder, name: name.into(), path: self.path.with_file_name(name), opened: false })
    }

    fn open(&self, flags: OFlags, mode: u32) -> io::Result<File> {
        let follow = if self.opened { OFlags::empty() } else { OFlags::NOFOLLOW };
        let flags = flags | follow | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(openat(&self.folder, &self.name, flags, Mode::from_raw_mode(mode))?.into())
    }

    /// Makes a file that is not there yet, and opens it for writing.
    ///
    /// # Errors
    /// When anything has that name, a link included.
    pub fn create_new(&self, mode: u32) -> io::Result<File> {
        self.open(OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, mode)
    }

    /// Opens a device or a pipe for writing.
    ///
    /// # Errors
    /// With [`Distrust`] for somebody else's pipe where others may put one.
    pub fn open_special(&self) -> io::Result<File> {
        if let Some(facts) = self.stat()? {
            self.trust_special(&facts)?;
        }
        let file = self.open(OFlags::WRONLY, 0)?;
        self.trust_special(&fstat(&file)?)?;
        Ok(file)
    }

    fn trust_special(&self, facts: &Stat) -> io::Result<()> {
        match kind(facts) {
            // Only root can make a device.
            FileType::CharacterDevice | FileType::BlockDevice => Ok(()),
            _ if self.opened => Ok(()),
            FileType::Fifo | FileType::Socket if is_ours(facts.st_uid) || is_closed(&fstat(&self.folder)?) => Ok(()),
            FileType::Fifo | FileType::Socket => Err(Distrust::error(&self.path, Why::Owner(facts.st_uid))),
            FileType::Directory => Err(Errno::ISDIR.into()),
            _ => Err(Distrust::error(&self.path, Why::NoFile)),
        }
    }

    /// Opens a file for reading and writing in place; makes it where it is missing.
    ///
    /// # Errors
    /// With [`Distrust`] where it is a link, no regular file, somebody else's, or has other names.
    pub fn open_own(&self, mode: u32) -> io::Result<File> {
        self.open_own_with(OFlags::RDWR, mode)
    }

    /// Opens a log, to which several processes may add; makes it where it is missing.
    ///
    /// # Errors
    /// As [`Place::open_own`].
    pub fn append_own(&self, mode: u32) -> io::Result<File> {
        self.open_own_with(OFlags::WRONLY | OFlags::APPEND, mode)
    }

    /// Replaces what a file holds, in place; makes it where it is missing.
    ///
    /// # Errors
    /// As [`Place::open_own`], and when it cannot be written.
    pub fn write_own(&self, content: &[u8], mode: u32) -> io::Result<()> {
        let mut file = self.open_own(mode)?;
        file.set_len(0)?;
        file.write_all(content)
    }

    fn open_own_with(&self, flags: OFlags, mode: u32) -> io::Result<File> {
        self.check_own()?;
        // A pipe that was put there in between must not keep us waiting.
        let file = self.open(flags | OFlags::CREATE | OFlags::NONBLOCK, mode)?;
        self.own(&fstat(&file)?)?;
        Ok(file)
    }

    /// Says whether what is there, if anything, may be written in place.
    ///
    /// # Errors
    /// As [`Place::open_own`].
    pub fn check_own(&self) -> io::Result<()> {
        self.stat()?.map_or(Ok(()), |facts| self.own(&facts))
    }

    fn own(&self, facts: &Stat) -> io::Result<()> {
        let why = match kind(facts) {
            FileType::Symlink => Why::InPlaceOfFile(facts.st_uid),
            FileType::RegularFile if !is_ours(facts.st_uid) => Why::Owner(facts.st_uid),
            FileType::RegularFile if facts.st_nlink > 1 => Why::Names,
            FileType::RegularFile => return Ok(()),
            _ => Why::NoFile,
        };
        Err(Distrust::error(&self.path, why))
    }

    /// Gives what is there another name of the same folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn rename(&self, to: &Self) -> io::Result<()> {
        Ok(renameat(&self.folder, &self.name, &to.folder, &to.name)?)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&self) -> io::Result<()> {
        Ok(unlinkat(&self.folder, &self.name, AtFlags::empty())?)
    }
}

/// The mode that a new file takes over from the one it replaces: others' permission to write only if that one is ours.
#[must_use]
pub fn inherited_mode(facts: &Stat) -> u32 {
    facts.st_mode & if is_ours(facts.st_uid) { 0o777 } else { 0o777 & !OTHERS_WRITE }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};

    use super::*;

    const NOBODY: u32 = 65_534;

    /// A folder that everybody may write to, as /tmp is; none without the right to give files away.
    fn common() -> Option<tempfile::TempDir> {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        geteuid().is_root().then_some(folder)
    }

    fn refused<T: std::fmt::Debug>(result: io::Result<T>) -> String {
        let error = result.unwrap_err();
        assert!(Distrust::is_in(&error), "{error}");
        error.to_string()
    }

    #[test]
    fn links_of_others_are_followed_only_where_nobody_else_may_put_one() {
        let Some(common) = common() else { return };
        let (file, link) = (common.path().join("file"), common.path().join("link"));
        fs::write(&file, "precious").unwrap();
        symlink(&file, &link).unwrap();
        assert_eq!(place(&link).unwrap().path(), file);
        lchown(&link, Some(NOBODY), None).unwrap();
        let message = refused(place(&link));
        assert!(message.contains("link is a symbolic link of user") && message.contains("65534"), "{message}");
        fs::set_permissions(common.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(place(&link).unwrap().path(), file);
        chown(common.path(), Some(NOBODY), None).unwrap();
        refused(place(&link));
    }

    #[test]
    fn every_part_of_a_path_is_looked_at_and_links_within_links() {
        let Some(common) = common() else { return };
        let real = common.path().join("real");
        fs::create_dir(&real).unwrap();
        let theirs = common.path().join("theirs");
        symlink("real", &theirs).unwrap();
        lchown(&theirs, Some(NOBODY), None).unwrap();
        let ours = common.path().join("ours");
        symlink("theirs/new", &ours).unwrap();
        for path in [theirs.join("new"), theirs.join("../real/new"), ours.clone()] {
            refused(place(&path));
        }
        refused(folder(&theirs));
        refused(folder(&theirs.join("made")));
        assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
        fs::remove_file(&ours).unwrap();
        symlink("real/../real", &ours).unwrap();
        let new = place(&ours.join("new")).unwrap();
        drop(new.create_new(0o600).unwrap());
        assert!(real.join("new").exists());
    }

    #[test]
    fn links_in_a_circle_end() {
        let folder = tempfile::tempdir().unwrap();
        symlink("b", folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        assert_eq!(place(&folder.path().join("a")).unwrap_err().raw_os_error(), Some(Errno::LOOP.raw_os_error()));
    }

    #[test]
    fn files_that_are_written_in_place_are_ours_and_have_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| in_folder(folder.path(), name).unwrap();
        drop(at("new").open_own(0o600).unwrap());
        drop(at("new").open_own(0o600).unwrap());
        fs::hard_link(folder.path().join("new"), folder.path().join("twin")).unwrap();
        assert!(refused(at("new").open_own(0o600)).contains("hard links"));
        symlink("missing", folder.path().join("link")).unwrap();
        assert!(refused(at("link").open_own(0o600)).contains("is a symbolic link"));
        assert!(!folder.path().join("missing").exists());
        fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(refused(at("folder").open_own(0o600)).contains("no regular file"));
        if geteuid().is_root() {
            fs::write(folder.path().join("theirs"), "").unwrap();
            chown(folder.path().join("theirs"), Some(NOBODY), None).unwrap();
            assert!(refused(at("theirs").open_own(0o600)).contains("belongs to user"));
        }
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_refused_for_root_and_told_to_others() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("a/b");
        assert!(folder(&path).unwrap().open_to_others.is_none());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o770)).unwrap();
        let message = if geteuid().is_root() { refused(folder(&path)) } else { folder(&path).unwrap().open_to_others.unwrap() };
        assert!(message.contains("mode 0770") && message.contains("chmod go-w"), "{message}");
        if geteuid().is_root() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
            chown(&path, Some(NOBODY), None).unwrap();
            assert!(refused(folder(&path)).contains("chown 0"));
        }
    }

    #[test]
    fn somebody_elses_pipe_is_written_to_only_where_nobody_else_may_put_one() {
        let Some(common) = common() else { return };
        let path = common.path().join("pipe");
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
        chown(&path, Some(NOBODY), None).unwrap();
        refused(place(&path).unwrap().open_special());
    }
}
