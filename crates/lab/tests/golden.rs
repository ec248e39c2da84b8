//! Results against scipy: `scripts/golden_lab.py` writes the values down.

#![expect(clippy::unwrap_used, reason = "a value that is missing fails the test")]

use earwitness_lab::results::{
    Claim, Contrast, Cutoff, Dose, Equivalence, Level, Plan, Quantity, Question, Reading, Results, SoundId, Trial, Trials,
    analyse,
};
use serde_json::Value;

fn golden(which: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("golden/results.json")).unwrap();
    all[which].as_array().unwrap().clone()
}

fn numbers(of: &Value) -> Vec<f64> {
    of.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

fn near(found: Option<f64>, expected: &Value, error: f64, what: &str) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() <= error * expected.abs().max(1.0), "{what}: {found}, not {expected}");
}

/// Trials of `(night, block, condition, sound, seconds)`, in the order in which they come.
fn trials(all: impl IntoIterator<Item = (u32, u32, usize, u32, f64)>, conditions: usize) -> Trials {
    let trials = (0..).zip(all).map(|(position, (night, block, condition, sound, seconds))| {
        let readings = vec![Reading { seconds: Some(seconds), ..Reading::default() }];
        Trial { night, block, position, condition, sound: SoundId(sound), readings, answer: None }
    });
    Trials::new((0..conditions).map(|it| it.to_string()).collect(), vec!["device".to_owned()], trials.collect()).unwrap()
}

fn contrast() -> Contrast {
    let [name, condition, against, device] = ["question", "0", "1", "device"].map(str::to_owned);
    Contrast { name, condition, against, device, quantity: Quantity::Seconds }
}

fn compare(trials: &Trials) -> Results {
    analyse(trials, &Plan::new(vec![Question::Contrast(contrast())], 1)).unwrap()
}

/// Pairs of values, each pair in a night or a block of its own.
fn pairs(case: &Value, nights: bool) -> Trials {
    let pairs = (0..).zip(case["pairs"].as_array().unwrap());
    let place = |number| if nights { (number, 0) } else { (0, number) };
    let all = pairs.flat_map(|(number, pair)| {
        let (night, block) = place(number);
        (0..).zip(numbers(pair)).map(move |(condition, seconds)| (night, block, condition, 0, seconds))
    });
    trials(all, 2)
}

#[test]
fn means_over_nights_are_those_of_students_distribution() {
    for case in golden("night_means") {
        let nights = (0..).zip(case["values"].as_array().unwrap());
        let all = nights.flat_map(|(night, values)| (0..).zip(numbers(values)).map(move |(block, it)| (night, block, 0, 0, it)));
        let results = analyse(&trials(all, 1), &Plan::new(Vec::new(), 1)).unwrap();
        let it = results.conditions[0].devices[0].seconds;
        near(it.estimate, &case["estimate"], 1e-12, "estimate");
        near(it.low, &case["low"], 1e-10, "low");
        near(it.high, &case["high"], 1e-10, "high");
        near(it.spread, &case["spread"], 1e-12, "spread");
        for (found, expected) in it.quartiles.unwrap().iter().zip(case["quartiles"].as_array().unwrap()) {
            near(Some(*found), expected, 1e-12, "quartile");
        }
    }
}

#[test]
fn differences_and_equivalence_over_nights_are_those_of_the_paired_test() {
    for case in golden("nights") {
        let claims = [("more", Claim::NoMore), ("within", Claim::Within)];
        let equivalences = claims.map(|(name, claim)| {
            let compared = Contrast { name: name.to_owned(), ..contrast() };
            Question::Equivalence(Equivalence { compared, claim, margin: 0.4, most: None })
        });
        let questions = [Question::Contrast(contrast())].into_iter().chain(equivalences).collect();
        let results = analyse(&pairs(&case, true), &Plan::new(questions, 1)).unwrap();
        let it = &results.contrasts[0];
        near(it.estimate, &case["estimate"], 1e-12, "estimate");
        near(it.low, &case["low"], 1e-10, "low");
        near(it.high, &case["high"], 1e-10, "high");
        near(it.p, &case["p"], 1e-10, "p");
        let it = &results.equivalences[1];
        near(it.p_no_more, &case["no_more"], 1e-10, "no more");
        near(it.p_no_less, &case["no_less"], 1e-10, "no less");
        near(it.low, &case["inner_low"], 1e-10, "lower end of 90 %");
        near(it.high, &case["inner_high"], 1e-10, "upper end of 90 %");
        assert_eq!(it.p, Some(it.p_no_more.unwrap().max(it.p_no_less.unwrap())));
        assert_eq!(results.equivalences[0].p, it.p_no_more);
    }
}

#[test]
fn nights_of_one_condition_each_are_compared_as_by_welch() {
    for case in golden("apart") {
        let (first, second) = (numbers(&case["first"]), numbers(&case["second"]));
        let sides = first.iter().map(|it| (0, *it)).chain(second.iter().map(|it| (1, *it)));
        let results = compare(&trials((0..).zip(sides).map(|(night, (condition, it))| (night, 0, condition, 0, it)), 2));
        let it = &results.contrasts[0];
        near(it.p, &case["p"], 1e-10, "p");
        near(it.low, &case["low"], 1e-10, "low");
        near(it.high, &case["high"], 1e-10, "high");
    }
}

