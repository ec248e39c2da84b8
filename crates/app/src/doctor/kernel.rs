//! What the kernel offers for locking the listening part in.

use std::fs;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};

use super::{Check, Status};

/// Looks for Landlock and seccomp. Neither is needed; without them a fault in the listening part would reach further.
#[must_use]
pub fn kernel() -> [Check; 2] {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim();
    // A set of rules is made and thrown away; it binds nobody.
    let landlock = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create)
        .is_ok();
    let seccomp = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
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
            landlock,
            "Landlock: the listening part can be kept from files",
            "the listening part runs without it; kernels from 5.13 on have it, where the boot line does not leave it out (lsm=)",
        ),
        locked(
            "seccomp",
            seccomp.split_whitespace().any(|it| it == "errno"),
            "seccomp: the listening part can be kept from system calls",
            "the listening part runs without it; take a kernel of a usual distribution",
        ),
    ]
}
