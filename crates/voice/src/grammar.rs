//! The table as a grammar of an offline recogniser: JSGF, the Java Speech Grammar Format (W3C note of 2000), which pocketsphinx reads.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::name::{in_words, meant, spoken};
use crate::table::sentences;
use crate::template::{Node, Slot};
use crate::understand::PERIODS;
use crate::words::wake_words;

/// Most words of a name that are said.
const LONGEST_NAME: usize = 5;

/// The grammar of all sentences, with the names of these devices.
#[must_use]
pub fn grammar(names: &[String]) -> String {
    format!("{HEAD}public <sentence> = <command>;\n\n{}", rules(names))
}

/// What is listened for at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected<'a> {
    /// This phrase, and a sentence of the table perhaps.
    Wake(&'a str),
    /// A sentence of the table.
    Sentence,
    /// Yes or no.
    Consent,
}

/// The grammar of what is listened for.
#[must_use]
pub fn listening(expected: Expected<'_>, names: &[String]) -> String {
    let public = match expected {
        Expected::Wake(phrase) => format!("{} [<command> [please]]", wake_words(phrase).join(" ")),
        Expected::Sentence => "<command> [please]".to_owned(),
        Expected::Consent => return format!("{HEAD}public <sentence> = {} | {};\n", said(YES), said(NO)),
    };
    format!("{HEAD}public <sentence> = {public};\n\n{}", rules(names))
}

/// The words that a grammar needs pronunciations of.
#[must_use]
pub fn vocabulary(grammar: &str) -> BTreeSet<String> {
    let mut rest = grammar.strip_prefix(HEAD).unwrap_or(grammar);
    let mut words = BTreeSet::new();
    while let Some(first) = rest.chars().next() {
        let is_word = |it: char| it.is_alphanumeric() || it == '\'';
        let end = match first {
            '<' => rest.find('>').map_or(rest.len(), |it| it + 1),
            // A weight.
            '/' => rest[1..].find('/').map_or(rest.len(), |it| it + 2),
            _ if is_word(first) => rest.find(|it| !is_word(it)).unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let (part, behind) = rest.split_at(end);
        if is_word(first) && part != "public" {
            words.insert(part.to_owned());
        }
        rest = behind;
    }
    words
}

/// Sentences as recognisers know their words.
fn said(sentences: &[&str]) -> String {
    let words = |it: &&str| it.split(' ').map(as_pronounced).collect::<Vec<_>>().join(" ");
    sentences.iter().map(words).collect::<Vec<_>>().join(" | ")
}

/// How people say yes, and no.
pub(crate) const YES: &[&str] = &["yes", "yes please", "yeah", "do it", "yes do it", "sure", "go ahead"];
pub(crate) const NO: &[&str] = &["no", "no thanks", "no thank you", "nope", "cancel", "dont", "never mind"];

const HEAD: &str = "#JSGF V1.0;\ngrammar earwitness;\n\n";

/// The rules of all sentences.
fn rules(names: &[String]) -> String {
    let mut text = String::new();
    let kinds: Vec<String> = sentences().iter().map(|it| format!("<{}>", it.kind.name())).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "<command> = {};\n", kinds.join(" | "));
    for it in sentences() {
        let ways: Vec<String> = it.templates.iter().map(|template| sequence(template.nodes())).collect();
        let _ = writeln!(text, "<{}> =\n    {};\n", it.kind.name(), ways.join("\n  | "));
    }
    let devices: Vec<String> = ways(names).into_iter().map(|it| format!("[the | my | our] {it}")).collect();
    let devices = if devices.is_empty() { "<NULL>".to_owned() } else { devices.join(" | ") };
    let _ = writeln!(text, "<device> = {devices};\n");
    let periods: Vec<&str> =
        PERIODS.iter().flat_map(|it| it.0.iter().copied()).filter(|it| !it.contains(char::is_numeric)).collect();
    let _ = writeln!(text, "<period> = {};\n", periods.join(" | "));
    text.push_str(NUMBERS);
    text
}

