//! What the answers say of every word: a Gaussian process over plays, with a probit between its strength and the answer.
//!
//! Each answer is taken in once, by matching moments (assumed density filtering: Minka 2001; Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006,
//! section 3.6). After n answers the strength of a play x has the mean `m(x) + sum of rise_j c_j(x)` and the covariance `k(x, y) - sum of drop_j c_j(x) c_j(y)`, where
//! `c_j(x)` is the covariance of x with the j-th play when that was answered.

use std::collections::BTreeMap;

use crate::kernel::Kernel;
use crate::manner::Play;
use crate::normal::{Site, site};
use crate::pool::Pool;

/// The state after some answers.
#[derive(Clone, Debug)]
pub(crate) struct Posterior {
    kernel: Kernel,
    answers: Vec<Taken>,
    /// What each word that was played has in common with all.
    rows: BTreeMap<usize, Vec<f32>>,
    /// Words that were looked at closely, as far as answers were taken in.
    tracks: BTreeMap<usize, Track>,
}

/// An answer that was taken in.
#[derive(Clone, Debug)]
struct Taken {
    play: Play,
    site: Site,
    /// Its covariance with each play before.
    cross: Vec<f32>,
}

/// A word in all manners.
#[derive(Clone, Debug, Default)]
pub(crate) struct Track {
    /// Covariances with each play, manners side by side.
    cross: Vec<f32>,
    /// Answers taken in.
    taken: usize,
    /// Mean of each manner.
    mean: Vec<f32>,
    /// Covariance of manners, side by side.
    covariance: Vec<f32>,
}

impl Track {
    /// Mean and variance of a manner.
    pub(crate) fn of(&self, manner: usize) -> (f32, f32) {
        (self.mean[manner], self.between(manner, manner).max(1e-6))
    }

    /// Covariance of two manners.
    pub(crate) fn between(&self, a: usize, b: usize) -> f32 {
        self.covariance[a * self.mean.len() + b]
    }
}

impl Posterior {
    pub(crate) fn new(kernel: Kernel) -> Self {
        Self { kernel, answers: Vec::new(), rows: BTreeMap::new(), tracks: BTreeMap::new() }
    }

    pub(crate) fn tell(&mut self, pool: &Pool, play: Play, woke: bool) {
        let Play { word, manner } = play;
        self.rows.entry(word).or_insert_with(|| {
            let all = 0..pool.words().len();
            all.map(|other| self.kernel.words(pool, word, other)).collect()
        });
        let manners = self.kernel.manners();
        let track = self.track(pool, word);
        let (mean, variance) = track.of(manner);
        let cross = track.cross.iter().skip(manner).step_by(manners).copied().collect();
        self.answers.push(Taken { play, site: site(mean, variance, woke), cross });
    }

    /// A word in all manners, with all answers taken in.
    pub(crate) fn track(&mut self, pool: &Pool, word: usize) -> &Track {
        let kernel = &self.kernel;
        let track = self.tracks.entry(word).or_insert_with(|| Track::new(kernel, pool, word));
        for (number, answer) in self.answers.iter().enumerate().skip(track.taken) {
            let alike = self.rows.get(&answer.play.word).map_or(0.0, |row| row[word]);
            track.take(kernel, &self.answers[..number], answer, alike, word);
        }
        track
    }

    /// The mean of each word in each manner, manners side by side; what is a word's own is left out.
    pub(crate) fn means(&self, words: usize) -> Vec<f32> {
        let manners = self.kernel.manners();
        let mut sums = vec![0.0; words * manners];
        let mut slopes = vec![0.0; manners];
        for (answer, share) in self.answers.iter().zip(self.shares()) {
            for (manner, slope) in slopes.iter_mut().enumerate() {
                *slope += share * self.kernel.slope(manner, answer.play.manner);
            }
            let Some(row) = self.rows.get(&answer.play.word) else { continue };
            for (sum, alike) in sums.iter_mut().skip(answer.play.manner).step_by(manners).zip(row) {
                *sum += share * alike;
            }
        }
        let mut means = Vec::with_capacity(sums.len());
        for (word, sums) in sums.chunks(manners).enumerate() {
            for (manner, slope) in slopes.iter().enumerate() {
                let common = sums.iter().enumerate().map(|(other, sum)| sum * self.kernel.common(manner, other));
                means.push(self.kernel.mean(word, manner) + common.sum::<f32>() + slope);
            }
        }
        means
    }

