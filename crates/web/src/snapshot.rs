//! What pages show: devices with their verdicts and with what they sent, most telling first.

use std::collections::BTreeMap;

use earwitness_base::words;
use earwitness_core::findings::DeviceId;
use earwitness_core::verdict::Outcome;
use earwitness_report::html::{Line, class};
use earwitness_report::verdicts::rank;

use crate::home::Home;
use crate::household::{Reading, Told};

/// Names in a headline.
const NAMED: usize = 4;

/// What the headline on verdicts does not mean.
const CAUTION: &str = "A verdict is a proof with a stated chance of a false accusation; what was not found is not shown to be absent. A line says how much each \
    device sent in the latest days, whatever caused it.";
/// What no verdict means.
const UNTESTED: &str = "Watching alone finds sound that is sent while it is spoken. A test plays sounds, and finds out which devices answer to them.";

/// A device in a line.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) device: DeviceId,
    /// By which it is asked for; nothing else is known by it.
    pub(crate) number: usize,
    /// Where it stands in the findings, where something was seen of it.
    pub(crate) place: Option<usize>,
    pub(crate) line: Line,
    /// Whether a person does not want to see it among the others.
    pub(crate) ignored: bool,
}

/// A home at a moment.
pub(crate) struct Snapshot {
    pub(crate) home: Home,
    pub(crate) entries: Vec<Entry>,
    pub(crate) answer: String,
    pub(crate) caution: &'static str,
    /// The verdicts that were told last, where the home is watched.
    pub(crate) told: Option<Told>,
    /// Changes whenever what is shown does.
    pub(crate) stamp: u64,
}

impl Snapshot {
    /// Of a home that does not change.
    pub(crate) fn fixed(home: Home) -> Self {
        let entry = |line: &Line| {
            let device = home.findings().devices.get(line.device)?.id;
            Some(Entry { device, number: home.number(line.device), place: Some(line.device), line: line.clone(), ignored: false })
        };
        let entries = home.lines().iter().filter_map(entry).collect();
        let (answer, caution) = (home.answer().to_owned(), home.caution());
        Self { home, entries, answer, caution, told: None, stamp: 0 }
    }

    /// Of a home that is watched, with the verdicts that were told last.
    pub(crate) fn of(reading: Reading, stamp: u64) -> Self {
        let Reading { material, numbers, names, ignored, verdicts } = reading;
        let home = Home::numbered(material, &numbers);
        let mut entries = Self::fixed(home);
        let told: BTreeMap<_, _> = verdicts.iter().flat_map(|it| &it.devices).map(|it| (it.0, (it.1, &it.2))).collect();
        for entry in &mut entries.entries {
            entry.ignored = ignored.contains(&entry.device);
            if let Some((outcome, receivers)) = told.get(&entry.device) {
                judge(&mut entry.line, *outcome, receivers);
            }
        }
        for (device, (outcome, receivers)) in &told {
            let is_there = entries.entries.iter().any(|it| it.device == *device);
            if let Some((number, name)) = numbers.get(device).zip(names.get(device)).filter(|_| !is_there) {
                let mut line = unseen(name);
                judge(&mut line, *outcome, receivers);
                let ignored = ignored.contains(device);
                entries.entries.push(Entry { device: *device, number: *number, place: None, line, ignored });
            }
        }
        entries.entries.sort_by_key(|it| (it.ignored, it.line.rank));
        let answer = headline(&entries.entries, verdicts.is_some());
        let caution = if verdicts.is_some() { CAUTION } else { UNTESTED };
        Self { answer, caution, told: verdicts, stamp, ..entries }
    }

    /// Whether a page of it shows the same as one of another, but for what open pages are told anyway.
    pub(crate) fn shows_what(&self, other: &Self) -> bool {
        let told = |it: &Self| it.told.as_ref().map(|told| (told.session, told.at));
        let alike = |a: &Entry, b: &Entry| {
            (a.number, a.ignored) == (b.number, b.ignored)
                && Line { device: b.line.device, sending: b.line.sending, ..a.line.clone() } == b.line
        };
        let lines = || self.entries.iter().zip(&other.entries).all(|(a, b)| alike(a, b));
        self.answer == other.answer && told(self) == told(other) && self.entries.len() == other.entries.len() && lines()
    }

    /// The device with that number.
    pub(crate) fn entry(&self, number: usize) -> Option<&Entry> {
        self.entries.iter().find(|it| it.number == number)
    }
}

/// Puts a verdict into a line.
fn judge(line: &mut Line, outcome: Outcome, receivers: &[String]) {
    (line.words, line.verdict, line.class, line.rank) = (outcome.words(), Some(outcome.key()), class(outcome), rank(outcome));
    if line.receivers.is_empty() {
        line.receivers = receivers.to_vec();
    }
}

/// A device of which nothing was seen lately.
fn unseen(name: &str) -> Line {
    Line {
        device: 0,
        name: name.to_owned(),
        words: "not seen lately",
        verdict: None,
        class: "none",
        amount: String::new(),
        seconds: None,
        uploads: 0,
        receivers: Vec::new(),
        sending: false,
        rank: u8::MAX,
    }
}

/// What the verdicts come to, in a sentence.
fn headline(entries: &[Entry], tested: bool) -> String {
    let of = |wanted: fn(&Line) -> bool| -> Vec<&str> {
        entries.iter().map(|it| &it.line).filter(|line| wanted(line)).map(|line| line.name.as_str()).collect()
    };
    let streams = of(|line| line.verdict == Some(Outcome::Streams.key()));
    let reacts =
        of(|line| matches!(line.class, "reacts") && line.verdict.is_some() && line.verdict != Some(Outcome::StreamsAlways.key()));
    let sent = of(|line| line.seconds.is_some_and(|it| it > 0.0));
    let say = |names: &[&str], one: &str, many: &str| {
        let more = names.len().saturating_sub(NAMED);
        let mut some: Vec<String> = names.iter().take(NAMED).map(|it| (*it).to_owned()).collect();
        some.extend((more > 0).then(|| words::counted(more as u64, "other", "others")));
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        format!("{} {}.", words::listed(&some).unwrap_or_default(), if names.len() == 1 { one } else { many })
    };
    match (&streams[..], &reacts[..], &sent[..]) {
        ([_, ..], ..) => {
            let all: Vec<&str> = streams.iter().chain(&reacts).copied().collect();
            say(&all, "sends what it hears", "send what they hear")
        }
        ([], [_, ..], _) => say(&reacts, "reacts to sound", "react to sound"),
        ([], [], _) if tested => "No device was found to react to sound.".to_owned(),
        ([], [], [_, ..]) => say(&sent, "sent what looks like sound", "sent what looks like sound"),
        _ => "No device was seen to send sound. The home has not been tested yet.".to_owned(),
    }
}
