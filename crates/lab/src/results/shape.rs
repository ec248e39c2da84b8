//! What an analysis found, as it is written down: `docs/schema/experiment-report-1.json` says what the keys mean.

use serde::Serialize;

use super::contrast::ContrastResults;
use super::copies::CopiesResults;
use super::describe::{ConditionResults, Estimate};
use super::dose::DoseResults;
use super::equivalence::EquivalenceResults;
use super::idle::IdleResults;
use super::methods::Methods;
use super::misactivations::MisactivationResults;
use super::plan::Mean;
use super::repeats::RepeatsResults;
use super::replies::RepliesResults;
use super::witnesses::WitnessResults;

/// Version of the shape.
pub(super) const VERSION: u32 = 1;

/// What the trials of an experiment show.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Results {
    /// Version of this shape.
    pub version: u32,
    /// One sentence that answers the first question of the plan.
    pub answer: String,
    /// A sentence for each question of the plan, in their order; where nothing is asked, one for each condition and device that says what was sent.
    pub answers: Vec<String>,
    /// What stands against taking them at their word: nobody may have woken, uploads may run into one another.
    pub warnings: Vec<String>,
    /// What each device sent under each condition.
    pub conditions: Vec<ConditionResults>,
    /// Differences of conditions, as planned.
    pub contrasts: Vec<ContrastResults>,
    /// Conditions against baselines, as planned.
    pub equivalences: Vec<EquivalenceResults>,
    /// Cut-offs, as planned.
    pub doses: Vec<DoseResults>,
    /// Copies of one device compared with the first of their group; empty where the experiment names none.
    pub copies: Vec<CopiesResults>,
    /// Seconds of repeats of the same sound, by condition and device.
    pub repeats: Vec<RepeatsResults>,
    /// Wakes while recordings sounded, by condition and device; empty where they were not asked for, or trials come from a table.
    pub misactivations: Vec<MisactivationResults>,
    /// What each device sends by itself; empty likewise.
    pub idle: Vec<IdleResults>,
    /// What second witnesses say of trials; empty where there are none.
    pub witnesses: Vec<WitnessResults>,
    /// What was answered in the room; nothing where no answer was expected.
    pub replies: Option<RepliesResults>,
    /// How all of this was computed.
    pub methods: Methods,
}

/// The result that answers a question.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answered<'a> {
    Mean(&'a Mean, Estimate),
    Contrast(&'a ContrastResults),
    Equivalence(&'a EquivalenceResults),
    Dose(&'a DoseResults),
}
