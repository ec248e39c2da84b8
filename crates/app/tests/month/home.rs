//! The home that is watched: few devices that say little, so that a month passes in seconds.

use earwitness_sim::house::House;
use earwitness_sim::plan::Plan;

/// Local time, with the night in which clocks go forward (2026-03-29) within the month.
pub(crate) const ZONE: &str = "Europe/Berlin";

const HOME: &str = r#"
title = "A home of few words"
start = 2026-03-09T05:00:00Z
hours = HOURS
sounds = [{ name = "computer", kind = "speech" }, { name = "glass", kind = "noise" }]

[network]
one_lost_in = 0
stall_every_seconds = 3600

[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]
wake_probability = 0.8
heartbeat_seconds = 300

[[device]]
name = "muted"
kind = "speaker"
wake_words = ["computer"]
microphone = false
heartbeat_seconds = 300

[[device]]
name = "lamp"
kind = "lamp"
reacts_to = ["speech"]
heartbeat_seconds = 300

[[device]]
name = "bridge"
kind = "idle"
every_seconds = 40
"#;

/// A home for so many days.
pub(crate) fn home(days: i64, seed: u64) -> House {
    let text = HOME.replace("HOURS", &(days * 24).to_string());
    House::new(&Plan::from_toml(&text, "month").unwrap(), seed)
}

/// The configuration of the appliance; another number makes another layout.
pub(crate) fn config(state: &std::path::Path, number: u32) -> String {
    format!(
        "state = '{}'\n\
         [capture]\ncommands = [\"cat\"]\nkeep_megabytes = 0\n\
         [probing]\nsounds = [\"computer\", \"glass\"]\nquiet = [\"21:00-08:00\", \"12:30-13:30\"]\nonly_when_away = true\nseed = 7\n\
         slots = 4\nslot_seconds = 20\nguard_seconds = 2\nrest_seconds = [{}, 2000]\nprobe_seconds = [2.0, 4.0]\nwarm_up_seconds = 60\n",
        state.display(),
        400 + number
    )
}
