//! What the kernel offers for locking the listening part in.

use std::fs;

use earwitness_traffic::live::{has_landlock, has_seccomp};

use super::{Check, Status};

/// Looks for Landlock and seccomp. Neither is needed; without them a fault in the listening part would reach further.
#[must_use]
pub(crate) fn kernel() -> [Check; 2] {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim();
    let locked = |name, there: bool, what: &str, advice: &str| {
        if there {
            Check::ok(name, format!("Linux {release} has {what}"))
        } else {
            Check::other(name, Status::Warn, format!("Linux {release} has no {what}"), advice)
        }
    };
    [
        locked(
            "landlock",
            has_landlock(),
            "Landlock: the listening part can be kept from files",
            "the listening part runs without it; kernels from 5.13 on have it, where the boot line does not leave it out (lsm=)",
        ),
        locked(
            "seccomp",
            has_seccomp(),
            "seccomp: the listening part can be kept from system calls",
            "the listening part runs without it; take a kernel of a usual distribution",
        ),
    ]
}
