//! An experiment is carried out: trial after trial of its plan, written down line by line, so that one that was broken off goes on where it stopped.
//!
//! What decides is here and knows no clock, loudspeaker or file: whoever carries it out is a [`Stage`]. A trial counts when the line that it was watched to its end is on the disk. One that
//! was broken off before that is played again as a further attempt; so none is lost, and none is measured twice.

mod course;
mod journal;
mod night;
mod record;

use earwitness_core::probe::Heard;
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::timeline::Timeline;

pub use self::course::{Ending, Failure, carry_out};
pub use self::journal::{Carried, Damage, HeardCounts, Journal, REPLIES};
pub use self::night::may_begin;
pub use self::record::{FORMAT, Kind, PlayedPart, Record, Reply, Sound};

use crate::answer::Judgement;
use crate::experiment::Setup;
use crate::plan::Trial;

/// What a stage waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// The beginning of a night (its number).
    Night(u32),
    /// Watching before the sound of a trial.
    Before,
    /// Watching after it.
    After,
    /// Watching before the first trial of a night, and after the last.
    Margin,
    /// The pause between two trials.
    Pause,
    /// What keeps a trial from being carried out; it is tried again then.
    Trouble(String),
}

/// A sound that was played whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Played {
    /// When its first sample sounded.
    pub onset: Timestamp,
    /// How far off that may be, nanoseconds.
    pub error: i64,
    /// Whether the microphone heard it.
    pub heard: Heard,
    /// How loud it arrived there, dBFS.
    pub level: Option<f64>,
    /// What sounded, to the sample.
    pub timeline: Timeline,
}

/// What is listened to after the sound of a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question<'a> {
    /// The number of the trial.
    pub trial: u32,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// When the trial sounded.
    pub sounded: Window,
    /// From the end of its last sound until nobody listens any more.
    pub window: Window,
    /// What a right answer holds: one of these.
    pub answer: &'a [String],
}

/// What became of a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// The number of the trial.
    pub trial: u32,
    /// Which attempt it was.
    pub attempt: u32,
    /// What was answered.
    pub judgement: Judgement,
}

/// The room, the network and the disk in which an experiment is carried out. A text that comes back as an error says what is wrong and what to do.
pub trait Stage {
    /// The time, by the clock that stamps frames.
    fn now(&self) -> Timestamp;

    /// What local time is ahead of UTC at a moment, nanoseconds.
    fn ahead(&self, at: Timestamp) -> i64;

    /// Waits so many nanoseconds; `false` as soon as the experiment is to stop.
    fn wait(&mut self, nanos: i64, waiting: &Waiting) -> bool;

    /// Whether the devices are watched at this moment.
    ///
    /// # Errors
    /// Why not.
    fn watches(&mut self) -> Result<(), String>;

    /// Changes over to a condition, and comes back when that is done.
    ///
    /// # Errors
    /// What went wrong; it is tried again.
    fn set_up(&mut self, setup: &Setup) -> Result<(), String>;

    /// Plays the sound of a trial, and comes back when it is over.
    ///
    /// # Errors
    /// Why it was not played whole; it is tried again.
    fn play(&mut self, trial: &Trial) -> Result<Played, String>;

    /// Replies of devices and other sounds that were heard since this was asked before.
    fn replies(&mut self) -> Vec<Reply>;

    /// Begins to listen to what is answered, and comes back at once: nothing waits for a judgement.
    fn await_answer(&mut self, question: &Question<'_>);

    /// What became of questions since this was asked before. Where nothing follows any more, those that are being judged are waited for.
    fn judged(&mut self, nothing_follows: bool) -> Vec<Judged>;

    /// Whether the half width of the interval of every contrast is so many seconds or less, by the trials that are kept.
    ///
    /// # Errors
    /// Why that cannot be said.
    fn is_precise(&mut self, half_width: f64) -> Result<bool, String>;

    /// Writes a line down; it is on the disk when this comes back.
    ///
    /// # Errors
    /// Why not; the experiment stops.
    fn keep(&mut self, record: &Record) -> Result<(), String>;
}

#[cfg(test)]
mod tests;
