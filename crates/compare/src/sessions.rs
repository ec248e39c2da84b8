//! Devices: does sound make it send? What the detectors that need probes say, against the truth.

use std::collections::BTreeMap;

use earwitness_core::detect::ttest;

use super::pairs::{DURATIONS, FORMS};
use super::results::Decided;
use super::stats::{area, float, median, share};
use super::subject::{Probed, Subject};
use super::windows::is_positive;

/// How often a positive of the t-test is repeated, unless swept.
const REPEATS: [usize; 3] = [1, 3, 5];

/// The paper's length of a sequence among the [`DURATIONS`].
pub(super) const PAPER: usize = DURATIONS.len() - 1;

/// What a detector says of one device.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Call {
    /// Whether it is called reacting.
    pub reacts: bool,
    /// How strongly.
    pub score: f64,
    /// After how many probes, if the detector decides by itself when it has seen enough.
    pub after: Option<u32>,
}

/// Devices that were probed in at least one round that counts.
pub(super) fn probed(subjects: &[Subject]) -> impl Iterator<Item = (&Subject, &Probed)> {
    subjects.iter().filter_map(|it| Some((it, it.probed.as_ref().filter(|probed| probed.rounds > 0)?)))
}

/// Every detector that needs probes; nothing without a session.
#[must_use]
pub(crate) fn all(subjects: &[Subject]) -> Vec<Decided> {
    if probed(subjects).next().is_none() {
        return Vec::new();
    }
    let mut rows = vec![
        decided(subjects, "lottery", true, |_, probed| lottery(probed)),
        decided(subjects, "dose", false, |_, probed| dose(probed)),
        decided(subjects, "burst, drawn less shams", false, |_, probed| burst(probed)),
    ];
    for (form, (name, ..)) in FORMS.iter().enumerate() {
        for repeats in REPEATS {
            let name = format!("{name}, {repeats} of {repeats}");
            rows.push(decided(subjects, &name, true, |subject, _| repeated(subject, form, repeats)));
        }
    }
    rows
}

/// A proof at once or later. Only the former says after how many rounds.
fn lottery(probed: &Probed) -> Call {
    let evidence = &probed.evidence;
    let late = evidence.late.map_or(f64::NEG_INFINITY, |late| late.ln_e);
    Call { reacts: evidence.is_proven(), score: evidence.ln_e.max(late), after: evidence.proven_after }
}

/// A slope whose interval lies above 0.
fn dose(probed: &Probed) -> Call {
    let lows = [&probed.evidence.dose, &probed.evidence.dose_seconds].map(|dose| dose.as_ref().map(|it| it.slope.low));
    let low = lows.into_iter().flatten().fold(f64::NEG_INFINITY, f64::max);
    Call { reacts: low > 0.0, score: low, after: None }
}

/// More loud runs a slot with a probe than a slot without.
fn burst(probed: &Probed) -> Call {
    let (drawn, shams) = probed.evidence.bursts;
    let score = f64::from(drawn) - f64::from(shams) / f64::from(probed.slots.saturating_sub(1).max(1));
    Call { reacts: score > 0.0, score, after: None }
}

/// Some sound must be followed by a positive in all of its first probes; the score is the share of all positives.
pub(super) fn repeated(subject: &Subject, form: usize, repeats: usize) -> Call {
    let threshold = ttest::TtestSettings::default().threshold;
    let probes = subject.pairs.0.get(PAPER).map_or(&[][..], |it| it.probes.as_slice());
    let said = || probes.iter().map(|it| (it.sound, is_positive(it.said.get(form).copied().flatten(), threshold)));
    let after = ttest::repeated(said(), repeats);
    let positives = said().filter(|it| it.1).count() as u64;
    let score = if probes.is_empty() { 0.0 } else { float(positives) / float(probes.len() as u64) };
    Call { reacts: after.is_some(), score, after }
}

/// How a detector scores a device: the higher, the more surely it reacts. Its threshold is swept in [`super::matched`].
pub(super) struct Scorer {
    /// Which detector, and with what settings.
    pub(super) name: String,
    of: Of,
}

/// What the score is.
#[derive(Clone, Copy)]
enum Of {
    Lottery,
    Dose,
    Burst,
    /// A form of the t-test, and how often a positive is repeated: the threshold `t` below which the device is called.
    Repeated(usize, usize),
    /// A form of the t-test: the share of all its probes that are positive.
    Positives(usize),
}

impl Scorer {
    /// Its score of a device; negative infinity where no threshold calls it.
    pub(super) fn score(&self, subject: &Subject, probed: &Probed) -> f64 {
        match self.of {
            Of::Lottery => lottery(probed).score,
            Of::Dose => dose(probed).score,
            Of::Burst => burst(probed).score,
            Of::Repeated(form, repeats) => -least_threshold(subject, form, repeats),
            Of::Positives(form) => repeated(subject, form, 1).score,
        }
    }
}

