//! From a sentence to what somebody wants.

use crate::intent::{Intent, Kind, Period};
use crate::name::meant;
use crate::number::{minutes, time};
use crate::table::sentences;
use crate::template::{Node, Slot};
use crate::words::words;

/// Most words of a name, a period, a duration or a time.
const LONGEST_SLOT: usize = 8;

/// How periods are said.
pub(crate) const PERIODS: &[(&[&str], Period)] = &[
    (
        &[
            "the last session",
            "last session",
            "the last test",
            "the last round",
            "the latest session",
            "the last experiment",
            "this session",
        ],
        Period::LastSession,
    ),
    (&["today", "this morning", "this afternoon", "this evening", "since midnight"], Period::Today),
    (&["last night", "the last night", "tonight", "over night", "overnight", "the night", "this night"], Period::LastNight),
    (&["yesterday", "the last day"], Period::Yesterday),
    (&["this week", "the last week", "last week", "the week", "the last seven days", "the last 7 days"], Period::Week),
];

/// What somebody wants who says this; `None` where it is no sentence of the table, or could mean more than one thing. `names` are the devices that there are.
#[must_use]
pub fn understand(text: &str, names: &[String]) -> Option<Intent> {
    let words = words(text)?;
    if words.is_empty() {
        return None;
    }
    let mut found: Vec<Intent> = Vec::new();
    for it in sentences() {
        for template in &it.templates {
            let mut slots = Slots::default();
            let mut take = |slots: &Slots<'_>| {
                if let Some(intent) = intent(it.kind, slots, names).filter(|intent| !found.contains(intent)) {
                    found.push(intent);
                }
            };
            matches(template.nodes(), &words, &mut slots, &mut take);
        }
    }
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// What stands in the slots of a sentence.
#[derive(Clone, Default)]
struct Slots<'a> {
    device: Option<&'a [String]>,
    duration: Option<&'a [String]>,
    period: Option<&'a [String]>,
    time: Option<&'a [String]>,
}

impl<'a> Slots<'a> {
    fn of(&mut self, slot: Slot) -> &mut Option<&'a [String]> {
        match slot {
            Slot::Device => &mut self.device,
            Slot::Duration => &mut self.duration,
            Slot::Period => &mut self.period,
            Slot::Time => &mut self.time,
        }
    }
}

/// Calls `take` with each way in which the words are the nodes.
fn matches<'a>(nodes: &[Node], words: &'a [String], slots: &mut Slots<'a>, take: &mut dyn FnMut(&Slots<'a>)) {
    let Some((node, rest)) = nodes.split_first() else {
        if words.is_empty() {
            take(slots);
        }
        return;
    };
    match node {
        Node::Word(word) => {
            if words.first() == Some(word) {
                matches(rest, words.get(1..).unwrap_or_default(), slots, take);
            }
        }
        Node::Any(branches) => {
            for branch in branches {
                // What follows the brackets follows each branch.
                let whole: Vec<Node> = branch.iter().chain(rest).cloned().collect();
                matches(&whole, words, slots, take);
            }
        }
        Node::Slot(slot) => {
            for count in 1..=words.len().min(LONGEST_SLOT) {
                let (own, behind) = words.split_at(count);
                if may_be(*slot, own) {
                    let before = slots.of(*slot).replace(own);
                    matches(rest, behind, slots, take);
                    *slots.of(*slot) = before;
                }
            }
        }
    }
}

/// Whether words can stand in a slot.
fn may_be(slot: Slot, words: &[String]) -> bool {
    match slot {
        Slot::Device => true,
        Slot::Duration => minutes(words).is_some(),
        Slot::Period => period(words).is_some(),
        Slot::Time => time(words).is_some(),
    }
}

/// The time that is meant by words such as `last night`; `None` where none is.
#[must_use]
pub fn period_said(text: &str) -> Option<Period> {
    period(&words(text)?)
}

/// The device, by its place in the list of names, that is meant by words such as `the kitchen echo`; `None` where none is, or more than one may be.
#[must_use]
pub fn device_said(text: &str, names: &[String]) -> Option<usize> {
    meant(&words(text)?, names)
}

fn period(words: &[String]) -> Option<Period> {
    let said = words.join(" ");
    PERIODS.iter().find(|it| it.0.contains(&said.as_str())).map(|it| it.1)
}

