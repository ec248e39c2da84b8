//! Every score and every verdict once more, from what is stored, compared bit by bit with what was written.

use std::collections::BTreeMap;

use earwitness_core::detect::lottery::Score;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::measure::Measure;
use earwitness_core::probe::Effect;
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, judge};

use super::device;
use super::error::Result;
use super::reader::Reader;
use super::session::SessionId;
use super::verdict_set::{NUMBERS, StoredVerdict, VerdictSet};
use super::words::outcome_words;
use super::{session, stretch};

/// What came of a session.
#[derive(Clone, PartialEq, Debug)]
pub struct Recomputed {
    /// Which.
    pub session: SessionId,
    /// Scored rounds that it has.
    pub rounds: u32,
    /// Scores of slots that were compared.
    pub scores: u64,
    /// Sets of verdicts that were compared.
    pub verdict_sets: u32,
    /// Verdicts in them.
    pub verdicts: u32,
    /// Whether its series were deleted because of their age, so that nothing could be compared.
    pub retired: bool,
    /// Whether it was scored by the rules of an earlier version of this program, so that scores and verdicts come out otherwise.
    pub other_rules: bool,
    /// What differs; at most 100 are listed.
    pub differences: Vec<Difference>,
    /// How much differs in all.
    pub differing: u64,
}

/// Something that is not as it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The round, if it is about one.
    pub round: Option<u32>,
    /// The set of verdicts, if it is about one.
    pub verdict_set: Option<i64>,
    /// The device, if it is about one.
    pub device: Option<DeviceId>,
    /// What differs.
    pub what: String,
    /// As it was written.
    pub written: String,
    /// As it comes out.
    pub computed: String,
}

/// Most differences that are listed of a session.
const MOST: usize = 100;

/// Computes a session again.
///
/// # Errors
/// When the file cannot be read.
pub fn recompute(reader: &Reader, session: SessionId) -> Result<Recomputed> {
    let row = reader.session(session)?;
    let retired = row.retired.is_some();
    let trials = reader.trials(session)?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let mut all = Recomputed {
        session,
        rounds: count(trials.len()),
        scores: 0,
        verdict_sets: 0,
        verdicts: 0,
        retired,
        other_rules: row.rules != verdict::RULES,
        differences: Vec::new(),
        differing: 0,
    };
    all.compare_lots(&row, &trials);
    // Without the series, or by other rules, scores cannot come out as they were written; the lots can.
    if retired || all.other_rules {
        return Ok(all);
    }
    let parts = parts(reader, session)?;
    let tested = reader.tested(session)?;
    let assembled = |last: i64| {
        let parts = parts.iter().take_while(|part| part.0 <= last).map(|part| part.1.clone());
        Findings::assemble(parts, row.burst.as_ref())
    };
    // Only the scores of this are compared, so that late answers need not be searched for.
    let whole = verdict::VerdictSettings { late: false, ..row.verdict_settings() };
    let rounds = trials.iter().map(|trial| trial.round.clone()).collect();
    let again = judge(&assembled(i64::MAX), rounds, &BTreeMap::new(), &whole);
    all.compare_scores(&trials, &again.trials);
    for verdict_set in reader.verdicts(session)? {
        let upto = verdict_set.last_round;
        let was_there = |number: u32| upto.is_some_and(|upto| number <= upto);
        let rounds = trials.iter().map(|trial| &trial.round).filter(|round| was_there(round.number)).cloned().collect();
        let tested = tested.iter().filter(|it| was_there(*it.0)).map(|(round, tested)| (*round, tested.clone())).collect();
        let again = judge(&assembled(verdict_set.last_stretch), rounds, &tested, &verdict_set.settings);
        all.verdict_sets += 1;
        all.compare_verdicts(&verdict_set, &again);
    }
    Ok(all)
}

/// The stretches of a session with their numbers.
fn parts(reader: &Reader, session: SessionId) -> Result<Vec<(i64, Findings)>> {
    reader.read(|connection| {
        let known = device::all(connection)?;
        let numbers = stretch::of_session(connection, session, i64::MAX)?;
        numbers.into_iter().map(|number| Ok((number, stretch::read(connection, number, &known)?))).collect()
    })
}

impl Recomputed {
    fn differs(&mut self, difference: Difference) {
        self.differing += 1;
        if self.differences.len() < MOST {
            self.differences.push(difference);
        }
    }

