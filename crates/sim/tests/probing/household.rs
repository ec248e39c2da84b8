//! A household that wants to know: how long until every device of the home is decided.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use earwitness_core::findings::DeviceId;
use earwitness_core::lot::{Lot, Stream};
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::trial::{Answers, Session, Stand, Standing};
use earwitness_core::verdict::{self, judge};
use earwitness_sim::plan::Plan;

use super::home::{Night, each, night, shipped, sitting};

const ROUNDS: u32 = 120;
const SILENT_AFTER: u32 = 10;

/// The sounds that are played: three wake words, speech without one, and a noise.
const SOUNDS: [(&str, &str); 5] = [
    ("computer, what is the weather tomorrow", "speech"),
    ("hey house, turn on the light in the kitchen", "speech"),
    ("okay robin, when does the sun rise", "speech"),
    ("the train was late again", "speech"),
    ("breaking glass", "noise"),
];

/// Devices that answer nine in ten of a sound, as they stand in a scenario.
const ANSWER: [&str; 7] = [
    "kind = \"speaker\"\nwake_words = [\"computer\"]\nwake_probability = 0.9",
    "kind = \"speaker\"\nwake_words = [\"hey house\"]\nwake_probability = 0.9\ncarriage = \"quic\"\ncodec = { shape = \"variable\", beat_ms = 60, octets = 240, silence_octets = 60 }",
    "kind = \"speaker\"\nwake_words = [\"okay robin\"]\nwake_probability = 0.9\ntelemetry_octets = 30_000",
    "kind = \"sound-camera\"\nreacts_to = [\"noise\"]\nprobability = 0.9",
    "kind = \"sound-camera\"\nreacts_to = [\"speech\"]\nprobability = 0.9\nsends = \"live\"",
    "kind = \"lamp\"\nreacts_to = [\"speech\"]\nprobability = 0.9",
    "kind = \"text-assistant\"\nwake_words = [\"computer\"]\nwake_probability = 0.9",
];

/// Devices that answer nothing.
const DEAF: [&str; 9] = [
    "kind = \"laptop\"",
    "kind = \"laptop\"\npages_seconds = [60, 400]",
    "kind = \"plug\"",
    "kind = \"sensor\"\nevery_seconds = 20\nanswer_octets = 24",
    "kind = \"sensor\"\nevery_seconds = 60",
    "kind = \"clip-camera\"\nevery_minutes = 40\noctets_per_second = 30_000",
    "kind = \"speaker\"\nwake_words = [\"computer\", \"hey house\"]\nmicrophone = false",
    "kind = \"always-streaming\"",
    "kind = \"plug\"\nheartbeat_seconds = 7",
];

