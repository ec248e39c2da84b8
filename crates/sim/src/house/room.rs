//! Who hears what: sounds of the household and from outside, drawn for the whole time, and how loud they arrive.

use earwitness_core::probe::SoundKind;
use earwitness_core::time::SECOND;

use super::truth::{HouseSound, Origin};
use crate::chance::Chance;
use crate::plan::{Plan, Talk};

/// Between the level that is always noticed and the one that never is, dB.
const EDGE_DB: f64 = 6.0;
/// Nanoseconds in an hour.
pub(super) const HOUR: i64 = 3_600 * SECOND;

/// What a household says when it says nothing in particular; a few of them sound a little like a wake word.
const ORDINARY: &[&str] = &[
    "did you remember to buy milk",
    "the commuter train was late again",
    "we should paint the kitchen in spring",
    "hey mouse, leave the cheese alone",
    "grandmother called this morning",
    "I will be back before dinner",
    "that film was far too long",
    "who left the window open",
    "the competition starts at nine",
    "hay, how is the garden",
];

/// Half of a soft edge: the chance that a device notices a sound so many dB above its threshold.
#[must_use]
pub(super) fn noticed(above_db: f64) -> f64 {
    (0.5 + above_db / EDGE_DB).clamp(0.0, 1.0)
}

/// Whether something happens that has the chance `probability`.
pub(super) fn happens(probability: f64, chance: &mut Chance) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    let drawn = chance.below(1 << 53) as f64 / (1_u64 << 53) as f64;
    drawn < probability
}

/// Nanoseconds of so many seconds, minutes or hours.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a month is far below 2^53 ns")]
#[must_use]
pub(super) fn nanos(count: f64, unit: i64) -> i64 {
    (count * unit as f64).round() as i64
}

/// Every sound of the plan that nobody plays at the loudspeaker, in order of time.
pub(super) fn sounds(plan: &Plan, begins: i64, ends: i64, chance: &Chance) -> Vec<HouseSound> {
    let mut sounds = Vec::new();
    for (number, talk) in plan.talk.iter().enumerate() {
        talks(talk, plan.offset_seconds, (begins, ends), &mut chance.fork(&format!("talk/{number}")), &mut sounds);
    }
    for (number, injected) in plan.injected.iter().enumerate() {
        let mut chance = chance.fork(&format!("injected/{number}"));
        let mut at = match (injected.at_hours, injected.every_minutes) {
            (Some(hours), _) => begins + nanos(hours, HOUR),
            (None, Some(minutes)) => begins + chance.exponential(nanos(minutes, 60 * SECOND)),
            (None, None) => ends,
        };
        while at < ends {
            sounds.push(HouseSound {
                origin: Origin::Injected,
                at_ns: at,
                length_ns: nanos(injected.seconds, SECOND),
                kind: SoundKind::Speech,
                name: injected.text.clone(),
                level_db: injected.level_db,
                audible: injected.audible,
            });
            let Some(minutes) = injected.every_minutes else { break };
            at += chance.exponential(nanos(minutes, 60 * SECOND)).max(nanos(injected.seconds, SECOND));
        }
    }
    sounds.sort_by_key(|sound| sound.at_ns);
    sounds
}

fn talks(talk: &Talk, offset_seconds: i64, (begins, ends): (i64, i64), chance: &mut Chance, sounds: &mut Vec<HouseSound>) {
    if talk.per_hour <= 0.0 {
        return;
    }
    let mean = nanos(1.0 / talk.per_hour, HOUR);
    let mut at = begins;
    loop {
        at += chance.exponential(mean);
        if at >= ends {
            return;
        }
        let length = chance.between(nanos(talk.seconds[0], SECOND), nanos(talk.seconds[1], SECOND) + 1);
        let said = chance.length(0, if talk.says.is_empty() { ORDINARY.len() } else { talk.says.len() });
        let name = talk.says.get(said).map_or(ORDINARY[said % ORDINARY.len()], String::as_str);
        if in_hours(at, offset_seconds, talk.from_hour, talk.until_hour) {
            sounds.push(HouseSound {
                origin: Origin::Household,
                at_ns: at,
                length_ns: length,
                kind: SoundKind::Speech,
                name: name.to_owned(),
                level_db: talk.level_db,
                audible: true,
            });
        }
        at += length;
    }
}

/// Whether the home's clock shows an hour in `from..until` at `at`; over midnight when `until` comes first.
pub(super) fn in_hours(at: i64, offset_seconds: i64, from: f64, until: f64) -> bool {
    let day = 24 * HOUR;
    let now = (at + offset_seconds * SECOND).rem_euclid(day);
    let (from, until) = (nanos(from, HOUR), nanos(until, HOUR));
    if from <= until { (from..until).contains(&now) } else { now >= from || now < until }
}

/// The first moment from `at` on at which the home's clock shows `hour`.
pub(super) fn next_hour(at: i64, offset_seconds: i64, hour: f64) -> i64 {
    let day = 24 * HOUR;
    let now = (at + offset_seconds * SECOND).rem_euclid(day);
    at + (nanos(hour, HOUR) - now).rem_euclid(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_of_hearing_is_soft_and_ends() {
        for (above, chance) in [(-3.0, 0.0), (0.0, 0.5), (3.0, 1.0)] {
            assert!((noticed(above) - chance).abs() < 1e-12);
        }
        let mut chance = Chance::new(1);
        assert!((0..1_000).all(|_| happens(1.0, &mut chance) && !happens(0.0, &mut chance)));
    }

    #[test]
    fn hours_follow_the_homes_clock_and_reach_over_midnight() {
        // 1970-01-01T00:00:00 UTC is one o'clock an hour east.
        assert!(in_hours(0, 3_600, 1.0, 2.0) && !in_hours(0, 0, 1.0, 2.0));
        assert!(in_hours(23 * HOUR, 0, 22.0, 6.0) && in_hours(5 * HOUR, 0, 22.0, 6.0) && !in_hours(7 * HOUR, 0, 22.0, 6.0));
        assert_eq!(next_hour(4 * HOUR, 0, 3.0), 27 * HOUR);
        assert_eq!(next_hour(3 * HOUR, 0, 3.0), 3 * HOUR);
    }
}
