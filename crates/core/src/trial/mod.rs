//! Rounds with their scores: what each device sent in each slot, and how much that speaks for a reaction.

mod answers;
mod left;
mod limit;

use std::collections::{BTreeMap, VecDeque};

use crate::detect::lottery::{AT_ONCE, Lottery, Rank, Score, known, newcomer};
use crate::findings::DeviceId;
use crate::measure::{LEVEL_BEFORE, Measure, Profile};
use crate::probe::{Effect, Played, Round};
use crate::time::{SECOND, Timestamp, Window};
use crate::vocabulary::Candidate;

pub use answers::Answers;
pub use left::Stand;
pub use limit::{LEAST_ANSWER, SILENT, Scored, least_answer, most_reactions, top};

/// A round that was played, with the score of each slot for each device that was on the network.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The round.
    pub round: Round,
    /// Per device, one score a slot.
    pub scores: BTreeMap<DeviceId, Vec<Score<Measure>>>,
}

/// A device whose slots are to be scored.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Who it is.
    pub id: DeviceId,
    /// Its first frame: it is scored in the rounds that begin then or later.
    pub since: Timestamp,
    /// What was seen of its traffic.
    pub profile: &'a Profile,
    /// Stretches in which it may have sent what was not seen, in order of time. What made them so may depend on anything, the draw of the round
    /// included: the scores that they touch are taken as unknown.
    pub unseen: &'a [Window],
}

impl Trial {
    /// Scores a round.
    ///
    /// Whether a device is handed over at all must not depend on the draw of this round: leave out one that was not there, or never visible, by what it
    /// sends by itself and by what came before the round; mark as [`Subject::unseen`] what was lost of others.
    pub fn new<'a>(round: Round, devices: impl IntoIterator<Item = Subject<'a>>) -> Self {
        let windows = round.windows();
        let from = round.span().map(|span| span.from);
        let there: Vec<Subject<'_>> = devices.into_iter().filter(|device| Some(device.since) <= from).collect();
        let unknown = round.effect() == Effect::Unknown || round.span().is_some_and(|span| has_gap(&there, span));
        let scores = there.iter().map(|device| {
            let scores = score(device.profile, &windows, device.unseen);
            (device.id, if unknown { scores.into_iter().map(|score| at_least(score.seen())).collect() } else { scores })
        });
        let scores = scores.collect();
        Self { round, scores }
    }

    /// The rank of the drawn slot of a device; `None` if the round is void, had no sham, or the device was not there.
    #[must_use]
    pub fn rank(&self, device: DeviceId) -> Option<Rank> {
        Rank::of(self.counted(device)?, self.round.drawn)
    }

    /// The same by clocked audio alone.
    #[must_use]
    pub fn clocked_rank(&self, device: DeviceId) -> Option<Rank> {
        let clocked = |score: &Score<Measure>| match score {
            Score::Known(sent) => Score::Known(sent.clocked),
            Score::AtLeast(sent) => Score::AtLeast(sent.clocked),
        };
        let clocked: Vec<Score<f64>> = self.counted(device)?.iter().map(clocked).collect();
        Rank::of(&clocked, self.round.drawn)
    }

    /// The scores of a device, if the round says something of how often it reacts: where it counts and the probe could be heard.
    #[must_use]
    pub fn scored(&self, device: DeviceId) -> Option<Scored<'_>> {
        let scores = self.counted(device).filter(|_| self.round.was_audible())?;
        Some((scores, self.round.drawn))
    }

    /// The scores of a device, if the round counts.
    #[must_use]
    pub fn counted(&self, device: DeviceId) -> Option<&[Score<Measure>]> {
        if self.round.is_void() {
            return None;
        }
        self.scores.get(&device).map(Vec::as_slice)
    }
}

/// A pause of all devices together that is longer than this, and ...
const PAUSE: i64 = 20 * SECOND;
/// ... so many times the longest one of the five minutes before, is a gap of the capture.
const LONGER: i64 = 3;