/// A home of twelve devices, one to four of which answer; who, is drawn from the seed.
fn home(seed: u64) -> (Plan, Vec<String>) {
    let mut chance: Stream = Lot::new(seed).stream("home", 0);
    let mut text = String::from("title = \"A home\"\nstart = 2026-03-02T18:00:00Z\nhours = 4\n");
    for (name, kind) in SOUNDS {
        write!(text, "[[sounds]]\nname = \"{name}\"\nkind = \"{kind}\"\n").unwrap();
    }
    let mut draw = |from: &[&'static str]| from[usize::try_from(chance.below(from.len() as u64)).unwrap()];
    let answering = 1 + Lot::new(seed).draw("answering", 0, 4);
    let mut names = Vec::new();
    for number in 0..12 {
        let (kind, from) = if number < answering { ("answers", &ANSWER[..]) } else { ("deaf", &DEAF[..]) };
        let name = format!("{kind}-{number}");
        write!(text, "[[device]]\nname = \"{name}\"\n{}\n", draw(from)).unwrap();
        names.extend((number < answering).then_some(name));
    }
    (Plan::from_toml(&text, "home").unwrap(), names)
}

/// What an hour at home came to. Times are minutes from its beginning, none where it did not come to that.
#[derive(Debug)]
struct Sitting {
    /// Until every device that answers was proven.
    proven: Option<i64>,
    /// Until every other one had its limit.
    limited: Option<i64>,
    /// Until it was over, single sounds included.
    over: i64,
    /// Deaf devices that are said to react.
    accused: Vec<String>,
    /// Devices proven to react, and those of them of which it is said to which single sound.
    reacting: (usize, usize),
}

/// Minutes until the end of the round of this number.
fn minutes(night: &Night, round: usize) -> Option<i64> {
    let over = night.rounds.get(round)?.span()?.until;
    Some(over.since(Timestamp::from_nanos(night.begins)) / (60 * SECOND) + 1)
}

fn sit(seed: u64) -> Sitting {
    let (scenario, answering) = home(seed);
    let design = Design { seed, stimuli: scenario.sounds.clone(), ..Design::default() }.in_a_row(0);
    let mode = Mode::UntilDecided { silent_after: SILENT_AFTER };
    let night = sitting(&scenario, design, Campaign::new(ROUNDS, mode), 0.01, false);
    let settings = verdict::VerdictSettings { seed, ..verdict::VerdictSettings::default() };
    let verdicts = judge(&night.findings, night.rounds.clone(), &BTreeMap::new(), &settings);
    let ids = |answers: bool| {
        let of = night.truth.devices.iter().filter(|it| answering.contains(&it.name) == answers);
        of.map(|it| night.device(&it.name)).collect::<Vec<DeviceId>>()
    };
    let (answering, deaf) = (ids(true), ids(false));
    let mut session = Session::new(0.01);
    let (mut proven, mut limited) = (None, None);
    for (number, trial) in verdicts.trials.iter().enumerate() {
        session.take(trial);
        let all = |ids: &[DeviceId], is: fn(&Standing) -> bool| ids.iter().all(|id| session.standings().get(id).is_some_and(is));
        let when = |known: Option<i64>, is: bool| known.or_else(|| is.then(|| minutes(&night, number))?);
        proven = when(proven, all(&answering, |it| it.proven_after.is_some()));
        // Of one that is accused falsely nobody waits for a limit.
        limited = when(limited, all(&deaf, |it| it.silent_after.or(it.proven_after).is_some()));
    }
    let accused = verdicts.devices.iter().filter(|it| it.outcome.is_reaction() && deaf.contains(&it.device));
    let name =
        |id| night.truth.devices.iter().find(|it| night.device(&it.name) == id).map_or(String::new(), |it| it.name.clone());
    let accused = accused.map(|it| name(it.device)).collect();
    let reacting = || night.session.standings().values().filter(|it| it.stand() == Stand::Reacts);
    let named = reacting().filter(|it| it.sounds.iter().skip(1).any(Answers::are_half)).count();
    Sitting { proven, limited, over: night.seconds / 60, accused, reacting: (reacting().count(), named) }
}

/// Median and ninth tenth; what never came counts as the longest.
fn times(sittings: &[Sitting], of: fn(&Sitting) -> Option<i64>) -> (i64, i64) {
    let mut all: Vec<i64> = sittings.iter().map(|it| of(it).unwrap_or(i64::MAX)).collect();
    all.sort_unstable();
    (all[all.len() / 2], all[all.len() * 9 / 10])
}

/// Minutes until all are decided, in the median and in nine of ten homes. Measured over the seeds 1001 to 2000: see `docs/design/detection.md`.
const MINUTES: (i64, i64) = (20, 30);

#[test]
fn a_home_of_twelve_devices_is_decided_in_twenty_minutes() {
    let homes = if super::full_run() { 1_000 } else { 60 };
    let seeds: Vec<u64> = (1_001..=1_000 + homes).collect();
    let sittings = each(&seeds, |&seed| sit(seed));
    for (seed, it) in seeds.iter().zip(&sittings) {
        println!("seed {seed}: {it:?}");
    }
    let decided = times(&sittings, |it| Some(it.proven?.max(it.limited?)));
    println!("proven after {:?} minutes (median, 90 %)", times(&sittings, |it| it.proven));
    println!("limits after {:?}, both {decided:?}", times(&sittings, |it| it.limited));
    println!("over, single sounds included, after {:?}", times(&sittings, |it| Some(it.over)));
    let accused = sittings.iter().filter(|it| !it.accused.is_empty()).count();
    let sum = |of: fn(&Sitting) -> usize| sittings.iter().map(of).sum::<usize>();
    let (reacting, named) = (sum(|it| it.reacting.0), sum(|it| it.reacting.1));
    println!("somebody is accused falsely in {accused} of {homes} homes; of {reacting} that react, {named} by a single sound");
    assert!(decided.0 <= MINUTES.0 && decided.1 <= MINUTES.1, "{decided:?} minutes");
    // One in a hundred is allowed; three standard deviations above.
    assert!(accused * 20 <= sittings.len(), "{accused} of {homes}");
    assert!(named * 10 >= reacting * 9, "{named} of {reacting}");
}

/// Those of the demo's home that answer at once.
const DEMO: [&str; 4] = ["kitchen-assistant", "bedroom-assistant", "hall-camera", "night-lamp"];

#[test]
fn one_sound_at_a_time_proves_nearly_every_device_that_answers_in_an_evening() {
    let homes = if super::full_run() { 100 } else { 10 };
    let seeds: Vec<u64> = (1..=homes).collect();
    let evenings = each(&seeds, |&seed| {
        let mode = Mode::UntilDecided { silent_after: 20 };
        let night = night(&shipped("demo"), seed, Campaign::new(ROUNDS, mode), 0.01, false);
        let unproven = DEMO.into_iter().filter(|name| !night.session.is_proven(night.device(name))).count();
        (night.seconds / 60, unproven)
    });
    let mut minutes: Vec<i64> = evenings.iter().map(|it| it.0).collect();
    minutes.sort_unstable();
    let proven = evenings.iter().filter(|it| it.1 == 0).count();
    println!("all four proven in {proven} of {homes} homes; over after {} minutes (median)", minutes[minutes.len() / 2]);
    assert!(proven * 10 >= evenings.len() * 9, "{proven} of {homes}");
    assert!(minutes[minutes.len() / 2] <= 180, "{minutes:?}");
}
