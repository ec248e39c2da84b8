//! What devices answered, and who says so: what is written down of a reply.

use earwitness_core::time::SECOND;
use serde::{Deserialize, Serialize};

/// A reply is listened to for so long after the last sound of a trial, or until watching ends, nanoseconds: devices answer within some seconds, and what a microphone heard is kept for less
/// than a minute.
pub const LISTENED: i64 = 30 * SECOND;
/// Most characters that are kept of what was understood.
pub const LONGEST: usize = 400;

/// What a reply was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds what a right answer holds.
    Right,
    /// It does not.
    Wrong,
    /// Nothing was answered.
    NoReply,
    /// Nobody says which.
    NotJudged,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Right, Self::Wrong, Self::NoReply, Self::NotJudged];

    /// How it is called in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::NoReply => "no reply",
            Self::NotJudged => "not judged",
        }
    }

    /// The one that is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whether somebody said what it was.
    #[must_use]
    pub const fn is_judged(self) -> bool {
        !matches!(self, Self::NotJudged)
    }
}

/// What became of the reply to one trial.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Judgement {
    /// What it was.
    pub outcome: Outcome,
    /// Whether the microphone heard anything at all after the sound; nothing where none listened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<bool>,
    /// What was understood, the first [`LONGEST`] characters; of untrusted origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Who judged: a program with its version, or what somebody is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// The file of the recording in the folder of the experiment, if it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// Why it was not judged or not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What a program said of it, where somebody else judged it as well; that is not written into the journal.
    #[serde(skip)]
    pub overruled: Option<Outcome>,
}

impl Judgement {
    /// Nobody judged it, for this reason.
    #[must_use]
    pub fn none(why: &str) -> Self {
        Self { why: Some(why.to_owned()), ..Self::of(Outcome::NotJudged) }
    }

    /// An outcome of which nothing else is known.
    #[must_use]
    pub const fn of(outcome: Outcome) -> Self {
        Self { outcome, heard: None, words: None, judge: None, recording: None, why: None, overruled: None }
    }
}
