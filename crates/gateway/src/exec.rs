//! A daemon's first moments: what the supervisor cannot do for its child without unsafe code, the child does itself before it becomes the daemon.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use earwitness_base::trust;
use rustix::process::{Resource, Rlimit, Signal, getppid, set_parent_process_death_signal, setrlimit};

use super::process::Identity;

/// Octets that a daemon may write to one file: a log that a stranger makes grow ends the daemon, which is then started anew.
const MOST_WRITTEN: u64 = 8 << 20;

/// Becomes the daemon; returns only when that fails. `parent` is the supervisor, `record` the file that tells which process the daemon is.
///
/// The daemon dies with the supervisor, until it gives up root (the kernel then forgets what was asked, prctl(2)); from then on the record
/// lets the watchdog find it.
pub fn exec_daemon(parent: u32, record: &Path, command: &[OsString]) -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot tie the daemon to its keeper")?;
    if getppid().map(|it| it.as_raw_nonzero().get().unsigned_abs()) != Some(parent) {
        bail!("the keeper ended before its daemon began");
    }
    let own = Identity::own().context("cannot read /proc/self/stat")?;
    trust::place(record)?.write_own(serde_json::to_string(&own)?.as_bytes(), 0o600)?;
    let limit = Some(MOST_WRITTEN);
    setrlimit(Resource::Fsize, Rlimit { current: limit, maximum: limit }).context("cannot limit what the daemon writes")?;
    let [program, arguments @ ..] = command else { bail!("no daemon was named") };
    let error = Command::new(program).args(arguments).env("LC_ALL", "C").exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}
