//! Cut-offs: found within 0.25 s, held by their intervals, and not found where there is none.

use earwitness_core::lot::{Lot, Stream};
use earwitness_lab::results::{
    Cutoff, Dose, DoseResults, Level, Plan, Quantity, Question, Reading, SoundId, Trial, Trials, analyse,
};

use super::campaign::{campaigns, chance, name, normal, seed};

const SEED: u64 = 5_404;

/// What is added to a stimulus, up to 6 s in steps, in blocks that have each level once.
#[derive(Clone, Copy, Debug)]
struct Experiment {
    step: f64,
    nights: u32,
    blocks: u32,
    deviation: f64,
    /// Of the cut-off from trial to trial.
    varies: f64,
    /// Of the cut-off from night to night.
    between_nights: f64,
}

impl Experiment {
    fn run(&self, cutoff: f64, lot: &mut Stream) -> DoseResults {
        self.of_devices(cutoff, 6.0, 1, lot).remove(0)
    }

    /// Several devices of one sort, with levels up to the last one; a cut-off below 0 is one of 0 that never varies.
    fn of_devices(&self, cutoff: f64, last: f64, devices: u32, lot: &mut Stream) -> Vec<DoseResults> {
        let levels: Vec<f64> = (0..=60).map(|step| f64::from(step) * self.step).take_while(|it| *it <= last).collect();
        let mut trials = Vec::new();
        for night in 0..self.nights {
            let (level, moved) = (0.5 * normal(lot), self.between_nights * normal(lot));
            for block in 0..self.blocks {
                let mut order: Vec<usize> = (0..levels.len()).collect();
                lot.shuffle(&mut order);
                for (position, condition) in (0..).zip(order) {
                    let stops = if cutoff < 0.0 { 0.0 } else { (cutoff + moved + self.varies * normal(lot)).max(0.2) };
                    let mut reading = || {
                        let seconds = 20.0 + level + levels[condition].min(stops) + self.deviation * normal(lot);
                        Reading { seconds: Some(seconds), ..Reading::default() }
                    };
                    let readings = (0..devices).map(|_| reading()).collect();
                    trials.push(Trial { night, block, position, condition, sound: SoundId(0), readings, answer: None });
                }
            }
        }
        let names: Vec<String> = (0..devices).map(|it| format!("device {it}")).collect();
        let trials = Trials::new((0..levels.len()).map(name).collect(), names.clone(), trials).unwrap();
        let levels: Vec<Level> =
            levels.iter().enumerate().map(|(at, level)| Level { condition: name(at), level: *level }).collect();
        let dose = |device: String| {
            let name = format!("cut-off of {device}");
            Question::Dose(Dose { name, device, quantity: Quantity::Seconds, levels: levels.clone() })
        };
        analyse(&trials, &Plan::new(names.into_iter().map(dose).collect(), 1)).unwrap().doses
    }

    /// In what share of campaigns it `holds` for a cut-off drawn from a stretch.
    fn share(&self, between: (f64, f64), holds: impl Fn(Cutoff, f64) -> bool) -> f64 {
        let lot = Lot::new(seed(SEED));
        let held = (0..campaigns()).filter(|number| {
            let mut stream = lot.stream("cutoff", u64::from(*number));
            let truth = (between.1 - between.0).mul_add(stream.unit(), between.0);
            holds(self.run(truth, &mut stream).cutoff, truth)
        });
        f64::from(u32::try_from(held.count()).unwrap()) / f64::from(campaigns())
    }
}

const ONE_NIGHT: Experiment = Experiment { step: 0.5, nights: 1, blocks: 4, deviation: 0.3, varies: 0.0, between_nights: 0.0 };

#[test]
fn a_cutoff_is_found_within_a_quarter_of_a_second_and_held_by_its_interval() {
    let mut wrong = Vec::new();
    for experiment in [
        ONE_NIGHT,
        Experiment { blocks: 2, deviation: 0.15, ..ONE_NIGHT },
        Experiment { varies: 0.3, ..ONE_NIGHT },
        Experiment { step: 1.0, blocks: 7, varies: 0.3, ..ONE_NIGHT },
        Experiment { nights: 3, ..ONE_NIGHT },
        Experiment { nights: 5, blocks: 2, varies: 0.2, ..ONE_NIGHT },
        Experiment { nights: 10, blocks: 2, between_nights: 0.2, ..ONE_NIGHT },
        Experiment { nights: 5, blocks: 2, between_nights: 0.2, ..ONE_NIGHT },
    ] {
        let near = experiment
            .share((1.0, 4.0), |it, truth| matches!(it, Cutoff::Found { estimate, .. } if (estimate - truth).abs() <= 0.25));
        let held = experiment.share((1.0, 4.0), |it, truth| match it {
            Cutoff::Found { low, high, .. } => low <= truth && truth <= high,
            Cutoff::NotUpTo { above, .. } => above.is_none_or(|it| it <= truth),
            Cutoff::NoGrowth { below } => truth <= below,
            Cutoff::Unknown => true,
        });
        println!("seed {}, {} campaigns, {experiment:?}: near in {near:.4}, held in {held:.4}", seed(SEED), campaigns());
        if near < 0.95 || !(0.93..=0.97).contains(&held) {
            wrong.push((experiment, near, held));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A device that takes nothing of what is added has its cut-off at the lowest level, the boundary: one is named that is not there in 2.5 % at most, of all devices of a report together.
#[test]
fn at_the_boundary_a_cutoff_is_named_no_more_often_than_the_level_says() {
    let short = Experiment { step: 0.5, deviation: 0.03, ..ONE_NIGHT };
    for (experiment, devices) in [
        (Experiment { nights: 5, blocks: 8, ..short }, 1_u32),
        (Experiment { nights: 5, blocks: 8, ..short }, 2),
        (Experiment { blocks: 8, ..short }, 1),
        (Experiment { blocks: 8, ..short }, 3),
    ] {
        let lot = Lot::new(seed(SEED + 1));
        let wrong = (0..campaigns()).filter(|number| {
            let mut stream = lot.stream("boundary", u64::from(*number));
            let found = experiment.of_devices(-9.0, 1.0, devices, &mut stream);
            found.iter().any(|it| matches!(it.cutoff, Cutoff::Found { .. }))
        });
        let wrong = f64::from(u32::try_from(wrong.count()).unwrap()) / f64::from(campaigns());
        println!("seed {}, {} campaigns, {devices} devices, {experiment:?}: {wrong:.4} named one", seed(SEED + 1), campaigns());
        assert!(wrong <= 0.025 + chance(0.025), "{devices} devices, {experiment:?}: {wrong}");
    }
}

#[test]
fn no_cutoff_is_found_where_there_is_none() {
    for experiment in [ONE_NIGHT, Experiment { nights: 5, blocks: 2, ..ONE_NIGHT }] {
        let found = experiment.share((7.0, 9.0), |it, _| !matches!(it, Cutoff::NotUpTo { .. }));
        println!("seed {}, {} campaigns, no cut-off, {experiment:?}: {found:.4} found one", seed(SEED), campaigns());
        assert!(found <= 0.05 + chance(0.05));
    }
}
