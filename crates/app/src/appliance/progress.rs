//! How a session stands for somebody who waits for its end: each device, and how long it will take.

use earwitness_base::words::{about, counted};
use earwitness_core::probe::Stimulus;
use earwitness_core::time::Timestamp;
use earwitness_core::trial::Stand;

use super::Appliance;

/// Rounds after which half of the simulated homes of twelve devices were decided: what is expected of one of which nothing is known yet.
const USUAL_ROUNDS: u32 = 18;

/// Devices that are listed one by one.
const MOST_LISTED: usize = 24;

/// How a session stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// All devices in a line, and the time that is left.
    pub summary: String,
    /// That time, nanoseconds; nothing where it goes on without an end.
    pub left: Option<i64>,
    /// A line for each device that is scored, the most telling first.
    pub devices: Vec<String>,
}

impl Appliance {
    /// Rounds whose scores are known.
    #[must_use]
    pub fn rounds_scored(&self) -> u32 {
        let (rounds, waiting) = self.machine.rounds();
        rounds.saturating_sub(u32::try_from(waiting).unwrap_or(u32::MAX)).saturating_sub(u32::from(self.machine.is_probing()))
    }

    /// How the session stands.
    #[must_use]
    pub fn progress(&self, now: Timestamp) -> Progress {
        let session = self.machine.session();
        let mut stands: Vec<_> = session.standings().iter().map(|(&device, it)| (it.stand(), device)).collect();
        stands.sort_by_key(|it| order(it.0));
        let count = |stand| stands.iter().filter(|it| it.0 == stand).count() as u64;
        let (reacting, silent) = (count(Stand::Reacts), count(Stand::Silent));
        let open = count(Stand::Promising) + count(Stand::Open);
        let device = |number| counted(number, "device", "devices");
        let mut parts = Vec::new();
        if reacting > 0 {
            parts.push(format!(
                "{} to sound",
                if reacting == 1 { "1 device reacts".to_owned() } else { format!("{reacting} devices react") }
            ));
        }
        if silent > 0 {
            parts.push(format!("{} no reaction", if silent == 1 { "1 shows".to_owned() } else { format!("{silent} show") }));
        }
        if open > 0 {
            parts.push(if parts.is_empty() {
                format!("{} not decided yet", device(open))
            } else {
                format!("{open} not decided yet")
            });
        }
        let left = self.left(now);
        if let Some(left) = left {
            parts.push(format!("{} left", about(left)));
        }
        let line = |(stand, id): &(Stand, _)| {
            let more = session.rounds_left(*id).filter(|more| *more > 0);
            let more = more
                .map_or_else(String::new, |more| format!(", {} more if it goes on so", counted(more.into(), "round", "rounds")));
            format!("{}: {}{more}", self.device_names.of(*id), words(*stand))
        };
        Progress { summary: parts.join(", "), left, devices: stands.iter().take(MOST_LISTED).map(line).collect() }
    }

    /// How long until every device is decided and it is known which sounds move those that react, nanoseconds; nothing where it goes on without an end.
    fn left(&self, now: Timestamp) -> Option<i64> {
        let session = self.machine.session();
        let design = self.machine.design();
        let singles = design.stimuli.iter().filter(|it| !it.is_row());
        let most = self.goal.rounds()?;
        let (next, _) = self.machine.rounds();
        let expected = USUAL_ROUNDS.saturating_sub(next).max(1);
        let open =
            session.standings().keys().map(|&device| session.rounds_left(device).unwrap_or(expected)).max().unwrap_or(expected);
        // Then each sound once by itself, and the right one some more times for each device that reacts.
        let unplayed = singles.filter(|it| session.plays(&(*it).clone().into()) == 0).count();
        let reacting = session.standings().values().filter(|it| it.proven_after.is_some()).count();
        let after = if design.stimuli.iter().any(Stimulus::is_row) && reacting > 0 { unplayed + 2 * reacting } else { 0 };
        let rounds = open.saturating_add(u32::try_from(after).unwrap_or(u32::MAX)).min(most.saturating_sub(next));
        let round = design.round_length().saturating_add(i64::midpoint(design.rest.0, design.rest.1));
        let waits = self.machine.rests_until().map_or(0, |until| until.since(now).max(0));
        Some(i64::from(rounds).saturating_mul(round).saturating_add(waits))
    }
}

const fn order(stand: Stand) -> u8 {
    match stand {
        Stand::Reacts => 0,
        Stand::Promising => 1,
        Stand::Open => 2,
        Stand::Silent => 3,
    }
}

const fn words(stand: Stand) -> &'static str {
    match stand {
        Stand::Reacts => "reacts to sound",
        Stand::Promising => "may react",
        Stand::Open => "not decided yet",
        Stand::Silent => "shows no reaction",
    }
}
