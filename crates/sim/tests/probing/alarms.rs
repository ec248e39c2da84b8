//! Homes in which nobody hears anything.

use std::collections::BTreeMap;

use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::verdict::{self, judge};
use earwitness_sim::plan::Plan;

use super::exact::{at_most, law};
use super::home::{each, night};

/// Homes in an ordinary run, and in a full one.
const HOMES: (u32, u32) = (16, 250);

/// Rounds of a session.
const ROUNDS: u32 = 30;

/// The chance that any device of a home is accused falsely.
const ALPHA: f64 = 0.01;

/// Every kind of device, all deaf: those with an ear have it switched off.
const HOME: &str = r#"
hours = 3
sounds = [
  { name = "computer, what is the weather tomorrow", kind = "speech" },
  { name = "breaking glass", kind = "noise" },
]
[[talk]]
from_hour = 0
until_hour = 24
per_hour = 2
[[device]]
name = "speaker"
kind = "speaker"
wake_words = ["computer"]
microphone = false
[[device]]
name = "bursty-speaker"
kind = "speaker"
wake_words = ["computer"]
microphone = false
also_bursts = { every_seconds = 40, kilobytes = [20, 400] }
[[device]]
name = "far-camera"
kind = "sound-camera"
distance_db = 80
[[device]]
name = "monitor"
kind = "always-streaming"
microphone = false
[[device]]
name = "lamp"
kind = "lamp"
microphone = false
[[device]]
name = "tv"
kind = "tv"
microphone = false
[[device]]
name = "clip-camera"
kind = "clip-camera"
every_minutes = 2
[[device]]
name = "laptop"
kind = "laptop"
file_octets = 200_000
[[device]]
name = "video"
kind = "video"
kbits = 200
pictures_per_second = 5
[[device]]
name = "film"
kind = "video"
direction = "down"
kbits = 200
[[device]]
name = "console"
kind = "console"
every_hours = 0.5
game_minutes = [1, 5]
rate = 20
[[device]]
name = "updates"
kind = "updates"
every_hours = 1
megabytes = 2
[[device]]
name = "backup"
kind = "backup"
at_hour = 1
megabytes = 5
[[device]]
name = "plug"
kind = "plug"
switched_every_minutes = 3
[[device]]
name = "sensor"
kind = "sensor"
every_seconds = 24
[[device]]
name = "idle"
kind = "idle"
every_seconds = 20
"#;

/// What a session said about deaf devices.
struct Said {
    devices: u32,
    accused: u32,
    /// How high the evidence of each device ever was, as what its chance is bounded by.
    chances: Vec<f64>,
    wrong: String,
}

fn session(seed: u64) -> Said {
    let home = Plan::from_toml(HOME, "deaf").unwrap();
    let night = night(&home, seed, Campaign::new(ROUNDS, Mode::Balanced), ALPHA, false);
    let settings = verdict::VerdictSettings { seed, alpha: ALPHA, ..verdict::VerdictSettings::default() };
    let verdicts = judge(&night.findings, night.rounds, &BTreeMap::new(), &settings);
    let accused = verdicts.devices.iter().filter(|it| it.evidence.is_proven());
    let name = |id| {
        night.truth.devices.iter().find(|it| earwitness_core::findings::DeviceId::Mac(it.mac) == id).map_or("", |it| &it.name)
    };
    let wrong: Vec<&str> = accused.map(|it| name(it.device)).collect();
    Said {
        devices: u32::try_from(verdicts.devices.len()).unwrap(),
        accused: u32::try_from(wrong.len()).unwrap(),
        chances: night.session.standings().values().map(|it| (-it.lottery.highest()).exp()).collect(),
        wrong: wrong.join(", "),
    }
}

#[test]
fn who_hears_nothing_is_accused_no_more_often_than_allowed() {
    let homes = if super::full_run() { HOMES.1 } else { HOMES.0 };
    let seeds: Vec<u64> = (5_001..=5_000 + u64::from(homes)).collect();
    let said = each(&seeds, |&seed| session(seed));
    for (seed, said) in seeds.iter().zip(&said).filter(|it| it.1.accused > 0) {
        println!("seed {seed}: {} accused", said.wrong);
    }
    let devices: u32 = said.iter().map(|it| it.devices).sum();
    assert_eq!(devices, 16 * homes, "every device was judged");
    let accused = said.iter().map(|it| it.accused).sum();
    println!(
        "{accused} of {devices} device-sessions, seeds from 5001 on: at most {:.3} % (95 %)",
        100.0 * at_most(accused, devices)
    );
    // A home counts once, however many of its devices are accused: homes are independent, devices of one share the draws.
    let any = said.iter().map(|it| u32::from(it.accused > 0)).sum();
    println!(
        "{any} of {homes} homes with anybody accused: at most {:.2} % (95 %), {} allowed",
        100.0 * at_most(any, homes),
        ALPHA
    );
    // Twice as many as allowed, and at least three, happen by chance in one full run of fifty or one ordinary run of a thousand.
    assert!(f64::from(any) < (2.0 * ALPHA * f64::from(homes)).max(3.0), "{any} of {homes} homes");
    // Evidence that is often reached tells more than evidence that hardly ever is.
    for level in [0.5, 0.1, 0.05] {
        let reached = said.iter().flat_map(|it| &it.chances).filter(|chance| **chance <= level).count();
        law(&format!("evidence for which {level} is allowed"), u32::try_from(reached).unwrap(), devices, level);
    }
}
