//! Whether devices answered rightly: shares, comparisons, who judged, and what is said of it.

use earwitness_lab::answer::{Judgement, Outcome};
use earwitness_lab::results::{Reading, SoundId, Trial, Trials, answered, replies};

use Outcome::{NoReply, NotJudged, Right, Wrong};

/// Trials of two conditions, a block for each pair of outcomes.
fn trials(devices: &[&str], blocks: &[(Outcome, Outcome)]) -> Trials {
    let mut all = Vec::new();
    for (block, outcomes) in (0_u32..).zip(blocks) {
        for (condition, outcome) in [outcomes.0, outcomes.1].into_iter().enumerate() {
            let judge = outcome.is_judged().then(|| "ears 1".to_owned());
            let why = (outcome == NotJudged).then(|| "no recogniser is set up".to_owned());
            all.push(Trial {
                night: 0,
                block,
                position: u32::try_from(condition).unwrap(),
                condition,
                sound: SoundId(0),
                readings: vec![Reading::default(); devices.len()],
                answer: Some(Judgement { judge, why, ..Judgement::of(outcome) }),
            });
        }
    }
    let names = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    Trials::new(names(&["gap 0.4 s", "gap 0.2 s"]), names(devices), all).unwrap()
}

fn pair() -> Vec<(String, String)> {
    vec![("gap 0.4 s".to_owned(), "gap 0.2 s".to_owned())]
}

#[test]
fn shares_have_the_exact_interval_and_are_compared_within_blocks() {
    let blocks: Vec<_> = (0..12).map(|block| (Right, if block < 3 { Right } else { [Wrong, NoReply][block % 2] })).collect();
    let found = replies(&trials(&["speaker"], &blocks), &pair(), 1).unwrap();
    let [long, short] = found.conditions.as_slice() else { panic!("{found:?}") };
    assert_eq!((long.right.some, long.right.all, long.wrong, long.no_reply), (12, 12, 0, 0));
    assert_eq!((short.right.some, short.right.all, short.wrong, short.no_reply), (3, 12, 4, 5));
    // scipy: beta.ppf(0.025, 3, 10), beta.ppf(0.975, 4, 9) and beta.ppf(0.025, 12, 1).
    let near = |found: Option<f64>, truth: f64| (found.unwrap() - truth).abs() < 1e-4;
    assert!(near(short.right.low, 0.054_861) && near(short.right.high, 0.571_858), "{:?}", short.right);
    assert!(near(long.right.low, 0.735_353) && near(long.right.high, 1.0), "{:?}", long.right);
    // Of the nine blocks that differ all have the same sign: twice a chance of 1 in 512.
    let contrast = &found.contrasts[0];
    assert!(near(contrast.p, 2.0 / 512.0) && contrast.test.starts_with("exact permutation"), "{contrast:?}");
    assert_eq!(
        answered(&found),
        ["speaker answered rightly in 12 of 12 trials under gap 0.4 s, and in 3 of 12 under gap 0.2 s (p = 0.004)."]
    );
}

#[test]
fn what_is_not_shown_is_not_said_and_nobody_is_named_where_several_may_have_answered() {
    let blocks = [(Right, Right), (Right, Wrong), (Wrong, Right), (Right, Wrong), (NotJudged, Right), (NotJudged, NotJudged)];
    let found = replies(&trials(&["one", "other"], &blocks), &pair(), 1).unwrap();
    assert_eq!((found.device.as_ref(), found.conditions[0].not_judged, found.contrasts[0].judged), (None, 2, [4, 5]));
    assert_eq!((found.judges[0].trials, found.not_judged[0].trials), (9, 3));
    assert_eq!(
        answered(&found),
        [
            "A right answer was heard in 3 of 4 trials under gap 0.4 s, and in 3 of 5 under gap 0.2 s (a difference is not shown, p = 1.000)."
        ]
    );
    let listed = answered(&replies(&trials(&["one", "other"], &blocks), &[], 1).unwrap());
    assert_eq!(listed, ["A right answer was heard in 3 of 4 trials under gap 0.4 s, in 3 of 5 trials under gap 0.2 s."]);
}

#[test]
fn what_nobody_judged_is_not_told_as_wrong_and_what_nobody_expected_not_at_all() {
    let found = replies(&trials(&["speaker"], &[(NotJudged, NotJudged); 4]), &pair(), 1).unwrap();
    assert!(found.contrasts.is_empty() && found.conditions[0].right.share.is_none() && answered(&found).is_empty(), "{found:?}");
    let (trials, names) = (trials(&["speaker"], &[(Right, Right)]), ["gap 0.4 s", "gap 0.2 s"].map(str::to_owned).to_vec());
    let unasked = trials.trials().iter().cloned().map(|it| Trial { answer: None, ..it }).collect();
    let unasked = Trials::new(names, vec!["speaker".to_owned()], unasked).unwrap();
    assert_eq!(replies(&unasked, &pair(), 1), None);
}

#[test]
fn a_person_counts_and_how_often_the_program_said_something_else_is_told() {
    let trials = trials(&["speaker"], &[(Right, Wrong); 5]);
    let mut all = trials.trials().to_vec();
    for (number, it) in all.iter_mut().enumerate() {
        let overruled = [Some(Right), Some(NotJudged), None][number % 3];
        it.answer.as_mut().unwrap().overruled = overruled;
    }
    let names = |all: &[String]| all.to_vec();
    let trials = Trials::new(names(trials.conditions()), names(trials.devices()), all).unwrap();
    let found = replies(&trials, &pair(), 1).unwrap();
    // Trials 0, 3, 6 and 9: right, wrong, right, wrong by the person, and right by the program.
    assert_eq!((found.judged_twice, found.disagreements), (4, 2), "a program that judged nothing agrees with nobody");
}
