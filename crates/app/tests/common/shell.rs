//! Programs of administration in tests that need root: whether they are there, run them, wait for what they do.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use earwitness_base::clock;

/// Whether the programs are there, and whether this is root. Says what is missing.
pub(crate) fn can_run(programs: &[&str]) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout == b"0\n");
    let missing: Vec<_> = programs.iter().filter(|it| !shell(&format!("command -v {it}")).status.success()).collect();
    if !root || !missing.is_empty() {
        eprintln!("skipped: needs root (is root: {root}); missing programs: {missing:?}");
    }
    root && missing.is_empty()
}

pub(crate) fn shell(script: &str) -> Output {
    Command::new("sh").args(["-c", script]).stdin(Stdio::null()).output().unwrap()
}

/// What a script that may not fail prints.
pub(crate) fn must(script: &str) -> String {
    let done = shell(script);
    assert!(done.status.success(), "{script}: {}", text(&done));
    text(&done)
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Waits until something holds; generous, for a machine that is busy.
pub(crate) fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = clock::since_boot();
    while !holds() {
        assert!(clock::since_boot().saturating_sub(begun) < Duration::from_secs(60), "waited in vain: {what}");
        clock::sleep(Duration::from_millis(50));
    }
}
