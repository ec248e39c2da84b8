//! The room in which an experiment is carried out: loudspeaker, microphone, the people in front of the terminal, and the daemon that watches.

use std::io::{BufRead as _, Write as _};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use earwitness_base::clock::{self, Clock as _, System};
use earwitness_base::program;
use earwitness_base::text::clean;
use earwitness_base::words;
use earwitness_core::experiment::Order;
use earwitness_core::probe::{Heard, SoundKind, Stimulus};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::timeline::Condition;
use earwitness_lab::carry::{Journal, Judged, Kind, Played, Question, Record, Reply, Stage, Waiting};
use earwitness_lab::evaluation;
use earwitness_lab::experiment::{Experiment, Setup, Switching};
use earwitness_lab::plan::{Plan, Trial};
use earwitness_sound::player::Said;
use earwitness_sound::speak::sounds::Library;
use earwitness_store::Reader;
use jiff::tz::TimeZone;

use super::super::super::aloud::{Heard as Noticed, Speaker, watches};
use super::super::simulated::Night;
use super::folder::Folder;
use super::judging::{Judging, Means};
use super::measured::measured;
use crate::config::Config;
use crate::say;

/// What passed is in the store after this time at the latest, nanoseconds.
const WRITTEN: i64 = 75 * SECOND;

/// The name of the script of a condition.
pub(super) fn script(condition: usize) -> String {
    format!("condition-{condition}")
}

/// The room.
pub(super) struct Room {
    experiment: Experiment,
    plan: Plan,
    speaker: Speaker,
    judging: Judging,
    folder: Folder,
    zone: TimeZone,
    /// What was told last of what it waits for.
    told: Option<Waiting>,
}

impl Room {
    /// Opens loudspeaker and microphone, if anything is to be played.
    pub(super) fn open(
        config: &Config,
        experiment: Experiment,
        plan: Plan,
        library: Library,
        stop: Arc<AtomicBool>,
        (folder, means): (Folder, Means),
    ) -> anyhow::Result<Self> {
        let sounds = experiment.design().conditions.iter().any(|it| !it.course.parts().is_empty());
        let speaker = Speaker::open(config, sounds.then_some(library), experiment.design().seed, stop)?;
        let judging = Judging::start(speaker.microphone(), means)?;
        let expects = experiment.design().conditions.iter().any(|it| !it.answer.is_empty());
        if let Some(why) = judging.trouble().filter(|_| expects) {
            say::line(&format!("whether answers are right is not judged: {why}"));
        }
        let zone = TimeZone::system();
        Ok(Self { experiment, plan, speaker, judging, folder, zone, told: None })
    }

    pub(super) fn take_journal(&mut self) -> Journal {
        self.folder.take_journal()
    }

    pub(super) fn into_folder(self, journal: Journal) -> Folder {
        self.folder.with_journal(journal)
    }

    fn condition(&self, trial: &Trial) -> String {
        self.experiment.design().conditions.get(trial.condition).map_or_else(String::new, |it| clean(&it.name, 100))
    }

    /// `trial 3 of 40`.
    fn place(&self, trial: &Trial) -> String {
        format!("trial {} of {}", trial.index.saturating_add(1), self.plan.trials().len())
    }

    fn tell(&self, what: &str) {
        say::line(&format!("{}  {what}", words::date_time(System.now(), &self.zone)));
    }
}

/// Asks the person in front of the terminal to change something, and waits for the answer.
fn ask(sentence: &str) -> Result<(), String> {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "\n{}\nPress Enter when that is done: ", clean(sentence, 2_000)).and_then(|()| out.flush());
    drop(out);
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(1..) => Ok(()),
        Ok(0) => Err("nobody is there to change the setting".to_owned()),
        Err(error) => Err(format!("the answer cannot be read: {error}")),
    }
}

impl Stage for Room {
    fn now(&self) -> Timestamp {
        System.now()
    }

    fn ahead(&self, at: Timestamp) -> i64 {
        System.ahead(at)
    }

    fn wait(&mut self, nanos: i64, waiting: &Waiting) -> bool {
        if self.told.as_ref() != Some(waiting) {
            match waiting {
                Waiting::Trouble(why) => self.tell(&format!("{why}; it is tried again in {} s", nanos / SECOND)),
                Waiting::Night(night) => self.tell(&format!("waiting for night {}", night.saturating_add(1))),
                Waiting::Margin => self.tell(&format!("devices are watched for {} s", nanos / SECOND)),
                Waiting::Before | Waiting::After | Waiting::Pause => {}
            }
            self.told = Some(waiting.clone());
        }
        self.speaker.wait(nanos)
    }

