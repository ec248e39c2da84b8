//! What an experiment asks of the answers of devices, and how these were judged.

use crate::answer::Judgement;
use crate::experiment::{Experiment, Question};
use crate::results::{self, RepliesResults, Results, Said, Trials};

/// Puts what was answered to trials, which stand in the order of their judgements.
pub fn answered(trials: &mut [results::Trial], judgements: &[Option<Judgement>]) {
    for (trial, judgement) in trials.iter_mut().zip(judgements) {
        trial.answer.clone_from(judgement);
    }
}

/// Tells what was answered: right behind what steps of a factor say together, which answers say more of; else at the end.
pub(super) fn tell(experiment: &Experiment, trials: &Trials, seed: u64, steps: usize, results: &mut Results) {
    let Some(found) = results::replies(trials, &pairs(experiment), seed) else { return };
    let place = if steps > 0 { steps } else { results.answers.len() };
    results.answers.splice(place..place, results::answered(&found));
    results.methods.assumptions.extend(assumptions(&found));
    results.replies = Some(found);
}

/// The conditions that are compared in anything, each pair once.
fn pairs(experiment: &Experiment) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for contrast in &experiment.design().contrasts {
        let (Question::Difference { left, right } | Question::Equivalence { left, right, .. }) = &contrast.question else {
            continue;
        };
        let pair = (left.0.clone(), right.0.clone());
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

fn assumptions(it: &RepliesResults) -> Vec<String> {
    let judged: u64 = it.conditions.iter().map(|it| it.right.all).sum();
    let mut said = Vec::new();
    if judged > 0 {
        said.push(format!(
            "Whether an answer was right was judged by {}: a right one holds one of the texts that the experiment expects.",
            each(&it.judges)
        ));
        said.push(it.device.as_ref().map_or_else(
            || "A microphone hears all devices of a room, so that an answer may be that of any of them.".to_owned(),
            |it| {
                format!("A microphone hears all devices of a room: an answer is that of {it} only if no other one answers there.")
            },
        ));
    }
    if !it.not_judged.is_empty() {
        said.push(format!(
            "Answers were not judged, and are left out, because {}; that is taken to have nothing to do with what they were.",
            each(&it.not_judged)
        ));
    }
    if it.judged_twice > 0 {
        let (twice, disagree) = (it.judged_twice, it.disagreements);
        said.push(format!(
            "{twice} answers were judged by a program as well as by somebody whose word counts: they disagreed in {disagree} of them."
        ));
    }
    if it.contrasts.iter().any(|it| it.p.is_some()) {
        said.push(
            "P-values of answers hold for the nights of this experiment and say nothing of others; they are adjusted after Holm among themselves."
                .to_owned(),
        );
    }
    said
}

/// `a (3 trials), b (1)`.
fn each(all: &[Said]) -> String {
    let each: Vec<String> = all.iter().map(|it| format!("{} ({})", it.what, it.trials)).collect();
    each.join(", ")
}