    /// The slot that the lot drew follows from the seed.
    fn compare_lots(&mut self, row: &session::SessionRow, trials: &[Trial]) {
        for round in trials.iter().map(|trial| &trial.round) {
            let Some(span) = round.span() else { continue };
            let ordered = row.design.round(round.number, span.from);
            if (ordered.drawn, &ordered.slots) != (round.drawn, &round.slots) {
                self.differs(Difference {
                    round: Some(round.number),
                    verdict_set: None,
                    device: None,
                    what: "drawn slot of the lot".to_owned(),
                    written: format!("{} of {}", round.drawn, round.slots.len()),
                    computed: format!("{} of {}", ordered.drawn, ordered.slots.len()),
                });
            }
        }
    }

    fn compare_scores(&mut self, written: &[Trial], computed: &[Trial]) {
        let computed: BTreeMap<u32, &Trial> = computed.iter().map(|trial| (trial.round.number, trial)).collect();
        // Other rounds need not come out alike: when a clock was set, what was watched lies at other times than it did; when a round was broken off,
        // more was seen of its slots later than when it was scored. A void one counts for nothing, and of unknown scores nothing is used.
        for trial in written.iter().filter(|trial| trial.round.effect() == Effect::Scored) {
            let number = trial.round.number;
            let again = computed.get(&number);
            let devices = trial.scores.keys().chain(again.iter().flat_map(|again| again.scores.keys()));
            let devices: std::collections::BTreeSet<DeviceId> = devices.copied().collect();
            for device in devices {
                let (before, after) = (trial.scores.get(&device), again.and_then(|again| again.scores.get(&device)));
                self.scores += before.map_or(0, |scores| scores.len() as u64);
                let bits = |scores: Option<&Vec<Score<Measure>>>| {
                    let bits = |score: &Score<Measure>| {
                        let Measure { clocked, octets } = score.seen();
                        (score.known().is_some(), clocked.to_bits(), octets.to_bits())
                    };
                    scores.map(|all| all.iter().map(bits).collect::<Vec<_>>())
                };
                if bits(before) != bits(after) {
                    let in_words = |scores: Option<&Vec<_>>| scores.map_or_else(|| "none".to_owned(), |all| format!("{all:?}"));
                    self.differs(Difference {
                        round: Some(number),
                        verdict_set: None,
                        device: Some(device),
                        what: "scores".to_owned(),
                        written: in_words(before),
                        computed: in_words(after),
                    });
                }
            }
        }
    }

    fn compare_verdicts(&mut self, verdict_set: &VerdictSet, again: &verdict::Verdicts) {
        let again: BTreeMap<DeviceId, StoredVerdict> =
            again.devices.iter().map(|it| (it.device, StoredVerdict::of(it, Vec::new()))).collect();
        let stored: BTreeMap<DeviceId, &StoredVerdict> = verdict_set.devices.iter().map(|it| (it.device, it)).collect();
        let devices: std::collections::BTreeSet<DeviceId> = again.keys().chain(stored.keys()).copied().collect();
        for device in devices {
            self.verdicts += 1;
            let (before, after) = (stored.get(&device).copied(), again.get(&device));
            let words = |stored: Option<&StoredVerdict>| {
                stored.map_or_else(
                    || "none".to_owned(),
                    |stored| match outcome_words(stored.outcome) {
                        (words, Some(reason)) => format!("{words} ({reason})"),
                        (words, None) => words.to_owned(),
                    },
                )
            };
            let mut differing = Vec::new();
            if words(before) != words(after) {
                differing.push(("verdict".to_owned(), words(before), words(after)));
            }
            if let Some((before, after)) = before.zip(after) {
                let numbers = NUMBERS.iter().zip(before.numbers.iter().zip(&after.numbers));
                for (name, (before, after)) in numbers {
                    if before.map(f64::to_bits) != after.map(f64::to_bits) {
                        let text = |number: &Option<f64>| number.map_or_else(|| "none".to_owned(), |it| it.to_string());
                        differing.push(((*name).to_owned(), text(before), text(after)));
                    }
                }
                for (name, before, after) in
                    [("sounds", &before.sounds, &after.sounds), ("receivers", &before.receivers, &after.receivers)]
                {
                    if before != after {
                        differing.push((name.to_owned(), before.clone(), after.clone()));
                    }
                }
            }
            for (what, written, computed) in differing {
                let verdict_set = Some(verdict_set.id);
                self.differs(Difference { round: None, verdict_set, device: Some(device), what, written, computed });
            }
        }
    }
}
