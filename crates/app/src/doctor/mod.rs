//! Can this machine see the home, be heard, hear, and keep time and records? Each check says what was measured and what to do.

mod disk;
mod kernel;
mod link;
mod offload;
mod privilege;
pub(crate) mod report;
pub(crate) mod sound;
mod time;
mod tool;
pub(crate) mod traffic;
mod voice;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use earwitness_traffic::source::Source;

pub(crate) use self::disk::disk;
pub(crate) use self::kernel::kernel;
pub(crate) use self::link::link;
pub(crate) use self::offload::offload;
pub(crate) use self::privilege::privilege;
pub(crate) use self::time::{clock_source, steps, synchronised};
pub(crate) use self::voice::voice;

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// As it should be.
    Ok,
    /// It works, with something to know.
    Warn,
    /// What is needed does not work.
    Fail,
    /// Not looked at, and why.
    Skipped,
}

/// One check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Check {
    /// What was looked at: a stable word for programs.
    pub name: &'static str,
    /// How it ended.
    pub status: Status,
    /// What was measured, in a sentence.
    pub measured: String,
    /// What to do, where something is to be done.
    pub advice: Option<String>,
}

impl Check {
    /// A check that ended well.
    #[must_use]
    pub(crate) fn ok(name: &'static str, measured: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, measured: measured.into(), advice: None }
    }

    /// One that ended otherwise, with what to do.
    #[must_use]
    pub(crate) fn other(name: &'static str, status: Status, measured: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, status, measured: measured.into(), advice: Some(advice.into()) }
    }

    /// One that was not made; why.
    #[must_use]
    pub(crate) fn skipped(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, status: Status::Skipped, measured: why.into(), advice: None }
    }
}

/// What is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Questions<'a> {
    /// The interface that is captured on.
    pub interface: Option<&'a str>,
    /// The command that writes a capture to its standard output; none for the program's own.
    pub source: Option<&'a str>,
    /// How long frames are watched.
    pub watch: Duration,
    /// Folder of the store.
    pub state: &'a Path,
}

/// Makes all checks of the machine and its network, in order; `progress` is called with the name of each before it begins.
pub(crate) fn examine(questions: &Questions<'_>, progress: &mut dyn FnMut(&str)) -> Vec<Check> {
    let mut checks = Vec::new();
    let source = match (questions.source, questions.interface) {
        (Some(line), _) => Some(Source::command(line).map_err(|error| format!("--source cannot be read: {error}"))),
        (None, Some(interface)) => {
            let seconds = questions.watch.as_secs().to_string();
            let own = Source::interfaces(&[interface], &["--seconds", &seconds]);
            Some(own.map_err(|error| format!("the program does not find itself: {error}")))
        }
        (None, None) => None,
    };
    if let Some(interface) = questions.interface {
        progress("interface");
        let found = link(interface);
        let there = found.status != Status::Fail;
        checks.push(found);
        if questions.source.is_none() {
            checks.push(privilege());
        }
        if there {
            checks.push(offload(interface));
        }
    }
    match source {
        None => checks.push(Check::other(
            "traffic",
            Status::Fail,
            "nothing was watched: no interface was named",
            "name the interface of the home: earwitness doctor -i eth0 (`ip -brief link` lists them)",
        )),
        Some(Err(error)) => checks.push(Check::other("traffic", Status::Fail, error, "quote it as for a shell")),
        Some(Ok(source)) => {
            progress(&format!("traffic, for {} s", questions.watch.as_secs()));
            checks.extend(traffic::traffic(source, questions.interface, questions.watch));
        }
    }
    progress("clock");
    checks.extend([clock_source(), steps(), synchronised()]);
    progress("disk and kernel");
    checks.push(disk(questions.state));
    checks.extend(kernel());
    checks
}

/// Whether all that is needed works.
#[must_use]
pub(crate) fn is_well(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.status != Status::Fail)
}
