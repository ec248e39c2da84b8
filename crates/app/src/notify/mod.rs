//! Notices to the household: a command of theirs is run for each notice, with the notice as JSON on its standard input.
//!
//! Whatever becomes of the command, watching and probing go on: notices wait in a bounded queue, one command runs at a time, and one that
//! takes too long is ended. Where the queue is full, what matters least is dropped.

mod command;
mod queue;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde::Deserialize;

use self::command::Command;
use self::queue::Queue;

/// What a notice can be about.
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

/// Which command gets notices, and about what.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug)]
#[serde(deny_unknown_fields, default, expecting = "struct Settings")]
pub struct NotifySettings {
    /// A command line that is run for each notice; no shell reads it.
    pub command: Option<String>,
    /// What notices are sent about.
    pub about: Vec<About>,
}

impl Default for NotifySettings {
    /// No command; notices about what matters.
    fn default() -> Self {
        Self { command: None, about: vec![About::Upload, About::Verdict, About::Trouble] }
    }
}

impl About {
    /// What is dropped first where too many wait: devices, then verdicts, which can be read anywhere else; an upload only to other uploads.
    const fn importance(self) -> u8 {
        match self {
            Self::Device => 0,
            Self::Verdict => 1,
            Self::Trouble => 2,
            Self::Upload => 3,
        }
    }
}

/// The way to the household.
#[derive(Debug)]
pub(crate) struct Notifier {
    about: Vec<About>,
    queue: Option<Arc<Queue>>,
    failed: Arc<AtomicU64>,
}

impl Drop for Notifier {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.close();
        }
    }
}

impl Notifier {
    /// Begins. `failed` is called by a thread of its own with what the command did wrong, once until it works again; further failures are only
    /// counted.
    ///
    /// # Errors
    /// When the command line cannot be understood.
    pub(crate) fn start(settings: &NotifySettings, failed: impl Fn(String) + Send + 'static) -> Result<Self, String> {
        let about = settings.about.clone();
        let Some(line) = &settings.command else { return Ok(Self { about, queue: None, failed: Arc::default() }) };
        let command = Command::parse(line)?;
        let (queue, failures) = (Arc::<Queue>::default(), Arc::<AtomicU64>::default());
        let notifier = Self { about, queue: Some(Arc::clone(&queue)), failed: Arc::clone(&failures) };
        let work = move || {
            let mut worked = true;
            while let Some(notice) = queue.take() {
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
        Ok(notifier)
    }

    /// Queues a notice, without waiting.
    pub(crate) fn notify(&self, about: About, notice: &impl fmt::Display) {
        let Some(queue) = self.queue.as_ref().filter(|_| self.about.contains(&about)) else { return };
        queue.put(about.importance(), notice.to_string());
    }

    /// Notices that were dropped because too many waited, and those that the command failed for.
    #[must_use]
    pub(crate) fn dropped_and_failed(&self) -> (u64, u64) {
        (self.queue.as_ref().map_or(0, |queue| queue.lost()), self.failed.load(Ordering::Relaxed))
    }
}
