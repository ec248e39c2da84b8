//! Whether devices answered rightly, by condition.
//!
//! A microphone hears the room: where several devices answer, a right answer is that of any of them. Conditions are compared by permutation within the blocks of all nights, in which the order
//! was drawn by lot. That says what holds in these nights; of nights where all trials of a condition were answered alike, Student's distribution would say nothing.

use std::collections::BTreeMap;

use earwitness_core::lot::Lot;
use serde::Serialize;

use super::describe::{Share, share};
use super::holm::adjust;
use super::permute::permute;
use super::plan::{DRAWS, LEVEL};
use super::trial::{Known, Trials};
use super::units::Block;
use super::words::chance;
use crate::answer::Outcome;

/// Conditions of a sentence that only lists them.
const LISTED: usize = 20;

/// What was answered.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RepliesResults {
    /// The device that answered, where only one was measured; else it may be any of them.
    pub device: Option<String>,
    /// Conditions to which an answer was expected.
    pub conditions: Vec<ConditionReplies>,
    /// Those that were to be compared.
    pub contrasts: Vec<ReplyContrast>,
    /// Who judged, and how many trials.
    pub judges: Vec<Said>,
    /// Why trials were not judged, and how many.
    pub not_judged: Vec<Said>,
    /// Trials that a program judged, and somebody else, whose word counts.
    pub judged_twice: u64,
    /// Of these, how often they disagreed.
    pub disagreements: u64,
}

/// What was answered under a condition.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ConditionReplies {
    /// Name of the condition.
    pub name: String,
    /// Trials with a right answer, of those that were judged.
    pub right: Share,
    /// Trials with a wrong one.
    pub wrong: u64,
    /// Trials without any.
    pub no_reply: u64,
    /// Trials that nobody judged: they are left out.
    pub not_judged: u64,
}

/// Right answers under two conditions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReplyContrast {
    /// The first condition, or the name of several.
    pub condition: String,
    /// The other one.
    pub against: String,
    /// Trials with a right answer, on each side.
    pub right: [u64; 2],
    /// Trials that were judged, on each side.
    pub judged: [u64; 2],
    /// Chance of a difference as large, either way, if there were none; `None` where nothing was tested.
    pub p: Option<f64>,
    /// The same after Holm, over all of these.
    pub adjusted_p: Option<f64>,
    /// Which test it was.
    pub test: String,
}

/// Something that is said of so many trials.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Said {
    /// What.
    pub what: String,
    /// Of how many.
    pub trials: u64,
}

/// What was answered in trials; nothing where no answer was expected. `pairs` are the names of the conditions that are compared, permutations are drawn from `seed`.
#[must_use]
pub fn replies(trials: &Trials, pairs: &[(String, String)], seed: u64) -> Option<RepliesResults> {
    let mut all = RepliesResults {
        device: match trials.devices() {
            [one] => Some(one.clone()),
            _ => None,
        },
        conditions: conditions(trials),
        contrasts: Vec::new(),
        judges: Vec::new(),
        not_judged: Vec::new(),
        judged_twice: 0,
        disagreements: 0,
    };
    if all.conditions.is_empty() {
        return None;
    }
    count(trials, &mut all);
    let lot = Lot::new(seed);
    for (number, (condition, against)) in (0..).zip(pairs) {
        let sides = trials.named(condition).zip(trials.named(against));
        let sides = sides.map(|it| (trials.right(&it.0), trials.right(&it.1))).filter(|it| !it.0.is_empty() && !it.1.is_empty());
        let Some((first, second)) = sides else { continue };
        let (p, test) = tested(&first, &second, lot, number);
        let [condition, against] = [condition, against].map(Clone::clone);
        let (right, judged) = ([right(&first), right(&second)], [first.len() as u64, second.len() as u64]);
        all.contrasts.push(ReplyContrast { condition, against, right, judged, p, adjusted_p: None, test });
    }
    let ps: Vec<Option<f64>> = all.contrasts.iter().map(|it| it.p).collect();
    for (it, adjusted) in all.contrasts.iter_mut().zip(adjust(&ps)) {
        it.adjusted_p = adjusted;
    }
    Some(all)
}

