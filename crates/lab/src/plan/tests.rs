use std::collections::BTreeMap;

use earwitness_core::time::SECOND;
use proptest::prelude::*;

use super::*;
use crate::experiment::{Course, Design, Levels, Nightly, Setup, Switching};

/// How long the sound of a condition is: a second for the first one, and a second more for each after it.
fn seconds(condition: usize) -> i64 {
    (i64::try_from(condition).unwrap() + 1) * SECOND
}

fn design(seed: u64, conditions: usize, blocks: u32, nights: u32) -> Design {
    let condition = |number: usize| Condition {
        name: format!("condition {number}"),
        levels: Levels::default(),
        course: Course::Quiet(seconds(number)),
        times: 1,
        setup: None,
        subtitles: Vec::new(),
        answer: Vec::new(),
    };
    Design {
        seed,
        nights,
        amount: Amount::Blocks(blocks),
        after: 2 * SECOND,
        margin: 10 * SECOND,
        pause: (SECOND, 3 * SECOND),
        conditions: (0..conditions).map(condition).collect(),
        ..crate::experiment::tests::design()
    }
}

fn planned(design: Design) -> Plan {
    Plan::new(&Experiment::new(design).unwrap(), &|_, _| None).unwrap()
}

#[test]
fn trials_follow_one_another_with_their_windows() {
    let plan = planned(design(1, 3, 4, 2));
    let (first, second) = (plan.trials()[0], plan.trials()[1]);
    let length = seconds(first.condition);
    assert_eq!((first.start, first.sound, first.sound_end, first.end), (0, SECOND, SECOND + length, 3 * SECOND + length));
    assert_eq!(second.start, first.end + first.pause);
    assert_eq!((plan.trials().len(), plan.trial(12).unwrap().night, plan.trial(12).unwrap().start), (24, 1, 0));
    assert_eq!((plan.trials()[11].pause, plan.trial(24)), (0, None));
    assert_eq!(plan.length(), plan.night_length(0) + plan.night_length(1));
}

