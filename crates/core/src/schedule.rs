//! When probes may sound, and what the lot says: slots of equal length, one of them drawn.
//!
//! Everything is decided by the seed and the number of the round (see [`crate::lot`]), so that a timetable can be recomputed by
//! anyone, and nothing that a device does can move it.

mod lots;

pub use self::lots::{Lots, NotDrawn, drawn};
use crate::lot::Lot;
use crate::probe::Stimulus;
pub use crate::time::Quiet;
use crate::time::{SECOND, Timestamp, Window};
use crate::timeline::{Condition, Factor, Fault, MOST_COMBINATIONS};
use crate::vocabulary::Candidate;

/// Nanoseconds in a minute.
const MINUTE: i64 = 60 * SECOND;
/// Minutes in a day.
const DAY: i64 = 1_440;

/// How a session is laid out.
#[derive(Clone, PartialEq, Debug)]
pub struct Design {
    /// What all lots are drawn from.
    pub seed: u64,
    /// Slots of a round, of which one gets the probe.
    pub slots: usize,
    /// Length of a slot, nanoseconds.
    pub slot: i64,
    /// Silence between two slots, nanoseconds.
    pub guard: i64,
    /// Shortest and longest rest between two rounds, nanoseconds; drawn by lot.
    pub rest: (i64, i64),
    /// Sounds that may be played; a plan that learns begins with these.
    pub stimuli: Vec<Stimulus>,
    /// What an experiment varies besides the sound; nothing in a household's session.
    pub factors: Vec<Factor>,
    /// Lengths that a probe may have, nanoseconds; drawn by lot, so that what is sent can be held against what was heard.
    pub lengths: Vec<i64>,
    /// Quiet hours.
    pub quiet: Vec<Quiet>,
    /// Whether rounds begin only while nobody is at home, as [`crate::experiment::Command::Presence`] tells.
    pub only_when_away: bool,
    /// What local time is ahead of UTC, nanoseconds.
    pub local_offset: i64,
    /// How long devices are watched before the first round, nanoseconds.
    pub warm_up: i64,
}

impl Default for Design {
    /// Eight slots of 20 s: a device answers within seconds, and its upload, answer and telemetry are over when the next slot ends.
    fn default() -> Self {
        Self {
            seed: 1,
            slots: 8,
            slot: 20 * SECOND,
            guard: 4 * SECOND,
            rest: (2 * SECOND, 12 * SECOND),
            stimuli: Vec::new(),
            factors: Vec::new(),
            lengths: [2, 3, 4, 6, 8].map(|seconds| seconds * SECOND).to_vec(),
            quiet: Vec::new(),
            only_when_away: false,
            local_offset: 0,
            warm_up: 60 * SECOND,
        }
    }
}

/// How long a device has after several sounds in one slot, nanoseconds: to send most of what the last of them makes it send. Simulated homes of twelve devices were
/// decided soonest with three slots of this length, among 3 and 4 slots and 6 to 10 s.
const AFTER_A_ROW: i64 = 6 * SECOND;

/// How long it has at least, where the words of a round take longest, nanoseconds.
const AT_LEAST: i64 = 3 * SECOND;

impl Design {
    /// The same, with a row of all its sounds before them, in slots in which the row fits and that are fewer and closer: what tells soonest who reacts to
    /// any of them. `longest` is how long the row takes at most, nanoseconds. `docs/design/detection.md` has the arithmetic. A design whose sounds make
    /// no row, or one that is longer than [`LONGEST_ROW`], stays as it is.
    #[must_use]
    pub fn in_a_row(self, longest: i64) -> Self {
        let Some(row) = Stimulus::row(&self.stimuli).filter(|_| longest <= LONGEST_ROW) else { return self };
        let single = self.lengths.iter().copied().max().unwrap_or(0);
        let slot = row.length(0).saturating_add(AFTER_A_ROW).max(longest.saturating_add(AT_LEAST)).max(single);
        let stimuli = std::iter::once(row).chain(self.stimuli).collect();
        Self { slots: 3, slot, guard: 2 * SECOND, rest: (SECOND, 3 * SECOND), stimuli, ..self }
    }
}

/// The longest row that is worth it, nanoseconds: about twenty sounds, with which a round takes as long as one of eight slots of 20 s.
pub const LONGEST_ROW: i64 = 50 * SECOND;

/// Most slots of a round.
pub const MOST_SLOTS: usize = 64;
/// Most different sounds of a session.
pub const MOST_STIMULI: usize = 64;

