//! May this program listen to a network?

use std::path::PathBuf;

use rustix::fs::getxattr;
use rustix::thread::{CapabilitySet, capabilities};

use super::{Check, Status};

const NAME: &str = "privilege";
/// The extended attribute that holds capabilities of a program (capabilities(7)).
const ATTRIBUTE: &str = "security.capability";
/// Octets of the longest form of it (linux/capability.h, `struct vfs_ns_cap_data`).
const LONGEST: usize = 24;

/// Looks for `CAP_NET_RAW`: of this process, or given to the program's file.
#[must_use]
pub(crate) fn privilege() -> Check {
    let own = capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::NET_RAW));
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/usr/bin/earwitness"));
    let root = rustix::process::geteuid().is_root();
    if own {
        let why = if root { "it runs as root" } else { "the capability is given to it" };
        return Check::ok(NAME, format!("this process may listen to networks (CAP_NET_RAW): {why}"));
    }
    let mut value = [0_u8; LONGEST];
    let program = program.display();
    let given = getxattr(program.to_string(), ATTRIBUTE, &mut value).is_ok();
    let (measured, advice) = if given {
        (
            "the program's file has capabilities, and yet this process may not listen to networks (no CAP_NET_RAW)".to_owned(),
            format!(
                "look what the file has: getcap {program} (it must say cap_net_raw=ep), and whether it lies on a file system mounted with `nosuid`, \
                 or a service sets NoNewPrivileges"
            ),
        )
    } else {
        (
            "this process may not listen to networks (no CAP_NET_RAW)".to_owned(),
            format!(
                "give it to the program: sudo setcap cap_net_raw=ep {program} ; or to its service, in the section [Service]: \
                 AmbientCapabilities=CAP_NET_RAW ; or run it with sudo"
            ),
        )
    };
    Check::other(NAME, Status::Fail, measured, advice)
}
