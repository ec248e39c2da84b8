//! May this program listen to a network?

use std::path::PathBuf;

use earwitness_capture::rights::{Helper, given, held};

use super::{Check, Status};

const NAME: &str = "privilege";

/// Looks for `CAP_NET_RAW`: of this process, given to the program's file, or to the program that only captures.
#[must_use]
pub(crate) fn privilege() -> Check {
    if held() {
        let root = rustix::process::geteuid().is_root();
        let why = if root { "it runs as root" } else { "the capability is given to it" };
        return Check::ok(NAME, format!("this process may listen to networks (CAP_NET_RAW): {why}"));
    }
    let helper = Helper::find();
    if let Helper::Ready(path) = &helper {
        let path = path.display();
        return Check::ok(NAME, format!("{path} may listen to networks (CAP_NET_RAW), and this account may start it"));
    }
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/usr/bin/earwitness"));
    let (measured, advice) = if given(&program) {
        (
            "the program's file has capabilities, and yet this process may not listen to networks (no CAP_NET_RAW)",
            Helper::Ready(program).advice(),
        )
    } else {
        (
            "this process may not listen to networks (no CAP_NET_RAW)",
            format!(
                "{} ; or give it to a service of yours, in the section [Service]: AmbientCapabilities=CAP_NET_RAW",
                helper.advice()
            ),
        )
    };
    Check::other(NAME, Status::Fail, measured, advice)
}
