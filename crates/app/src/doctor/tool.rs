//! Other programs that know something; asked only if they are there.

use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::program;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What a program answers, if it is there and ends well.
pub(super) fn ask(name: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program::find(name)?);
    command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let ended = program::run(&mut command, "", LIMIT).ok()?;
    ended.status.success().then_some(ended.said)
}
