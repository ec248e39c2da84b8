//! How many rounds it takes to prove a reaction.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use earwitness_core::detect::lottery::session_part;
use earwitness_core::plan::watch::Watch;
use earwitness_core::plan::{Done, Next, Plan as Choice};
use earwitness_core::schedule::Design;
use earwitness_core::trial::Session;
use earwitness_sim::plan::Plan;

use super::home::{each, night};

/// Homes of each row.
const HOMES: u64 = 101;

/// Of those, so many are played again in an ordinary run.
const AGAIN: u64 = 3;

/// Rounds after which nobody waits any longer.
const MOST: u32 = 60;

/// The chance that any device at all is accused falsely, in all sessions of the home.
const ALPHA: f64 = 0.01;

/// Seven that are deaf, and one that is not.
const DEAF: &str = r#"
[[device]]
name = "muted-assistant"
kind = "speaker"
wake_words = ["computer"]
microphone = false
[[device]]
name = "laptop"
kind = "laptop"
[[device]]
name = "hall-plug"
kind = "plug"
[[device]]
name = "desk-plug"
kind = "plug"
[[device]]
name = "thermostat"
kind = "sensor"
[[device]]
name = "bridge"
kind = "idle"
[[device]]
name = "door-camera"
kind = "clip-camera"
[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]
telemetry_octets = 0
"#;

/// What the device sends beside its answers, as a scenario says it.
const BACKGROUNDS: [(&str, &str); 3] = [
    ("quiet", ""),
    ("bursts", "also_bursts = { every_seconds = 40, kilobytes = [20, 400] }"),
    ("video", "also_video_kbits = 2_000"),
];

/// Bit rates, kbit/s, with the codec of each.
const CODECS: [(&str, &str); 3] = [
    ("6", "{ beat_ms = 20, octets = 15, frames_per_record = 4 }"),
    ("32", "{ beat_ms = 20, octets = 80 }"),
    ("256", r#"{ beat_ms = 20, shape = "pcm" }"#),
];

/// How often it answers.
const ANSWERS: [(&str, &str); 2] = [("all", "1.0"), ("half", "0.5")];

/// Ends with the first proof.
struct UntilProven;

impl Choice for UntilProven {
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next {
        let proven = session.standings().values().any(|standing| standing.proven_after.is_some());
        if proven || number >= MOST { Next::Done(Done::Decided) } else { Watch.next(session, design, number) }
    }
}

/// A row of the table.
struct Row {
    background: &'static str,
    answers: &'static str,
    kbits: &'static str,
    home: Plan,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (background, beside) in BACKGROUNDS {
        for (answers, probability) in ANSWERS {
            for (kbits, codec) in CODECS {
                let text = format!(
                    "hours = 5\nsounds = [{{ name = \"computer, what is the weather tomorrow\", kind = \"speech\" }}]\n{DEAF}\
                     wake_probability = {probability}\ncodec = {codec}\n{beside}\n"
                );
                rows.push(Row { background, answers, kbits, home: Plan::from_toml(&text, "power").unwrap() });
            }
        }
    }
    rows
}

/// Rounds that counted until the device was proven to react.
fn rounds(home: &Plan, seed: u64) -> Option<u32> {
    let night = night(home, seed, UntilProven, ALPHA * session_part(1), false);
    assert_eq!(night.session.standings().len(), 8, "seed {seed}: all eight were seen before the first round");
    night.session.standings().get(&night.device("assistant"))?.proven_after
}

/// The line of a row: what all its homes gave, in the order of their seeds.
fn line(row: &Row, rounds: &[Option<u32>]) -> String {
    let mut sorted: Vec<u32> = rounds.iter().map(|it| it.unwrap_or(MOST + 1)).collect();
    sorted.sort_unstable();
    let said = |rounds: u32| if rounds > MOST { format!(">{MOST}") } else { rounds.to_string() };
    let (median, tenth) = (said(sorted[sorted.len() / 2]), said(sorted[sorted.len() * 9 / 10]));
    let mut line = format!("{:<12}{:<9}{:>6} |{median:>7}{tenth:>7} |", row.background, row.answers, row.kbits);
    for rounds in rounds {
        let _ = write!(line, " {}", said(rounds.unwrap_or(MOST + 1)));
    }
    line
}

const HEAD: &str = "\
Rounds until sound is proven to move one device of eight in the first session of a home, alpha = 0.01 for all that ever come and all its sessions, from the octets on the wire on (>60: not by then).
Beside its answers the device sends nothing but heartbeats, 20 to 400 kB at once every 40 s on average, or a video of 2 Mbit/s.

background  answers  kbit/s | median   90 % | each home, seeds 1001 to 1101, 2001 to 2101, ...
";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/power.txt")
}

