//! What the kernel offers for locking the listening part in.

use std::fs;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};

/// Whether the kernel has Landlock, by which a capture is kept from files. A set of rules is made and thrown away; it binds nobody.
#[must_use]
pub fn has_landlock() -> bool {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create)
        .is_ok()
}

/// Whether the kernel has seccomp filters that refuse a call with an error, by which a capture is kept from system calls.
#[must_use]
pub fn has_seccomp() -> bool {
    let actions = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
    actions.split_whitespace().any(|it| it == "errno")
}
