//! Telling the household: a command of theirs is run for each notice, with the notice as JSON on its standard input.
//!
//! Whatever becomes of the command, watching and probing go on: notices wait in a bounded queue, one command runs at a time, and one that
//! takes too long is ended.

mod command;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use serde::Deserialize;

use self::command::Command;

/// What the household may want to be told.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// An upload that looks like audio, some seconds after it ended.
    Upload,
    /// A device that reacts to sound, proven; and each change of a verdict.
    Verdict,
    /// A device that was not on the network before.
    Device,
    /// Something failed, or works again.
    Trouble,
}

/// Who is told of what.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A command line that is run for each notice; no shell reads it.
    pub command: Option<String>,
    /// Of what.
    pub about: Vec<About>,
}

impl Default for Settings {
    /// Nobody; of what matters.
    fn default() -> Self {
        Self { command: None, about: vec![About::Upload, About::Verdict, About::Trouble] }
    }
}

/// Notices that wait at most.
const WAITING: usize = 256;

/// The way to the household.
#[derive(Debug)]
pub(crate) struct Notifier {
    about: Vec<About>,
    queue: Option<SyncSender<String>>,
    lost: Arc<AtomicU64>,
    failed: Arc<AtomicU64>,
}

impl Notifier {
    /// Begins. `failed` is called by a thread of its own with what the command did wrong, once until it works again; further failures are only
    /// counted.
    ///
    /// # Errors
    /// When the command line cannot be understood.
    pub(crate) fn start(settings: &Settings, failed: impl Fn(String) + Send + 'static) -> Result<Self, String> {
        let notifier = Self { about: settings.about.clone(), queue: None, lost: Arc::default(), failed: Arc::default() };
        let Some(line) = &settings.command else { return Ok(notifier) };
        let command = Command::parse(line)?;
        let (queue, waiting) = sync_channel::<String>(WAITING);
        let failures = Arc::clone(&notifier.failed);
        let work = move || {
            let mut worked = true;
            for notice in waiting {
                let done = command.run(&notice);
                if let Err(why) = &done {
                    failures.fetch_add(1, Ordering::Relaxed);
                    if worked {
                        failed(why.clone());
                    }
                }
                worked = done.is_ok();
            }
        };
        thread::Builder::new().name("notify".to_owned()).spawn(work).map_err(|error| error.to_string())?;
        Ok(Self { queue: Some(queue), ..notifier })
    }

    /// Tells, without waiting.
    pub(crate) fn tell(&self, about: About, notice: &impl fmt::Display) {
        let Some(queue) = self.queue.as_ref().filter(|_| self.about.contains(&about)) else { return };
        if queue.try_send(notice.to_string()).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notices that found the queue full, and those that the command failed for.
    #[must_use]
    pub(crate) fn untold(&self) -> (u64, u64) {
        (self.lost.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}