/// Why a design contradicts itself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DesignError {
    /// A round needs 2 to [`MOST_SLOTS`] slots.
    #[error("a round of {0} slots cannot be drawn by lot: choose 2 to {MOST_SLOTS}")]
    Slots(usize),
    /// There must be 1 to [`MOST_STIMULI`] sounds.
    #[error("{0} sounds: name 1 to {MOST_STIMULI}")]
    Stimuli(usize),
    /// A length of time that is negative, or zero where it must not be.
    #[error("{0} must be longer than nothing")]
    Length(&'static str),
    /// A probe is longer than its slot.
    #[error(
        "a probe of {} s does not fit into a slot of {} s: shorten it, or lengthen the slot", probe / SECOND, slot / SECOND
    )]
    ProbeTooLong {
        /// Length of the probe, nanoseconds.
        probe: i64,
        /// Length of the slot, nanoseconds.
        slot: i64,
    },
    /// The shortest rest is longer than the longest.
    #[error("the shortest rest between rounds is longer than the longest")]
    Rest,
    /// The factors contradict each other.
    #[error("{0}")]
    Factors(Fault),
    /// More sounds and combinations of levels than [`MOST_COMBINATIONS`] (so many).
    #[error("{0} sounds and combinations of levels: leave some out, {MOST_COMBINATIONS} are allowed")]
    Cells(usize),
    /// Between the quiet hours a round finds no room (nanoseconds that it needs).
    #[error("the quiet hours leave no time for a round, which takes {} s: shorten them, or the slots", .0 / SECOND)]
    NoRoom(i64),
}

/// A round as the lot decided it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ordered {
    /// Its number in the session, from 0.
    pub number: u32,
    /// From when to when each slot lasts.
    pub slots: Vec<Window>,
    /// Index of the drawn one.
    pub drawn: usize,
    /// Length of the probe, nanoseconds.
    pub length: i64,
}

impl Design {
    /// Whether it can be carried out.
    pub fn check(&self) -> Result<(), DesignError> {
        if !(2..=MOST_SLOTS).contains(&self.slots) {
            return Err(DesignError::Slots(self.slots));
        }
        if self.stimuli.is_empty() || self.stimuli.len() > MOST_STIMULI {
            return Err(DesignError::Stimuli(self.stimuli.len()));
        }
        let combinations = Condition::combinations(&self.factors).map_err(DesignError::Factors)?.len();
        let cells = combinations.saturating_mul(self.stimuli.len());
        if cells > MOST_COMBINATIONS {
            return Err(DesignError::Cells(cells));
        }
        if self.slot <= 0 || self.lengths.is_empty() {
            return Err(DesignError::Length(if self.slot <= 0 { "a slot" } else { "the list of probe lengths" }));
        }
        for (what, length) in [("the guard time", self.guard), ("a rest", self.rest.0), ("the warm-up", self.warm_up)] {
            if length < 0 {
                return Err(DesignError::Length(what));
            }
        }
        for &probe in &self.lengths {
            if probe <= 0 {
                return Err(DesignError::Length("a probe"));
            }
            if probe > self.slot {
                return Err(DesignError::ProbeTooLong { probe, slot: self.slot });
            }
        }
        if self.rest.0 > self.rest.1 {
            return Err(DesignError::Rest);
        }
        self.next_allowed(Timestamp::default()).map(|_| ()).ok_or(DesignError::NoRoom(self.round_length()))
    }

    /// Each sound with each combination of levels, the levels of the last factor changing fastest; none if [`Self::check`] refuses the factors.
    #[must_use]
    pub fn cells(&self) -> Vec<Candidate> {
        let conditions = Condition::combinations(&self.factors).unwrap_or_default();
        let cell =
            |stimulus: &Stimulus, condition: &Condition| Candidate { stimulus: stimulus.clone(), condition: condition.clone() };
        self.stimuli.iter().flat_map(|stimulus| conditions.iter().map(move |condition| cell(stimulus, condition))).collect()
    }

    /// From the first moment of a round to its last, nanoseconds.
    #[must_use]
    pub fn round_length(&self) -> i64 {
        let slots = i64::try_from(self.slots).unwrap_or(i64::MAX);
        slots.saturating_mul(self.slot.saturating_add(self.guard)).saturating_sub(self.guard)
    }

    /// The slots of round `number` that begins at `from`, and what the lot drew.
    #[must_use]
    pub fn round(&self, number: u32, from: Timestamp) -> Ordered {
        let lot = Lot::new(self.seed);
        let slot = |index: usize| {
            let from = from.plus(i64::try_from(index).unwrap_or(0).saturating_mul(self.slot + self.guard));
            Window { from, until: from.plus(self.slot) }
        };
        let draw = |label, bound: usize| usize::try_from(lot.draw(label, number.into(), bound as u64)).unwrap_or(0);
        Ordered {
            number,
            slots: (0..self.slots).map(slot).collect(),
            drawn: drawn(self.seed, number, self.slots),
            length: self.lengths.get(draw("length", self.lengths.len())).copied().unwrap_or(self.slot),
        }
    }

    /// The rest after round `number`, nanoseconds.
    #[must_use]
    pub fn rest_after(&self, number: u32) -> i64 {
        let span = self.rest.1.saturating_sub(self.rest.0).max(0).unsigned_abs();
        self.rest.0.saturating_add_unsigned(Lot::new(self.seed).draw("rest", number.into(), span.saturating_add(1)))
    }

