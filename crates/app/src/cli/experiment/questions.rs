//! What an experiment asks of its trials, device by device.

use anyhow::bail;
use earwitness_lab::experiment::{Experiment, Question};
use earwitness_lab::results::{Claim, Contrast, Dose, Equivalence, Level, Plan, Quantity};

/// The questions, each to every device.
pub(super) fn questions(experiment: &Experiment, devices: &[String], seed: u64) -> anyhow::Result<Plan> {
    let design = experiment.design();
    let condition = |number: usize| design.conditions.get(number).map(|it| it.name.clone()).unwrap_or_default();
    let side = |(name, conditions): &(String, Vec<usize>)| match conditions.as_slice() {
        [one] => Ok(condition(*one)),
        _ => bail!("{name:?} stands for {} conditions; a comparison takes one on each side", conditions.len()),
    };
    let mut questions = Vec::new();
    for contrast in &design.contrasts {
        for device in devices {
            let name = format!("{}, {device}", contrast.question);
            let compared = |left: &(String, Vec<usize>), right: &(String, Vec<usize>)| {
                anyhow::Ok(Contrast {
                    name: name.clone(),
                    condition: side(left)?,
                    against: side(right)?,
                    device: device.clone(),
                    quantity: Quantity::Seconds,
                })
            };
            questions.push(match &contrast.question {
                Question::Difference { left, right } => earwitness_lab::results::Question::Contrast(compared(left, right)?),
                Question::Equivalence { left, right, margin } => earwitness_lab::results::Question::Equivalence(Equivalence {
                    compared: compared(left, right)?,
                    claim: Claim::NoMore,
                    margin: *margin,
                    most: None,
                }),
                Question::Dose { levels, .. } => earwitness_lab::results::Question::Dose(Dose {
                    name: name.clone(),
                    device: device.clone(),
                    quantity: Quantity::SecondsOfUploads,
                    levels: levels.iter().map(|(level, number)| Level { condition: condition(*number), level: *level }).collect(),
                }),
            });
        }
    }
    Ok(Plan::new(questions, seed))
}
