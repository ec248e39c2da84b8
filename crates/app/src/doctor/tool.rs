//! Other programs that know something; asked only if they are there.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::clock;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(5);
/// How often it is looked for.
const PAUSE: Duration = Duration::from_millis(5);
/// Octets of an answer that are read: one page, as much as a pipe holds without a reader.
const MOST: u64 = 65_536;

/// What a program answers, if it is there and ends well.
pub(super) fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let also = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let program = std::env::split_paths(&path).chain(also).map(|folder| folder.join(program)).find(|file| file.is_file())?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let begun = clock::since_boot();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if clock::since_boot().saturating_sub(begun) < LIMIT => clock::sleep(PAUSE),
            _ => {
                // It does not answer, so it has nothing to say.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let mut text = Vec::new();
    child.stdout.take()?.take(MOST).read_to_end(&mut text).ok()?;
    status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}
