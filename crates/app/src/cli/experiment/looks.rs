//! When an experiment ends before its last night.

use earwitness_lab::evaluation::{self, Unanswered};
use earwitness_lab::experiment::Experiment;
use earwitness_lab::plan::Plan;
use earwitness_lab::results::Trial;

/// The looks of an experiment at its results.
pub(super) struct Looks<'a> {
    experiment: &'a Experiment,
    plan: &'a Plan,
    seed: u64,
    /// Looks that were taken.
    taken: usize,
    /// The one that ended it.
    ended: Option<u32>,
}

impl<'a> Looks<'a> {
    /// Before the first one; permutations are drawn from `seed`.
    pub(super) const fn new(experiment: &'a Experiment, plan: &'a Plan, seed: u64) -> Self {
        Self { experiment, plan, seed, taken: 0, ended: None }
    }

    /// Takes the looks that are due after so many nights; where one shows that results are precise enough, leaves the trials after it out, and says so.
    pub(super) fn ends(&mut self, trials: &mut Vec<Trial>, devices: &[String], nights: u32) -> Result<bool, Unanswered> {
        let Some(precision) = &self.experiment.design().stop.precision else { return Ok(false) };
        let over = self.plan.blocks_after(self.experiment, nights);
        while let Some(look) = precision.looks.get(self.taken).copied().filter(|look| *look <= over) {
            self.taken += 1;
            let kept = trials.iter().filter(|it| self.plan.block_of(self.experiment, it.night, it.block) < look);
            let kept: Vec<Trial> = kept.cloned().collect();
            if kept.is_empty() {
                continue;
            }
            let results = evaluation::answer(self.experiment, devices, kept.clone(), self.seed)?;
            if evaluation::is_precise(self.experiment, &results, precision.half_width) {
                *trials = kept;
                self.ended = Some(look);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is said of it beside the results.
    pub(super) fn told(&self) -> Vec<String> {
        let stop = &self.experiment.design().stop;
        let mut told = Vec::new();
        if let Some(precision) = &stop.precision {
            let width = precision.half_width;
            told.push(match self.ended {
                Some(look) => format!(
                    "The experiment ended at the look after block {look}, where every interval was within +-{width} s. Looks were fixed beforehand; intervals are not adjusted for them."
                ),
                None => format!("No look found every interval within +-{width} s, so that the experiment went on to its end."),
            });
        }
        if let Some(time) = stop.time {
            told.push(format!(
                "Trials that would have ended later than after {} h of all nights together were left out.",
                hours(time)
            ));
        }
        told
    }
}

#[expect(clippy::cast_precision_loss, reason = "hours of a year")]
fn hours(nanos: i64) -> f64 {
    nanos as f64 / 3_600e9
}
