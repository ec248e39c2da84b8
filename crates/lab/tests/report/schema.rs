//! What is written validates, and every key of the schema is written.

use std::collections::BTreeSet;

use earwitness_core::time::SECOND;
use earwitness_lab::answer::{Judgement, Outcome};
use earwitness_lab::results::{
    Burst, Copies, Plan, Playing, RepliesResults, Stretch, Trials, Wake, WitnessResults, analyse, idle, misactivations, replies,
};
use serde_json::Value;

use super::example::{CONDITIONS, cutoff, plan, trials};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../docs/schema/experiment-report-1.json")).unwrap()
}

/// All keys of an object and what lies in it.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|it| keys(it, found)),
        _ => {}
    }
}

/// All keys that a schema names.
fn named(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                found.extend(properties.keys().cloned());
            }
            map.values().for_each(|it| named(it, found));
        }
        Value::Array(all) => all.iter().for_each(|it| named(it, found)),
        _ => {}
    }
}

/// What was answered, with something in every list.
fn answers() -> RepliesResults {
    let mut all = trials(1, 6, 1.5).trials().to_vec();
    for (number, trial) in all.iter_mut().enumerate() {
        let outcome = Outcome::ALL[number % 4];
        let who = outcome.is_judged().then(|| "ears".to_owned());
        trial.answer = Some(Judgement { judge: who, why: Some("deaf".to_owned()), ..Judgement::of(outcome) });
    }
    let names = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    let trials = Trials::new(names(&CONDITIONS), names(&["speaker", "camera"]), all).unwrap();
    let found = replies(&trials, &[("+1 s".to_owned(), "silence".to_owned())], 1).unwrap();
    assert!(!found.contrasts.is_empty() && !found.judges.is_empty() && !found.not_judged.is_empty(), "{found:?}");
    found
}

#[test]
fn every_report_validates_and_every_key_is_written() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut written = BTreeSet::new();
    for (nights, blocks, stops) in [(1, 6, 1.5), (4, 6, 1.5), (4, 3, 9.0), (4, 6, 0.0), (1, 1, 1.5)] {
        for mut plan in [plan(cutoff()), Plan::new(Vec::new(), 1)] {
            plan.copies = vec![Copies { group: "pair".to_owned(), devices: ["speaker", "camera"].map(str::to_owned).to_vec() }];
            let mut results = analyse(&trials(nights, blocks, stops), &plan).unwrap();
            let wake = Wake { at: SECOND, waited: 0, seconds: 3.0 };
            let playing = Playing { known: vec![(0, 9 * SECOND)], wakes: vec![wake] };
            results.misactivations.push(misactivations("speaker", "media", &[], &[playing.clone(), playing], 0.05));
            let bursts = (0..60).map(|at| Burst { at: at * 60 * SECOND + at / 50 * 15 * SECOND, octets: 90 });
            let stretch = Stretch { from: 0, until: 4_000 * SECOND, bursts: bursts.collect() };
            results.idle.push(idle("speaker", &[stretch]));
            assert_eq!(results.idle[0].periods.len(), 1);
            let (both, neither) = (vec![0, 3], vec![1]);
            results.witnesses.push(WitnessResults {
                witness: "led".to_owned(),
                device: "speaker".to_owned(),
                both,
                upload_only: Vec::new(),
                witness_only: Vec::new(),
                neither,
                unknown: 1,
                beside: 0,
                later_seconds: Some(-0.2),
            });
            results.replies = Some(answers());
            let report = serde_json::to_value(&results).unwrap();
            let errors: Vec<String> = validator.iter_errors(&report).map(|it| format!("{}: {it}", it.instance_path())).collect();
            assert!(errors.is_empty(), "{errors:#?}");
            keys(&report, &mut written);
        }
    }
    let mut there = BTreeSet::new();
    named(&schema, &mut there);
    assert_eq!(written, there);
}

/// What is not known is `null`, never 0; the camera of the example was never seen.
#[test]
fn what_is_not_known_is_null() {
    let report = serde_json::to_value(analyse(&trials(2, 4, 1.5), &plan(cutoff())).unwrap()).unwrap();
    let camera = &report["conditions"][0]["devices"][1];
    assert_eq!(camera["name"], "camera");
    for quantity in ["seconds", "octets", "pre_roll_seconds", "tail_seconds"] {
        let it = &camera[quantity];
        assert!(it["n"] == 0 && ["estimate", "low", "high", "spread", "quartiles"].iter().all(|key| it[*key].is_null()), "{it}");
    }
    assert!(camera["uploads"]["share"].is_null() && camera["uploads"]["high"].is_null());
    assert_eq!(report["methods"]["unknown_readings"], 40);
}

#[test]
fn the_same_trials_plan_and_seed_give_the_same_report_in_any_order() {
    let (trials, plan) = (trials(1, 20, 1.5), plan(cutoff()));
    let mut reversed = trials.trials().to_vec();
    reversed.reverse();
    let reversed = Trials::new(trials.conditions().to_vec(), trials.devices().to_vec(), reversed).unwrap();
    assert_eq!(analyse(&trials, &plan).unwrap(), analyse(&reversed, &plan).unwrap());
}
