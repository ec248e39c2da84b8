//! A simulated home by name or from a file, and the session that is run in it.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use earwitness_core::plan::campaign::Mode;
use earwitness_core::schedule::{Design, Quiet};
use earwitness_core::time::SECOND;
use earwitness_sim::night::Loudspeaker;
use earwitness_sim::plan::{Plan, Probing};

use crate::config::quiet_hours;

/// Longest scenario file, octets.
const LONGEST: u64 = 1 << 20;

/// The scenario with this name, or in this file.
///
/// # Errors
/// When there is none, or it cannot be read or understood.
pub(super) fn load(name: &str) -> anyhow::Result<Plan> {
    if let Some((name, text)) = Plan::shipped().iter().find(|it| it.0 == name) {
        return Ok(Plan::from_toml(text, name)?);
    }
    let path = Path::new(name);
    let facts = fs::metadata(path).with_context(|| {
        let known: Vec<&str> = Plan::shipped().iter().map(|it| it.0).collect();
        format!("{name:?} is neither a file nor one of the scenarios that come with the program: {}", known.join(", "))
    })?;
    if !facts.is_file() || facts.len() > LONGEST {
        bail!("{name} is no scenario: that is a text file of at most 1 MiB");
    }
    let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read as text"))?;
    Ok(Plan::from_toml(&text, name)?)
}

/// The text of a scenario that comes with the program.
pub(super) fn text(name: &str) -> Option<&'static str> {
    Plan::shipped().iter().find(|it| it.0 == name).map(|it| it.1)
}

/// The names of the scenarios, each with its title.
pub(super) fn list() -> anyhow::Result<Vec<(&'static str, String)>> {
    Plan::shipped().iter().map(|(name, text)| Ok((*name, Plan::from_toml(text, name)?.title))).collect()
}

/// How sessions are run in a scenario.
pub(super) struct Session {
    pub(super) design: Design,
    pub(super) alpha: f64,
    pub(super) loudspeaker: Loudspeaker,
    /// Rounds at most; without, all night long.
    pub(super) rounds: Option<u32>,
    /// How rounds are chosen where there is a most.
    pub(super) mode: Mode,
}

/// Rounds of a test of the home at most, as in a configuration that says nothing else.
const TEST: u32 = 60;

impl Session {
    /// The same home, tested as `earwitness probe` does: all sounds in a row, until every device is decided.
    pub(super) fn test(self) -> Self {
        // What a scenario plays is as long as its kind says.
        let design = Design { quiet: Vec::new(), ..self.design.in_a_row(0) };
        Self { design, rounds: Some(TEST), mode: Mode::HOUSEHOLD, ..self }
    }
}

/// The chance that any device at all is accused falsely, unless a scenario says otherwise.
pub(super) const ALPHA: f64 = 0.01;

/// The session that a scenario asks for.
///
/// # Errors
/// When it contradicts itself.
pub(super) fn session(plan: &Plan, seed: u64) -> anyhow::Result<Session> {
    let usual = Design::default();
    let probing = plan.probing.clone().unwrap_or_default();
    let Probing { slots, slot_seconds, guard_seconds, rounds, alpha, level_db, quiet } = probing;
    let fault = |error: &dyn std::fmt::Display| plan.probing_error(format!("the home cannot be probed so: {error}"));
    let quiet: Result<Vec<Quiet>, String> = quiet.unwrap_or_default().iter().map(|text| quiet_hours(text)).collect();
    let design = Design {
        seed,
        slots: slots.map_or(usual.slots, |slots| slots as usize),
        slot: slot_seconds.map_or(usual.slot, nanos),
        guard: guard_seconds.map_or(usual.guard, nanos),
        stimuli: plan.sounds.clone(),
        factors: Vec::new(),
        quiet: quiet.map_err(|error| fault(&error))?,
        local_offset: plan.offset_seconds.saturating_mul(SECOND),
        ..usual
    };
    design.check().map_err(|error| fault(&error))?;
    let usual = Loudspeaker::default();
    let loudspeaker = Loudspeaker { level_db: level_db.unwrap_or(usual.level_db), ..usual };
    Ok(Session { design, alpha: alpha.unwrap_or(ALPHA), loudspeaker, rounds, mode: Mode::Balanced })
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of a slot; saturates")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_can_be_probed() {
        for (name, _) in list().unwrap() {
            assert!(session(&load(name).unwrap(), 1).is_ok(), "{name}");
        }
    }
}
