//! The analysis: a plan put to trials.

use std::collections::BTreeSet;

use earwitness_core::lot::Lot;

use super::contrast::{Contrast, Sides, contrast};
use super::copies::copies;
use super::describe::{describe, estimate};
use super::dose::{Dose, dose};
use super::equivalence::{Equivalence, equivalence};
use super::holm::adjust;
use super::methods::Methods;
use super::plan::{LEVEL, Mean, Plan, PlanError, Question};
use super::repeats::repeats;
use super::sentence::{alike, sent, sentence};
use super::shape::{Answered, Results, VERSION};
use super::trial::{Quantity, Trials};

/// A question that fits the trials.
enum Fitting<'a> {
    Mean(&'a Mean, Vec<usize>, usize),
    Contrast(&'a Contrast, Sides),
    Equivalence(&'a Equivalence, Sides),
    Dose(&'a Dose, usize, Vec<(usize, f64)>),
}

/// Analyses trials as it was planned. The same trials, plan and seed give the same results.
///
/// # Errors
///
/// Where the plan names what the trials do not have, or asks what has no answer.
pub fn analyse(trials: &Trials, plan: &Plan) -> Result<Results, PlanError> {
    if plan.draws < 99 {
        return Err(PlanError::Draws(plan.draws));
    }
    let mut names = BTreeSet::new();
    let fitting: Vec<Fitting<'_>> = plan.questions.iter().map(|it| fit(it, trials)).collect::<Result<_, _>>()?;
    for question in plan.questions.iter().map(name) {
        if !names.insert(question) {
            return Err(PlanError::Twice { question: question.to_owned() });
        }
    }
    let lot = Lot::new(plan.seed);
    let asked_doses = fitting.iter().filter(|it| matches!(it, Fitting::Dose(..))).count() as u64;
    let (mut means, mut contrasts, mut equivalences, mut doses) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, it) in (0..).zip(&fitting) {
        match it {
            Fitting::Mean(planned, conditions, device) => {
                means.push((*planned, estimate(&trials.values(conditions, *device, planned.quantity), LEVEL)));
            }
            Fitting::Contrast(planned, sides) => {
                contrasts.push(contrast(trials, planned, sides, LEVEL, plan.draws, &mut lot.stream("contrast", number)));
            }
            Fitting::Equivalence(planned, sides) => equivalences.push(equivalence(trials, planned, sides, LEVEL)),
            Fitting::Dose(planned, device, levels) => doses.push(dose(trials, planned, *device, levels, (LEVEL, asked_doses))),
        }
    }
    let groups = (0..).zip(&plan.copies);
    let mut copies: Vec<_> =
        groups.flat_map(|(number, it)| copies(trials, it, LEVEL, plan.draws, &mut lot.stream("copies", number))).collect();
    // One family: whoever reads the report sees all of its tests.
    let ps: Vec<Option<f64>> =
        contrasts.iter().map(|it| it.p).chain(equivalences.iter().map(|it| it.p)).chain(copies.iter().map(|it| it.p)).collect();
    let mut adjusted = adjust(&ps).into_iter();
    for it in &mut contrasts {
        it.adjusted_p = adjusted.next().flatten();
    }
    for it in &mut equivalences {
        it.decide(adjusted.next().flatten(), LEVEL);
    }
    for it in &mut copies {
        it.adjusted_p = adjusted.next().flatten();
    }
    let methods = Methods::of(trials, plan, ps.iter().flatten().count());
    let (mut of_means, mut of_contrasts) = (means.iter(), contrasts.iter());
    let (mut of_equivalences, mut of_doses) = (equivalences.iter(), doses.iter());
    let answered = plan.questions.iter().filter_map(|it| match it {
        Question::Mean(_) => of_means.next().map(|(planned, found)| Answered::Mean(planned, *found)),
        Question::Contrast(_) => of_contrasts.next().map(Answered::Contrast),
        Question::Equivalence(_) => of_equivalences.next().map(Answered::Equivalence),
        Question::Dose(_) => of_doses.next().map(Answered::Dose),
    });
    let described = describe(trials, LEVEL);
    let mut answers: Vec<String> = if plan.questions.is_empty() {
        described.iter().flat_map(|it| it.devices.iter().map(|device| sent(&it.name, device))).collect()
    } else {
        answered.map(|it| sentence(it, &methods)).collect()
    };
    answers.extend(copies.iter().map(|it| alike(it, &methods)));
    let places =
        (0..trials.conditions().len()).flat_map(|condition| (0..trials.devices().len()).map(move |device| (condition, device)));
    let repeats = places.map(|(condition, device)| repeats(trials, condition, device, Quantity::Seconds, LEVEL)).collect();
    Ok(Results {
        version: VERSION,
        answer: answers.first().cloned().unwrap_or_default(),
        answers,
        warnings: Vec::new(),
        conditions: described,
        contrasts,
        equivalences,
        doses,
        copies,
        repeats,
        misactivations: Vec::new(),
        witnesses: Vec::new(),
        idle: Vec::new(),
        replies: None,
        methods,
    })
}

/// The name of a question.
fn name(question: &Question) -> &str {
    match question {
        Question::Mean(it) => &it.name,
        Question::Contrast(it) => &it.name,
        Question::Equivalence(it) => &it.compared.name,
        Question::Dose(it) => &it.name,
    }
}

/// Puts the places of conditions and devices for their names.
fn fit<'a>(question: &'a Question, trials: &Trials) -> Result<Fitting<'a>, PlanError> {
    match question {
        Question::Mean(it) => {
            Ok(Fitting::Mean(it, named(&it.name, &it.condition, trials)?, device(&it.name, &it.device, trials)?))
        }
        Question::Contrast(it) => Ok(Fitting::Contrast(it, sides(it, trials)?)),
        Question::Equivalence(it) => {
            let question = || it.compared.name.clone();
            let above_nothing = |what, value: f64| {
                let good = value.is_finite() && value > 0.0;
                if good { Ok(()) } else { Err(PlanError::Number { question: question(), what, value }) }
            };
            above_nothing("margin", it.margin)?;
            it.most.map_or(Ok(()), |most| above_nothing("most that a trial can read", most))?;
            Ok(Fitting::Equivalence(it, sides(&it.compared, trials)?))
        }
        Question::Dose(it) => {
            let levels: Vec<(usize, f64)> = it
                .levels
                .iter()
                .map(|level| Ok((condition(&it.name, &level.condition, trials)?, level.level)))
                .collect::<Result<_, PlanError>>()?;
            let once: BTreeSet<usize> = levels.iter().map(|it| it.0).collect();
            let differ = levels.iter().any(|level| levels.first().is_some_and(|first| first.1.total_cmp(&level.1).is_ne()));
            if !differ || once.len() < levels.len() || levels.iter().any(|it| !it.1.is_finite()) {
                return Err(PlanError::Levels { question: it.name.clone() });
            }
            Ok(Fitting::Dose(it, device(&it.name, &it.device, trials)?, levels))
        }
    }
}

