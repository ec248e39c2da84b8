//! One of the things that an experiment compares.

use earwitness_core::timeline::{Part, Script};

/// The level of each factor.
pub type Levels = earwitness_core::timeline::Condition;

/// What is done in a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// What results call it.
    pub name: String,
    /// What distinguishes it from others, factor by factor.
    pub levels: Levels,
    /// What sounds.
    pub course: Course,
    /// How many trials of it follow one another in a block: more than one where it takes somebody's hand to change over.
    pub times: u32,
    /// What has to be done before a trial of it that follows one of another condition.
    pub setup: Option<Setup>,
    /// Files of subtitles, each with the number of the part that it belongs to.
    pub subtitles: Vec<(usize, String)>,
    /// What a right answer holds: one of these, word for word; empty where nobody is asked.
    pub answer: Vec<String>,
}

/// What sounds in a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Course {
    /// Nothing, for so many nanoseconds: what devices do by themselves.
    Quiet(i64),
    /// Parts laid end to end.
    Sounds(Script),
}

impl Course {
    /// Its parts; none where nothing sounds.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        match self {
            Self::Quiet(_) => &[],
            Self::Sounds(script) => script.parts(),
        }
    }
}

/// What changes over to a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Who does it.
    pub by: Switching,
    /// How much time there is for it, nanoseconds.
    pub time: i64,
}

/// Who changes a setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Switching {
    /// Somebody who is asked to: a sentence. The trial waits until it is confirmed.
    Person(String),
    /// A program with its arguments; no shell is between.
    Command(Vec<String>),
}
