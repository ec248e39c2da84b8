//! One thread for each channel, which sends what waits and tries again.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use earwitness_base::clock;

use crate::Letter;
use crate::channel::Channel;
use crate::failure::Failure;
use crate::pace::Pace;
use crate::queue::{Counts, Next, Queue};
use crate::settings::{Channels, Fault};

/// A letter that a channel refuses is given up after so many tries.
const REFUSALS: u32 = 5;

/// What a channel says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// It does not send: told once, until it works again.
    Fails {
        /// Which.
        channel: &'static str,
        /// Why.
        why: Failure,
    },
    /// It sends again.
    Works {
        /// Which.
        channel: &'static str,
    },
}

/// The way to the household. Its end waits a moment for what is being sent.
#[derive(Debug)]
pub struct Notifier {
    queue: Option<Arc<Queue>>,
}

impl Drop for Notifier {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.close();
        }
    }
}

impl Notifier {
    /// Begins, with the letters that wait in `folder`. `lost` makes the letter that says how many were dropped; `report` is called by threads of the channels.
    ///
    /// # Errors
    /// When a channel cannot be used as it is configured, or the folder not be written to.
    pub fn start(
        folder: &Path,
        channels: &Channels,
        pace: Pace,
        lost: fn(u32) -> Letter,
        report: impl Fn(Report) + Clone + Send + 'static,
    ) -> Result<Self, Fault> {
        let mut ready = Vec::new();
        for (_, channel) in Channel::all(channels) {
            ready.push(channel?);
        }
        if ready.is_empty() {
            return Ok(Self { queue: None });
        }
        let names: Vec<&str> = ready.iter().map(Channel::name).collect();
        let queue = Queue::open(folder, &names)
            .map_err(|error| Fault(format!("notices cannot be kept in {}: {error}", folder.display())))?;
        let queue = Arc::new(queue);
        let notifier = Self { queue: Some(Arc::clone(&queue)) };
        for channel in ready {
            let (queue, report) = (Arc::clone(&queue), report.clone());
            let work = move || serve(&channel, &queue, pace, lost, &report);
            let begun = thread::Builder::new().name("notify".to_owned()).spawn(work);
            begun.map_err(|error| Fault(format!("notices cannot be sent: {error}")))?;
        }
        Ok(notifier)
    }

    /// Hands in a letter, without waiting; one whose number was handed in before is not sent again.
    pub fn notify(&self, letter: Letter) {
        if let Some(queue) = &self.queue {
            queue.put(letter);
        }
    }

    /// The greatest number that was handed in, by this process or one before.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.queue.as_ref().map_or(0, |queue| queue.last())
    }

    /// What was dropped, and how many tries failed.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.queue.as_ref().map_or_else(Counts::default, |queue| queue.counts())
    }
}

fn serve(channel: &Channel, queue: &Queue, pace: Pace, lost: fn(u32) -> Letter, report: &impl Fn(Report)) {
    let name = channel.name();
    let (mut failures, mut refused) = (0_u32, (0, 0_u32));
    while let Some(next) = queue.take(name) {
        let letter = match &next {
            Next::Letter(letter) => letter.clone(),
            Next::Lost(number) => lost(*number),
        };
        match (channel.send(&letter), &next) {
            (Ok(()), _) => {
                if failures > 0 {
                    report(Report::Works { channel: name });
                }
                failures = 0;
                match next {
                    Next::Letter(letter) => queue.sent(name, letter.number),
                    Next::Lost(_) => queue.said_lost(name),
                }
            }
            (Err(why), _) => {
                failures = failures.saturating_add(1);
                tracing::debug!(channel = name, failures, %why, "a notice was not sent");
                if why.refused {
                    refused = if refused.0 == letter.number { (letter.number, refused.1 + 1) } else { (letter.number, 1) };
                }
                let is_given_up = why.refused && refused.1 >= REFUSALS;
                if failures == 1 {
                    report(Report::Fails { channel: name, why });
                }
                if !is_given_up {
                    queue.failed(pace.after(failures));
                } else if letter.number == 0 {
                    queue.said_lost(name);
                } else {
                    queue.give_up(name, letter.number);
                }
            }
        }
    }
}

/// What became of a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tried {
    /// By which channel.
    pub channel: &'static str,
    /// Why it was not sent.
    pub outcome: Result<(), Failure>,
    /// How long it took.
    pub took: Duration,
}

/// Sends one letter by each channel, or by the one of this name, at once and once; says of each what happened.
#[must_use]
pub fn test(channels: &Channels, only: Option<&str>, letter: &Letter) -> Vec<Tried> {
    let wanted = |it: &(&str, _)| only.is_none_or(|only| only == it.0);
    let tried = |(channel, ready): (&'static str, Result<Channel, Fault>)| {
        let begun = clock::since_boot();
        let outcome = match ready {
            Ok(channel) => channel.send(letter),
            Err(fault) => Err(Failure::new(fault.to_string(), "change the configuration, and try again")),
        };
        Tried { channel, outcome, took: clock::since_boot().saturating_sub(begun) }
    };
    Channel::all(channels).into_iter().filter(wanted).map(tried).collect()
}