/// Every detector whose threshold can be swept over devices.
pub(super) fn scorers() -> Vec<Scorer> {
    let ours = [("lottery", Of::Lottery), ("dose", Of::Dose), ("burst, drawn less shams", Of::Burst)];
    let mut all: Vec<Scorer> = ours.into_iter().map(|(name, of)| Scorer { name: name.to_owned(), of }).collect();
    for (form, (name, ..)) in FORMS.iter().enumerate() {
        all.extend(REPEATS.into_iter().map(|k| Scorer { name: format!("{name}, {k} of {k}"), of: Of::Repeated(form, k) }));
        all.push(Scorer { name: format!("{name}, share of positives"), of: Of::Positives(form) });
    }
    all
}

/// The least `t` at which the first probes with some sound are all positive: over sounds, the least of the greatest p of so many. Infinite where there is none.
fn least_threshold(subject: &Subject, form: usize, repeats: usize) -> f64 {
    let probes = subject.pairs.0.get(PAPER).map_or(&[][..], |it| it.probes.as_slice());
    let mut begun: BTreeMap<usize, (usize, f64)> = BTreeMap::new();
    for probe in probes {
        let own = begun.entry(probe.sound).or_insert((0, 0.0));
        if own.0 < repeats {
            let p = probe.said.get(form).copied().flatten().unwrap_or(f64::INFINITY);
            *own = (own.0 + 1, own.1.max(p));
        }
    }
    begun.values().filter(|it| it.0 == repeats).map(|it| it.1).fold(f64::INFINITY, f64::min)
}

fn decided(subjects: &[Subject], name: &str, sequential: bool, call: impl Fn(&Subject, &Probed) -> Call) -> Decided {
    let calls: Vec<(&str, bool, Call)> = probed(subjects)
        .map(|(subject, probed)| (subject.configuration.as_str(), probed.reacts, call(subject, probed)))
        .collect();
    let called = |truth: bool| share(calls.iter().filter(|it| it.1 == truth).map(|it| (it.0, u64::from(it.2.reacts), 1)));
    let scores =
        |truth: bool| -> Vec<(&str, f64)> { calls.iter().filter(|it| it.1 == truth).map(|it| (it.0, it.2.score)).collect() };
    let after: Vec<(&str, Option<u32>)> = calls.iter().filter(|it| it.1).map(|it| (it.0, it.2.after)).collect();
    Decided {
        detector: name.to_owned(),
        recall: called(true),
        precision: share(calls.iter().filter(|it| it.2.reacts).map(|it| (it.0, u64::from(it.1), 1))),
        false_alarms: called(false),
        auc: area(&scores(true), &scores(false)),
        rounds: if sequential { median(&after) } else { None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::Judged;
    use crate::sample::{subject, window};
    use earwitness_core::verdict::Evidence;

    fn device(reacts: bool, ln_e: f64, proven_after: Option<u32>, p: &[f64]) -> Subject {
        let mut it = subject(&[], &[]);
        let evidence = Evidence { ln_e, threshold: 6.0, proven_after, bursts: (4, 7), ..Evidence::default() };
        it.probed = Some(Probed { reacts, evidence, rounds: 9, slots: 8 });
        it.pairs.0[PAPER].probes =
            p.iter().map(|p| Judged { window: window(0, 60), said: [Some(*p); FORMS.len()], sound: 0 }).collect();
        it
    }

    #[test]
    fn devices_are_called_as_the_detectors_say() {
        let devices = [
            device(true, 9.0, Some(4), &[0.1, 0.2, 0.3]),
            device(true, 2.0, None, &[0.1, 0.9, 0.3]),
            device(false, 1.0, None, &[0.4, 0.4, 0.4]),
            subject(&[], &[]),
        ];
        let rows = all(&devices);
        let row = |name: &str| rows.iter().find(|it| it.detector.starts_with(name)).unwrap();
        let lottery = row("lottery");
        assert_eq!((lottery.recall.some, lottery.recall.all, lottery.false_alarms.some, lottery.false_alarms.all), (1, 2, 0, 1));
        assert!((lottery.auc.unwrap().value - 1.0).abs() < 1e-12);
        assert_eq!(lottery.rounds.unwrap().value, Some(4));
        let ttest = row("ttest size/idle, 3 of 3");
        assert_eq!((ttest.recall.some, ttest.false_alarms.some, ttest.precision.all), (1, 1, 2));
        // All three devices have the same bursts.
        assert!((row("burst").auc.unwrap().value - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_positive_is_repeated_with_its_own_sound() {
        let mut it = device(true, 0.0, None, &[0.9, 0.1, 0.9, 0.1, 0.1]);
        for (number, probe) in it.pairs.0[PAPER].probes.iter_mut().enumerate() {
            probe.sound = number % 2;
        }
        assert_eq!(repeated(&it, 0, 2), Call { reacts: true, score: 0.6, after: Some(4) });
        assert!(!repeated(&it, 0, 3).reacts);
    }

    #[test]
    fn without_a_session_nothing_is_said_of_devices() {
        assert_eq!(all(&[subject(&[], &[])]), []);
    }
}
