//! What is asked of the results, before there are any.

/// A question about conditions.
#[derive(Clone, PartialEq, Debug)]
pub struct Contrast {
    /// What is asked.
    pub question: Question,
    /// The smallest difference that is to be found, seconds of sound: what the number of repeats is weighed against.
    pub difference: Option<f64>,
}

/// What is asked. Conditions are given by their numbers.
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// Whether more is uploaded on one side than on the other.
    Difference {
        /// The one side, and what it is called.
        left: (String, Vec<usize>),
        /// The other.
        right: (String, Vec<usize>),
    },
    /// Whether both sides are the same but for a margin.
    Equivalence {
        /// The one side, and what it is called.
        left: (String, Vec<usize>),
        /// The other.
        right: (String, Vec<usize>),
        /// The largest difference that does not matter, seconds of sound.
        margin: f64,
    },
    /// How what is uploaded grows with a factor whose levels are numbers.
    Dose {
        /// The factor.
        factor: String,
        /// Conditions with their level, from the lowest on.
        levels: Vec<(f64, usize)>,
    },
}

/// `prefix - command`.
impl std::fmt::Display for Question {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Difference { left, right } => write!(out, "{} against {}", left.0, right.0),
            Self::Equivalence { left, right, margin } => write!(out, "{} the same as {} within {margin} s", left.0, right.0),
            Self::Dose { factor, .. } => write!(out, "what follows from {factor}"),
        }
    }
}
