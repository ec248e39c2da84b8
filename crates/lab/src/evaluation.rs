//! From the plan of an experiment and what was measured in its trials to what it answers.

mod aside;
mod precise;
mod replies;
mod steps;
mod warnings;

use earwitness_core::time::Timestamp;
use earwitness_core::timeline::Part;

use crate::experiment::{Experiment, Measure, Order, Question};
use crate::plan::{Lengths, Trial, part};
use crate::reading::{DeviceReadings, Sounded};
use crate::results::{
    self, Claim, Contrast, Copies, Dose, Equivalence, Level, Mean, Plan, PlanError, Quantity, Reading, Results, SoundId, Trials,
    TrialsError,
};
use crate::wake;

pub use self::aside::{Aside, said};
pub use self::precise::is_precise;
pub use self::replies::answered;
pub use self::warnings::warnings;

/// Why trials do not answer the questions of an experiment.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// They cannot be analysed.
    #[error(transparent)]
    Trials(#[from] TrialsError),
    /// They are not what is asked about.
    #[error(transparent)]
    Questions(#[from] PlanError),
}

/// When the sound of a trial began and ended, in a night that began at `night`.
#[must_use]
pub fn sounded(experiment: &Experiment, trial: &Trial, lengths: &Lengths<'_>, night: Timestamp) -> Sounded {
    let parts = experiment.design().conditions.get(trial.condition).map_or(&[][..], |it| it.course.parts());
    let from = night.plus(trial.sound);
    let (mut until, mut sound_end) = (from, None);
    for it in parts {
        until = until.plus(part(it, lengths).nanos);
        if !matches!(it, Part::Silence(_) | Part::Gap(_)) {
            sound_end = Some(until);
        }
    }
    let wake = wake::wake(parts, lengths).map(|wake| from.plus(wake.0));
    Sounded { from, wake, sound_end, watched_until: night.plus(trial.end) }
}

/// What was measured in trials, by the readings of each device, which stand in their order.
#[must_use]
pub fn measured(trials: &[&Trial], devices: &[DeviceReadings]) -> Vec<results::Trial> {
    let of = |(place, trial): (usize, &&Trial)| results::Trial {
        night: trial.night,
        block: trial.block,
        position: trial.index,
        condition: trial.condition,
        sound: sound_of(trial.condition),
        readings: devices.iter().map(|it| it.readings.get(place).map(Reading::from).unwrap_or_default()).collect(),
        answer: None,
    };
    trials.iter().enumerate().map(of).collect()
}

/// What sounds in the trials of a condition, which is the same in all of them.
#[must_use]
pub fn sound_of(condition: usize) -> SoundId {
    SoundId(u32::try_from(condition).unwrap_or(u32::MAX))
}

/// What the trials of an experiment show; permutations are drawn from `seed`.
///
/// # Errors
/// [`Unanswered`].
pub fn answer(
    experiment: &Experiment,
    devices: &[String],
    trials: Vec<results::Trial>,
    seed: u64,
) -> Result<Results, Unanswered> {
    let design = experiment.design();
    let names = design.conditions.iter().map(|it| it.name.clone()).collect();
    let mut trials = Trials::new(names, devices.to_vec(), trials)?;
    for contrast in &design.contrasts {
        for (name, conditions) in contrast.question.sides() {
            trials = trials.grouped(name, conditions)?;
        }
    }
    let mut results = results::analyse(&trials, &questions(experiment, devices, seed))?;
    let mut answers = steps::answers(experiment, devices, &results);
    let steps = answers.len();
    answers.append(&mut results.answers);
    results.answer = answers.first().cloned().unwrap_or_default();
    results.answers = answers;
    replies::tell(experiment, &trials, seed, steps, &mut results);
    results.warnings = warnings(experiment);
    results.warnings.extend(nobody_woke(experiment, &results));
    Ok(results)
}

/// What is said where something was said to devices, and none uploaded anything.
fn nobody_woke(experiment: &Experiment, results: &Results) -> Option<String> {
    let is_said = |part: &Part| matches!(part, Part::Utterance { .. } | Part::File { .. });
    let design = experiment.design();
    let spoken = design.conditions.iter().filter(|it| it.course.parts().iter().any(is_said));
    let names: Vec<&str> = spoken.map(|it| it.name.as_str()).collect();
    let own = results.conditions.iter().filter(|it| names.contains(&it.name.as_str()));
    let (some, all) = own.flat_map(|it| &it.devices).fold((0, 0), |sum, it| (sum.0 + it.uploads.some, sum.1 + it.uploads.all));
    (all > 0 && some == 0).then(|| {
        "No device uploaded sound in any trial in which something was said: nobody may have woken, and then differences between conditions mean nothing.".to_owned()
    })
}

/// The questions, each to every device.
fn questions(experiment: &Experiment, devices: &[String], seed: u64) -> Plan {
    let design = experiment.design();
    let questions =
        design.contrasts.iter().flat_map(|it| devices.iter().map(|device| question(experiment, &it.question, device)));
    let named = |(group, devices): (&str, Vec<&str>)| Copies {
        group: group.to_owned(),
        devices: devices.into_iter().map(str::to_owned).collect(),
    };
    let copies = experiment.copies().into_iter().map(named).collect();
    Plan { by_lot: design.order == Order::Lot, copies, ..Plan::new(questions.collect(), seed) }
}

/// What of a reading a measure is.
const fn quantity(measure: Measure) -> Quantity {
    match measure {
        Measure::Seconds => Quantity::Seconds,
        Measure::PreRoll => Quantity::PreRollSeconds,
        Measure::Tail => Quantity::TailSeconds,
    }
}

fn question(experiment: &Experiment, question: &Question, device: &str) -> results::Question {
    let (name, device) = (format!("{question}, {device}"), device.to_owned());
    let compared = |left: &str, right: &str| Contrast {
        name: name.clone(),
        condition: left.to_owned(),
        against: right.to_owned(),
        device: device.clone(),
        quantity: Quantity::Seconds,
    };
    let conditions = &experiment.design().conditions;
    let condition = |number: usize| conditions.get(number).map(|it| it.name.clone()).unwrap_or_default();
    match question {
        Question::Mean { of, measure } => {
            results::Question::Mean(Mean { name, condition: of.0.clone(), device, quantity: quantity(*measure) })
        }
        Question::Difference { left, right } => results::Question::Contrast(compared(&left.0, &right.0)),
        Question::Equivalence { left, right, margin } => results::Question::Equivalence(Equivalence {
            compared: compared(&left.0, &right.0),
            claim: Claim::Within,
            margin: *margin,
            most: None,
        }),
        Question::Dose { levels, .. } => results::Question::Dose(Dose {
            name,
            device,
            quantity: Quantity::SecondsOfUploads,
            levels: levels.iter().map(|(level, number)| Level { condition: condition(*number), level: *level }).collect(),
        }),
    }
}
