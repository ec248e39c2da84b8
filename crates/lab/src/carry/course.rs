//! The course of an experiment.

use earwitness_core::time::{SECOND, Window};

use super::journal::{Damage, Journal};
use super::record::{Kind, Record, Sound};
use super::{Question, Stage, Waiting, may_begin};
use crate::answer;
use crate::experiment::{Condition, Course, Experiment};
use crate::plan::{Plan, Trial};

/// How long to wait before a trial that came to nothing is tried again, nanoseconds; twice as long after each further one.
const AGAIN: i64 = 15 * SECOND;
/// The longest such wait, nanoseconds.
const LONGEST_WAIT: i64 = 600 * SECOND;
/// After so many attempts in a row that came to nothing the experiment stops: more than an hour.
const ATTEMPTS: u32 = 12;

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// All trials are done.
    Done,
    /// The time that it was given is used up.
    Time,
    /// Its results are precise enough.
    Precise,
    /// Somebody stopped it: it can go on later.
    Stopped,
}

/// Why it could not go on. What is written down is kept, and it can go on later.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// A trial came to nothing again and again.
    #[error("trial {trial} came to nothing {attempts} times in a row, at last because {why}")]
    Void {
        /// Its number, from 1 as people count.
        trial: u32,
        /// How often it was tried.
        attempts: u32,
        /// What went wrong at last.
        why: String,
    },
    /// The journal cannot be written.
    #[error("the journal cannot be written: {0}")]
    Journal(String),
    /// What is to be written contradicts what is there.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// Whether it is precise enough cannot be said.
    #[error("whether it is precise enough cannot be said: {0}")]
    Precision(String),
}

/// Carries out what a journal has not got yet, and writes it there.
///
/// # Errors
/// [`Failure`].
pub fn carry_out(experiment: &Experiment, plan: &Plan, journal: &mut Journal, stage: &mut dyn Stage) -> Result<Ending, Failure> {
    let ending = Conduct { experiment, plan, journal, stage, setting: None, night: None }.all();
    let why = match &ending {
        Ok(Ending::Done) => "all trials are done".to_owned(),
        Ok(Ending::Time) => "its time is used up".to_owned(),
        Ok(Ending::Precise) => "it is precise enough".to_owned(),
        Ok(Ending::Stopped) => "it was stopped".to_owned(),
        Err(failure) => failure.to_string(),
    };
    // Where the disk refuses, this line is missed least.
    let kept = stage.keep(&Record { at_ns: stage.now().nanos(), kind: Kind::Ended { why } });
    ending.and_then(|ending| kept.map(|()| ending).map_err(Failure::Journal))
}

struct Conduct<'a> {
    experiment: &'a Experiment,
    plan: &'a Plan,
    journal: &'a mut Journal,
    stage: &'a mut dyn Stage,
    /// The condition that was set up last; not known after a start.
    setting: Option<usize>,
    /// The night that it is in.
    night: Option<u32>,
}

/// Somebody stops it, or it fails.
enum Break {
    Stopped,
    Failed(Failure),
}

impl From<Failure> for Break {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Conduct<'_> {
    fn all(mut self) -> Result<Ending, Failure> {
        let plan = self.plan;
        for trial in plan.trials() {
            if self.journal.carried(trial.index).is_some() {
                continue;
            }
            if let Some(ending) = self.enough(trial)? {
                return self.over(ending);
            }
            match self.trial(trial) {
                Ok(()) => {}
                Err(Break::Stopped) => return self.stopped(),
                Err(Break::Failed(failure)) => return Err(failure),
            }
        }
        self.over(Ending::Done)
    }

    /// Watches for a while after the last trial, if one was carried out.
    fn over(&mut self, ending: Ending) -> Result<Ending, Failure> {
        if self.night.is_none() {
            return Ok(ending);
        }
        let watched = self.wait(self.experiment.design().margin, &Waiting::Margin);
        match watched.and_then(|()| self.judged(true)) {
            Ok(()) => Ok(ending),
            Err(Break::Stopped) => Ok(Ending::Stopped),
            Err(Break::Failed(failure)) => Err(failure),
        }
    }

    /// Writes down what is judged already; the rest is not waited for.
    fn stopped(&mut self) -> Result<Ending, Failure> {
        match self.judged(false) {
            Err(Break::Failed(failure)) => Err(failure),
            Ok(()) | Err(Break::Stopped) => Ok(Ending::Stopped),
        }
    }

    /// Whether it ends before this trial.
    fn enough(&mut self, next: &Trial) -> Result<Option<Ending>, Failure> {
        let stop = &self.experiment.design().stop;
        if stop.time.is_some_and(|time| self.journal.spent() >= time) {
            return Ok(Some(Ending::Time));
        }
        let Some(precision) = &stop.precision else { return Ok(None) };
        // Blocks before the one that this trial begins; within a block nobody looks.
        let begins =
            next.index == 0 || self.plan.trial(next.index - 1).is_some_and(|it| (it.night, it.block) != (next.night, next.block));
        let done = next.night.saturating_mul(self.plan.blocks()).saturating_add(next.block);
        if !begins || !precision.looks.contains(&done) {
            return Ok(None);
        }
        let precise = self.stage.is_precise(precision.half_width).map_err(Failure::Precision)?;
        Ok(precise.then_some(Ending::Precise))
    }