    /// The first moment from `now` on at which a whole round fits between the quiet hours. `None` if there is none within two days.
    #[must_use]
    pub fn next_allowed(&self, now: Timestamp) -> Option<Timestamp> {
        let mut at = now;
        // Each quiet part pushes ahead at most once a day.
        for _ in 0..=2 * (self.quiet.len() + 1) {
            let round = Window { from: at, until: at.plus(self.round_length()) };
            let Some(until) = self.quiet.iter().filter_map(|&quiet| self.quiet_end(quiet, round)).max() else { return Some(at) };
            if until.since(now) > 2 * DAY * MINUTE {
                return None;
            }
            at = until;
        }
        None
    }

    /// The end of the quiet part that the round would touch.
    fn quiet_end(&self, quiet: Quiet, round: Window) -> Option<Timestamp> {
        let minutes = (i64::from(quiet.until) - i64::from(quiet.from)).rem_euclid(DAY);
        let length = if minutes == 0 { DAY } else { minutes };
        let local = round.from.plus(self.local_offset).nanos();
        let midnight = local.saturating_sub(local.rem_euclid(DAY * MINUTE));
        // The part that began yesterday, today's, and tomorrow's.
        (-1..=1)
            .map(|day| {
                let from =
                    midnight.saturating_add((day * DAY + i64::from(quiet.from)) * MINUTE).saturating_sub(self.local_offset);
                Window { from: Timestamp::from_nanos(from), until: Timestamp::from_nanos(from.saturating_add(length * MINUTE)) }
            })
            .find(|part| part.overlaps(round))
            .map(|part| part.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::SoundKind;

    fn design() -> Design {
        Design { stimuli: vec![Stimulus { name: "glass".into(), kind: SoundKind::Noise }], ..Design::default() }
    }

    fn at(hours: i64, minutes: i64) -> Timestamp {
        Timestamp::from_nanos((hours * 60 + minutes) * MINUTE)
    }

    #[test]
    fn each_slot_is_drawn_about_as_often() {
        let mut counts = [0_u32; 8];
        for number in 0..8_000 {
            counts[design().round(number, at(0, 0)).drawn] += 1;
        }
        // Eight standard deviations.
        assert!(counts.iter().all(|count| (760..1_240).contains(count)), "{counts:?}");
    }

    #[test]
    fn slots_have_one_length_and_do_not_touch() {
        let round = design().round(3, at(1, 0));
        assert!(round.slots.windows(2).all(|pair| pair[1].from.since(pair[0].until) == 4 * SECOND));
        assert!(round.slots.iter().all(|slot| slot.length() == 20 * SECOND));
        assert_eq!(round.slots.last().unwrap().until.since(at(1, 0)), design().round_length());
    }

    #[test]
    fn nothing_sounds_in_quiet_hours() {
        let quiet = vec![Quiet { from: 22 * 60, until: 7 * 60 }];
        let design = Design { quiet, ..design() };
        assert_eq!(design.next_allowed(at(23, 0)), Some(at(31, 0)));
        assert_eq!(design.next_allowed(at(3, 0)), Some(at(7, 0)));
        assert_eq!(design.next_allowed(at(12, 0)), Some(at(12, 0)));
        // A round that would run into them waits for the morning.
        assert_eq!(design.next_allowed(at(21, 59)), Some(at(31, 0)));
        let east = Design { local_offset: 120 * MINUTE, ..design };
        assert_eq!(east.next_allowed(at(21, 0)), Some(at(29, 0)));
    }

    #[test]
    fn a_contradictory_design_says_why() {
        let wrong = |change: fn(&mut Design)| {
            let mut design = design();
            change(&mut design);
            design.check().unwrap_err()
        };
        assert_eq!(design().check(), Ok(()));
        assert_eq!(wrong(|it| it.slots = 1), DesignError::Slots(1));
        assert_eq!(wrong(|it| it.stimuli.clear()), DesignError::Stimuli(0));
        assert_eq!(wrong(|it| it.slot = 5 * SECOND), DesignError::ProbeTooLong { probe: 6 * SECOND, slot: 5 * SECOND });
        assert_eq!(wrong(|it| it.rest = (9, 1)), DesignError::Rest);
        let twice = wrong(|it| it.factors = vec![Factor::new("a", ["1"]).unwrap(); 2]);
        assert!(matches!(twice, DesignError::Factors(_)), "{twice}");
        let many = wrong(|it| {
            it.stimuli = vec![it.stimuli[0].clone(); 60];
            it.factors = vec![Factor::new("voice", (0..70).map(|it| it.to_string())).unwrap()];
        });
        assert_eq!(many, DesignError::Cells(4_200));
        let always = wrong(|it| it.quiet = vec![Quiet { from: 0, until: 0 }]);
        assert!(matches!(always, DesignError::NoRoom(_)));
        let gaps = wrong(|it| it.quiet = vec![Quiet { from: 0, until: 720 }, Quiet { from: 721, until: 0 }]);
        assert!(matches!(gaps, DesignError::NoRoom(_)), "a minute is too short");
    }
}
