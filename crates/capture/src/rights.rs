//! Who may capture: this process, or a program beside it that was given the right.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{Access, access, getxattr};
use rustix::thread::{CapabilitySet, capabilities};

/// Where the program that only captures lies, seen from the folder of `earwitness`.
const BESIDE: &str = "../libexec/earwitness/earwitness-capture";
/// The group whose members may start it, as the Debian package makes it. Not `earwitness`: a group of that name without a user of that name would
/// keep the service from starting (systemd.exec(5), `DynamicUser=`).
const GROUP: &str = "earwitness-capture";
/// The extended attribute that holds capabilities of a program (capabilities(7)).
const ATTRIBUTE: &str = "security.capability";
/// Octets of the longest form of it (linux/capability.h, `struct vfs_ns_cap_data`).
const LONGEST: usize = 24;

/// Whether this process itself holds `CAP_NET_RAW`.
#[must_use]
pub fn held() -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::NET_RAW))
}

/// Whether a program's file was given capabilities.
#[must_use]
pub fn given(program: &Path) -> bool {
    getxattr(program, ATTRIBUTE, &mut [0_u8; LONGEST]).is_ok()
}

/// The program that only captures, where it is installed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Helper {
    /// It is not there: `earwitness` was not installed by its package.
    Missing,
    /// It has no right that this process does not have.
    Plain(PathBuf),
    /// It has the right, and this account may not start it.
    Closed(PathBuf),
    /// It has the right, and this account may start it.
    Ready(PathBuf),
}

impl Helper {
    /// Looks beside the program that runs.
    #[must_use]
    pub fn find() -> Self {
        let program = std::env::current_exe().ok();
        program.as_deref().and_then(Path::parent).map_or(Self::Missing, Self::beside)
    }

    fn beside(folder: &Path) -> Self {
        let Ok(path) = folder.join(BESIDE).canonicalize() else { return Self::Missing };
        match (given(&path), access(&path, Access::EXEC_OK).is_ok()) {
            (false, _) => Self::Plain(path),
            (true, false) => Self::Closed(path),
            (true, true) => Self::Ready(path),
        }
    }

    /// How somebody gets the right to capture who does not have it.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::Missing => {
                let program = std::env::current_exe().map_or_else(|_| "earwitness".into(), |path| path.display().to_string());
                format!("give it to the program: sudo setcap cap_net_raw=ep {program} ; or run it with sudo")
            }
            Self::Plain(_) => format!(
                "let members of the group {GROUP} capture: sudo dpkg-reconfigure earwitness, sudo adduser \"$USER\" {GROUP}, and log in again; \
                 or run it with sudo"
            ),
            Self::Closed(_) => format!(
                "become a member of the group {GROUP}: sudo adduser \"$USER\" {GROUP}, and log in again (groups shows whether you are); or run \
                 it with sudo"
            ),
            Self::Ready(path) => format!(
                "look what {0} has: getcap {0} (it must say cap_net_raw=ep), whether it lies on a file system mounted with `nosuid`, whether a \
                 service sets NoNewPrivileges, and whether a container lacks NET_RAW",
                path.display()
            ),
        }
    }
}

/// Becomes the program that only captures, with these arguments, where this process may not capture and that one may. Returns where that is not so,
/// or where it cannot be started.
pub fn hand_over<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Option<io::Error> {
    let Helper::Ready(program) = (if held() { Helper::Missing } else { Helper::find() }) else { return None };
    Some(Command::new(program).args(arguments).exec())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_without_the_right_is_not_handed_over_to() {
        let folder = tempfile::tempdir().unwrap();
        let (bin, lib) = (folder.path().join("bin"), folder.path().join("libexec/earwitness"));
        fs::create_dir(&bin).unwrap();
        assert_eq!(Helper::beside(&bin), Helper::Missing);
        fs::create_dir_all(&lib).unwrap();
        let program = lib.join("earwitness-capture");
        fs::write(&program, "").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let found = Helper::beside(&bin);
        assert_eq!(found, Helper::Plain(program.canonicalize().unwrap()));
        assert!(found.advice().contains("dpkg-reconfigure"), "{found:?}");
    }
}
