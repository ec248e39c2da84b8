//! What an analysis is asked, written down before there are trials.

use super::contrast::Contrast;
use super::copies::Copies;
use super::dose::Dose;
use super::equivalence::Equivalence;
use super::trial::Quantity;

/// The level of every test, and what every interval leaves out.
pub(super) const LEVEL: f64 = 0.05;
/// Draws of a permutation test unless said otherwise.
pub const DRAWS: usize = 9_999;

/// A question to the trials.
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// How much is sent in a condition. Nothing is tested.
    Mean(Mean),
    /// Whether two conditions differ, and by how much.
    Contrast(Contrast),
    /// Whether a condition sends no more than a baseline.
    Equivalence(Equivalence),
    /// Where a device stops.
    Dose(Dose),
}

/// A mean that is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Mean {
    /// What the question is called.
    pub name: String,
    /// The condition.
    pub condition: String,
    /// The device.
    pub device: String,
    /// What is measured.
    pub quantity: Quantity,
}

/// What was planned. Questions that come to mind when the trials are seen belong into another experiment.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// The questions. The first one is answered by the sentence with which the report begins.
    pub questions: Vec<Question>,
    /// From which permutations are drawn.
    pub seed: u64,
    /// How many, where there are too many to try all.
    pub draws: usize,
    /// Whether the conditions of a block came in an order drawn by lot.
    pub by_lot: bool,
    /// Devices that are copies of one another.
    pub copies: Vec<Copies>,
}

impl Plan {
    /// Questions with the usual number of draws.
    #[must_use]
    pub const fn new(questions: Vec<Question>, seed: u64) -> Self {
        Self { questions, seed, draws: DRAWS, by_lot: true, copies: Vec::new() }
    }
}

/// Why a plan does not fit the trials.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum PlanError {
    /// A condition that the trials do not have.
    #[error("`{question}`: there is no condition `{condition}`; there are: {}", there.join(", "))]
    Condition {
        /// Name of the question.
        question: String,
        /// What it names.
        condition: String,
        /// What there is.
        there: Vec<String>,
    },
    /// A device that the trials do not have.
    #[error("`{question}`: there is no device `{device}`; there are: {}", there.join(", "))]
    Device {
        /// Name of the question.
        question: String,
        /// What it names.
        device: String,
        /// What there is.
        there: Vec<String>,
    },
    /// A condition compared with itself.
    #[error("`{question}` compares `{condition}` with itself: name two conditions")]
    Same {
        /// Name of the question.
        question: String,
        /// The condition.
        condition: String,
    },
    /// A margin or a bound that is none.
    #[error("`{question}`: {value} is no {what}; give a number above 0")]
    Number {
        /// Name of the question.
        question: String,
        /// What the number is for.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// Levels from which no hinge follows.
    #[error("`{question}` needs at least two different levels, each a number, each condition once")]
    Levels {
        /// Name of the question.
        question: String,
    },
    /// Two questions of one name.
    #[error("two questions are called `{question}`: give each a name of its own")]
    Twice {
        /// The name.
        question: String,
    },
    /// No draws.
    #[error("a permutation test needs at least 99 draws, not {0}")]
    Draws(usize),
}
