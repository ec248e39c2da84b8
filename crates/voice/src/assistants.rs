//! The table as other assistants take it.

use std::fmt::Write as _;

use crate::name::spoken;
use crate::table::sentences;
use crate::template::{Node, Slot, Template};
use crate::understand::PERIODS;

/// Most sample utterances of one template: an Alexa skill may have some thousands in all.
const SAMPLES: usize = 60;

/// What Alexa understands by itself. With the fallback, what is no sentence of the table is not taken for the one that is most like it.
const BUILT_IN: [&str; 7] = [
    "AMAZON.HelpIntent",
    "AMAZON.StopIntent",
    "AMAZON.CancelIntent",
    "AMAZON.NavigateHomeIntent",
    "AMAZON.FallbackIntent",
    "AMAZON.YesIntent",
    "AMAZON.NoIntent",
];

/// Custom sentences of Home Assistant's Assist, as the file `custom_sentences/en/earwitness.yaml`, with these devices. Durations and times are handed over as they were said.
#[must_use]
pub fn assist(names: &[String]) -> String {
    let mut text = String::from("language: en\nintents:\n");
    // Writing to a string cannot fail.
    for it in sentences() {
        let _ = write!(text, "  Earwitness{}:\n    data:\n      - sentences:\n", it.kind.name());
        for template in &it.templates {
            // What other skills of a home may be told as well is said to us by name.
            let name = if is_telling(template) { "" } else { "[ask|tell] earwitness [to|for] " };
            let _ = writeln!(text, "          - \"{name}{}\"", nodes(template.nodes()));
        }
    }
    text.push_str("lists:\n  device:\n    values:\n");
    let devices: Vec<String> = names.iter().map(|it| spoken(it).to_lowercase()).filter(|it| !it.is_empty()).collect();
    let devices = if devices.is_empty() { vec!["no device".to_owned()] } else { devices };
    for name in devices {
        let _ = writeln!(text, "      - \"[the|my|our] {name}\"");
    }
    text.push_str("  period:\n    values:\n");
    for said in PERIODS.iter().flat_map(|it| it.0) {
        let _ = writeln!(text, "      - \"{said}\"");
    }
    text.push_str("  duration:\n    wildcard: true\n  time:\n    wildcard: true\n");
    text
}

/// Whether each of its sentences has a word that nothing else in a home is told.
fn is_telling(template: &Template) -> bool {
    const TELLING: [&str; 25] = [
        "probing",
        "probes",
        "probe",
        "testing",
        "tests",
        "test",
        "listening",
        "eavesdropping",
        "spying",
        "hears",
        "hear",
        "listens",
        "records",
        "recording",
        "audio",
        "reacted",
        "answered",
        "responded",
        "session",
        "reactions",
        "uploads",
        "uploading",
        "triggered",
        "{device}",
        "woke",
    ];
    template.sentences(2_000).iter().all(|it| it.split(' ').any(|word| TELLING.contains(&word)))
}

fn nodes(all: &[Node]) -> String {
    all.iter().map(node).collect::<Vec<_>>().join(" ")
}

fn node(it: &Node) -> String {
    match it {
        // Assistants hear apostrophes.
        Node::Word(word) => match word.as_str() {
            "dont" => "(dont|don't)".to_owned(),
            "whos" => "(whos|who's)".to_owned(),
            "whats" => "(whats|what's)".to_owned(),
            other => other.to_owned(),
        },
        Node::Slot(slot) => format!("{{{}}}", slot.name()),
        Node::Any(branches) => {
            let some: Vec<String> = branches.iter().filter(|it| !it.is_empty()).map(|it| nodes(it)).collect();
            let text = some.join("|");
            if some.len() < branches.len() { format!("[{text}]") } else { format!("({text})") }
        }
    }
}

