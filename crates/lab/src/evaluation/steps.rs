//! From which level of a factor on less is sent: what the steps of an experiment say together.

use earwitness_core::time::SECOND;
use earwitness_core::timeline::Part;

use crate::experiment::{Condition, Experiment, Question};
use crate::results::{ContrastResults, Results};

/// Level of the tests.
const LEVEL: f64 = 0.05;
/// A tail of more than this, seconds, after the end of all that sounded: what came last was sent.
const TAIL: f64 = 0.1;

/// A level against the lowest one.
struct Step<'a> {
    level: f64,
    found: &'a ContrastResults,
}

/// A sentence for each factor and device.
pub(super) fn answers(experiment: &Experiment, devices: &[String], results: &Results) -> Vec<String> {
    let design = experiment.design();
    let mut factors: Vec<&str> = Vec::new();
    for factor in design.contrasts.iter().filter_map(|it| it.steps.as_deref()) {
        if !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    let each = factors.into_iter().flat_map(|factor| devices.iter().map(move |device| (factor, device)));
    each.filter_map(|(factor, device)| answer(experiment, factor, device, results)).collect()
}

fn answer(experiment: &Experiment, factor: &str, device: &str, results: &Results) -> Option<String> {
    let design = experiment.design();
    let level = |it: &Condition| it.levels.level(factor)?.trim().parse::<f64>().ok();
    let own = design.contrasts.iter().filter(|it| it.steps.as_deref() == Some(factor));
    let (mut steps, mut lowest) = (Vec::new(), None);
    for contrast in own {
        let Question::Difference { left, right } = &contrast.question else { continue };
        let name = format!("{}, {device}", contrast.question);
        let found = results.contrasts.iter().find(|it| it.planned.name == name)?;
        steps.push(Step { level: level(design.conditions.get(*left.1.first()?)?)?, found });
        lowest = right.1.first().copied();
    }
    steps.sort_by(|a, b| a.level.total_cmp(&b.level));
    let condition = design.conditions.get(lowest?)?;
    let (first, last) = (level(condition)?, steps.last()?.level);
    let is_gap = design.conditions.iter().all(|it| level(it).is_none_or(|level| has_gap(it, level)));
    let shown = |it: &&Step<'_>| it.found.adjusted_p.is_some_and(|p| p <= LEVEL) && it.found.estimate.is_some_and(|it| it < 0.0);
    let Some(step) = steps.iter().find(shown) else {
        let tail = results.conditions.iter().find(|it| it.name == condition.name);
        let tail = tail.and_then(|it| it.devices.iter().find(|it| it.name == device)).and_then(|it| it.tail_seconds.estimate);
        return Some(match tail {
            _ if !is_gap => format!("No step from {factor} {first} to {last} is shown to make {device} send less."),
            Some(tail) if tail > TAIL => format!(
                "No silence of up to {last} s is shown to end a command for {device}: it sends what follows one of {first} s to its end, and after longer ones not less."
            ),
            Some(_) => format!(
                "A silence of {first} s, the shortest that was tried, already ends a command for {device}: it stops before the end of what follows."
            ),
            None => format!(
                "Whether a silence of {first} to {last} s ends a command for {device} is not shown: it sends as much after each."
            ),
        });
    };
    let before = steps.iter().map(|it| it.level).filter(|it| *it < step.level).fold(first, f64::max);
    let less = step.found.estimate.map_or(0.0, f64::abs);
    let at = step.level;
    let nights = match step.found.nights {
        0 | 1 => "measured in one night, which says nothing of others".to_owned(),
        nights => format!("measured over {nights} nights"),
    };
    Some(if is_gap {
        format!(
            "A silence of {at} s ends a command for {device}, and one of {before} s is not shown to: after {at} s it sent {less:.2} s less than after {first} s, so that the shortest that ends one lies between {before} and {at} s, {nights}."
        )
    } else {
        format!(
            "From {factor} {at} on {device} sent less than at {first}, by {less:.2} s; up to {before} that is not shown, {nights}."
        )
    })
}

/// Whether a condition has a gap of so many seconds.
fn has_gap(condition: &Condition, seconds: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a gap")]
    let is_it = |length: i64| (length as f64 / SECOND as f64 - seconds).abs() < 1e-6;
    condition.course.parts().iter().any(|it| matches!(it, Part::Gap(length) if is_it(*length)))
}
