//! What came of checking a bundle.

use serde::Serialize;

use crate::about::About;

/// Version of the report for programs (`docs/schema/evidence-1.json`).
const VERSION: u32 = 1;

/// What came of one check.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was checked, and it is so.
    Holds,
    /// It was checked, and it is not so.
    Fails,
    /// It could not be checked, or there is nothing to check it against.
    Open,
}

/// One check.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Check {
    /// What was checked, in a word.
    pub what: &'static str,
    /// What came of it.
    pub state: State,
    /// In sentences.
    pub says: Vec<String>,
}

/// What all checks come to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    /// Every check that could be made holds, and the verdicts were derived again.
    Holds,
    /// Something does not hold.
    Refused,
    /// Nothing is wrong, but the verdicts were not derived again.
    #[default]
    Incomplete,
}

/// The verdict on a device, as it was derived again.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Verdict {
    /// Its MAC address, or its address.
    pub device: String,
    /// What it is called.
    pub name: String,
    /// The verdict.
    pub verdict: String,
}

/// What is told of a bundle.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Debug)]
pub struct Report {
    /// Version of this format.
    pub version: u32,
    /// The program that checked.
    pub program: String,
    /// The name of the bundle.
    pub bundle: String,
    /// What all checks come to.
    pub conclusion: Conclusion,
    /// The checks.
    pub checks: Vec<Check>,
    /// SHA-256 of the tag manifest: what signatures and time stamps are of.
    pub tag_manifest: String,
    /// The commitment that the bundle reveals, if it does.
    pub commitment: Option<String>,
    /// The program that made the bundle.
    pub made_by: String,
    /// The answer, as reports begin; derived again.
    pub answer: String,
    /// The verdicts, derived again.
    pub verdicts: Vec<Verdict>,
    /// What to know before believing a verdict, taken over from it.
    pub caveats: Vec<String>,
    /// What the bundle says was tested, which nothing can check.
    pub about: About,
    /// What the bundle cannot show.
    pub cannot_show: Vec<String>,
}

impl Report {
    pub(super) fn add(&mut self, what: &'static str, state: State, says: Vec<String>) {
        self.checks.push(Check { what, state, says });
    }

    /// A check that holds where nothing is wrong.
    pub(super) fn take(&mut self, what: &'static str, wrong: Vec<String>, good: String) {
        let (state, says) = if wrong.is_empty() { (State::Holds, vec![good]) } else { (State::Fails, wrong) };
        self.add(what, state, says);
    }

    /// What came of a check.
    #[must_use]
    pub fn of(&self, what: &str) -> Option<&Check> {
        self.checks.iter().find(|it| it.what == what)
    }

    /// What does not hold.
    pub fn failing(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|it| it.state == State::Fails)
    }

    /// Says what the bundle leaves open, with what is known of its signer and its commitment.
    pub(super) fn open(&mut self, is_signed: bool, is_committed: bool) {
        let mut cannot: Vec<&str> = Vec::new();
        if !is_signed && !is_committed {
            cannot.push(
                "That this is the bundle that was made: without --allowed-signers or --commitment, one that somebody changed and made anew, with another signature, \
                 would pass as well.",
            );
        }
        cannot.push(
            "That the frames were captured where and when it says: who can write frames can write any, with verdicts that follow from them. A signature says who \
             answers for them.",
        );
        if is_committed {
            cannot.push(
                "That no other session was run beside this one: ask for all commitments that were published, and for a bundle of each.",
            );
        } else {
            cannot.push(
                "That the seed was chosen before the traffic was seen, and that this was the only session: of many, the one that pleased most may have been shown. A \
                 commitment that was published before the first round excludes the former, and makes the latter countable.",
            );
        }
        cannot.push(
            "That rounds which do not count were rightly left out, and that the device under test is the one that is described.",
        );
        self.cannot_show = cannot.into_iter().map(str::to_owned).collect();
    }

    pub(super) fn concluded(mut self) -> Self {
        self.version = VERSION;
        concat!("earwitness ", env!("CARGO_PKG_VERSION")).clone_into(&mut self.program);
        let derived = self.of("verdicts").is_some_and(|it| it.state == State::Holds);
        let fails = self.failing().next().is_some();
        self.conclusion = match (fails, derived) {
            (true, _) => Conclusion::Refused,
            (false, true) => Conclusion::Holds,
            (false, false) => Conclusion::Incomplete,
        };
        self
    }
}