fn sides(planned: &Contrast, trials: &Trials) -> Result<Sides, PlanError> {
    let one = named(&planned.name, &planned.condition, trials)?;
    let against = named(&planned.name, &planned.against, trials)?;
    if one.iter().any(|it| against.contains(it)) {
        return Err(PlanError::Same { question: planned.name.clone(), condition: planned.condition.clone() });
    }
    let device = device(&planned.name, &planned.device, trials)?;
    Ok(Sides { condition: one, against, device, quantity: planned.quantity })
}

fn condition(question: &str, condition: &str, trials: &Trials) -> Result<usize, PlanError> {
    trials.conditions().iter().position(|it| it == condition).ok_or_else(|| missing(question, condition, trials))
}

/// A condition, or those that a name stands for.
fn named(question: &str, condition: &str, trials: &Trials) -> Result<Vec<usize>, PlanError> {
    trials.named(condition).ok_or_else(|| missing(question, condition, trials))
}

fn missing(question: &str, condition: &str, trials: &Trials) -> PlanError {
    PlanError::Condition { question: question.to_owned(), condition: condition.to_owned(), there: trials.conditions().to_vec() }
}

fn device(question: &str, device: &str, trials: &Trials) -> Result<usize, PlanError> {
    trials.devices().iter().position(|it| it == device).ok_or_else(|| PlanError::Device {
        question: question.to_owned(),
        device: device.to_owned(),
        there: trials.devices().to_vec(),
    })
}
