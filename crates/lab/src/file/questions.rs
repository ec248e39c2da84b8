//! Contrasts: the conditions that they name.

use std::collections::BTreeSet;

use earwitness_base::misread::Fault;
use toml::Spanned;

use super::place::fault;
use super::written;
use crate::experiment::{Condition, Contrast, Measure, Question};

/// One side of a comparison.
type Side = (String, Vec<usize>);

/// The contrasts that a table of the file stands for: one, or one for each step of a factor.
pub(super) fn contrasts(contrast: &Spanned<written::Contrast>, conditions: &[Condition]) -> Result<Vec<Contrast>, Fault> {
    let it = contrast.get_ref();
    let Some(factor) = &it.steps else { return Ok(vec![one(contrast, conditions)?]) };
    if it.mean.is_some()
        || it.measure.is_some()
        || it.compare.is_some()
        || it.equivalence.is_some()
        || it.dose.is_some()
        || it.factor.is_some()
        || it.margin_seconds.is_some()
    {
        return Err(fault(contrast, "`steps` stands alone, with `difference_seconds` at most"));
    }
    let levels = dose(factor, conditions)?;
    let Some((&(_, lowest), others)) = levels.split_first().filter(|it| !it.1.is_empty()) else {
        return Err(fault(factor, format!("steps need two levels or more of {:?}", factor.get_ref())));
    };
    let side = |number: usize| (conditions.get(number).map(|it| it.name.clone()).unwrap_or_default(), vec![number]);
    let step = |&(_, level): &(f64, usize)| Contrast {
        question: Question::Difference { left: side(level), right: side(lowest) },
        difference: it.difference_seconds,
        steps: Some(factor.get_ref().clone()),
    };
    Ok(others.iter().map(step).collect())
}

fn one(contrast: &Spanned<written::Contrast>, conditions: &[Condition]) -> Result<Contrast, Fault> {
    let it = contrast.get_ref();
    if let Some(measure) = it.measure.as_ref().filter(|_| it.mean.is_none()) {
        return Err(fault(measure, "`measure` belongs to `mean`"));
    }
    let question = match (&it.mean, &it.compare, &it.equivalence, &it.dose) {
        (Some(name), None, None, None) => {
            if it.margin_seconds.is_some() || it.difference_seconds.is_some() {
                return Err(fault(contrast, "a `mean` has neither `margin_seconds` nor `difference_seconds`"));
            }
            Question::Mean {
                of: side(name, name.get_ref(), it.factor.as_deref(), conditions)?,
                measure: measure(it.measure.as_ref())?,
            }
        }
        (None, Some(pair), None, None) => {
            if it.margin_seconds.is_some() {
                return Err(fault(contrast, "`margin_seconds` belongs to `equivalence`"));
            }
            let [left, right] = sides(pair, it.factor.as_deref(), conditions)?;
            Question::Difference { left, right }
        }
        (None, None, Some(pair), None) => {
            let [left, right] = sides(pair, it.factor.as_deref(), conditions)?;
            let margin = it.margin_seconds.ok_or_else(|| {
                fault(contrast, "an equivalence needs `margin_seconds`: the largest difference that does not matter")
            })?;
            Question::Equivalence { left, right, margin }
        }
        (None, None, None, Some(factor)) => {
            if it.factor.is_some() || it.margin_seconds.is_some() {
                return Err(fault(contrast, "a `dose` has neither `factor` nor `margin_seconds`"));
            }
            Question::Dose { factor: factor.get_ref().clone(), levels: dose(factor, conditions)? }
        }
        _ => return Err(fault(contrast, "a contrast has exactly one of `mean`, `compare`, `equivalence`, `dose` and `steps`")),
    };
    Ok(Contrast { question, difference: it.difference_seconds, steps: None })
}

/// The conditions on both sides.
fn sides(pair: &Spanned<[String; 2]>, factor: Option<&str>, conditions: &[Condition]) -> Result<[Side; 2], Fault> {
    let [left, right] = pair.get_ref();
    Ok([side(pair, left, factor, conditions)?, side(pair, right, factor, conditions)?])
}

/// The conditions of this name, or those with this level of a factor. `place` is where it is written.
fn side<T>(place: &Spanned<T>, name: &str, factor: Option<&str>, conditions: &[Condition]) -> Result<Side, Fault> {
    let is_meant = |it: &Condition| match factor {
        Some(factor) => it.levels.level(factor) == Some(name),
        None => it.name == *name,
    };
    let found: Vec<usize> = conditions.iter().enumerate().filter(|it| is_meant(it.1)).map(|it| it.0).collect();
    if found.is_empty() { Err(fault(place, missing(name, factor, conditions))) } else { Ok((name.to_owned(), found)) }
}

/// What of the uploads is asked about; all sound where nothing is said.
fn measure(written: Option<&Spanned<String>>) -> Result<Measure, Fault> {
    let Some(written) = written else { return Ok(Measure::Seconds) };
    let found = Measure::NAMES.into_iter().find(|it| it.0 == written.get_ref());
    found.map(|it| it.1).ok_or_else(|| {
        let known = Measure::NAMES.map(|it| it.0).join(", ");
        fault(written, format!("{:?} is nothing that is measured; write one of {known}", written.get_ref()))
    })
}

fn missing(name: &str, factor: Option<&str>, conditions: &[Condition]) -> String {
    let known: BTreeSet<&str> = match factor {
        Some(factor) => conditions.iter().filter_map(|it| it.levels.level(factor)).collect(),
        None => conditions.iter().map(|it| it.name.as_str()).collect(),
    };
    let known: Vec<&str> = known.into_iter().take(20).collect();
    match factor {
        Some(factor) if known.is_empty() => format!("no condition has a level of {factor:?}"),
        Some(factor) => format!("no condition has the level {name:?} of {factor:?}; there are {}", known.join(", ")),
        None => format!("there is no condition {name:?}; there are {}", known.join(", ")),
    }
}

/// The conditions with a number as level of this factor, from the lowest on.
fn dose(factor: &Spanned<String>, conditions: &[Condition]) -> Result<Vec<(f64, usize)>, Fault> {
    let mut levels = Vec::new();
    for (number, condition) in conditions.iter().enumerate() {
        let Some(level) = condition.levels.level(factor.get_ref()) else { continue };
        let value = level.trim().parse::<f64>().ok().filter(|it| it.is_finite());
        let value = value.ok_or_else(|| fault(factor, format!("the level {level:?} is no number: a dose needs numbers")))?;
        levels.push((value, number));
    }
    if levels.is_empty() {
        return Err(fault(factor, format!("no condition has a level of {:?}", factor.get_ref())));
    }
    levels.sort_by(|one, other| one.0.total_cmp(&other.0));
    Ok(levels)
}
