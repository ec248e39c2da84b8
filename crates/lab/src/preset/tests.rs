use earwitness_core::time::SECOND;
use proptest::prelude::*;

use super::*;
use crate::experiment::{Course, Experiment, LONGEST_NIGHT};
use crate::file::{self, Surroundings};
use crate::plan::Plan;

/// A machine on which every file is there, an hour long.
struct Machine;

impl Surroundings for Machine {
    fn recording(&self, _: &str) -> Result<i64, String> {
        Ok(3_600 * SECOND)
    }

    fn subtitles(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn permits(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

fn experiment(name: &str) -> Experiment {
    let set = ["recording", "subtitles"].map(|it| (it.to_owned(), format!("show.{it}")));
    let set = if name == "media" { set.to_vec() } else { Vec::new() };
    file::read(text(name).unwrap(), name, &set, &Machine).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_preset_is_an_experiment_that_fits_into_nights() {
    for (name, text) in shipped() {
        let experiment = experiment(name);
        let plan = Plan::new(&experiment, &|_, _| None).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(experiment.design().name, *name);
        assert!(!plan.trials().is_empty() && plan.night_length(0) <= LONGEST_NIGHT, "{name}");
        let summary = file::summary(text, name).unwrap();
        assert!(summary.question.ends_with('?'), "{name}");
        assert!(summary.parameters.iter().all(|it| !it.about.is_empty()), "{name}: say what each parameter is for");
    }
}

#[test]
fn a_preset_without_what_it_needs_says_what_to_give() {
    let told = file::read(text("media").unwrap(), "media", &[], &Machine).unwrap_err().to_string();
    assert!(told.starts_with("media:") && told.contains("--set recording=VALUE") && told.contains("WAV"), "{told}");
}

/// The lengths that the study names.
#[test]
fn lengths_are_those_of_the_study() {
    let lengths = |name: &str| -> Vec<(String, i64)> {
        let experiment = experiment(name);
        let said = |text: &str, _: Option<&earwitness_core::timeline::Voice>| {
            Some(if text.starts_with("Alexa") { 2_500_000_000 } else { 9 * SECOND })
        };
        let plan = Plan::new(&experiment, &said).unwrap();
        let each = experiment.design().conditions.iter().zip(plan.lengths());
        each.map(|(condition, length)| (condition.name.clone(), length.nanos / 1_000_000)).collect()
    };
    let owned = |all: &[(&str, i64)]| -> Vec<(String, i64)> { all.iter().map(|it| (it.0.to_owned(), it.1)).collect() };
    assert_eq!(lengths("prefix"), owned(&[("command", 2_500), ("prefix and command", 11_500)]));
    assert_eq!(lengths("postfix"), owned(&[("postfix 0 s", 2_500), ("postfix 0.5 s", 3_500), ("postfix 1 s", 4_000)]));
    let immediate: Vec<i64> = lengths("postfix-immediate").into_iter().map(|it| it.1).collect();
    assert_eq!(immediate, [2_500, 3_500, 4_500, 5_500, 6_500, 7_500, 8_500]);
    assert_eq!(lengths("gap"), owned(&[("gap 0.2 s", 3_700), ("gap 0.3 s", 3_800), ("gap 0.4 s", 3_900), ("gap 0.5 s", 4_000)]));
}

#[test]
fn presets_know_the_answer_to_their_own_command_and_to_no_other() {
    for (name, text) in shipped() {
        let is_asked = ["prefix", "postfix", "postfix-immediate", "gap"].contains(name);
        let expected: &[&str] = if is_asked { &["new york", "united states"] } else { &[] };
        let design = experiment(name);
        assert!(design.design().conditions.iter().all(|it| it.answer == expected), "{name}");
        if is_asked {
            let set = [("command".to_owned(), "Alexa, what time is it?".to_owned())];
            let other = file::read(text, name, &set, &Machine).unwrap();
            assert!(other.design().conditions.iter().all(|it| it.answer.is_empty()), "{name}");
        }
    }
}

#[test]
fn in_a_night_of_nothing_nothing_sounds() {
    let experiment = experiment("baseline");
    assert!(experiment.design().conditions.iter().all(|it| it.course == Course::Quiet(8 * 3_600 * SECOND)));
    assert_eq!(Plan::new(&experiment, &|_, _| None).unwrap().length(), 8 * 3_600 * SECOND);
}

/// What a slip of the hand may put into a file.
const SLIPS: &[&str] = &[
    "",
    "0",
    "-1",
    "1e300",
    "nan",
    "9223372036854775807",
    "0.0000000001",
    "{",
    "}",
    "\"",
    "[[condition]]\n",
    "{postfix_s}",
    "hours = 24\n",
    "times = 9999\n",
    "seconds",
    "at_seconds = 1",
    "\n",
    "ü",
    "repeats = 99999\n",
    "nights = 366\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_preset_with_a_slip_is_planned_or_refused_in_words(which in 0_usize..9, at in 0.0..1.0_f64, long in 0_usize..12, slip in 0_usize..SLIPS.len()) {
        let text = shipped()[which].1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let at = (at * text.len() as f64) as usize;
        let until = (at + long).min(text.len());
        let slipped = format!("{}{}{}", &text[..at], SLIPS[slip], &text[until..]);
        match file::read(&slipped, "slip", &[], &Machine) {
            Ok(experiment) => {
                if let Ok(plan) = Plan::new(&experiment, &|_, _| None) {
                    prop_assert!(plan.trials().iter().all(|it| it.start <= it.sound && it.sound <= it.sound_end && it.sound_end <= it.end));
                }
            }
            Err(error) => {
                let lines = slipped.lines().count() + 1;
                prop_assert!(!error.what.is_empty() && error.place.is_none_or(|(line, column)| line <= lines && column > 0), "{}", error);
            }
        }
    }
}