/// Whether nobody sent a frame for much longer than before, so that frames were lost and nobody knows whose. What decides is known when the round is
/// scored, and is the same for all slots and devices.
fn has_gap(devices: &[Subject<'_>], span: Window) -> bool {
    let stretch = Window { from: span.from.plus(-LEVEL_BEFORE), until: span.until };
    let mut moments: Vec<Timestamp> = devices.iter().flat_map(|device| device.profile.moments(stretch)).collect();
    moments.extend([stretch.from, stretch.until]);
    moments.sort_unstable();
    let pauses = || moments.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
    let length = |(from, until): (Timestamp, Timestamp)| until.since(from);
    let before = pauses().filter(|pause| pause.1 <= span.from).map(length).max();
    let limit = before.map(|before| before.saturating_mul(LONGER).max(PAUSE));
    limit.is_some_and(|limit| pauses().any(|pause| pause.1 > span.from && length(pause) > limit))
}

/// What a device sent in each window, above its running level before them. `unseen`: stretches in which it may have sent what was not seen, besides those
/// that the profile knows of.
///
/// What was seen of a window that was seen in part is the least that the device sent above its level. Whether it was clocked audio is not known,
/// neither of that window nor of one whose uploads may reach into the unseen stretch: an upload that lost its middle may seem to be none, or two.
#[must_use]
pub fn score(profile: &Profile, windows: &[Window], unseen: &[Window]) -> Vec<Score<Measure>> {
    let Some(first) = windows.first() else { return Vec::new() };
    let level = profile.level(Window { from: first.from.plus(-LEVEL_BEFORE), until: first.from });
    let unseen = unseen.iter().chain(profile.unseen());
    let affected: Vec<Window> = unseen.map(|&unseen| profile.affected(unseen)).collect();
    let score = |&window: &Window| {
        let sent = profile.measure(window, level);
        let touched = affected.iter().any(|affected| affected.overlaps(window));
        if touched { at_least(sent) } else { Score::Known(sent) }
    };
    windows.iter().map(score).collect()
}

/// At least the octets that were seen, and perhaps clocked audio.
fn at_least(sent: Measure) -> Score<Measure> {
    Score::AtLeast(Measure { clocked: 0.0, ..sent })
}

/// How a device stands after some rounds.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Evidence that sound moves it.
    pub lottery: Lottery,
    /// Evidence that sound makes it send clocked audio.
    pub clocked: Lottery,
    /// Rounds that counted.
    pub rounds: u32,
    /// How it answered each sound, by its number.
    pub sounds: Vec<Answers>,
    /// The scores of the latest rounds whose probe could be heard, and which slot was drawn.
    latest: VecDeque<(Vec<Score<Measure>>, usize)>,
    /// Counted rounds after which it would first have been called silent.
    pub silent_after: Option<u32>,
    /// Counted rounds after which the reaction was first proven.
    pub proven_after: Option<u32>,
}

/// What a stake on a device has become that is worth waiting for: one that is deaf shows as much at a moment with a chance of at most a quarter.
const SHOWS: f64 = 4.0;

/// Rounds that a session judges a device's silence by: as many as tell, with room; 10 kB a device.
const LATEST: usize = 64;

impl Standing {
    /// Whether it would be called silent now: its limit is low enough, no sound stands out, and the evidence does not grow.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let rounds = || self.latest.iter().map(|(scores, drawn)| (scores.as_slice(), *drawn));
        let limit = |least| most_reactions(rounds(), least);
        self.lottery.log_e() < SHOWS.ln()
            && !self.sounds.iter().any(Answers::are_often)
            && limit(least_answer(rounds()).unwrap_or(LEAST_ANSWER)) <= SILENT
    }
}