#[test]
fn the_power_table_is_the_one_that_was_looked_at() {
    let kept = std::fs::read_to_string(path()).unwrap_or_default();
    let rows = rows();
    let homes = if super::full_run() { HOMES } else { AGAIN };
    // Seeds of its own for each row.
    let cases: Vec<(&Row, u64)> =
        (1..).zip(&rows).flat_map(|(number, row)| (1..=homes).map(move |home| (row, 1_000 * number + home))).collect();
    let found = each(&cases, |(row, seed)| rounds(&row.home, *seed));
    let found: Vec<&[Option<u32>]> = found.chunks(usize::try_from(homes).unwrap()).collect();
    let is: Vec<String> = rows.iter().zip(&found).map(|(row, rounds)| line(row, rounds)).collect();
    println!("{HEAD}{}", is.join("\n"));
    if super::full_run() {
        let table = format!("{HEAD}{}\n", is.join("\n"));
        if super::update() {
            std::fs::write(path(), table).unwrap();
        } else {
            assert_eq!(kept, table, "power.txt has changed; if that is meant, look at it and keep it with UPDATE_SNAPSHOTS=1");
        }
        return;
    }
    for ((row, rounds), kept) in rows.iter().zip(&found).zip(kept.lines().skip(HEAD.lines().count())) {
        let before = kept_rounds(kept);
        assert_eq!(kept, line(row, &before), "a line of power.txt that no run wrote");
        assert_eq!(
            &before[..rounds.len()],
            *rounds,
            "{}, {}, {} kbit/s: power.txt is old; see the head of probing.rs",
            row.background,
            row.answers,
            row.kbits
        );
    }
    assert_eq!(kept.lines().count(), HEAD.lines().count() + rows.len());
}

/// The promise: most rounds in the median, by background and how often the device answers. The bit rates of a background are taken
/// together, for the clock sees all of them alike.
const PROMISED: [(&str, &str, u32); 4] = [("quiet", "all", 4), ("quiet", "half", 13), ("bursts", "all", 6), ("video", "all", 6)];

#[test]
fn the_promised_rounds_are_reached_from_the_octets_on_the_wire_on() {
    let kept = std::fs::read_to_string(path()).unwrap();
    for (background, answers, most) in PROMISED {
        let ours = kept.lines().filter(|line| line.split_whitespace().take(2).eq([background, answers]));
        let mut rounds: Vec<u32> = ours.flat_map(kept_rounds).map(|it| it.unwrap_or(MOST + 1)).collect();
        rounds.sort_unstable();
        assert_eq!(rounds.len(), CODECS.len() * usize::try_from(HOMES).unwrap());
        let median = rounds[rounds.len() / 2];
        println!("{background}, answers {answers}: median {median} rounds of {} homes, {most} promised", rounds.len());
        assert!(median <= most, "{background}, answers {answers}: {median} rounds, not {most}");
    }
}

/// The rounds in a line of the table.
fn kept_rounds(line: &str) -> Vec<Option<u32>> {
    line.rsplit('|').next().unwrap_or("").split_whitespace().map(|rounds| rounds.parse().ok()).collect()
}
