//! Simulated campaigns.

use earwitness_core::lot::{Lot, Stream};
use earwitness_lab::results::{Contrast, Plan, Quantity, Question, Reading, Results, SoundId, Trial, Trials, analyse};

/// How many campaigns a law is tried on.
pub(crate) fn campaigns() -> u32 {
    std::env::var("CAMPAIGNS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000)
}

/// The seed of a law: its own, plus `SEEDS` where that is set.
pub(crate) fn seed(own: u64) -> u64 {
    own + std::env::var("SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(0)
}

/// What a trial differs by from what its night and condition have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Noise {
    /// Normal, with this deviation.
    Normal(f64),
    /// Gamma with this whole shape, times a scale: skewness 2 / √shape.
    Gamma(u32, f64),
    /// Lognormal with this deviation of the logarithm, about its mean of 1.
    Lognormal(f64),
    /// Something is sent in this share of trials only: gamma of shape 8, mean 4.
    Sparse(f64),
}

impl Noise {
    pub(crate) fn mean(self) -> f64 {
        match self {
            Self::Normal(_) => 0.0,
            Self::Gamma(shape, scale) => f64::from(shape) * scale,
            Self::Lognormal(_) => 1.0,
            Self::Sparse(share) => share * 4.0,
        }
    }

    fn draw(self, lot: &mut Stream) -> f64 {
        let gamma = |shape: u32, scale: f64, lot: &mut Stream| -> f64 {
            (0..shape).map(|_| -(1.0 - lot.unit()).ln()).sum::<f64>() * scale
        };
        match self {
            Self::Normal(deviation) => deviation * normal(lot),
            Self::Gamma(shape, scale) => gamma(shape, scale, lot),
            Self::Lognormal(deviation) => deviation.mul_add(normal(lot), -deviation * deviation / 2.0).exp(),
            Self::Sparse(share) => {
                let sent = lot.unit() < share;
                let seconds = gamma(8, 0.5, lot);
                if sent { seconds } else { 0.0 }
            }
        }
    }
}

/// A standard normal number.
pub(crate) fn normal(lot: &mut Stream) -> f64 {
    let (radius, angle) = (1.0 - lot.unit(), lot.unit());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A campaign of conditions in blocks; every block has each condition `times` times.
#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    /// What each condition adds.
    pub(crate) means: Vec<f64>,
    pub(crate) nights: u32,
    pub(crate) blocks: u32,
    pub(crate) times: u32,
    /// Deviation of what a night adds to all of its trials.
    pub(crate) night: f64,
    /// Deviation of what a night adds to those of one condition.
    pub(crate) effect: f64,
    pub(crate) noise: Noise,
}

impl Campaign {
    /// Two conditions that differ by `difference`, in pairs.
    pub(crate) fn pairs(nights: u32, blocks: u32, difference: f64, noise: Noise) -> Self {
        Self { means: vec![100.0 + difference, 100.0], nights, blocks, times: 1, night: 0.0, effect: 0.0, noise }
    }

    /// With nights that differ in level and in effect.
    pub(crate) fn differing(self, night: f64, effect: f64) -> Self {
        Self { night, effect, ..self }
    }

    /// The true mean of a condition over nights.
    pub(crate) fn truth(&self, condition: usize) -> f64 {
        self.means[condition] + self.noise.mean()
    }

    /// The trials of one such campaign.
    pub(crate) fn trials(&self, lot: &mut Stream) -> Trials {
        let mut trials = Vec::new();
        for night in 0..self.nights {
            let level = self.night * normal(lot);
            let levels: Vec<f64> = self.means.iter().map(|mean| mean + level + self.effect * normal(lot)).collect();
            for block in 0..self.blocks {
                let mut order: Vec<usize> = (0..self.times).flat_map(|_| 0..levels.len()).collect();
                lot.shuffle(&mut order);
                for (position, condition) in (0..).zip(order) {
                    let seconds = Some((levels[condition] + self.noise.draw(lot)).max(0.0));
                    let readings = vec![Reading { seconds, ..Reading::default() }];
                    trials.push(Trial { night, block, position, condition, sound: SoundId(0), readings, answer: None });
                }
            }
        }
        let names = (0..self.means.len()).map(name).collect();
        Trials::new(names, vec!["device".to_owned()], trials).unwrap()
    }
}

pub(crate) fn name(condition: usize) -> String {
    format!("condition {condition}")
}

/// The comparison of two conditions.
pub(crate) fn compared(condition: usize, against: usize) -> Contrast {
    Contrast {
        name: format!("{condition} against {against}"),
        condition: name(condition),
        against: name(against),
        device: "device".to_owned(),
        quantity: Quantity::Seconds,
    }
}

/// Analyses as many campaigns as asked for, and says in what share of them `holds`.
pub(crate) fn share(seed: u64, campaign: &Campaign, questions: &[Question], holds: impl Fn(&Results, &Trials) -> bool) -> f64 {
    let (lot, all) = (Lot::new(self::seed(seed)), campaigns());
    let held = (0..all).filter(|number| {
        let trials = campaign.trials(&mut lot.stream("campaign", u64::from(*number)));
        let plan = Plan { draws: 999, ..Plan::new(questions.to_vec(), u64::from(*number)) };
        holds(&analyse(&trials, &plan).unwrap(), &trials)
    });
    let held = u32::try_from(held.count()).unwrap();
    f64::from(held) / f64::from(all)
}

/// Whether an interval holds a number; one without an end holds all beyond.
pub(crate) fn inside(low: Option<f64>, high: Option<f64>, truth: f64) -> bool {
    low.is_none_or(|it| it <= truth) && high.is_none_or(|it| truth <= it)
}

/// What chance adds to a share of so many campaigns: three standard deviations.
pub(crate) fn chance(share: f64) -> f64 {
    3.0 * (share * (1.0 - share) / f64::from(campaigns())).sqrt()
}
