//! The order that learns: next comes the play from which most finds are expected, for each play that it costs.

use earwitness_core::lot::Stream;

use crate::history::History;
use crate::kernel::{Beliefs, Kernel};
use crate::manner::{Manner, Play, at_any_level, by_voice};
use crate::normal::{site, wakes};
use crate::pool::Pool;
use crate::posterior::{Posterior, Track};

/// How many words are looked at closely, of those that seem likeliest at a glance.
const CLOSELY: usize = 120;
/// After so many silent answers the words that seem likeliest are chosen anew; after a wake they are at once.
const GLANCE_EVERY: usize = 5;
/// Worths that are nearer to each other than this share are equal, and the lot decides.
const EQUAL: f32 = 1e-4;

/// What was learned so far.
#[derive(Clone, Debug)]
pub(crate) struct Learned {
    posterior: Posterior,
    /// Words that were not played and are worth a closer look.
    likely: Vec<usize>,
    /// Answers since they were chosen.
    since: usize,
}

/// A play that may be next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Choice {
    pub(crate) play: Play,
    /// Finds that are expected for each play.
    pub(crate) worth: f32,
    /// Probability that it wakes the device.
    pub(crate) wakes: f32,
}

impl Learned {
    pub(crate) fn new(pool: &Pool, manners: &[Manner], beliefs: &Beliefs) -> Self {
        Self { posterior: Posterior::new(Kernel::new(pool, manners, beliefs.clone())), likely: Vec::new(), since: 0 }
    }

    pub(crate) fn tell(&mut self, pool: &Pool, play: Play, woke: bool) {
        self.posterior.tell(pool, play, woke);
        self.since += 1;
        if woke || self.since >= GLANCE_EVERY {
            self.likely.clear();
        }
    }

    /// The play that is worth most where `left` plays are left.
    pub(crate) fn next(
        &mut self,
        pool: &Pool,
        manners: &[Manner],
        history: &History,
        left: usize,
        chance: &mut Stream,
    ) -> Option<Choice> {
        if self.likely.is_empty() {
            self.likely = self.likely(pool, manners.len(), history);
            self.since = 0;
        }
        let unplayed: Vec<usize> = self.likely.iter().copied().filter(|&it| !history.was_played(it)).collect();
        let voices = by_voice(manners);
        let mut best: Option<Choice> = None;
        for word in unplayed.into_iter().chain(history.words()).filter(|&it| !history.is_found(it)) {
            let of_word = Prospect { word, track: self.posterior.track(pool, word), manners, voices: &voices, history };
            let tie = unit(chance) * EQUAL;
            if let Some(choice) = of_word.best(left, best.map_or(0.0, |it| it.worth))
                && best.is_none_or(|it| choice.worth * (1.0 + tie) > it.worth)
            {
                best = Some(choice);
            }
        }
        best.map(|it| Choice { play: Play { manner: at_any_level(manners, it.play.manner, chance), ..it.play }, ..it })
    }

    /// The words that seem likeliest and were not played.
    fn likely(&self, pool: &Pool, manners: usize, history: &History) -> Vec<usize> {
        let means = self.posterior.means(pool.words().len());
        let best = means.chunks(manners).map(|of_word| of_word.iter().copied().fold(f32::MIN, f32::max));
        let mut order: Vec<(usize, f32)> = best.enumerate().filter(|&(word, _)| !history.was_played(word)).collect();
        if order.len() > CLOSELY {
            order.select_nth_unstable_by(CLOSELY, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            order.truncate(CLOSELY);
        }
        order.into_iter().map(|(word, _)| word).collect()
    }

    /// A word in all manners.
    pub(crate) fn track(&mut self, pool: &Pool, word: usize) -> &Track {
        self.posterior.track(pool, word)
    }
}

/// The mean over the levels of a voice, each of which is as likely to be drawn.
fn mean(levels: &[usize], of: impl Fn(usize) -> f32) -> f32 {
    levels.iter().map(|&it| of(it)).sum::<f32>() / u16::try_from(levels.len()).map_or(1.0, f32::from)
}

#[expect(clippy::cast_possible_truncation, reason = "a tie may be broken by fewer digits")]
fn unit(chance: &mut Stream) -> f32 {
    chance.unit() as f32
}

/// What may come of a word that was not found.
struct Prospect<'a> {
    word: usize,
    track: &'a Track,
    manners: &'a [Manner],
    /// Its manners by voice: which level sounds is drawn by lot.
    voices: &'a [Vec<usize>],
    history: &'a History,
}

impl Prospect<'_> {
    /// Its best play, where it may be worth more than `least`.
    fn best(&self, left: usize, least: f32) -> Option<Choice> {
        let woke = self.history.voices_that_woke(self.word, self.manners);
        let mut best: Option<Choice> = None;
        for (voice, levels) in self.voices.iter().enumerate() {
            let wakes = mean(levels, |it| self.wakes(it));
            let worth = if !woke.is_empty() {
                // One wake in another voice makes it a find.
                if woke.contains(&self.manners[levels[0]].voice.as_str()) { 0.0 } else { wakes }
            } else if left >= 2 && wakes / (1.0 + wakes) > least {
                mean(levels, |it| self.wakes(it) * self.confirmed(voice, it)) / (1.0 + wakes)
            } else {
                0.0
            };
            if worth > best.map_or(0.0, |it| it.worth) {
                best = Some(Choice { play: Play { word: self.word, manner: levels[0] }, worth, wakes });
            }
        }
        best
    }

    fn wakes(&self, manner: usize) -> f32 {
        let (mean, variance) = self.track.of(manner);
        wakes(mean, variance)
    }

    /// Probability that it wakes in the best other voice, after it woke in this manner of a voice.
    fn confirmed(&self, voice: usize, manner: usize) -> f32 {
        let (own, variance) = self.track.of(manner);
        let site = site(own, variance, true);
        let after = |other: usize| {
            let between = self.track.between(manner, other);
            let (mean, variance) = self.track.of(other);
            wakes(mean + site.rise * between, (variance - site.drop * between * between).max(0.0))
        };
        let others = self.voices.iter().enumerate().filter(|(it, _)| *it != voice);
        others.map(|(_, levels)| mean(levels, after)).fold(0.0, f32::max)
    }
}
