//! What a right answer holds: `answer` of a condition, or `[answers]` by the text that asks.

use earwitness_base::misread::Fault;
use toml::Spanned;

use super::place::fault;
use super::texts::{Scope, Texts};
use super::written::{Condition, Words, Written};

/// Most texts of which a right answer holds one.
const MOST: usize = 50;
/// Longest of them, characters.
const LONGEST: usize = 200;
/// What recognisers put around what is no word.
const BRACKETS: [char; 6] = ['[', ']', '(', ')', '<', '>'];

/// Refuses what no condition could use, also where none says the text.
pub(super) fn check(written: &Written) -> Result<(), Fault> {
    for words in written.answers.values().chain(&written.answer) {
        usable(words)?;
    }
    Ok(())
}

/// What a right answer to a condition holds; empty where none is given.
pub(super) fn answer(
    condition: &Spanned<Condition>,
    written: &Written,
    texts: &Texts,
    levels: &Scope<'_>,
) -> Result<Vec<String>, Fault> {
    let it = condition.get_ref();
    let says = it.parts.iter().map(Spanned::get_ref).any(|part| part.say.is_some() || part.file.is_some());
    if let Some(own) = it.answer.as_ref().filter(|_| !says) {
        return Err(fault(own, "nothing is said in this condition, so nobody answers: leave `answer` out"));
    }
    let own = match written.answer.as_ref().filter(|_| says).or(it.answer.as_ref()) {
        Some(own) => Some(own),
        None => asked(condition, written, texts, levels)?,
    };
    let Some(own) = own else { return Ok(Vec::new()) };
    usable(own)?;
    full(own, texts, levels)
}

/// The entry of `[answers]` for what a condition says.
fn asked<'a>(
    condition: &Spanned<Condition>,
    written: &'a Written,
    texts: &Texts,
    levels: &Scope<'_>,
) -> Result<Option<&'a Words>, Fault> {
    let mut found: Option<(&str, &Words)> = None;
    for say in condition.get_ref().parts.iter().filter_map(|it| it.get_ref().say.as_ref()) {
        let Some((text, words)) = written.answers.get_key_value(&texts.full(say, levels)?) else { continue };
        if found.is_some_and(|before| before.0 != text) {
            let what =
                "two of its texts are asked in [answers], and which is answered is not known: write `answer` into the condition";
            return Err(Fault::at(condition.span(), what));
        }
        found = Some((text, words));
    }
    Ok(found.map(|it| it.1))
}

fn full(words: &Words, texts: &Texts, levels: &Scope<'_>) -> Result<Vec<String>, Fault> {
    let full = |it: &Spanned<String>| {
        let text = texts.full(it, levels)?;
        heard(it, &text).map(|()| text)
    };
    words.get_ref().iter().map(full).collect()
}

fn usable(words: &Words) -> Result<(), Fault> {
    let all = words.get_ref();
    if !(1..=MOST).contains(&all.len()) {
        let what = format!("a right answer holds one of 1 to {MOST} texts: write such as [\"new york\"], or leave it out");
        return Err(fault(words, what));
    }
    all.iter().try_for_each(|it| heard(it, it.get_ref()))
}

/// Whether a text can be heard at all.
fn heard(at: &Spanned<String>, text: &str) -> Result<(), Fault> {
    let is_said = text.chars().any(char::is_alphanumeric) && text.chars().count() <= LONGEST;
    if is_said && !text.chars().any(|it| it.is_control() || BRACKETS.contains(&it)) {
        return Ok(());
    }
    let what =
        format!("{text:?} is nothing that can be heard: write one or more words, up to {LONGEST} characters, without brackets");
    Err(fault(at, what))
}
