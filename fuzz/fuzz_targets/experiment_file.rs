//! Experiment files of anybody: refused in a sentence with a place that is in the file, or an experiment whose plan keeps its order.
#![no_main]

use earwitness_lab::file::{self, Surroundings};
use earwitness_lab::plan::Plan;
use libfuzzer_sys::fuzz_target;

struct Machine;

impl Surroundings for Machine {
    fn recording(&self, path: &str) -> Result<i64, String> {
        Ok(1_000_000_000 + path.len() as i64)
    }

    fn subtitles(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn permits(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

fuzz_target!(|text: &[u8]| {
    let Ok(text) = std::str::from_utf8(text) else { return };
    match file::read(text, "file", &[], &Machine) {
        Ok(experiment) => {
            let Ok(plan) = Plan::new(&experiment, &|_, _| None) else { return };
            for (number, trial) in plan.trials().iter().enumerate() {
                assert_eq!(trial.index as usize, number);
                assert!(trial.start <= trial.sound && trial.sound <= trial.sound_end && trial.sound_end <= trial.end);
            }
        }
        Err(error) => {
            let inside = error.place.is_none_or(|(line, column)| (1..=text.len() + 1).contains(&line) && column > 0);
            assert!(!error.what.is_empty() && inside, "{error}");
        }
    }
});