    fn watches(&mut self) -> Result<(), String> {
        watches(self.folder.path(), &mut self.speaker)
    }

    fn set_up(&mut self, setup: &Setup) -> Result<(), String> {
        match &setup.by {
            Switching::Person(sentence) => ask(sentence),
            Switching::Command(words) => {
                let Some((name, arguments)) = words.split_first() else { return Err("the command is empty".to_owned()) };
                let timeout = Duration::from_nanos(setup.time.max(0).unsigned_abs());
                let begun = clock::since_boot();
                let mut command = Command::new(name);
                command.args(arguments).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
                let ended = program::run(&mut command, "", timeout).map_err(|failure| format!("{name} {failure}"))?;
                if !ended.status.success() {
                    return Err(format!("{name}: {} {}", ended.status, clean(ended.complained.trim(), 300)));
                }
                // A device takes the rest of the time to change over.
                let rest = timeout.saturating_sub(clock::since_boot().saturating_sub(begun));
                let rest = i64::try_from(rest.as_nanos()).unwrap_or(0);
                if self.wait(rest, &Waiting::Before) { Ok(()) } else { Err("it was stopped".to_owned()) }
            }
        }
    }

    fn play(&mut self, trial: &Trial) -> Result<Played, String> {
        let stimulus = Stimulus { name: format!("script:{}", script(trial.condition)), kind: SoundKind::Speech };
        let length = trial.sound_end.saturating_sub(trial.sound);
        let order = Order { round: trial.index, stimulus, condition: Condition::default(), length };
        let Said { spoken, level, onset_error, trouble, .. } = self.speaker.play(order)?;
        let timeline = spoken.timelines.and_then(|it| it.timelines().first().map(|it| it.timeline.clone()));
        let (None, Some(timeline)) = (spoken.trouble, timeline) else {
            return Err(trouble.unwrap_or_else(|| "the sound was not played".to_owned()));
        };
        if spoken.heard == Heard::No {
            self.tell(&format!("{}: the microphone did not hear it", self.place(trial)));
        }
        Ok(Played { onset: spoken.onset, error: onset_error, heard: spoken.heard, level, timeline })
    }

    fn replies(&mut self) -> Vec<Reply> {
        let reply = |Noticed { window, level, is_reply }: Noticed| {
            let (from_ns, until_ns) = (window.from.nanos(), window.until.nanos());
            Reply { from_ns, until_ns, level_dbfs: level, is_reply }
        };
        self.speaker.heard().into_iter().map(reply).collect()
    }

    fn await_answer(&mut self, question: &Question<'_>) {
        self.judging.ask(question);
    }

    fn judged(&mut self, nothing_follows: bool) -> Vec<Judged> {
        let stop = self.speaker.stop();
        self.judging.judged(nothing_follows, &|| !stop.load(Ordering::SeqCst))
    }

    fn is_precise(&mut self, half_width: f64) -> Result<bool, String> {
        // What passed is written down once a minute.
        if !self.wait(WRITTEN, &Waiting::After) {
            return Ok(false);
        }
        let said = |error: anyhow::Error| format!("{error:#}");
        let reader = Reader::open(self.folder.path()).map_err(|error| error.to_string())?;
        let journal = Folder::read(self.folder.path()).map_err(said)?;
        let seen = measured(&self.experiment, &self.plan, journal.journal(), &reader).map_err(said)?;
        let trials = seen.nights.iter().flat_map(Night::measured).collect();
        let results = evaluation::answer(&self.experiment, &seen.devices, trials, self.experiment.design().seed);
        let results = results.map_err(|error| error.to_string())?;
        Ok(evaluation::is_precise(&self.experiment, &results, half_width))
    }

    fn keep(&mut self, record: &Record) -> Result<(), String> {
        self.folder.write(record)?;
        match record.kind {
            Kind::Judged { trial, ref judgement, .. } if judgement.outcome.is_judged() => {
                if let Some(trial) = self.plan.trial(trial) {
                    self.tell(&format!("{}: the answer is judged: {}", self.place(trial), judgement.outcome.name()));
                }
            }
            Kind::Night { night } => self.tell(&format!("night {}", night.saturating_add(1))),
            Kind::Done { trial } => {
                if let Some(trial) = self.plan.trial(trial) {
                    self.tell(&format!("{} done: {}", self.place(trial), self.condition(trial)));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