/// All devices over the rounds so far.
///
/// How the chance of a false accusation is shared out is settled before the first round, for all devices that ever come: each has a threshold from the
/// round in which it is first scored, which no later round, device or analysis changes.
#[derive(Clone, Debug)]
pub struct Session {
    alpha: f64,
    /// What the evidence about each device must reach.
    thresholds: BTreeMap<DeviceId, f64>,
    /// Devices that came after the first round had begun.
    newcomers: usize,
    sounds: Vec<String>,
    plays: BTreeMap<Candidate, u32>,
    standings: BTreeMap<DeviceId, Standing>,
    void: u32,
}

impl Session {
    /// A session before its first round; `alpha` is the chance that any device at all is accused falsely, however many come and however many interim analyses are made.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self {
            alpha,
            thresholds: BTreeMap::new(),
            newcomers: 0,
            sounds: Vec::new(),
            plays: BTreeMap::new(),
            standings: BTreeMap::new(),
            void: 0,
        }
    }

    /// Takes the next trial.
    pub fn take(&mut self, trial: &Trial) {
        self.enter(trial);
        if trial.round.is_void() {
            self.void += 1;
            return;
        }
        let Played { stimulus, condition, .. } = &trial.round.played;
        *self.plays.entry(Candidate { stimulus: stimulus.clone(), condition: condition.clone() }).or_default() += 1;
        let name = &stimulus.name;
        let sound = self.sounds.iter().position(|known| known == name).unwrap_or_else(|| {
            self.sounds.push(name.clone());
            self.sounds.len() - 1
        });
        for &device in trial.scores.keys() {
            let Some((rank, clocked)) = trial.rank(device).zip(trial.clocked_rank(device)) else { continue };
            let standing = self.standings.entry(device).or_default();
            standing.rounds += 1;
            standing.lottery.round(sound, rank);
            standing.clocked.round(sound, clocked);
            if standing.sounds.len() <= sound {
                standing.sounds.resize(sound + 1, Answers::default());
            }
            let Some(scored) = trial.scored(device) else { continue };
            if let Some((answers, top)) = standing.sounds.get_mut(sound).zip(top(scored, 0.0)) {
                answers.round(top);
            }
            if standing.latest.len() >= LATEST {
                standing.latest.pop_front();
            }
            standing.latest.push_back((scored.0.to_vec(), scored.1));
            if standing.silent_after.is_none() && standing.is_silent() {
                standing.silent_after = Some(standing.rounds);
            }
        }
        for (device, standing) in &mut self.standings {
            let reached = |threshold: &f64| standing.lottery.highest() + AT_ONCE.ln() >= *threshold;
            if standing.proven_after.is_none() && self.thresholds.get(device).is_some_and(reached) {
                standing.proven_after = Some(standing.rounds);
            }
        }
    }

    /// Gives the devices of a round that are new their thresholds. Who is there when a round begins does not depend on its draw.
    fn enter(&mut self, trial: &Trial) {
        let first = self.thresholds.is_empty();
        for &device in trial.scores.keys().filter(|_| first) {
            self.thresholds.insert(device, known(trial.scores.len(), self.alpha));
        }
        for &device in trial.scores.keys() {
            self.thresholds.entry(device).or_insert_with(|| {
                self.newcomers += 1;
                newcomer(self.newcomers, self.alpha)
            });
        }
    }

    /// What the logarithm of a device's evidence must reach; of one that has not been scored, what it must if it comes next.
    #[must_use]
    pub fn threshold(&self, device: DeviceId) -> f64 {
        self.thresholds.get(&device).copied().unwrap_or_else(|| newcomer(self.newcomers + 1, self.alpha))
    }

    /// How the devices stand.
    #[must_use]
    pub fn standings(&self) -> &BTreeMap<DeviceId, Standing> {
        &self.standings
    }

    /// Whether a reaction of the device has been proven.
    #[must_use]
    pub fn is_proven(&self, device: DeviceId) -> bool {
        self.standings.get(&device).is_some_and(|standing| standing.proven_after.is_some())
    }

    /// The sounds played so far, by their numbers.
    #[must_use]
    pub fn sounds(&self) -> &[String] {
        &self.sounds
    }

    /// In how many rounds that counted a candidate was played.
    #[must_use]
    pub fn plays(&self, candidate: &Candidate) -> u32 {
        self.plays.get(candidate).copied().unwrap_or(0)
    }

    /// Rounds that did not count.
    #[must_use]
    pub fn void(&self) -> u32 {
        self.void
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::lottery::Top;
    use crate::findings::Bin;
    use crate::mac::Mac;
    use crate::measure::Missed;
    use crate::probe::{Heard, SoundKind, Stimulus};

    /// How many scores of a round from 400 s on are unknown, of two devices of which one sent in these seconds.
    fn unknown(seconds: impl IntoIterator<Item = i64>) -> usize {
        let at = |second: i64| Timestamp::from_nanos(second * SECOND);
        let slots = (0..4).map(|slot| Window { from: at(400 + slot * 24), until: at(420 + slot * 24) }).collect();
        let stimulus = Stimulus { name: "glass".to_owned(), kind: SoundKind::Noise };
        let played = Played::new(stimulus, at(400), SECOND, Heard::Yes);
        let round = Round { number: 0, slots, drawn: 0, played, void: None };
        let bins = |seconds: Vec<i64>| seconds.into_iter().map(|index| Bin { index, frames: 1, payload_octets: 40 });
        let busy = Profile::new(Timestamp::default(), SECOND, (bins(seconds.into_iter().collect()), Missed::default()), []);
        let quiet = Profile::new(Timestamp::default(), SECOND, (bins(vec![10]), Missed::default()), []);
        let subjects = [(&busy, 1), (&quiet, 2)].map(|(profile, last)| {
            let id = DeviceId::Mac(Mac([2, 0, 0, 0, 0, last]));
            Subject { id, since: at(20), profile, unseen: &[] }
        });
        Trial::new(round, subjects).scores.values().flatten().filter(|score| matches!(score, Score::AtLeast(_))).count()
    }

    #[test]
    fn a_round_in_which_nobody_sent_for_much_longer_than_before_is_unknown_for_all() {
        assert_eq!(unknown(100..600), 0);
        assert_eq!(unknown((100..600).filter(|second| !(425..450).contains(second))), 8);
        assert_eq!(unknown((100..600).filter(|second| !(380..410).contains(second))), 8, "it reaches into the round");
        assert_eq!(unknown((100..430).collect::<Vec<_>>()), 8, "nobody was seen again");
        assert_eq!(unknown((100..600).step_by(30)), 0, "that is how the home is");
        assert_eq!(unknown([]), 0, "nothing tells a gap from a silent home");
    }

    /// A device that came first in so many of the rounds of each sound, in turn with all others, in which nobody did.
    fn standing(sounds: &[(u32, u32)]) -> Standing {
        let mut standing = Standing { sounds: vec![Answers::default(); sounds.len()], ..Standing::default() };
        for number in 0..sounds.iter().map(|it| it.1).max().unwrap_or(0) {
            for (answers, _) in standing.sounds.iter_mut().zip(sounds).filter(|it| number < it.1.1) {
                let first = sounds[0].0 > number;
                answers.round((if first { Top::Drawn } else { Top::Nobody }, 8));
                let octets = |slot| if first && slot == 0 { 9_000.0 } else { 0.0 };
                let scores = (0..8).map(|slot| Score::Known(Measure { clocked: 0.0, octets: octets(slot) })).collect();
                standing.latest.push_back((scores, 0));
            }
        }
        standing
    }

    #[test]
    fn who_always_answers_one_sound_of_five_is_not_called_silent() {
        assert!(standing(&[(0, 4); 5]).is_silent());
        assert!(!standing(&[(3, 3)]).is_silent());
        assert!(!standing(&[(0, 1); 5]).is_silent(), "five rounds exclude nothing");
        assert!(!standing(&[]).is_silent());
    }
}