fn intent(kind: Kind, slots: &Slots<'_>, names: &[String]) -> Option<Intent> {
    let of_period = || slots.period.map_or(Some(Period::default()), period);
    Some(match kind {
        Kind::Pause => Intent::Pause(match slots.duration {
            Some(words) => Some(minutes(words)?),
            None => None,
        }),
        Kind::Resume => Intent::Resume,
        Kind::ProbeNow => Intent::ProbeNow,
        Kind::QuietUntil => Intent::QuietUntil(time(slots.time?)?),
        Kind::WhoListens => Intent::WhoListens,
        Kind::Happened => Intent::Happened(of_period()?),
        Kind::Reacted => Intent::Reacted(of_period()?),
        Kind::HowMuch => {
            // Without a session in the question, people mean the day.
            let period = slots.period.map_or(Some(Period::Today), period)?;
            Intent::HowMuch(meant(slots.device?, names)?, period)
        }
        Kind::IsPaused => Intent::IsPaused,
        Kind::Help => Intent::Help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::Clock;

    fn names() -> Vec<String> {
        ["Kitchen Echo", "Bedroom Echo", "HomePod", "Samsung TV"].map(str::to_owned).to_vec()
    }

    fn of(text: &str) -> Option<Intent> {
        understand(text, &names())
    }

    #[test]
    fn the_questions_of_people_are_understood() {
        for (text, intent) in [
            ("Who is listening?", Intent::WhoListens),
            ("Hey earwitness, is anybody listening to us?", Intent::WhoListens),
            ("Which devices reacted last night?", Intent::Reacted(Period::LastNight)),
            ("which devices reacted", Intent::Reacted(Period::LastSession)),
            ("What happened in the last session?", Intent::Happened(Period::LastSession)),
            ("What are the results of the last session?", Intent::Happened(Period::LastSession)),
            ("results", Intent::Happened(Period::LastSession)),
            ("What happened today", Intent::Happened(Period::Today)),
            ("Anything unusual this week?", Intent::Happened(Period::Week)),
            ("How much did the kitchen echo send yesterday?", Intent::HowMuch(0, Period::Yesterday)),
            ("How many seconds of audio did my HomePod upload?", Intent::HowMuch(2, Period::Today)),
            ("did the tv send anything last night", Intent::HowMuch(3, Period::LastNight)),
            ("Is it muted?", Intent::IsPaused),
            ("help", Intent::Help),
            ("What can I say?", Intent::Help),
        ] {
            assert_eq!(of(text), Some(intent), "{text}");
        }
    }

    #[test]
    fn orders_are_understood_with_durations_and_times() {
        for (text, intent) in [
            ("Pause", Intent::Pause(None)),
            ("Pause the probing for thirty minutes, please", Intent::Pause(Some(30))),
            ("Don't play any sounds for two hours", Intent::Pause(Some(120))),
            ("Be quiet until half past seven", Intent::QuietUntil(Clock { hour: 7, minute: 30, half_known: false })),
            ("no sounds before 9 am", Intent::QuietUntil(Clock { hour: 9, minute: 0, half_known: true })),
            ("Resume probing", Intent::Resume),
            ("you can play again", Intent::Resume),
            ("Test my home", Intent::ProbeNow),
            ("Run a test right away", Intent::ProbeNow),
        ] {
            assert_eq!(of(text), Some(intent), "{text}");
        }
    }

    #[test]
    fn what_is_no_sentence_of_the_table_is_not_guessed() {
        for text in [
            "",
            "order a pizza",
            "alexa what time is it",
            "pause the music",
            "who is listening to the radio",
            "how much did the garden echo send",
            "how much did the echo send",
            "be quiet until soon",
            "pause for zero minutes",
            "stop",
            "resume the call",
            "I think I am having some trouble hearing what people are trying to say to me",
            &"who is listening ".repeat(30),
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn every_sentence_of_the_table_means_its_own_intent_and_no_other() {
        let filled = |text: String| {
            text.replace("{device}", "the kitchen echo")
                .replace("{duration}", "twenty minutes")
                .replace("{period}", "last night")
                .replace("{time}", "seven thirty")
        };
        let mut count = 0;
        for it in sentences() {
            for template in &it.templates {
                for text in template.sentences(20_000) {
                    let text = filled(text);
                    let understood = of(&text).map(Intent::kind);
                    assert_eq!(understood, Some(it.kind), "{text}");
                    count += 1;
                }
            }
        }
        assert!(count > 2_000, "{count}");
    }
}