fn conditions(trials: &Trials) -> Vec<ConditionReplies> {
    let of = |(place, name): (usize, &String)| {
        let own = trials.trials().iter().filter(|it| it.condition == place);
        let outcomes: Vec<Outcome> = own.filter_map(|it| it.answer.as_ref()).map(|it| it.outcome).collect();
        let count = |outcome| outcomes.iter().filter(|it| **it == outcome).count() as u64;
        (!outcomes.is_empty()).then(|| ConditionReplies {
            name: name.clone(),
            right: share(&trials.right(&[place]), LEVEL),
            wrong: count(Outcome::Wrong),
            no_reply: count(Outcome::NoReply),
            not_judged: count(Outcome::NotJudged),
        })
    };
    trials.conditions().iter().enumerate().filter_map(of).collect()
}

/// Who judged, why not, and how often two agree.
fn count(trials: &Trials, all: &mut RepliesResults) {
    let (mut judges, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    for it in trials.trials().iter().filter_map(|it| it.answer.as_ref()) {
        let unknown = "somebody who is not named";
        let (counts, what) = if it.outcome.is_judged() { (&mut judges, &it.judge) } else { (&mut reasons, &it.why) };
        *counts.entry(what.clone().unwrap_or_else(|| unknown.to_owned())).or_insert(0_u64) += 1;
        if let Some(program) = it.overruled.filter(|it| it.is_judged()) {
            all.judged_twice += 1;
            all.disagreements += u64::from(program != it.outcome);
        }
    }
    let said = |counts: BTreeMap<String, u64>| counts.into_iter().map(|(what, trials)| Said { what, trials }).collect();
    (all.judges, all.not_judged) = (said(judges), said(reasons));
}

fn right(values: &[Known]) -> u64 {
    values.iter().filter(|it| it.value > 0.0).count() as u64
}

/// The p-value and the name of the test.
fn tested(first: &[Known], second: &[Known], lot: Lot, number: u64) -> (Option<f64>, String) {
    let mut blocks = BTreeMap::<(u32, u32), Block>::new();
    let empty = || Block { first: Vec::new(), second: Vec::new() };
    for it in first {
        blocks.entry((it.night, it.block)).or_insert_with(empty).first.push(it.value);
    }
    for it in second {
        blocks.entry((it.night, it.block)).or_insert_with(empty).second.push(it.value);
    }
    let blocks: Vec<Block> = blocks.into_values().filter(|it| !it.first.is_empty() && !it.second.is_empty()).collect();
    if blocks.len() < 2 && blocks.iter().all(|it| it.first.len() + it.second.len() <= 2) {
        return (None, "none: the conditions share no two blocks".to_owned());
    }
    let found = permute(&blocks, LEVEL, DRAWS, &mut lot.stream("answers", number));
    let how = if found.exact { "exact permutation" } else { "permutation" };
    (Some(found.p), format!("{how} of conditions within {} blocks, {} assignments", blocks.len(), found.tried))
}

/// What is said of it: a sentence for each comparison, and one of the conditions that are in none.
#[must_use]
pub fn answered(it: &RepliesResults) -> Vec<String> {
    let heard = it.device.as_ref().map_or_else(|| "A right answer was heard".to_owned(), |it| format!("{it} answered rightly"));
    let mut said: Vec<String> = it.contrasts.iter().map(|own| compared(&heard, own, it.contrasts.len())).collect();
    if said.is_empty() {
        let judged = it.conditions.iter().filter(|it| it.right.all > 0).take(LISTED);
        let each: Vec<String> =
            judged.map(|it| format!("{} of {} trials under {}", it.right.some, it.right.all, it.name)).collect();
        if !each.is_empty() {
            said.push(format!("{heard} in {}.", each.join(", in ")));
        }
    }
    said
}

fn compared(heard: &str, it: &ReplyContrast, tests: usize) -> String {
    let ReplyContrast { condition, against, right, judged, adjusted_p, .. } = it;
    let all = if tests > 1 { format!(", adjusted for {tests} tests") } else { String::new() };
    let shown = match adjusted_p {
        None => "not tested".to_owned(),
        Some(p) if *p <= LEVEL => format!("{}{all}", chance(*p)),
        Some(p) => format!("a difference is not shown, {}{all}", chance(*p)),
    };
    format!(
        "{heard} in {} of {} trials under {condition}, and in {} of {} under {against} ({shown}).",
        right[0], judged[0], right[1], judged[1]
    )
}
