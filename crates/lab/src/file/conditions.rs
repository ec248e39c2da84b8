//! Conditions, each written out once for every combination of the factors that it names.

use std::collections::BTreeSet;

use earwitness_base::misread::Fault;
use earwitness_core::time::SECOND;
use earwitness_core::timeline::{Factor, MOST_COMBINATIONS};
use toml::{Spanned, Value};

use super::place::fault;
use super::texts::{Scope, Texts};
use super::values::{length, text, whole};
use super::written::{self, Written};
use super::{Surroundings, answers, parts, voices};
use crate::experiment::{Condition, Levels, Setup, Switching};

/// How long a person has to change a setting unless said otherwise, and how long a program, nanoseconds.
const PERSON: i64 = 120 * SECOND;
const PROGRAM: i64 = 10 * SECOND;

/// Conditions, and for each the number of the table that it was written in.
pub(super) struct Conditions {
    pub(super) all: Vec<Condition>,
    pub(super) places: Vec<usize>,
}

pub(super) fn all(written: &Written, texts: &Texts, around: &dyn Surroundings) -> Result<Conditions, Fault> {
    let factors = factors(written)?;
    answers::check(written)?;
    let (mut all, mut places, mut used) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (place, condition) in written.condition.iter().enumerate() {
        let named = named(condition.get_ref(), texts);
        let own: Vec<Factor> = factors.iter().filter(|it| named.contains(it.name())).cloned().collect();
        used.extend(own.iter().map(|it| it.name().to_owned()));
        let combinations = Levels::combinations(&own).map_err(|error| Fault::at(condition.span(), error.to_string()))?;
        if all.len() + combinations.len() > MOST_COMBINATIONS {
            return Err(Fault::at(condition.span(), format!("more than {MOST_COMBINATIONS} conditions: leave levels out")));
        }
        for levels in combinations {
            all.push(one(condition, &levels, written, texts, around)?);
            places.push(place);
        }
    }
    let idle = written.factors.keys().find(|it| !used.contains(it.get_ref()) && !written.condition.is_empty());
    if let Some(idle) = idle {
        return Err(fault(
            idle,
            format!("no condition names {{{}}}: put it into a part, or leave the factor out", idle.get_ref()),
        ));
    }
    Ok(Conditions { all, places })
}

fn factors(written: &Written) -> Result<Vec<Factor>, Fault> {
    let factor = |(name, levels): (&Spanned<String>, &Spanned<Vec<Value>>)| {
        let texts: Option<Vec<String>> = levels.get_ref().iter().map(text).collect();
        let texts = texts.ok_or_else(|| fault(levels, "the levels of a factor are texts or numbers"))?;
        Factor::new(name.get_ref(), texts).map_err(|error| fault(levels, error.to_string()))
    };
    written.factors.iter().map(factor).collect()
}

/// The factors that a condition names anywhere.
fn named<'a>(condition: &written::Condition, texts: &'a Texts) -> BTreeSet<&'a str> {
    let mut found = texts.named(condition.name.get_ref());
    let mut add = |value: Option<String>| found.extend(value.iter().flat_map(|it| texts.named(it)));
    condition.levels.values().for_each(|it| add(text(it.get_ref())));
    add(condition.times.as_ref().and_then(|it| text(it.get_ref())));
    if let Some(setup) = &condition.setup {
        let setup = setup.get_ref();
        [&setup.person, &setup.command].into_iter().flatten().for_each(|it| add(Some(it.get_ref().clone())));
        add(setup.seconds.as_ref().and_then(|it| text(it.get_ref())));
    }
    for it in condition.answer.iter().flat_map(Spanned::get_ref) {
        add(Some(it.get_ref().clone()));
    }
    for part in &condition.parts {
        for it in parts::texts(part.get_ref()) {
            add(Some(it));
        }
    }
    found
}

/// One condition with these levels.
fn one(
    condition: &Spanned<written::Condition>,
    levels: &Levels,
    written: &Written,
    texts: &Texts,
    around: &dyn Surroundings,
) -> Result<Condition, Fault> {
    let it = condition.get_ref();
    let scope: Scope<'_> = levels.levels().collect();
    let name = texts.full(&it.name, &scope)?;
    let own = it.levels.iter().map(|(name, level)| {
        let level = text(level.get_ref()).ok_or_else(|| fault(level, "a level is a text or a number"))?;
        Ok((name.clone(), level))
    });
    let own = own.collect::<Result<Vec<_>, Fault>>()?;
    let known = levels.levels().chain(voices::traits(written, &scope)).map(|(name, level)| (name.to_owned(), level.to_owned()));
    let all = Levels::new(known.chain(own)).map_err(|error| Fault::at(condition.span(), error.to_string()))?;
    let times = it.times.as_ref().map_or(Ok(1), |times| whole(times, texts, &scope))?;
    let (course, subtitles) = parts::course(condition, &scope, &parts::Reader { written, texts, around })?;
    Ok(Condition {
        name,
        levels: all,
        course,
        times: u32::try_from(times).unwrap_or(u32::MAX),
        setup: it.setup.as_ref().map(|setup| self::setup(setup, texts, &scope)).transpose()?,
        subtitles,
        answer: answers::answer(condition, written, texts, &scope)?,
    })
}

fn setup(setup: &Spanned<written::Setup>, texts: &Texts, scope: &Scope<'_>) -> Result<Setup, Fault> {
    let written::Setup { person, command, seconds } = setup.get_ref();
    let (by, usual) = match (person, command) {
        (Some(person), None) => (Switching::Person(texts.full(person, scope)?), PERSON),
        (None, Some(command)) => {
            let line = texts.full(command, scope)?;
            let words =
                shell_words::split(&line).map_err(|error| fault(command, format!("{error}: close the quotation mark")))?;
            (Switching::Command(words), PROGRAM)
        }
        _ => return Err(fault(setup, "`setup` has either `person` (what somebody is asked to do) or `command` (a program)")),
    };
    let time = seconds.as_ref().map_or(Ok(usual), |seconds| length(seconds, texts, scope))?;
    Ok(Setup { by, time })
}