/// The interaction model of an Alexa custom skill (JSON, the format of the developer console), with these devices.
#[must_use]
pub fn alexa(invocation: &str, names: &[String]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace(['"', '\\'], ""));
    let mut intents: Vec<String> = Vec::new();
    for it in sentences() {
        let mut samples: Vec<String> = Vec::new();
        for template in &it.templates {
            samples.extend(template.sentences(SAMPLES).iter().map(|text| quoted(&apostrophes(text))));
        }
        samples.dedup();
        let mut slots: Vec<Slot> = it.templates.iter().flat_map(Template::slots).collect();
        slots.sort_unstable();
        slots.dedup();
        let slots: Vec<String> =
            slots.iter().map(|slot| format!("{{ \"name\": \"{}\", \"type\": \"{}\" }}", slot.name(), slot_type(*slot))).collect();
        intents.push(format!(
            "        {{\n          \"name\": \"{}\",\n          \"slots\": [{}],\n          \"samples\": [\n            {}\n          ]\n        }}",
            it.kind.name(),
            slots.join(", "),
            samples.join(",\n            ")
        ));
    }
    for name in BUILT_IN {
        intents.push(format!("        {{ \"name\": \"{name}\", \"samples\": [] }}"));
    }
    let values = |all: Vec<String>| {
        all.iter().map(|it| format!("{{ \"name\": {{ \"value\": {} }} }}", quoted(it))).collect::<Vec<_>>().join(", ")
    };
    let devices: Vec<String> = names.iter().map(|it| spoken(it).to_lowercase()).filter(|it| !it.is_empty()).collect();
    let devices = if devices.is_empty() { vec!["no device".to_owned()] } else { devices };
    let periods = PERIODS.iter().flat_map(|it| it.0).map(|it| (*it).to_owned()).collect();
    format!(
        "{{\n  \"interactionModel\": {{\n    \"languageModel\": {{\n      \"invocationName\": {},\n      \"intents\": [\n{}\n      ],\n      \"types\": [\n        {{ \"name\": \"Device\", \"values\": [{}] }},\n        {{ \"name\": \"Period\", \"values\": [{}] }}\n      ]\n    }}\n  }}\n}}\n",
        quoted(invocation),
        intents.join(",\n"),
        values(devices),
        values(periods),
    )
}

const fn slot_type(slot: Slot) -> &'static str {
    match slot {
        Slot::Device => "Device",
        Slot::Period => "Period",
        Slot::Duration => "AMAZON.DURATION",
        Slot::Time => "AMAZON.TIME",
    }
}

/// As people write it.
fn apostrophes(text: &str) -> String {
    let word = |it: &str| match it {
        "dont" => "don't".to_owned(),
        "whos" => "who's".to_owned(),
        "whats" => "what's".to_owned(),
        other => other.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_may_be_told_needs_our_name() {
        let text = assist(&["Kitchen Echo".to_owned()]);
        let line = |part: &str| text.lines().find(|it| it.contains(part)).unwrap_or_else(|| panic!("{part} is missing"));
        assert!(line("take a break").contains("earwitness"));
        assert!(line("help [me]").contains("earwitness"));
        assert!(!line("what devices) (is|are) [still] (listening").contains("earwitness ["));
        assert!(text.contains("      - \"[the|my|our] kitchen echo\""));
        assert!(assist(&[]).contains("no device"));
    }

    #[test]
    fn the_model_of_a_skill_has_every_intent_and_no_mark_that_ends_a_text() {
        let text = alexa("ear \"witness", &["A \"b\" \\ c".to_owned()]);
        for kind in crate::intent::Kind::ALL {
            assert!(text.contains(&format!("\"name\": \"{}\"", kind.name())), "{kind:?}");
        }
        assert!(BUILT_IN.iter().all(|it| text.contains(&format!("\"name\": \"{it}\""))));
        assert!(text.contains("\"invocationName\": \"ear witness\"") && text.contains("\"value\": \"a b c\""), "{text}");
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
