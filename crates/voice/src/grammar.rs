//! The table as a grammar of an offline recogniser: JSGF, the Java Speech Grammar Format (W3C note of 2000), which pocketsphinx reads.

use std::fmt::Write as _;

use crate::name::spoken;
use crate::table::sentences;
use crate::template::{Node, Slot};
use crate::understand::PERIODS;

/// The grammar of all sentences, with the names of these devices.
#[must_use]
pub fn grammar(names: &[String]) -> String {
    let mut text = String::from("#JSGF V1.0;\ngrammar earwitness;\n\n");
    let kinds: Vec<String> = sentences().iter().map(|it| format!("<{}>", it.kind.name())).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "public <sentence> = {};\n", kinds.join(" | "));
    for it in sentences() {
        let ways: Vec<String> = it.templates.iter().map(|template| sequence(template.nodes())).collect();
        let _ = writeln!(text, "<{}> =\n    {};\n", it.kind.name(), ways.join("\n  | "));
    }
    let devices = names.iter().map(|it| spoken(it).to_lowercase()).filter(|it| !it.is_empty());
    let devices: Vec<String> = devices.map(|it| format!("[the] {it}")).collect();
    let devices = if devices.is_empty() { "<NULL>".to_owned() } else { devices.join(" | ") };
    let _ = writeln!(text, "<device> = {devices};\n");
    let periods: Vec<&str> =
        PERIODS.iter().flat_map(|it| it.0.iter().copied()).filter(|it| !it.contains(char::is_numeric)).collect();
    let _ = writeln!(text, "<period> = {};\n", periods.join(" | "));
    text.push_str(NUMBERS);
    text
}

/// Durations and times, as they are mostly said.
const NUMBERS: &str = "\
<digit> = one | two | three | four | five | six | seven | eight | nine;

<teen> = ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen;

<minutes> = <digit> | <teen> | (twenty | thirty | forty | fifty) [<digit>];

<duration> = <minutes> minutes | a minute | half an hour | an hour | an hour and a half | (<digit> | ten | twelve) hours;

<hour> = <digit> | ten | eleven | twelve;

<time> = <hour> [thirty | fifteen | forty five] [in the morning | in the evening] | half past <hour> | noon | midnight;
";

fn sequence(nodes: &[Node]) -> String {
    let parts: Vec<String> = nodes.iter().map(node).collect();
    parts.join(" ")
}

fn node(node: &Node) -> String {
    match node {
        Node::Word(word) => match word.as_str() {
            // As dictionaries of pronunciations have them.
            "dont" => "don't".to_owned(),
            "whos" => "who's".to_owned(),
            "whats" => "what's".to_owned(),
            other => other.to_owned(),
        },
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
        let text = grammar(&["Kitchen Echo".to_owned(), "a;b <x> | y".to_owned(), "..00:07".to_owned()]);
        assert!(text.contains("<device> = [the] kitchen echo | [the] ab x y;"), "{text}");
        let mut rest = text.as_str();
        while let Some((_, behind)) = rest.split_once('<') {
            let (name, after) = behind.split_once('>').unwrap();
            assert!(text.contains(&format!("<{name}> =")), "{name}");
            rest = after;
        }
        assert_eq!(text.matches('(').count(), text.matches(')').count());
        assert!(text.contains("don't") && !text.contains("dont"));
        assert!(grammar(&[]).contains("<device> = <NULL>"));
    }
}
