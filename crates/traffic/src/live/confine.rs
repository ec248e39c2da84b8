//! Giving up every right, once the sockets are open and before the first frame is read.

use std::collections::BTreeMap;
use std::os::fd::RawFd;

use anyhow::Context;
use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::{Gid, Uid, getuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
    set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, apply_filter,
};

use earwitness_base::clock;

/// The user and group that own nothing (`nobody`).
const NOBODY: u32 = 65_534;
/// Highest number of a capability that is tried (`CAP_LAST_CAP` was 40 in 2026).
const LAST: u32 = 63;

/// System calls that a capture needs once its sockets are open: waiting, reading options, binding to an interface that came back, memory, signals, the
/// end. Those that write are allowed for a few descriptors only ([`WRITING`]); none that sends is.
const ALLOWED: &[i64] = &[
    libc::SYS_read,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    libc::SYS_ppoll,
    libc::SYS_recvfrom,
    libc::SYS_bind,
    libc::SYS_setsockopt,
    libc::SYS_getsockopt,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_getrandom,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What writes to a descriptor. On a packet socket it would put a frame on the network.
const WRITING: [i64; 2] = [libc::SYS_write, libc::SYS_writev];

/// Gives up, for good: user and group 0, all capabilities, new privileges, the file system and the network (Landlock), and all system calls
/// but a few (seccomp; any other ends the process). Nothing but standard error and `outputs` can be written to any more, and nothing can be sent.
/// Call it while there is one thread.
///
/// Returns what this kernel could not give up, in sentences.
///
/// # Errors
/// When the capabilities or the system calls cannot be given up: then nothing should be read from the network.
pub fn confine(outputs: &[RawFd]) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    // The first look at a clock finds out where the kernel keeps it, by a call that is not allowed later.
    let _ = (clock::since_boot(), clock::now());
    // Only one who may set capabilities can do this; for others there is nothing to gain from a program with more, since no new privileges
    // are given below.
    for number in 0..=LAST {
        let _ = remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number));
    }
    if getuid().is_root()
        && let Err(error) = leave_root()
    {
        missing.push(format!("the user stays root, without its rights: {error}"));
    }
    // Older kernels have no ambient set.
    let _ = clear_ambient_capability_set();
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .context("cannot give up capabilities")?;
    set_no_new_privs(true).context("cannot give up new privileges")?;
    match forbid_files_and_network() {
        Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => {}
        Ok(RulesetStatus::NotEnforced) => {
            missing.push("this kernel has no Landlock; files are only guarded by seccomp".to_owned());
        }
        Err(error) => missing.push(format!("Landlock did not work ({error}); files are only guarded by seccomp")),
    }
    match filter(outputs) {
        Ok(program) => apply_filter(&program).context("cannot limit system calls (seccomp)")?,
        Err(error) => missing.push(format!("no list of system calls for this processor: {error}")),
    }
    Ok(missing)
}

fn leave_root() -> rustix::io::Result<()> {
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)
}

/// No rule follows, so nothing is allowed but what is open already.
fn forbid_files_and_network() -> Result<RulesetStatus, landlock::RulesetError> {
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?;
    Ok(rules.create()?.restrict_self()?.ruleset)
}

fn filter(outputs: &[RawFd]) -> anyhow::Result<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|&number| (number, Vec::new())).collect();
    let to = |output: RawFd| {
        let same = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, u64::try_from(output)?)?;
        anyhow::Ok(SeccompRule::new(vec![same])?)
    };
    let writable = outputs.iter().copied().chain([libc::STDERR_FILENO]).map(to).collect::<anyhow::Result<Vec<_>>>()?;
    rules.extend(WRITING.map(|number| (number, writable.clone())));
    // Memory that can be run is never needed again.
    let executable = u64::try_from(libc::PROT_EXEC)?;
    for number in [libc::SYS_mmap, libc::SYS_mprotect] {
        let plain = SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(executable), 0)?;
        rules.insert(number, vec![SeccompRule::new(vec![plain])?]);
    }
    // Debug builds ask whether a descriptor is open before they close it.
    let asked = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, u64::try_from(libc::F_GETFD)?)?;
    rules.insert(libc::SYS_fcntl, vec![SeccompRule::new(vec![asked])?]);
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, std::env::consts::ARCH.try_into()?)?;
    Ok(filter.try_into()?)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus};

    use rustix::io::write;
    use rustix::net::{SendFlags, send};
    use rustix::pipe::pipe;

    use super::*;

    /// What the process of [`in_a_process`] does.
    const ACT: &str = "CONFINED_ACT";

    /// This program again, with only the test below, confined and doing `act`.
    fn in_a_process(act: &str) -> ExitStatus {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "live::confine::tests::a_confined_process_acts", "--nocapture", "--test-threads=1"]);
        command.env(ACT, act).output().unwrap().status
    }

    #[test]
    fn a_confined_process_acts() {
        let Ok(act) = std::env::var(ACT) else { return };
        let ((_reads, output), (_reads_too, other)) = (pipe().unwrap(), pipe().unwrap());
        let (socket, _peer) = UnixStream::pair().unwrap();
        confine(&[output.as_raw_fd(), socket.as_raw_fd(), std::io::stdout().as_raw_fd()]).unwrap();
        match act.as_str() {
            "write to an output" => assert_eq!(write(&output, b"x"), Ok(1)),
            "write elsewhere" => drop(write(&other, b"x")),
            "send to an output" => drop(send(&socket, b"x", SendFlags::empty())),
            _ => {}
        }
        std::process::exit(0);
    }

    #[test]
    fn a_confined_process_writes_to_its_outputs_and_is_killed_when_it_writes_elsewhere_or_sends() {
        assert_eq!(in_a_process("write to an output").code(), Some(0));
        for act in ["write elsewhere", "send to an output"] {
            assert_eq!(in_a_process(act).signal(), Some(libc::SIGSYS), "{act}");
        }
    }
}
