//! What an experiment asks of its trials, device by device.

use earwitness_lab::experiment::{Experiment, Question};
use earwitness_lab::results::{self, Claim, Contrast, Dose, Equivalence, Level, Plan, Quantity, Results, Trial, Trials};

/// What the trials of an experiment show; permutations are drawn from `seed`.
pub(super) fn answer(experiment: &Experiment, devices: &[String], trials: Vec<Trial>, seed: u64) -> anyhow::Result<Results> {
    let design = experiment.design();
    let names = design.conditions.iter().map(|it| it.name.clone()).collect();
    let mut trials = Trials::new(names, devices.to_vec(), trials)?;
    for contrast in &design.contrasts {
        let (Question::Difference { left, right } | Question::Equivalence { left, right, .. }) = &contrast.question else {
            continue;
        };
        for (name, conditions) in [left, right] {
            trials = trials.grouped(name, conditions)?;
        }
    }
    Ok(results::analyse(&trials, &questions(experiment, devices, seed))?)
}

/// The questions, each to every device.
fn questions(experiment: &Experiment, devices: &[String], seed: u64) -> Plan {
    let design = experiment.design();
    let condition = |number: usize| design.conditions.get(number).map(|it| it.name.clone()).unwrap_or_default();
    let mut questions = Vec::new();
    for contrast in &design.contrasts {
        for device in devices {
            let name = format!("{}, {device}", contrast.question);
            let compared = |left: &(String, Vec<usize>), right: &(String, Vec<usize>)| Contrast {
                name: name.clone(),
                condition: left.0.clone(),
                against: right.0.clone(),
                device: device.clone(),
                quantity: Quantity::Seconds,
            };
            questions.push(match &contrast.question {
                Question::Difference { left, right } => results::Question::Contrast(compared(left, right)),
                Question::Equivalence { left, right, margin } => results::Question::Equivalence(Equivalence {
                    compared: compared(left, right),
                    claim: Claim::Within,
                    margin: *margin,
                    most: None,
                }),
                Question::Dose { levels, .. } => results::Question::Dose(Dose {
                    name: name.clone(),
                    device: device.clone(),
                    quantity: Quantity::SecondsOfUploads,
                    levels: levels.iter().map(|(level, number)| Level { condition: condition(*number), level: *level }).collect(),
                }),
            });
        }
    }
    Plan::new(questions, seed)
}
