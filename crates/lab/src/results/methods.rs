//! How results were computed, as facts for a section on methods.

use std::collections::BTreeSet;

use serde::Serialize;

use super::plan::{LEVEL, Plan};
use super::trial::{Quantity, Trials};

/// How results were computed.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Methods {
    /// Confidence of all intervals, but those of equivalence.
    pub confidence: f64,
    /// Level of all tests.
    pub level: f64,
    /// From which permutations were drawn.
    pub seed: u64,
    /// How many at most, where there were too many to try all.
    pub draws: usize,
    /// Nights.
    pub nights: u64,
    /// Blocks.
    pub blocks: u64,
    /// Trials.
    pub trials: u64,
    /// Different sounds.
    pub sounds: u64,
    /// Readings of seconds that are not known, over all devices: left out, not counted as 0.
    pub unknown_readings: u64,
    /// Tests that were adjusted for one another.
    pub tests: u64,
    /// What intervals and tests take for granted.
    pub assumptions: Vec<String>,
}

impl Methods {
    /// Of the trials and the plan.
    pub(super) fn of(trials: &Trials, plan: &Plan, tests: usize) -> Self {
        let all = trials.trials();
        let nights = all.iter().map(|it| it.night).collect::<BTreeSet<_>>().len() as u64;
        let unknown = all.iter().flat_map(|it| &it.readings).filter(|it| Quantity::Seconds.of(it).is_none()).count() as u64;
        let mut assumptions = vec![if nights > 1 {
            "Nights are independent of each other and of one sort; each counts the same, whatever the number of its trials."
        } else {
            "All trials are of one night: intervals and tests say what holds in that night, not in others."
        }];
        assumptions.push(if plan.by_lot {
            "Which condition a trial had was drawn by lot within its block."
        } else {
            "Conditions came in the order in which they are written: what changes with time is taken to make no difference between them."
        });
        if unknown > 0 {
            assumptions.push("Whether a reading is unknown has nothing to do with what it would have been.");
        }
        if tests > 1 {
            assumptions.push(
                "P-values are adjusted after Holm over all contrasts and equivalences of the report; intervals are not adjusted.",
            );
        }
        Self {
            confidence: 1.0 - LEVEL,
            level: LEVEL,
            seed: plan.seed,
            draws: plan.draws,
            nights,
            blocks: all.iter().map(|it| (it.night, it.block)).collect::<BTreeSet<_>>().len() as u64,
            trials: all.len() as u64,
            sounds: all.iter().map(|it| it.sound).collect::<BTreeSet<_>>().len() as u64,
            unknown_readings: unknown,
            tests: tests as u64,
            assumptions: assumptions.into_iter().map(str::to_owned).collect(),
        }
    }
}
