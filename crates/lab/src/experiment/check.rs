//! What a design may not be.

use std::collections::BTreeSet;

use earwitness_core::time::SECOND;
use earwitness_core::timeline::LONGEST;

use super::{
    Amount, Analysis, Begin, Condition, Contradiction, Contrast, Course, Design, Key, LONGEST_NAME, LONGEST_NIGHT,
    LONGEST_SENTENCE, MOST_CONTRASTS, MOST_DEVICES, MOST_NIGHTS, MOST_TRIALS, Nightly, Order, Question, Switching,
};

/// Most trials of one condition that follow one another.
const MOST_TIMES: u32 = 10_000;
/// The longest watching before or after a sound, and the longest pause, nanoseconds.
const LONGEST_WINDOW: i64 = 6 * 3_600 * SECOND;
/// The longest time from one night to the next, nanoseconds.
const LONGEST_APART: i64 = 31 * 86_400 * SECOND;
/// The shortest margin, nanoseconds: in a quiet home nothing passes for so long now and then.
const LEAST_MARGIN: i64 = 10 * SECOND;

type Checked = Result<(), Contradiction>;

pub(super) fn check(design: &Design) -> Checked {
    texts(design)?;
    amounts(design)?;
    windows(design)?;
    conditions(design)?;
    contrasts(design)?;
    stop(design)?;
    devices(design)?;
    analyses(design)
}

fn refuse(at: Key, what: impl Into<String>) -> Checked {
    Err(Contradiction::new(at, what))
}

