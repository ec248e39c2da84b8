//! What is played when: a pure function of an experiment and the lengths of what sounds.
//!
//! The order of conditions and every pause come from the seed and a number alone. Nothing that a device does, and no length, moves them, so that an
//! experiment that was broken off goes on with the first trial that has no record.

mod length;

use earwitness_core::lot::Lot;
use earwitness_core::plan::blocks;
use earwitness_core::time::MILLISECOND;

pub use self::length::{Length, Lengths, estimate, part};

use crate::experiment::{Amount, Condition, Experiment, LONGEST_NIGHT, MOST_TRIALS, Nightly, Order};

/// One trial. Times are nanoseconds from the beginning of its night.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trial {
    /// Its number in the experiment, from 0.
    pub index: u32,
    /// Its night, from 0.
    pub night: u32,
    /// Its block within the night, from 0; where a night has one condition, how often that has come before in it.
    pub block: u32,
    /// The place of its condition within the block, from 0.
    pub position: u32,
    /// Which of the trials of its condition that follow one another, from 0.
    pub time: u32,
    /// The number of its condition.
    pub condition: usize,
    /// Whether the setting has to be changed first.
    pub setup: bool,
    /// When it begins: with the setup, or with watching.
    pub start: i64,
    /// When its sound is to begin.
    pub sound: i64,
    /// When its sound is to end.
    pub sound_end: i64,
    /// When watching ends, and the pause begins.
    pub end: i64,
    /// The pause after it, nanoseconds; none after the last one of a night.
    pub pause: i64,
}

/// Why an experiment cannot be planned.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Impossible {
    /// A block is longer than the time that a night has (nanoseconds of each).
    #[error(
        "a block of all conditions takes {} s, and a night has {} s: write more hours, fewer levels, or shorter sounds",
        .block / 1_000_000_000, .night / 1_000_000_000
    )]
    Block {
        /// A block with its longest pauses.
        block: i64,
        /// What a night has.
        night: i64,
    },
    /// A night is longer than a day (nanoseconds).
    #[error(
        "a night of {} hours does not fit into a day: write fewer repeats and more nights",
        .0 / 3_600_000_000_000
    )]
    Night(i64),
    /// More trials than an experiment may have.
    #[error("{0} trials; an experiment has at most {MOST_TRIALS}: write fewer repeats, nights or hours")]
    Trials(u64),
    /// A look comes after the last block (its number, and how many there are).
    #[error("a look after block {0} never comes: there are {1}")]
    Look(u32, u64),
}

/// All trials of an experiment in their order.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    blocks: u32,
    lengths: Vec<Length>,
    trials: Vec<Trial>,
}

impl Plan {
    /// Plans an experiment.
    ///
    /// # Errors
    /// [`Impossible`].
    pub fn new(experiment: &Experiment, lengths: &Lengths<'_>) -> Result<Self, Impossible> {
        let known: Vec<Length> = experiment.design().conditions.iter().map(|it| length::of(&it.course, lengths)).collect();
        let blocks = match experiment.design().amount {
            Amount::Blocks(blocks) => blocks,
            Amount::Time(time) => fitting(experiment, &known, time)?,
        };
        Self::laid(experiment, known, blocks)
    }

    /// Plans an experiment that has begun, with so many blocks a night as it began with: how many fit into a number of hours depends on lengths, and these may
    /// have become known better since.
    ///
    /// # Errors
    /// [`Impossible`].
    pub fn resumed(experiment: &Experiment, lengths: &Lengths<'_>, blocks: u32) -> Result<Self, Impossible> {
        let known = experiment.design().conditions.iter().map(|it| length::of(&it.course, lengths)).collect();
        Self::laid(experiment, known, blocks)
    }

    fn laid(experiment: &Experiment, lengths: Vec<Length>, blocks: u32) -> Result<Self, Impossible> {
        let design = experiment.design();
        let size: u64 = design.conditions.iter().map(|it| u64::from(it.times)).sum();
        let count = size.saturating_mul(blocks.into()).saturating_mul(design.nights.into());
        if count > u64::from(MOST_TRIALS) {
            return Err(Impossible::Trials(count));
        }
        let all = design.blocks_in_all(blocks);
        let last = design.stop.precision.as_ref().and_then(|it| it.looks.last().copied());
        if let Some(last) = last.filter(|last| u64::from(*last) > all) {
            return Err(Impossible::Look(last, all));
        }
        let mut plan = Self { blocks, lengths, trials: Vec::new() };
        for night in 0..design.nights {
            plan.night(experiment, night);
            if plan.night_length(night) > LONGEST_NIGHT {
                return Err(Impossible::Night(plan.night_length(night)));
            }
        }
        Ok(plan)
    }

