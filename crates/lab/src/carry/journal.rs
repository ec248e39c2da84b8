//! What the journal of an experiment says, line by line.

use std::collections::BTreeMap;

use earwitness_core::time::{Timestamp, Window};

use super::record::{FORMAT, Kind, Record, Reply, Sound};
use crate::answer::Judgement;
use crate::experiment::Experiment;
use crate::file::{self, Surroundings};
use crate::plan::{Plan, Trial};
use crate::reading::Sounded;

/// Most replies that are remembered: several a trial of the longest experiment.
pub const REPLIES: usize = 400_000;

/// Why a trial has no judgement although an answer was expected.
const BROKEN_OFF: &str = "the program ended before it was judged";

/// Why a journal cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Damage {
    /// A line that is none, though others follow it (from 1).
    #[error(
        "line {0} is damaged: {1}; what is before it can be used when it and all after it are deleted, and these trials are then played again"
    )]
    Line(u64, String),
    /// The first line is not that of an experiment.
    #[error("it does not begin with an experiment: this is another file, or its beginning is lost")]
    Head,
    /// It was written by a later version of the program.
    #[error("it has format {0}, and this program knows {FORMAT}: use the version that wrote it, or a later one")]
    Format(u32),
}

/// A trial as far as it has come.
#[derive(Clone, PartialEq, Debug, Default)]
struct Course {
    attempts: u32,
    began: Option<i64>,
    sound: Option<Sound>,
    done: Option<i64>,
    judgement: Option<Judgement>,
}

/// A trial that counts.
#[derive(Clone, PartialEq, Debug)]
pub struct Carried<'a> {
    /// When watching began.
    pub began: Timestamp,
    /// What sounded; none where nothing was to.
    pub sound: Option<&'a Sound>,
    /// When watching ended.
    pub ended: Timestamp,
    /// How often it was begun.
    pub attempts: u32,
}

/// How many sounds the microphone heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeardCounts {
    /// It listened, and did not hear these.
    pub not: u64,
    /// Nobody listened, or there was nothing to be heard.
    pub unknown: u64,
    /// Sounds of trials that count.
    pub all: u64,
}

/// The experiment that a journal is of.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Head {
    file: String,
    set: Vec<(String, String)>,
    blocks: u32,
    recordings: BTreeMap<String, i64>,
}

/// A machine that has played the experiment already: it needs no file any more.
impl Surroundings for Head {
    fn recording(&self, path: &str) -> Result<i64, String> {
        self.recordings.get(path).copied().ok_or_else(|| "its length was not written down".to_owned())
    }

    fn subtitles(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn permits(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

/// What was written down of an experiment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Journal {
    head: Option<Head>,
    nights: BTreeMap<u32, (i64, i64)>,
    trials: BTreeMap<u32, Course>,
    replies: Vec<(u32, Reply)>,
    ended: Option<String>,
    lines: u64,
    /// A line that could not be read: only the last one may be so, since the machine may have been switched off while it was written.
    torn: Option<(u64, String)>,
}

impl Journal {
    /// Takes the next line of the file.
    ///
    /// # Errors
    /// [`Damage`].
    pub fn line(&mut self, text: &str) -> Result<(), Damage> {
        if let Some((line, why)) = self.torn.take() {
            return Err(Damage::Line(line, why));
        }
        self.lines += 1;
        match serde_json::from_str::<Record>(text) {
            Ok(record) => self.take(record),
            Err(error) => {
                self.torn = Some((self.lines, error.to_string()));
                Ok(())
            }
        }
    }

    /// Whether the last line was cut: it does not count, and has to be taken off the file before another one is written.
    #[must_use]
    pub const fn is_torn(&self) -> bool {
        self.torn.is_some()
    }

    /// Takes what has been written down.
    ///
    /// # Errors
    /// [`Damage`].
    pub fn take(&mut self, record: Record) -> Result<(), Damage> {
        let at = record.at_ns;
        match record.kind {
            Kind::Experiment { format, .. } if format != FORMAT => return Err(Damage::Format(format)),
            Kind::Experiment { file, set, blocks, recordings, .. } => {
                self.head.get_or_insert(Head { file, set, blocks, recordings });
            }
            _ if self.head.is_none() => return Err(Damage::Head),
            Kind::Night { night } => self.nights.entry(night).or_insert((at, at)).1 = at,
            Kind::Began { trial, attempt } => {
                let course = self.trials.entry(trial).or_default();
                *course = Course { attempts: attempt, began: Some(at), sound: None, done: course.done, judgement: None };
            }
            Kind::Played { trial, sound } => self.trials.entry(trial).or_default().sound = Some(sound),
            Kind::Done { trial } => self.trials.entry(trial).or_default().done = Some(at),
            Kind::Judged { trial, attempt, judgement } => {
                // What was answered in an attempt that came to nothing is not what was answered in the next one.
                if let Some(course) = self.trials.get_mut(&trial).filter(|it| it.attempts == attempt) {
                    course.judgement = Some(judgement);
                }
            }
            Kind::Lost { trial } => self.trials.entry(trial).or_default().done = None,
            Kind::Replied { trial, reply } if self.replies.len() < REPLIES => self.replies.push((trial, reply)),
            Kind::Ended { why } => self.ended = Some(why),
            Kind::Replied { .. } | Kind::SetUp { .. } | Kind::Void { .. } => {}
        }
        Ok(())
    }

    /// Whether nothing has been written down.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// The text of its experiment, and what was set.
    #[must_use]
    pub fn experiment(&self) -> Option<(&str, &[(String, String)])> {
        self.head.as_ref().map(|it| (it.file.as_str(), it.set.as_slice()))
    }

    /// The experiment itself, and the plan with the blocks that it began with; `name` is what messages call it. Nothing where nothing was written down.
    ///
    /// # Errors
    /// When this program does not take it any more.
    pub fn plan(&self, name: &str) -> Result<Option<(Experiment, Plan)>, String> {
        let Some(head) = &self.head else { return Ok(None) };
        let experiment = file::read(&head.file, name, &head.set, head).map_err(|error| error.to_string())?;
        // Lengths of texts move no trial and no condition.
        let plan = Plan::resumed(&experiment, &|_, _| None, head.blocks).map_err(|error| error.to_string())?;
        Ok(Some((experiment, plan)))
    }

    /// Blocks of a night.
    #[must_use]
    pub fn blocks(&self) -> Option<u32> {
        self.head.as_ref().map(|it| it.blocks)
    }

    /// A trial that counts.
    #[must_use]
    pub fn carried(&self, trial: u32) -> Option<Carried<'_>> {
        let course = self.trials.get(&trial)?;
        let (began, done) = course.began.zip(course.done)?;
        Some(Carried {
            began: Timestamp::from_nanos(began),
            sound: course.sound.as_ref(),
            ended: Timestamp::from_nanos(done),
            attempts: course.attempts,
        })
    }

    /// Trials that count although they went on in times of which it is not known what passed, such as the last minute before the program was killed.
    #[must_use]
    pub fn lost(&self, unwritten: &[Window]) -> Vec<u32> {
        let is_lost = |it: &Course| {
            let window = it.began.zip(it.done).map(|(began, done)| (Timestamp::from_nanos(began), Timestamp::from_nanos(done)));
            window.is_some_and(|(began, done)| unwritten.iter().any(|it| it.from < done && began < it.until))
        };
        self.trials.iter().filter(|it| is_lost(it.1)).map(|it| *it.0).collect()
    }

    /// How often a trial has been begun.
    #[must_use]
    pub fn attempts(&self, trial: u32) -> u32 {
        self.trials.get(&trial).map_or(0, |it| it.attempts)
    }

    /// Why it ended last.
    #[must_use]
    pub fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }

    /// How many trials count.
    #[must_use]
    pub fn count(&self) -> usize {
        self.trials.values().filter(|it| it.done.is_some()).count()
    }

    /// Of the trials that count and in which something sounded, those that the microphone did not hear, those of which nobody knows, and all.
    #[must_use]
    pub fn heard(&self) -> HeardCounts {
        let sounds = self.trials.values().filter(|it| it.done.is_some()).filter_map(|it| it.sound.as_ref());
        sounds.fold(HeardCounts::default(), |counts, it| HeardCounts {
            not: counts.not + u64::from(it.heard == "no"),
            unknown: counts.unknown + u64::from(it.heard == "unknown"),
            all: counts.all + 1,
        })
    }

    /// How long trials that count took together, nanoseconds.
    #[must_use]
    pub fn spent(&self) -> i64 {
        let each = self.trials.values().filter_map(|it| Some(it.done?.saturating_sub(it.began?)));
        each.fold(0, |sum, it| sum.saturating_add(it.max(0)))
    }

    /// When a night began first.
    #[must_use]
    pub fn night(&self, night: u32) -> Option<Timestamp> {
        self.nights.get(&night).map(|it| Timestamp::from_nanos(it.0))
    }

    /// What was heard after the sound of a trial.
    pub fn replies(&self, trial: u32) -> impl Iterator<Item = &Reply> {
        self.replies.iter().filter(move |it| it.0 == trial).map(|it| &it.1)
    }

    /// What was answered in a trial that counts; nothing where no answer was expected. `answer` is what a right one holds.
    #[must_use]
    pub fn judgement(&self, trial: u32, answer: &[String]) -> Option<Judgement> {
        let course = self.trials.get(&trial).filter(|it| it.done.is_some() && !answer.is_empty())?;
        Some(course.judgement.clone().unwrap_or_else(|| Judgement::none(BROKEN_OFF)))
    }

    /// When a trial that counts sounded. One in which nothing is to sound begins with the end of `before_seconds`.
    #[must_use]
    pub fn sounded(&self, experiment: &Experiment, trial: &Trial) -> Option<Sounded> {
        let carried = self.carried(trial.index)?;
        let time = |nanos: Option<i64>| nanos.map(Timestamp::from_nanos);
        Some(match carried.sound {
            Some(sound) => Sounded {
                from: sound.onset(),
                wake: time(sound.wake_ns),
                sound_end: time(sound.sound_end_ns),
                watched_until: carried.ended,
            },
            None => Sounded {
                from: carried.began.plus(experiment.design().before),
                wake: None,
                sound_end: None,
                watched_until: carried.ended,
            },
        })
    }
}
