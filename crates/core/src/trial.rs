//! Rounds with their scores: what each device sent in each slot, and how much that speaks for a reaction.

use std::collections::BTreeMap;

use crate::detect::lottery::{AT_ONCE, Lottery, Place, bound, threshold};
use crate::findings::DeviceId;
use crate::measure::{LEVEL_BEFORE, Measure, Profile};
use crate::probe::Round;
use crate::time::{Timestamp, Window};

/// A round that was played, with the score of each slot for each device that was on the network.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The round.
    pub round: Round,
    /// Per device, one measure a slot.
    pub scores: BTreeMap<DeviceId, Vec<Measure>>,
}

impl Trial {
    /// Scores a round: devices come with their first frame and their traffic. One that joined after the round had begun has no score.
    pub fn new<'a>(round: Round, devices: impl IntoIterator<Item = (DeviceId, Timestamp, &'a Profile)>) -> Self {
        let windows = round.windows();
        let from = round.span().map(|span| span.from);
        let there = devices.into_iter().filter(|device| Some(device.1) <= from);
        let scores = there.map(|(id, _, profile)| (id, score(profile, &windows))).collect();
        Self { round, scores }
    }

    /// Where the drawn slot of a device stands; `None` if the round is void, had no sham, or the device was not there.
    #[must_use]
    pub fn place(&self, device: DeviceId) -> Option<Place> {
        let scores = self.counted(device)?;
        Place::of(scores, self.round.drawn)
    }

    /// The same by clocked audio alone.
    #[must_use]
    pub fn clocked_place(&self, device: DeviceId) -> Option<Place> {
        let clocked: Vec<f64> = self.counted(device)?.iter().map(|measure| measure.clocked).collect();
        Place::of(&clocked, self.round.drawn)
    }

    /// The scores of a device, if the round counts.
    #[must_use]
    pub fn counted(&self, device: DeviceId) -> Option<&[Measure]> {
        if self.round.void.is_some() {
            return None;
        }
        self.scores.get(&device).map(Vec::as_slice)
    }
}

/// What a device sent in each window, beside its running level around them.
#[must_use]
pub fn score(profile: &Profile, windows: &[Window]) -> Vec<Measure> {
    let (Some(first), Some(last)) = (windows.first(), windows.last()) else { return Vec::new() };
    let level = profile.level(Window { from: first.from.plus(-LEVEL_BEFORE), until: last.until });
    windows.iter().map(|&window| profile.measure(window, level)).collect()
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
    /// For each sound by its number: rounds in which the drawn slot outdid all others, and all rounds.
    pub sounds: Vec<(u32, u32)>,
    /// Counted rounds after which the reaction was first proven.
    pub proven_after: Option<u32>,
}

/// A device counts as silent only when a reaction to more than this share of the probes is excluded.
pub const SILENT: f64 = 0.35;

/// Confidence of the limit that a silent device is given.
pub const CONFIDENCE: f64 = 0.95;

/// Whether the drawn slot outdid all others so often (times, of rounds) that one sound may well move the device, whatever the others do: a
/// deaf one seldom comes first in half of the rounds, and never for long.
#[must_use]
pub const fn answers_often((firsts, rounds): (u32, u32)) -> bool {
    firsts >= 3 && firsts.saturating_mul(2) >= rounds
}

/// The limit that so many first places in so many rounds give, if they are spread evenly over the rounds.
#[must_use]
pub fn evenly_bound(firsts: u32, rounds: u32) -> f64 {
    let upto = |round: u32| u64::from(round) * u64::from(firsts) / u64::from(rounds.max(1));
    bound((0..rounds).map(|round| upto(round + 1) > upto(round)), CONFIDENCE)
}

impl Standing {
    /// Whether it would be called silent now, if what it did was spread evenly over the rounds.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let (firsts, rounds) = self.sounds.iter().fold((0_u32, 0_u32), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        !self.sounds.iter().any(|sound| answers_often(*sound)) && evenly_bound(firsts, rounds) <= SILENT
    }
}

/// All devices over the rounds so far.
#[derive(Clone, Debug)]
pub struct Session {
    alpha: f64,
    sounds: Vec<String>,
    standings: BTreeMap<DeviceId, Standing>,
    void: u32,
}

impl Session {
    /// A session before its first round; `alpha` is the chance that any device at all is accused falsely.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self { alpha, sounds: Vec::new(), standings: BTreeMap::new(), void: 0 }
    }

    /// Takes the next trial.
    pub fn take(&mut self, trial: &Trial) {
        if trial.round.void.is_some() {
            self.void += 1;
            return;
        }
        let name = &trial.round.played.stimulus.name;
        let sound = self.sounds.iter().position(|known| known == name).unwrap_or_else(|| {
            self.sounds.push(name.clone());
            self.sounds.len() - 1
        });
        for &device in trial.scores.keys() {
            let Some((place, clocked)) = trial.place(device).zip(trial.clocked_place(device)) else { continue };
            let standing = self.standings.entry(device).or_default();
            standing.rounds += 1;
            standing.lottery.round(sound, place);
            standing.clocked.round(sound, clocked);
            if standing.sounds.len() <= sound {
                standing.sounds.resize(sound + 1, (0, 0));
            }
            if let Some(counts) = standing.sounds.get_mut(sound) {
                counts.0 += u32::from(place.above == 0 && place.level == 0);
                counts.1 += 1;
            }
        }
        let threshold = self.threshold();
        for standing in self.standings.values_mut() {
            if standing.proven_after.is_none() && standing.lottery.highest() + AT_ONCE.ln() >= threshold {
                standing.proven_after = Some(standing.rounds);
            }
        }
    }

    /// What the logarithm of a device's evidence must reach, with the number of devices watched so far.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        threshold(self.standings.len().max(1), self.alpha)
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

    /// Rounds that did not count.
    #[must_use]
    pub fn void(&self) -> u32 {
        self.void
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(sounds: &[(u32, u32)]) -> Standing {
        Standing { sounds: sounds.to_vec(), ..Standing::default() }
    }

    #[test]
    fn who_always_answers_one_sound_of_five_is_not_called_silent() {
        assert!(standing(&[(0, 4); 5]).is_silent());
        assert!(standing(&[(1, 12), (0, 12), (2, 12), (0, 12), (0, 12)]).is_silent());
        assert!(!standing(&[(3, 3), (0, 4), (0, 4), (0, 4), (0, 5)]).is_silent());
        assert!(!standing(&[(0, 1); 5]).is_silent(), "five rounds exclude nothing");
        assert!(!standing(&[]).is_silent());
    }

    #[test]
    fn chance_alone_seldom_looks_like_an_answer() {
        assert!(!answers_often((2, 2)) && answers_often((3, 6)) && !answers_often((3, 7)));
    }
}
