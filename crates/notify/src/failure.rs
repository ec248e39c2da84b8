//! Why a letter was not sent.

/// What happened, and what a person can do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{said}; {remedy}")]
pub struct Failure {
    /// What happened.
    pub said: String,
    /// What a person can do.
    pub remedy: String,
    /// Whether it is this letter that is refused, and not just now: it is given up after some tries.
    pub refused: bool,
}

impl Failure {
    pub(crate) fn new(said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { said: said.into(), remedy: remedy.into(), refused: false }
    }
}