fn is_written(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn texts(design: &Design) -> Checked {
    if !is_written(&design.name, LONGEST_NAME) {
        return refuse(Key::Name, format!("a name has 1 to {LONGEST_NAME} characters"));
    }
    if !is_written(&design.question, LONGEST_SENTENCE) {
        return refuse(
            Key::Question,
            format!("the question is a sentence of up to {LONGEST_SENTENCE} characters: say what is to be answered"),
        );
    }
    Ok(())
}

fn amounts(design: &Design) -> Checked {
    if !(1..=MOST_NIGHTS).contains(&design.nights) {
        return refuse(Key::Nights, format!("an experiment has 1 to {MOST_NIGHTS} nights, not {}", design.nights));
    }
    if let Begin::Apart(apart) = design.begin
        && !(0..=LONGEST_APART).contains(&apart)
    {
        return refuse(Key::Begin, format!("nights begin 0 to {} hours apart", LONGEST_APART / SECOND / 3_600));
    }
    match design.amount {
        Amount::Blocks(0) => refuse(Key::Amount, "zero repeats measure nothing: write 1 or more"),
        Amount::Blocks(blocks) if blocks > MOST_TRIALS => {
            refuse(Key::Amount, format!("an experiment has at most {MOST_TRIALS} trials: write fewer repeats"))
        }
        Amount::Time(time) if !(1..=LONGEST_NIGHT).contains(&time) => {
            refuse(Key::Amount, format!("a night has more than 0 and at most {} hours", LONGEST_NIGHT / SECOND / 3_600))
        }
        Amount::Blocks(_) | Amount::Time(_) => Ok(()),
    }
}

fn windows(design: &Design) -> Checked {
    let most = LONGEST_WINDOW / SECOND;
    for (at, length) in
        [(Key::Before, design.before), (Key::After, design.after), (Key::Pause, design.pause.0), (Key::Pause, design.pause.1)]
    {
        if !(0..=LONGEST_WINDOW).contains(&length) {
            return refuse(at, format!("give 0 to {most} seconds"));
        }
    }
    if !(LEAST_MARGIN..=LONGEST_WINDOW).contains(&design.margin) {
        return refuse(Key::Margin, format!("give {} to {most} seconds", LEAST_MARGIN / SECOND));
    }
    if design.pause.0 > design.pause.1 {
        return refuse(Key::Pause, "the shortest pause is longer than the longest: write the shorter one first");
    }
    Ok(())
}

fn conditions(design: &Design) -> Checked {
    if design.conditions.is_empty() {
        return refuse(Key::Conditions, "nothing is measured: write at least one [[condition]]");
    }
    let mut names = BTreeSet::new();
    let mut block = 0_u64;
    for (number, it) in design.conditions.iter().enumerate() {
        let at = Key::Condition(number);
        if !is_written(&it.name, LONGEST_NAME) {
            return refuse(at, format!("the name of a condition has 1 to {LONGEST_NAME} characters"));
        }
        if !names.insert(&it.name) {
            let what = format!(
                "two conditions are called {:?}: give each a name of its own, with the level of what differs in it",
                it.name
            );
            return refuse(at, what);
        }
        if !(1..=MOST_TIMES).contains(&it.times) {
            return refuse(at, format!("`times` is 1 to {MOST_TIMES}"));
        }
        if let Course::Quiet(length) = it.course
            && !(1..=LONGEST).contains(&length)
        {
            return refuse(at, format!("silence of more than 0 and at most {} hours", LONGEST / SECOND / 3_600));
        }
        setup(it, at)?;
        block += u64::from(it.times);
    }
    let count = design.conditions.len();
    if design.nightly == Nightly::Condition && !(design.nights as usize).is_multiple_of(count) {
        let what = format!(
            "with one condition a night, every condition comes as often only in a multiple of {count} nights, not in {}",
            design.nights
        );
        return refuse(Key::Nights, what);
    }
    let trials = match design.amount {
        Amount::Blocks(blocks) => block * u64::from(blocks) * u64::from(design.nights),
        Amount::Time(_) => block * u64::from(design.nights),
    };
    if trials > u64::from(MOST_TRIALS) {
        let what = format!("{trials} trials; an experiment has at most {MOST_TRIALS}: write fewer repeats, nights or levels");
        return refuse(Key::Amount, what);
    }
    Ok(())
}

fn setup(condition: &Condition, at: Key) -> Checked {
    let Some(setup) = &condition.setup else { return Ok(()) };
    let empty = match &setup.by {
        Switching::Person(sentence) => !is_written(sentence, LONGEST_SENTENCE),
        Switching::Command(words) => words.first().is_none_or(|program| program.trim().is_empty()),
    };
    if empty {
        return refuse(at, "`setup` says nothing: write what a person is to do, or a program");
    }
    if !(0..=LONGEST_WINDOW).contains(&setup.time) {
        return refuse(at, format!("a setup has 0 to {} seconds", LONGEST_WINDOW / SECOND));
    }
    Ok(())
}

fn contrasts(design: &Design) -> Checked {
    if design.contrasts.len() > MOST_CONTRASTS {
        return refuse(Key::Contrast(MOST_CONTRASTS), format!("an experiment has at most {MOST_CONTRASTS} contrasts"));
    }
    let known = |side: &[usize]| !side.is_empty() && side.iter().all(|it| *it < design.conditions.len());
    for (number, Contrast { question, difference, .. }) in design.contrasts.iter().enumerate() {
        let at = Key::Contrast(number);
        if difference.is_some_and(|it| !is_positive(it)) {
            return refuse(at, "`difference_seconds` is more than 0: no number of repeats shows that nothing differs by nothing");
        }
        match question {
            Question::Mean { of, .. } => {
                if !known(&of.1) {
                    return refuse(at, "a mean is asked of conditions");
                }
            }
            Question::Difference { left, right } | Question::Equivalence { left, right, .. } => {
                if !known(&left.1) || !known(&right.1) || left.1.iter().any(|it| right.1.contains(it)) {
                    return refuse(at, "both sides of a contrast have conditions, and none is on both");
                }
            }
            Question::Dose { factor, levels } => {
                let conditions: Vec<usize> = levels.iter().map(|it| it.1).collect();
                let differ = levels.windows(2).any(|pair| matches!(pair, [one, other] if one.0 < other.0));
                if !known(&conditions) || !differ || levels.iter().any(|it| !it.0.is_finite()) {
                    return refuse(at, format!("a dose needs two conditions or more with different numbers for {factor:?}"));
                }
            }
        }
        if let Question::Equivalence { margin, .. } = question
            && !is_positive(*margin)
        {
            return refuse(at, "an equivalence needs a margin of more than 0 seconds");
        }
    }
    Ok(())
}

fn is_positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

fn stop(design: &Design) -> Checked {
    if design.stop.time.is_some_and(|time| time <= 0) {
        return refuse(Key::StopTime, "it would end before it begins: write more than 0 hours");
    }
    let Some(precision) = &design.stop.precision else { return Ok(()) };
    if !is_positive(precision.half_width) {
        return refuse(Key::Precision, "no interval is so narrow: write a precision of more than 0 seconds");
    }
    if design.contrasts.is_empty() {
        return refuse(Key::Precision, "there is no interval to be precise: write a [[contrast]]");
    }
    let ascend = precision.looks.windows(2).all(|pair| matches!(pair, [one, other] if one < other));
    let (first, last) = (precision.looks.first().copied().unwrap_or(0), precision.looks.last().copied().unwrap_or(0));
    if first == 0 || !ascend {
        return refuse(Key::Precision, "`looks` are numbers of blocks from 1 on, in ascending order, fixed beforehand");
    }
    if let Amount::Blocks(blocks) = design.amount
        && u64::from(last) > design.blocks_in_all(blocks)
    {
        let what = format!("a look after block {last} never comes: there are {}", design.blocks_in_all(blocks));
        return refuse(Key::Precision, what);
    }
    Ok(())
}

fn devices(design: &Design) -> Checked {
    if design.devices.len() > MOST_DEVICES {
        return refuse(Key::Device(MOST_DEVICES), format!("an experiment names at most {MOST_DEVICES} devices"));
    }
    let (mut names, mut macs) = (BTreeSet::new(), BTreeSet::new());
    for (number, it) in design.devices.iter().enumerate() {
        let at = Key::Device(number);
        if !is_written(&it.name, LONGEST_NAME) || it.copies.as_ref().is_some_and(|group| !is_written(group, LONGEST_NAME)) {
            return refuse(at, format!("names have 1 to {LONGEST_NAME} characters"));
        }
        if !names.insert(&it.name) || it.mac.is_some_and(|mac| !macs.insert(mac)) {
            return refuse(at, format!("{:?} comes twice: name each device once", it.name));
        }
        let is_copy = |group: &String| design.devices.iter().filter(|other| other.copies.as_ref() == Some(group)).count() > 1;
        if let Some(group) = it.copies.as_ref().filter(|group| !is_copy(group)) {
            return refuse(
                at,
                format!("{:?} is the only one of the copies {group:?}: name another, or leave `copies` out", it.name),
            );
        }
    }
    Ok(())
}

fn analyses(design: &Design) -> Checked {
    if design.analyses.is_empty() {
        return refuse(Key::Analyses, "nothing is reported: leave `report` out, or write \"uploads\"");
    }
    let has_words = design.conditions.iter().any(|it| !it.subtitles.is_empty());
    if design.analyses.contains(&Analysis::Misactivations) && !has_words {
        return refuse(Key::Analyses, "misactivations are counted by the words that were said: give a recording `subtitles`");
    }
    if design.order == Order::Written && design.stop.precision.is_some() {
        return refuse(Key::Precision, "an order that is not drawn by lot gives no interval to stop by");
    }
    Ok(())
}