    /// Carries a trial out, as often as it takes.
    fn trial(&mut self, trial: &Trial) -> Result<(), Break> {
        let (mut wait, mut void) = (AGAIN, 0);
        loop {
            let result = match self.night(trial)? {
                Ok(()) => self.attempt(trial)?,
                Err(why) => Err(why),
            };
            let Err(why) = result else { return Ok(()) };
            self.keep(Kind::Void { trial: trial.index, why: why.clone() })?;
            void += 1;
            if void >= ATTEMPTS {
                return Err(Failure::Void { trial: trial.index.saturating_add(1), attempts: void, why }.into());
            }
            self.wait(wait, &Waiting::Trouble(why))?;
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
    }

    /// Waits until its night may begin or go on; the inner error says why it does not: a night in which nobody watches has not begun.
    fn night(&mut self, trial: &Trial) -> Result<Result<(), String>, Break> {
        let night = trial.night;
        loop {
            let now = self.stage.now();
            let before = night.checked_sub(1).and_then(|before| self.journal.night(before));
            let planned = (self.experiment.design().begin, self.plan.night_length(night));
            let stage = &*self.stage;
            let at = may_begin(planned, self.journal.night(night).is_some(), before, now, &|at| stage.ahead(at));
            if at <= now {
                break;
            }
            self.night = None;
            // In parts: the clock may be set meanwhile.
            self.wait(at.since(now).min(60 * SECOND), &Waiting::Night(night))?;
        }
        if self.night != Some(night) {
            if let Err(why) = self.stage.watches() {
                return Ok(Err(why));
            }
            self.keep(Kind::Night { night })?;
            // Whatever was set up the night before, somebody may have changed it since.
            (self.night, self.setting) = (Some(night), None);
            self.wait(self.experiment.design().margin, &Waiting::Margin)?;
        }
        Ok(Ok(()))
    }

    /// One attempt; the inner error says what it came to nothing by.
    fn attempt(&mut self, trial: &Trial) -> Result<Result<(), String>, Break> {
        let (experiment, index) = (self.experiment, trial.index);
        let design = experiment.design();
        let Some(condition) = design.conditions.get(trial.condition) else { return Ok(Ok(())) };
        if let Err(why) = self.stage.watches() {
            return Ok(Err(why));
        }
        if let Some(setup) = condition.setup.as_ref().filter(|_| self.setting != Some(trial.condition)) {
            // What fails may have been changed by half.
            self.setting = None;
            if let Err(why) = self.stage.set_up(setup) {
                return Ok(Err(why));
            }
            self.keep(Kind::SetUp { trial: index })?;
        }
        self.setting = Some(trial.condition);
        let attempt = self.journal.attempts(index).saturating_add(1);
        self.keep(Kind::Began { trial: index, attempt })?;
        self.wait(design.before, &Waiting::Before)?;
        match &condition.course {
            Course::Quiet(length) => self.wait(*length, &Waiting::Before)?,
            Course::Sounds(_) => match self.stage.play(trial) {
                Ok(played) => {
                    let sound = Sound::of(&played);
                    self.listen((index, attempt), condition, &sound);
                    self.keep(Kind::Played { trial: index, sound })?;
                }
                Err(why) => return Ok(Err(why)),
            },
        }
        self.wait(design.after, &Waiting::After)?;
        for reply in self.stage.replies() {
            self.keep(Kind::Replied { trial: index, reply })?;
        }
        if let Err(why) = self.stage.watches() {
            return Ok(Err(why));
        }
        self.keep(Kind::Done { trial: index })?;
        self.wait(trial.pause, &Waiting::Pause)?;
        self.judged(false)?;
        Ok(Ok(()))
    }

    /// Lets somebody listen to what is answered, if an answer is expected.
    fn listen(&mut self, (trial, attempt): (u32, u32), condition: &Condition, sound: &Sound) {
        let Some(sounded) = sound.sounded().filter(|_| !condition.answer.is_empty()) else { return };
        let until = sounded.until.plus(self.experiment.design().after.min(answer::LISTENED));
        let window = Window { from: sounded.until, until };
        self.stage.await_answer(&Question { trial, attempt, sounded, window, answer: &condition.answer });
    }

    /// Writes down what was judged meanwhile.
    fn judged(&mut self, nothing_follows: bool) -> Result<(), Break> {
        for it in self.stage.judged(nothing_follows) {
            self.keep(Kind::Judged { trial: it.trial, attempt: it.attempt, judgement: it.judgement })?;
        }
        Ok(())
    }

    fn wait(&mut self, nanos: i64, waiting: &Waiting) -> Result<(), Break> {
        if self.stage.wait(nanos, waiting) { Ok(()) } else { Err(Break::Stopped) }
    }

    /// Writes down, and remembers what is on the disk.
    fn keep(&mut self, kind: Kind) -> Result<(), Break> {
        let record = Record { at_ns: self.stage.now().nanos(), kind };
        self.stage.keep(&record).map_err(Failure::Journal)?;
        self.journal.take(record).map_err(Failure::Damage)?;
        Ok(())
    }
}
