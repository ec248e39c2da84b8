//! What the model expects before anything was played, and how alike it takes two plays to be.

use crate::features;
use crate::manner::Manner;
use crate::phoneme::{COUNT, Phoneme};
use crate::pool::{Pool, Shape};

/// How many numbers say how near a word is: one for all, then nearness by part, by whole and by edits.
const SCALES: usize = 4;

/// The numbers of the model, all in units of a standard normal latent strength: a device wakes where it exceeds zero.
#[derive(Clone, PartialEq, Debug)]
pub struct Beliefs {
    /// Strength of a word that has nothing in common with the wake word; what nearness by part, by whole and by edits adds at most.
    pub mean: [f32; SCALES],
    /// How much a device may differ from that (standard deviations).
    pub spread: [f32; SCALES],
    /// At which cost nearness has fallen to 1/e.
    pub reach: [f32; SCALES - 1],
    /// Variance and length of what words in common have that lie alike beside the wake word.
    pub alike: [(f32, f32); 2],
    /// Variance of what is a word's own.
    pub own: f32,
    /// Share of the variance that voices have in common: of all words, and of a word's own.
    pub common: [f32; 2],
    /// Strength that a decibel adds, and how much a device may differ in that (standard deviation).
    pub level: (f32, f32),
    /// How much the phonemes beside the word count.
    pub beside: f32,
    /// How much phonemes between, before and after count.
    pub around: [f32; 3],
}

impl Default for Beliefs {
    fn default() -> Self {
        Self {
            mean: [-3.0, 1.5, 0.5, 1.5],
            spread: [0.6, 1.0, 1.0, 1.0],
            reach: [0.8, 1.5, 3.0],
            alike: [(1.5, 0.5), (0.7, 1.2)],
            own: 3.0,
            common: [0.5, 0.3],
            level: (0.03, 0.1),
            beside: 0.3,
            around: [0.4, 0.4, 0.3],
        }
    }
}

/// The model of one pool: strengths before any play, and covariances.
#[derive(Clone, Debug)]
pub(crate) struct Kernel {
    beliefs: Beliefs,
    /// Squared distance of the features of two phonemes, or of a phoneme and none.
    apart: Vec<[f32; COUNT + 1]>,
    /// Level of each manner, decibels.
    level: Vec<f32>,
    /// What two manners have in common, of all words and of a word's own.
    common: Vec<Vec<[f32; 2]>>,
    near: Vec<[f32; SCALES]>,
}

impl Kernel {
    pub(crate) fn new(pool: &Pool, manners: &[Manner], beliefs: Beliefs) -> Self {
        let share = |a: &Manner, b: &Manner| beliefs.common.map(|it| if a.voice == b.voice { 1.0 } else { it });
        Self {
            apart: apart(),
            level: manners.iter().map(|it| it.level_db).collect(),
            common: manners.iter().map(|a| manners.iter().map(|b| share(a, b)).collect()).collect(),
            near: pool.shapes().iter().map(|it| near(it, &beliefs)).collect(),
            beliefs,
        }
    }

    pub(crate) fn manners(&self) -> usize {
        self.level.len()
    }

    /// The strength that is expected of a word in a manner.
    pub(crate) fn mean(&self, word: usize, manner: usize) -> f32 {
        self.near[word].iter().zip(self.beliefs.mean).map(|(near, mean)| near * mean).sum::<f32>()
            + self.level[manner] * self.beliefs.level.0
    }

    /// What two words have in common, whatever the voice.
    pub(crate) fn words(&self, pool: &Pool, a: usize, b: usize) -> f32 {
        let near = self.near[a].iter().zip(self.near[b]).zip(self.beliefs.spread);
        let linear: f32 = near.map(|((a, b), spread)| a * b * spread * spread).sum();
        let apart = self.apart(&pool.shapes()[a], &pool.shapes()[b]);
        linear + self.beliefs.alike.iter().map(|(size, length)| size * (-apart / (2.0 * length * length)).exp()).sum::<f32>()
    }

    /// What two manners have in common of what words have in common.
    pub(crate) fn common(&self, a: usize, b: usize) -> f32 {
        self.common[a][b][0]
    }

    /// What two manners have in common of a word's own.
    pub(crate) fn own(&self, a: usize, b: usize) -> f32 {
        self.beliefs.own * self.common[a][b][1]
    }

    /// What two manners have in common of all words because a device may hear loud words better, or no better: one slope for all of them.
    pub(crate) fn slope(&self, a: usize, b: usize) -> f32 {
        self.level[a] * self.level[b] * self.beliefs.level.1 * self.beliefs.level.1
    }

    fn apart(&self, a: &Shape, b: &Shape) -> f32 {
        let places = a.said.len() - 2;
        let beside = self.beliefs.beside * self.beliefs.beside;
        let mut apart = 0.0;
        for (place, (&a, &b)) in a.said.iter().zip(&b.said).enumerate() {
            let squared = self.apart[usize::from(a)][usize::from(b)];
            apart += if place < places { squared } else { squared * beside };
        }
        let around = a.around.iter().zip(b.around).zip(self.beliefs.around);
        apart + around.map(|((a, b), weight)| ((a - b) * weight).powi(2)).sum::<f32>()
    }
}

fn near(shape: &Shape, beliefs: &Beliefs) -> [f32; SCALES] {
    let [part, whole, edits] = beliefs.reach;
    [1.0, (-shape.part / part).exp(), (-shape.whole / whole).exp(), (-shape.edits / edits).exp()]
}

/// A phoneme that is left out is as far from any as one with opposite features would be in half of them.
fn apart() -> Vec<[f32; COUNT + 1]> {
    let weights = features::weights();
    let all: Vec<_> = Phoneme::all().map(features::of).collect();
    let mut table = vec![[0.0; COUNT + 1]; COUNT + 1];
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate() {
            table[i][j] = a.iter().zip(b).zip(weights).map(|((a, b), weight)| (a - b).powi(2) * weight).sum();
        }
        let size: f32 = a.iter().zip(weights).map(|(a, weight)| a * a * weight).sum();
        table[i][COUNT] = 1.0 + size;
        table[COUNT][i] = 1.0 + size;
    }
    table
}
