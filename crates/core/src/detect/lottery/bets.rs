//! Stakes that are divided between ways of answering.

use super::odds::Odds;

/// Ways in which a device may answer.
pub(super) const WAYS: usize = 8;

/// What is bet on, and with what part of the stake. Chosen by simulation before any session, and fixed: most lies on devices that answer
/// nearly always, and next on those that answer half of the time, because half of a stake costs those a third of a round.
pub(super) const ODDS: [(Odds, f64); WAYS] = [
    (Odds::First(0.97), 0.50),
    (Odds::First(0.75), 0.10),
    (Odds::First(0.5), 0.18),
    (Odds::First(0.3), 0.07),
    (Odds::First(0.12), 0.03),
    (Odds::Tilted(1.5), 0.02),
    (Odds::Tilted(4.0), 0.04),
    (Odds::Tilted(8.0), 0.06),
];

/// Share of what is waiting for a change that is laid out anew after each round.
const ANEW: f64 = 0.01;

/// Part of it that is not bet at all when it is laid out.
const ASLEEP: f64 = 0.5;

/// The bets on all ways of answering.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    /// The part of what there is now that lies on each. A part too small to be told from 0 is lost, which only costs.
    parts: [f64; WAYS],
    /// What a stake of 1 has become, as a logarithm.
    pub(super) ln: f64,
}

impl Ways {
    pub(super) fn new() -> Self {
        Self { parts: ODDS.map(|(_, part)| part), ln: 0.0 }
    }

    pub(super) fn multiply(&mut self, pay: &[f64; WAYS]) {
        for (part, pay) in self.parts.iter_mut().zip(pay) {
            *part *= pay;
        }
        let all: f64 = self.parts.iter().sum();
        self.ln += all.ln();
        self.parts = self.parts.map(|part| part / all);
    }

    /// What a stake of 1 on the best of them has become, as a logarithm.
    pub(super) fn best(&self) -> f64 {
        let grown = self.parts.iter().zip(ODDS).map(|(part, (_, stake))| (part / stake).ln());
        self.ln + grown.fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Bets that may begin in any round: after each, a share of all there is goes back to how it was laid out first (Herbster and Warmuth
/// 1998, fixed share). What sleeps is paid 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    asleep: f64,
    parts: [f64; WAYS],
    /// What a stake of 1 has become, as a logarithm.
    pub(super) ln: f64,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self { asleep: ASLEEP, parts: ODDS.map(|(_, part)| (1.0 - ASLEEP) * part), ln: 0.0 }
    }

    pub(super) fn multiply(&mut self, pay: &[f64; WAYS]) {
        for (part, pay) in self.parts.iter_mut().zip(pay) {
            *part *= pay;
        }
        let all = self.asleep + self.parts.iter().sum::<f64>();
        self.ln += all.ln();
        let first = Self::new();
        let anew = |part: f64, first: f64| (1.0 - ANEW) * part / all + ANEW * first;
        self.asleep = anew(self.asleep, first.asleep);
        for (part, first) in self.parts.iter_mut().zip(first.parts) {
            *part = anew(*part, first);
        }
    }
}
