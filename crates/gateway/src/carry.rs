//! Carrying out steps, and undoing them.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use earwitness_base::trust;

use super::command::run;
use super::journal::Found;
use super::place::Held;
use super::plan::{Act, Step, Undo};
use super::service::{Service, end_recorded};

/// Something that could not be undone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leftover {
    /// What was tried.
    pub what: String,
    /// Why it failed.
    pub why: String,
}

impl fmt::Display for Leftover {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "could not {}: {}", self.what, self.why)
    }
}

/// Does one step; a daemon that it starts is handed back.
pub(super) fn carry_out(it: &Step, held: &Held, asked: &dyn Fn() -> bool) -> anyhow::Result<Option<Service>> {
    match &it.act {
        Act::Write { path, content } => {
            trust::place(path)
                .and_then(|place| place.write_own(content.reveal().as_bytes(), 0o600))
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(None)
        }
        Act::Set { path, value } => {
            set(path, value).with_context(|| format!("cannot set {} to {value}", path.display()))?;
            Ok(None)
        }
        Act::Run { command } => {
            run(command, Some(&held.lock))?;
            Ok(None)
        }
        Act::Serve { daemon, command, ready } => Service::start(daemon, command, *ready, &held.place, asked).map(Some),
    }
}

fn set(path: &Path, value: &str) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all(value.as_bytes())
}

/// Undoes all steps of a journal, the last one first; goes on where one cannot be undone.
pub(super) fn undo_all(found: &Found, held: &Held) -> Vec<Leftover> {
    found
        .undo
        .iter()
        .rev()
        .filter_map(|undo| {
            let failed = |what: String, why: String| Some(Leftover { what, why });
            match undo {
                Undo::Nothing => None,
                Undo::Remove { path } => match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        failed(format!("remove {}", path.display()), error.to_string())
                    }
                    _ => None,
                },
                Undo::Set { path, value } => match set(path, value) {
                    // The interface is gone, and its settings with it.
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        failed(format!("set {} back to {value}", path.display()), error.to_string())
                    }
                    _ => None,
                },
                Undo::Run { command, only_with } => {
                    let vain = || only_with.as_ref().is_some_and(|it| fs::symlink_metadata(it).is_err());
                    if vain() {
                        return None;
                    }
                    match run(command, Some(&held.lock)) {
                        // An interface may go while the command runs.
                        Err(error) if !vain() => failed(format!("run `{}`", error.command), error.why),
                        _ => None,
                    }
                }
                Undo::Stop { daemon } if end_recorded(&held.place, daemon) => None,
                Undo::Stop { daemon } => failed(format!("end {daemon}"), "it does not react even to being killed".into()),
            }
        })
        .collect()
}