/// How devices are said: by their names, and by the ends of them that mean no other device.
fn ways(names: &[String]) -> Vec<String> {
    let mut ways = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let words: Vec<String> = in_words(&spoken(name).to_lowercase());
        for from in 0..words.len().min(LONGEST_NAME) {
            let said = words.get(from..).unwrap_or_default();
            let way = said.join(" ");
            if meant(said, names) == Some(place) && !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
    ways
}

/// Durations and times, as they are mostly said. What sounds like something more common is left out: `fifty minutes`, `thirteen minutes`.
const NUMBERS: &str = "\
<duration> = (five | ten | fifteen | twenty | twenty five | thirty | forty | forty five | ninety) minutes | a minute
  | a quarter of an hour | half an hour | an hour | an hour and a half | one hour
  | (two | three | four | five | six | seven | eight | nine | ten | eleven | twelve) hours;

<hour> = one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve;

<minute> = /8/ thirty | /4/ fifteen | /4/ forty five | /1/ ten | /1/ twenty | /1/ forty | /1/ fifty | /1/ oh five | /1/ twenty five | /1/ thirty five | /1/ fifty five;

<half> = in the morning | in the afternoon | in the evening | at night | a m | p m;

<clock> = /6/ <hour> | /2/ <hour> <minute> | /2/ half past <hour> | /1/ [a] quarter (past | to) <hour>;

<time> = /6/ <clock> | /3/ <clock> <half> | /1/ noon | /1/ midnight;
";

fn sequence(nodes: &[Node]) -> String {
    let parts: Vec<String> = nodes.iter().map(node).collect();
    parts.join(" ")
}

/// A word as dictionaries of pronunciations have it.
fn as_pronounced(word: &str) -> &str {
    match word {
        "dont" => "don't",
        "whos" => "who's",
        "whats" => "what's",
        other => other,
    }
}

fn node(node: &Node) -> String {
    match node {
        Node::Word(word) => as_pronounced(word).to_owned(),
        Node::Slot(slot) => format!("<{}>", slot.name()),
        Node::Any(branches) => {
            let some: Vec<String> = branches.iter().filter(|it| !it.is_empty()).map(|it| sequence(it)).collect();
            let text = some.join(" | ");
            if some.len() < branches.len() { format!("[{text}]") } else { format!("({text})") }
        }
    }
}

/// The slots of a grammar all have a rule.
const _: () = assert!(Slot::ALL.len() == 4);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_is_used_is_there_and_no_name_breaks_out() {
        let text = grammar(&["Kitchen Echo 2".to_owned(), "a;b <x> | y".to_owned(), "..00:07".to_owned()]);
        let devices =
            "[the | my | our] kitchen echo two | [the | my | our] echo two | [the | my | our] two | [the | my | our] ab x y";
        assert!(text.contains(devices), "{text}");
        let mut rest = text.as_str();
        while let Some((_, behind)) = rest.split_once('<') {
            let (name, after) = behind.split_once('>').unwrap();
            assert!(text.contains(&format!("<{name}> =")), "{name}");
            rest = after;
        }
        assert_eq!(text.matches('(').count(), text.matches(')').count());
        assert!(text.contains("don't") && !text.contains("dont"));
        assert!(grammar(&[]).contains("<device> = <NULL>"));
        assert!(listening(Expected::Wake("hey Ear-Witness"), &[]).contains("= hey ear witness [<command> [please]];"));
    }

    #[test]
    fn the_vocabulary_is_the_words_without_rules_and_weights() {
        let words = vocabulary(&grammar(&["Kitchen Echo".to_owned()]));
        assert!(["kitchen", "don't", "forty", "who's"].iter().all(|it| words.contains(*it)), "{words:?}");
        assert!(["public", "sentence", "8", "grammar", "JSGF"].iter().all(|it| !words.contains(*it)), "{words:?}");
        assert_eq!(vocabulary(&listening(Expected::Consent, &[])).len(), 17);
    }
}
