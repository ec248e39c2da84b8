//! What is done to the machine, step by step, and what undoes each.

mod build;
mod daemons;
mod fit;
mod rules;
pub mod show;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::build::plan;

/// The bridge that joins several ports of a home.
pub const BRIDGE: &str = "earwitness0";
/// The only table of rules that is ever touched.
pub const TABLE: &str = "earwitness_gateway";

/// Everything that makes the machine a gateway, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The interface on which all devices of the home are seen.
    pub inside: String,
    /// The interface towards the internet.
    pub uplink: String,
    /// The gateway's address in the home; none in a bridge.
    pub address: Option<IpAddr>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Programs that are missing, with their Debian packages.
    pub missing: Vec<(&'static str, &'static str)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What for, in plain words.
    pub why: String,
    /// What is done.
    pub act: Act,
    /// What undoes it.
    pub undo: Undo,
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Writes a file that only root reads.
    Write {
        /// Where to.
        path: PathBuf,
        /// What.
        content: Content,
    },
    /// Sets a value of the kernel.
    Set {
        /// File under `/proc/sys`.
        path: PathBuf,
        /// The value.
        value: String,
    },
    /// Runs a command to its end.
    Run {
        /// Program and arguments.
        command: Vec<String>,
    },
    /// Starts a daemon and keeps it alive.
    Serve {
        /// Its name in the log and the status.
        daemon: String,
        /// Program and arguments.
        command: Vec<String>,
        /// When it is ready.
        ready: Ready,
    },
}

/// How a daemon shows that it is ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ready {
    /// It says this in its log.
    Says(&'static str),
    /// It accepts a connection here.
    Accepts(SocketAddr),
}

/// What undoes a step. Each may be done twice, and when its step was never done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "kebab-case")]
pub enum Undo {
    /// Nothing remains of the step.
    Nothing,
    /// Removes a file.
    Remove {
        /// Which.
        path: PathBuf,
    },
    /// Sets a value of the kernel back, if its file is still there.
    Set {
        /// File under `/proc/sys`.
        path: PathBuf,
        /// The value it had.
        value: String,
    },
    /// Runs a command.
    Run {
        /// Program and arguments.
        command: Vec<String>,
        /// Only while this exists; otherwise there is nothing to undo.
        only_with: Option<PathBuf>,
    },
    /// Ends a daemon.
    Stop {
        /// The daemon.
        daemon: String,
    },
}

/// Content of a file, with the passphrase set apart. `Debug` and [`Content::shown`] hide it.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    text: String,
    secret: Option<String>,
}

/// What is shown in place of a passphrase.
const HIDDEN: &str = "(hidden; --show-secrets shows it)";

impl Content {
    /// Content that anybody may see.
    #[must_use]
    pub const fn open(text: String) -> Self {
        Self { text, secret: None }
    }

    /// The same content with a last line that must not be seen: `key=secret`.
    #[must_use]
    pub fn with_secret(self, key: &str, secret: &str) -> Self {
        Self { text: self.text, secret: Some(format!("{key}={secret}\n")) }
    }

    /// All of it, for the file.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}{}", self.text, self.secret.as_deref().unwrap_or_default())
    }

    /// All of it but the secret.
    #[must_use]
    pub fn shown(&self) -> String {
        let key = self.secret.as_ref().and_then(|it| it.split('=').next());
        key.map_or_else(|| self.text.clone(), |key| format!("{}{key}={HIDDEN}\n", self.text))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown(), out)
    }
}

#[cfg(test)]
mod tests;