    /// Appends the trials of a night.
    fn night(&mut self, experiment: &Experiment, night: u32) {
        let design = experiment.design();
        let (mut start, mut before) = (0_i64, None);
        for block in 0..self.blocks {
            for (position, condition) in (0..).zip(conditions(experiment, night, block, self.blocks)) {
                let Some(it) = design.conditions.get(condition) else { continue };
                for time in 0..it.times {
                    let index = u32::try_from(self.trials.len()).unwrap_or(u32::MAX);
                    let setup = it.setup.as_ref().filter(|_| before != Some(condition));
                    let sound = start.saturating_add(setup.map_or(0, |setup| setup.time)).saturating_add(design.before);
                    let sound_end = sound.saturating_add(self.lengths.get(condition).map_or(0, |it| it.nanos));
                    let end = sound_end.saturating_add(design.after);
                    let pause = pause(experiment, index);
                    let setup = setup.is_some();
                    self.trials.push(Trial {
                        index,
                        night,
                        block,
                        position,
                        time,
                        condition,
                        setup,
                        start,
                        sound,
                        sound_end,
                        end,
                        pause,
                    });
                    (start, before) = (end.saturating_add(pause), Some(condition));
                }
            }
        }
        if let Some(last) = self.trials.last_mut() {
            last.pause = 0;
        }
    }

    /// Without the trials that end later than after so much time of all nights together, nanoseconds.
    #[must_use]
    pub fn within(mut self, time: i64) -> Self {
        let before = |night: u32| (0..night).fold(0_i64, |sum, night| sum.saturating_add(self.night_length(night)));
        let kept = self.trials.partition_point(|it| before(it.night).saturating_add(it.end) <= time);
        self.trials.truncate(kept);
        self
    }

    /// The block of a trial, all nights counted, from 0.
    #[must_use]
    pub fn block_of(&self, experiment: &Experiment, night: u32, block: u32) -> u32 {
        match experiment.design().nightly {
            Nightly::Blocks => night.saturating_mul(self.blocks).saturating_add(block),
            Nightly::Condition => night / u32::try_from(experiment.design().conditions.len()).unwrap_or(u32::MAX).max(1),
        }
    }

    /// Whole blocks that are over after so many nights.
    #[must_use]
    pub fn blocks_after(&self, experiment: &Experiment, nights: u32) -> u32 {
        self.block_of(experiment, nights, 0)
    }

    /// Blocks of a night.
    #[must_use]
    pub const fn blocks(&self) -> u32 {
        self.blocks
    }

    /// How long the sound of each condition is.
    #[must_use]
    pub fn lengths(&self) -> &[Length] {
        &self.lengths
    }

    /// All trials in their order.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The trial of this number.
    #[must_use]
    pub fn trial(&self, index: u32) -> Option<&Trial> {
        self.trials.get(index as usize)
    }

    /// How long a night is, nanoseconds: to the end of its last trial.
    #[must_use]
    pub fn night_length(&self, night: u32) -> i64 {
        self.trials.iter().rev().find(|it| it.night == night).map_or(0, |last| last.end)
    }

    /// The nights together, nanoseconds.
    #[must_use]
    pub fn length(&self) -> i64 {
        let nights = self.trials.last().map_or(0, |last| last.night.saturating_add(1));
        (0..nights).fold(0, |sum, night| sum.saturating_add(self.night_length(night)))
    }
}

/// The conditions of a block of a night in their order; the block is counted within the night.
fn conditions(experiment: &Experiment, night: u32, block: u32, blocks: u32) -> Vec<usize> {
    match experiment.design().nightly {
        Nightly::Blocks => order(experiment, night.saturating_mul(blocks).saturating_add(block)),
        Nightly::Condition => {
            let count = u32::try_from(experiment.design().conditions.len()).unwrap_or(u32::MAX).max(1);
            order(experiment, night / count).get((night % count) as usize).copied().into_iter().collect()
        }
    }
}

/// The conditions of a block, all nights counted, in their order.
fn order(experiment: &Experiment, block: u32) -> Vec<usize> {
    let design = experiment.design();
    match design.order {
        Order::Lot => blocks::order(design.seed, block, design.conditions.len()),
        Order::Written => (0..design.conditions.len()).collect(),
    }
}

/// The pause after a trial: whole milliseconds, drawn by lot.
fn pause(experiment: &Experiment, index: u32) -> i64 {
    let design = experiment.design();
    let (shortest, longest) = design.pause;
    let steps = (longest - shortest) / MILLISECOND;
    let drawn = Lot::new(design.seed).draw("pause", index.into(), steps.unsigned_abs() + 1);
    shortest + i64::try_from(drawn).unwrap_or(0) * MILLISECOND
}

/// How many whole blocks fit into a time however the lot falls: each with its longest pauses, and every setting changed.
fn fitting(experiment: &Experiment, lengths: &[Length], time: i64) -> Result<u32, Impossible> {
    let design = experiment.design();
    let trial = |(it, length): (&Condition, &Length)| {
        let one = design.before.saturating_add(length.nanos).saturating_add(design.after).saturating_add(design.pause.1);
        one.saturating_mul(it.times.into()).saturating_add(it.setup.as_ref().map_or(0, |it| it.time))
    };
    let trials = design.conditions.iter().zip(lengths).map(trial);
    let block = match design.nightly {
        Nightly::Blocks => trials.fold(0_i64, i64::saturating_add),
        Nightly::Condition => trials.fold(0, i64::max),
    };
    // The last pause is not waited for.
    let fit = time.saturating_add(design.pause.1).checked_div(block).unwrap_or(0);
    match u32::try_from(fit) {
        Ok(0) => Err(Impossible::Block { block, night: time }),
        Ok(fit) => Ok(fit),
        Err(_) => Err(Impossible::Trials(fit.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests;