    /// How much of the covariance with each play, as it was before any answer, is in the mean.
    fn shares(&self) -> Vec<f32> {
        let mut shares: Vec<f32> = self.answers.iter().map(|it| it.site.rise).collect();
        for last in (0..self.answers.len()).rev() {
            let share = shares[last];
            for (before, cross) in self.answers[last].cross.iter().enumerate() {
                shares[before] -= self.answers[before].site.drop * cross * share;
            }
        }
        shares
    }
}

impl Track {
    fn new(kernel: &Kernel, pool: &Pool, word: usize) -> Self {
        let manners = kernel.manners();
        let alike = kernel.words(pool, word, word);
        let pairs = (0..manners).flat_map(|a| (0..manners).map(move |b| (a, b)));
        Self {
            cross: Vec::new(),
            taken: 0,
            mean: (0..manners).map(|it| kernel.mean(word, it)).collect(),
            covariance: pairs.map(|(a, b)| alike * kernel.common(a, b) + kernel.own(a, b) + kernel.slope(a, b)).collect(),
        }
    }

    fn take(&mut self, kernel: &Kernel, before: &[Taken], answer: &Taken, alike: f32, word: usize) {
        let manners = self.mean.len();
        let is_own = answer.play.word == word;
        let first = self.cross.len();
        for manner in 0..manners {
            let own = if is_own { kernel.own(manner, answer.play.manner) } else { 0.0 };
            self.cross.push(alike * kernel.common(manner, answer.play.manner) + own + kernel.slope(manner, answer.play.manner));
        }
        let (known, new) = self.cross.split_at_mut(first);
        for ((earlier, cross), known) in before.iter().zip(&answer.cross).zip(known.chunks(manners)) {
            let factor = earlier.site.drop * cross;
            new.iter_mut().zip(known).for_each(|(new, known)| *new -= factor * known);
        }
        for (a, left) in new.iter().enumerate() {
            self.mean[a] += answer.site.rise * left;
            for (b, right) in new.iter().enumerate() {
                self.covariance[a * manners + b] -= answer.site.drop * left * right;
            }
        }
        self.taken += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Beliefs;
    use crate::manner::Manner;
    use crate::phoneme::parse;
    use crate::pool::Word;

    /// The mean at a glance is that of the close look, where a word has nothing of its own: two ways of computing it.
    #[test]
    fn a_glance_sees_what_a_close_look_sees() {
        let texts = ["AH L EH K S IY", "IH L EH K SH AH N", "M IH S IH Z", "L EH K S AH S", "K AE T"];
        let words = texts.map(|it| Word { text: it.to_owned(), phonemes: parse(it).unwrap(), is_everyday: true });
        let pool = Pool::new(&parse("AH L EH K S AH").unwrap(), words).unwrap();
        let manners = ["a", "b"].map(|it| Manner { voice: it.to_owned(), level_db: if it == "a" { 0.0 } else { -6.0 } });
        let mut posterior = Posterior::new(Kernel::new(&pool, &manners, Beliefs { own: 0.0, ..Beliefs::default() }));
        for (word, manner, woke) in [(0, 0, true), (1, 1, false), (0, 1, true), (2, 0, false), (3, 1, true)] {
            posterior.tell(&pool, Play { word, manner }, woke);
        }
        let means = posterior.means(pool.words().len());
        for word in 0..pool.words().len() {
            for manner in 0..2 {
                let close = posterior.track(&pool, word).of(manner).0;
                assert!((means[word * 2 + manner] - close).abs() < 1e-3, "{word} {manner}: {close} {means:?}");
            }
        }
    }

    #[test]
    fn a_wake_raises_what_is_alike_and_certainty_grows() {
        let texts = ["AH L EH K S IY", "AH L EH K S IH S", "M UW"];
        let words = texts.map(|it| Word { text: it.to_owned(), phonemes: parse(it).unwrap(), is_everyday: true });
        let pool = Pool::new(&parse("AH L EH K S AH").unwrap(), words).unwrap();
        let mut posterior = Posterior::new(Kernel::new(&pool, &["a", "b"].map(Manner::usual), Beliefs::default()));
        let before = [0, 1, 2].map(|word| posterior.track(&pool, word).of(1));
        posterior.tell(&pool, Play { word: 0, manner: 0 }, true);
        let after = [0, 1, 2].map(|word| posterior.track(&pool, word).of(1));
        let rise = |word: usize| after[word].0 - before[word].0;
        assert!(rise(0) > rise(1) && rise(1) > rise(2) && rise(2) >= 0.0, "{before:?} {after:?}");
        assert!(after.iter().zip(before).all(|(after, before)| after.1 <= before.1));
    }
}
