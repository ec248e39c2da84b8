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
        let levels: Vec<f64> = (0..=60).map(|step| f64::from(step) * self.step).take_while(|it| *it <= 6.0).collect();
        let mut trials = Vec::new();
        for night in 0..self.nights {
            let (level, moved) = (0.5 * normal(lot), self.between_nights * normal(lot));
            for block in 0..self.blocks {
                let mut order: Vec<usize> = (0..levels.len()).collect();
                lot.shuffle(&mut order);
                for (position, condition) in (0..).zip(order) {
                    let stops = (cutoff + moved + self.varies * normal(lot)).max(0.2);
                    let seconds = 20.0 + level + levels[condition].min(stops) + self.deviation * normal(lot);
                    let readings = vec![Reading { seconds: Some(seconds), ..Reading::default() }];
                    trials.push(Trial { night, block, position, condition, sound: SoundId(0), readings });
                }
            }
        }
        let trials = Trials::new((0..levels.len()).map(name).collect(), vec!["device".to_owned()], trials).unwrap();
        let levels = levels.iter().enumerate().map(|(at, level)| Level { condition: name(at), level: *level }).collect();
        let dose = Dose { name: "cut-off".to_owned(), device: "device".to_owned(), quantity: Quantity::Seconds, levels };
        analyse(&trials, &Plan::new(vec![Question::Dose(dose)], 1)).unwrap().doses.remove(0)
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

#[test]
fn no_cutoff_is_found_where_there_is_none() {
    for experiment in [ONE_NIGHT, Experiment { nights: 5, blocks: 2, ..ONE_NIGHT }] {
        let found = experiment.share((7.0, 9.0), |it, _| !matches!(it, Cutoff::NotUpTo { .. }));
        println!("seed {}, {} campaigns, no cut-off, {experiment:?}: {found:.4} found one", seed(SEED), campaigns());
        assert!(found <= 0.05 + chance(0.05));
    }
}
