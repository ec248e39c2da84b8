//! What is asked of the results, before there are any.

/// A question about conditions.
#[derive(Clone, PartialEq, Debug)]
pub struct Contrast {
    /// What is asked.
    pub question: Question,
    /// The smallest difference that is to be found, seconds of sound: what the number of repeats is weighed against.
    pub difference: Option<f64>,
    /// The factor each of whose levels is compared with the lowest, where the question is one of these steps.
    pub steps: Option<String>,
}

/// What is asked. Conditions are given by their numbers.
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// How much is uploaded.
    Mean {
        /// In which conditions, and what they are called.
        of: (String, Vec<usize>),
        /// Of what.
        measure: Measure,
    },
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

/// What of an upload is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// All sound in it.
    Seconds,
    /// Sound from before the wake word.
    PreRoll,
    /// Sound from after the end of what sounded.
    Tail,
}

impl Measure {
    /// All of them, with their names in files.
    pub const NAMES: [(&str, Self); 3] =
        [("seconds", Self::Seconds), ("pre_roll_seconds", Self::PreRoll), ("tail_seconds", Self::Tail)];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|it| it.1 == self).map_or("", |it| it.0)
    }
}

impl Question {
    /// Names for conditions that it asks about together.
    pub fn sides(&self) -> impl Iterator<Item = (&str, &[usize])> {
        let sides = match self {
            Self::Mean { of, .. } => [Some(of), None],
            Self::Difference { left, right } | Self::Equivalence { left, right, .. } => [Some(left), Some(right)],
            Self::Dose { .. } => [None, None],
        };
        sides.into_iter().flatten().map(|(name, conditions)| (name.as_str(), conditions.as_slice()))
    }
}

/// `prefix against command`.
impl std::fmt::Display for Question {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mean { of, measure } => write!(out, "{} in {}", measure.name(), of.0),
            Self::Difference { left, right } => write!(out, "{} against {}", left.0, right.0),
            Self::Equivalence { left, right, margin } => write!(out, "{} the same as {} within {margin} s", left.0, right.0),
            Self::Dose { factor, .. } => write!(out, "what follows from {factor}"),
        }
    }
}