#[test]
fn pairs_of_one_night_are_permuted_as_by_scipy() {
    for case in golden("permutations") {
        let results = compare(&pairs(&case, false));
        let it = &results.contrasts[0];
        near(it.p, &case["p"], 1e-12, "p");
        near(it.low, &case["low"], 1e-9, "low");
        near(it.high, &case["high"], 1e-9, "high");
        assert!(it.test.starts_with("exact permutation"), "{}", it.test);
    }
}

#[test]
fn blocks_of_any_size_are_permuted_assignment_by_assignment() {
    for case in golden("blocks") {
        let blocks = (0..).zip(case["blocks"].as_array().unwrap());
        let all = blocks.flat_map(|(block, sides)| {
            let sides = (0..).zip(sides.as_array().unwrap());
            sides.flat_map(move |(condition, values)| numbers(values).into_iter().map(move |it| (0, block, condition, 0, it)))
        });
        let results = compare(&trials(all, 2));
        let it = &results.contrasts[0];
        near(it.estimate, &case["estimate"], 1e-12, "estimate");
        near(it.p, &case["p"], 1e-12, "p");
        assert!(it.test.contains(&format!("{} assignments", case["assignments"])), "{}", it.test);
    }
}

/// Drawn assignments come near to all of them, and the seed decides which are drawn.
#[test]
fn drawn_assignments_come_near_to_all() {
    let pair = |block: u32| [(0, block, 0, 0, 4.0 + f64::from(block % 7)), (0, block, 1, 0, 3.2 + f64::from(block * 3 % 8))];
    let trials = trials((0..40).flat_map(pair), 2);
    let with = |seed, draws| {
        let plan = Plan { draws, ..Plan::new(vec![Question::Contrast(contrast())], seed) };
        analyse(&trials, &plan).unwrap().contrasts.remove(0)
    };
    let (many, few, again) = (with(1, 99_999), with(2, 9_999), with(2, 9_999));
    assert_eq!(few, again);
    let (p, other) = (many.p.unwrap(), few.p.unwrap());
    assert!((p - other).abs() < 0.02 && (many.p != few.p), "{p} and {other}");
    assert!((many.low.unwrap() - few.low.unwrap()).abs() < 0.05, "{many:?} and {few:?}");
}

#[test]
fn shares_of_trials_with_an_upload_are_exact() {
    for case in golden("shares") {
        let (some, of) = (case["some"].as_u64().unwrap(), case["of"].as_u64().unwrap());
        let trial = |number: u64| {
            let block = u32::try_from(number).unwrap();
            let readings = vec![Reading { uploads: Some(u32::from(number < some) * 2), ..Reading::default() }];
            Trial { night: 0, block, position: 0, condition: 0, sound: SoundId(0), readings, answer: None }
        };
        let trials = Trials::new(vec!["on".to_owned()], vec!["device".to_owned()], (0..of).map(trial).collect()).unwrap();
        let it = analyse(&trials, &Plan::new(Vec::new(), 1)).unwrap().conditions[0].devices[0].uploads;
        assert_eq!((it.some, it.all, it.effective), (some, of, None));
        near(it.low, &case["low"], 1e-10, "low");
        near(it.high, &case["high"], 1e-10, "high");
    }
}

#[test]
fn variances_of_a_balanced_experiment_are_those_of_its_mean_squares() {
    for case in golden("components") {
        let mut all = Vec::new();
        for (night, sounds) in (0..).zip(case["values"].as_array().unwrap()) {
            for (sound, values) in (0..).zip(sounds.as_array().unwrap()) {
                all.extend(numbers(values).into_iter().map(|it| (night, 0, 0, sound, it)));
            }
        }
        let it = analyse(&trials(all, 1), &Plan::new(Vec::new(), 1)).unwrap().repeats.remove(0);
        near(it.repeats, &case["repeats"], 1e-9, "repeats");
        near(it.sounds, &case["sounds"], 1e-9, "sounds");
        near(it.nights, &case["nights"], 1e-9, "nights");
    }
}

#[test]
fn a_hinge_is_the_best_of_all() {
    for case in golden("hinges") {
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let place = |x: f64| (0..13).find(|at| (f64::from(*at) * 0.5 - x).abs() < 1e-9).unwrap();
        let all = x.iter().zip(&y).map(|(x, y)| (0, 0, usize::try_from(place(*x)).unwrap(), 0, *y));
        let levels = (0..13_u32).map(|at| Level { condition: at.to_string(), level: f64::from(at) * 0.5 }).collect();
        let dose = Dose { name: "cut-off".to_owned(), device: "device".to_owned(), quantity: Quantity::Seconds, levels };
        let results = analyse(&trials(all, 13), &Plan::new(vec![Question::Dose(dose)], 1)).unwrap();
        let Cutoff::Found { estimate, low, high } = results.doses[0].cutoff else { panic!("{:?}", results.doses[0]) };
        near(Some(estimate), &case["estimate"], 1e-6, "cut-off");
        near(Some(low), &case["low"], 1e-6, "low");
        near(Some(high), &case["high"], 1e-6, "high");
    }
}
