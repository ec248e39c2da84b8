//! What may keep an experiment from answering, although it can be carried out.

use earwitness_core::time::SECOND;
use earwitness_core::timeline::Part;

use crate::experiment::{Amount, Course, Experiment};
use crate::wake;

/// An upload goes on for so long after the sound that caused it, at most, nanoseconds: a device that does not notice that a command has ended is cut off by its service within 8 s or so, and sends its tail after that. Log
/// and metrics that follow are no sound.
const LONGEST_AFTER: i64 = 10 * SECOND;

/// The warnings, each a sentence that says what to do.
#[must_use]
pub fn warnings(experiment: &Experiment) -> Vec<String> {
    [windows(experiment), calls_nobody(experiment)].into_iter().flatten().collect()
}

/// Whether the upload of one trial may go on into the next one.
fn windows(experiment: &Experiment) -> Option<String> {
    let design = experiment.design();
    let sounds = design.conditions.iter().any(|it| matches!(it.course, Course::Sounds(_)));
    let several = !matches!(design.amount, Amount::Blocks(1))
        || design.conditions.len() > 1
        || design.conditions.iter().any(|it| it.times > 1);
    let between = design.after.saturating_add(design.pause.0).saturating_add(design.before);
    (sounds && several && between < LONGEST_AFTER).then(|| {
        let (has, needs) = (seconds(between), LONGEST_AFTER / SECOND);
        let write = (LONGEST_AFTER - design.pause.0 - design.before).max(0).unsigned_abs();
        format!(
            "The next sound begins {has} s after the end of one at the earliest, and an upload may go on for {needs} s: uploads of neighbouring trials may run together, and are then counted for the first one. Write after_seconds = {} or more.",
            write.div_ceil(SECOND.unsigned_abs())
        )
    })
}

/// Whether any text calls a device.
fn calls_nobody(experiment: &Experiment) -> Option<String> {
    let parts = || experiment.design().conditions.iter().flat_map(|it| it.course.parts());
    let texts = || parts().filter_map(|it| if let Part::Utterance { text, .. } = it { Some(text) } else { None });
    let calls = experiment.design().conditions.iter().any(|it| wake::wake(it.course.parts(), &|_, _| None).is_some());
    // What a recording says is not known.
    let recorded = parts().any(|it| matches!(it, Part::File { .. }));
    (texts().next().is_some() && !calls && !recorded).then(|| {
        "No text begins with a wake word (one or two words and a comma, such as \"Alexa, what time is it?\"): nobody may wake, and devices that do not wake show no difference.".to_owned()
    })
}

#[expect(clippy::cast_precision_loss, reason = "hours at most")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / SECOND as f64
}

#[cfg(test)]
mod tests {
    use earwitness_core::timeline::Script;

    use super::*;
    use crate::experiment::tests::design;

    fn told(text: &str, after: i64) -> Vec<String> {
        let mut design = design();
        let part = Part::Utterance { text: text.to_owned(), voice: None, length: None };
        let script = Script::new(vec![part]).unwrap();
        design.conditions.iter_mut().for_each(|it| it.course = Course::Sounds(script.clone()));
        (design.before, design.after, design.pause) = (SECOND, after, (0, SECOND));
        warnings(&Experiment::new(design).unwrap())
    }

    #[test]
    fn windows_that_are_too_short_are_told_with_how_long_they_have_to_be() {
        let short = told("Alexa, stop", 2 * SECOND);
        assert!(
            short.len() == 1 && short[0].contains("begins 3 s after") && short[0].contains("after_seconds = 9 or more"),
            "{short:?}"
        );
        assert_eq!(told("Alexa, stop", 9 * SECOND), [""; 0]);
    }

    #[test]
    fn a_text_that_calls_nobody_is_told() {
        let mute = told("What time is it?", 60 * SECOND);
        assert!(mute.len() == 1 && mute[0].contains("wake word"), "{mute:?}");
    }
}