#[test]
fn a_setting_is_changed_only_where_it_differs_from_that_before() {
    let mut design = design(3, 2, 6, 1);
    for it in &mut design.conditions {
        it.times = 3;
        it.setup = Some(Setup { by: Switching::Person("Press it.".into()), time: 10 * SECOND });
    }
    let plan = planned(design);
    let mut before = None;
    for trial in plan.trials() {
        assert_eq!(trial.setup, before != Some(trial.condition), "{trial:?}");
        assert_eq!(trial.sound - trial.start, if trial.setup { 11 } else { 1 } * SECOND);
        before = Some(trial.condition);
    }
    assert!(plan.trials().iter().filter(|it| it.setup).count() < 12, "a block may begin as the one before ended");
    assert_eq!(plan.trials()[..3].iter().map(|it| it.time).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn one_condition_a_night_makes_a_block_of_several_nights() {
    let mut design = design(2, 3, 2, 12);
    design.nightly = Nightly::Condition;
    let plan = planned(design.clone());
    let nights: Vec<Vec<usize>> =
        (0..12).map(|night| plan.trials().iter().filter(|it| it.night == night).map(|it| it.condition).collect()).collect();
    assert!(nights.iter().all(|night| night.len() == 2 && night[0] == night[1]), "{nights:?}");
    for block in nights.chunks(3) {
        let mut own: Vec<usize> = block.iter().map(|night| night[0]).collect();
        own.sort_unstable();
        assert_eq!(own, [0, 1, 2]);
    }
    assert_eq!(design.blocks_in_all(2), 4);
    // The longest trial: 3 s of sound, 3 s of windows, and 3 s of pause at most.
    design.amount = Amount::Time(24 * SECOND);
    assert_eq!(planned(design).blocks(), 3);
}

#[test]
fn as_many_whole_blocks_are_planned_as_fit_into_a_night() {
    let mut design = design(1, 2, 1, 1);
    // A block: 3 s of sound, twice 3 s of windows, twice 3 s of pause at most; the last pause is not waited for.
    for (time, blocks) in [(15, 1), (26, 1), (27, 2), (3_600, 240)] {
        design.amount = Amount::Time(time * SECOND);
        let plan = planned(design.clone());
        assert_eq!(plan.blocks(), blocks, "{time} s");
        assert!(plan.night_length(0) <= time * SECOND);
    }
    design.amount = Amount::Time(11 * SECOND);
    let refused = Plan::new(&Experiment::new(design).unwrap(), &|_, _| None).unwrap_err().to_string();
    assert_eq!(
        refused,
        "a block of all conditions takes 15 s, and a night has 11 s: write more hours, fewer levels, or shorter sounds"
    );
}

#[test]
fn nights_longer_than_a_day_and_looks_that_never_come_are_refused() {
    let mut design = design(1, 1, 20_000, 1);
    let refused = Plan::new(&Experiment::new(design.clone()).unwrap(), &|_, _| None).unwrap_err().to_string();
    assert!(refused.starts_with("a night of 33 hours does not fit into a day"), "{refused}");
    design.conditions[0].times = 10_000;
    assert!(Experiment::new(design).is_err(), "200 million trials");
}

#[test]
fn texts_that_nobody_said_are_estimated_by_their_letters() {
    let voice = |speed: &str| earwitness_core::timeline::Voice { name: "en".into(), speed: speed.into() };
    // 30 letters are five words: at 150 words a minute two seconds.
    assert_eq!(estimate("Alexa, where is New York City.", Some(&voice("150"))), 2 * SECOND);
    assert_eq!(estimate("Alexa, where is New York City.", Some(&voice("plain"))), 1_875_000_000);
    assert_eq!(estimate("a", None), 300_000_000);
}

#[test]
fn each_condition_comes_first_about_as_often() {
    let plan = planned(design(5, 4, 1_000, 1));
    let mut first = [0_u32; 4];
    plan.trials().iter().filter(|it| it.position == 0).for_each(|it| first[it.condition] += 1);
    // Six standard deviations.
    assert!(first.iter().all(|count| (167..333).contains(count)), "{first:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_condition_comes_once_in_every_block(seed: u64, conditions in 1_usize..9, blocks in 1_u32..6, nights in 1_u32..4) {
        let plan = planned(design(seed, conditions, blocks, nights));
        let mut seen: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
        for trial in plan.trials() {
            seen.entry((trial.night, trial.block)).or_default().push(trial.condition);
        }
        prop_assert_eq!(seen.len(), (blocks * nights) as usize);
        for mut block in seen.into_values() {
            block.sort_unstable();
            prop_assert_eq!(block, (0..conditions).collect::<Vec<_>>());
        }
        for (number, trial) in (0..).zip(plan.trials()) {
            prop_assert_eq!(trial.index, number);
            prop_assert!(trial.start <= trial.sound && trial.sound <= trial.sound_end && trial.sound_end <= trial.end);
        }
    }

    /// What is known of lengths may change between two runs, such as when a synthesizer was installed; the rest may not.
    #[test]
    fn who_resumes_goes_on_with_the_same_trials(seed: u64, conditions in 1_usize..6, done in 0_u32..20, stretch in 1_i64..5) {
        let mut wish = design(seed, conditions, 4, 2);
        let before = planned(wish.clone());
        for it in &mut wish.conditions {
            if let Course::Quiet(length) = &mut it.course {
                *length *= stretch;
            }
        }
        let after = Plan::resumed(&Experiment::new(wish).unwrap(), &|_, _| None, before.blocks()).unwrap();
        let drawn = |it: &Trial| (it.index, it.night, it.block, it.position, it.time, it.condition, it.setup, it.pause);
        prop_assert_eq!(before.trial(done).map(drawn), after.trial(done).map(drawn));
        prop_assert_eq!(before.trials().len(), after.trials().len());
    }

    #[test]
    fn more_nights_change_none_of_those_before(seed: u64, conditions in 1_usize..6) {
        let (short, long) = (planned(design(seed, conditions, 3, 1)), planned(design(seed, conditions, 3, 2)));
        prop_assert_eq!(short.trials(), &long.trials()[..short.trials().len()]);
    }
}
