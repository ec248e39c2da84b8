//! Where few or odd trials must not lead to more than they show.

use earwitness_lab::results::{Cutoff, Dose, Level, Plan, Quantity, Question, Reading, SoundId, Trial, Trials, analyse};

fn trial(night: u32, block: u32, condition: usize, seconds: Option<f64>) -> Trial {
    let reading = Reading {
        seconds,
        uploads: seconds.map(|it| u32::from(it > 0.0)),
        tail_seconds: seconds.map(|_| 0.6),
        ..Reading::default()
    };
    let position = u32::try_from(condition).unwrap();
    Trial { night, block, position, condition, sound: SoundId(position), readings: vec![reading], answer: None }
}

#[test]
fn two_trials_of_twelve_without_an_upload_leave_an_interval_of_some_use() {
    let value = |block: u32| if block % 6 == 5 { 0.0 } else { 3.1 + 0.01 * f64::from(block) };
    let all = (0..12).map(|block| trial(0, block, 0, Some(value(block)))).collect();
    let trials = Trials::new(vec!["command".to_owned()], vec!["speaker".to_owned()], all).unwrap();
    let results = analyse(&trials, &Plan::new(Vec::new(), 1)).unwrap();
    let found = &results.conditions[0].devices[0].seconds;
    // An exact interval of ten of twelve (0.516 to 0.979), times 3.1 s: 1.6 to 3.0 s.
    let (low, high) = (found.low.unwrap(), found.high.unwrap());
    assert!((1.0..1.9).contains(&low) && (3.0..3.4).contains(&high), "{found:?}");
}

fn dose() -> Question {
    let levels = [0.0, 1.0, 2.0, 3.0].into_iter().zip(0..);
    let levels = levels.map(|(level, at): (f64, u32)| Level { condition: format!("level {at}"), level }).collect();
    Question::Dose(Dose { name: "cut-off".into(), device: "speaker".into(), quantity: Quantity::SecondsOfUploads, levels })
}

/// Some hundredths of a second that differ from trial to trial.
fn noise(night: u32, block: u32, condition: usize) -> f64 {
    0.02 * f64::from((night * 7 + block * 3 + u32::try_from(condition).unwrap() * (night + 2)) % 5)
}

/// Nights of three blocks, in which the device takes 1.5 s of what is added and sends a tail of 0.6 s.
fn nights(unseen: impl Fn(u32, usize) -> bool) -> Trials {
    let mut all = Vec::new();
    for (night, block) in (0..5).flat_map(|night| (0..3).map(move |block| (night, block))) {
        for (condition, level) in [0.0, 1.0, 2.0, 3.0_f64].into_iter().enumerate() {
            let seconds = 3.0 + noise(night, block, condition) + level.min(1.5) + 0.6;
            all.push(trial(night, block, condition, (!unseen(night, condition)).then_some(seconds)));
        }
    }
    Trials::new((0..4).map(|it| format!("level {it}")).collect(), vec!["speaker".to_owned()], all).unwrap()
}

#[test]
fn a_cutoff_says_what_is_taken_and_what_is_sent_with_the_tail() {
    let results = analyse(&nights(|_, _| false), &Plan::new(vec![dose()], 1)).unwrap();
    let found = &results.doses[0];
    assert!(matches!(found.cutoff, Cutoff::Found { estimate, .. } if (estimate - 1.5).abs() < 0.05), "{found:?}");
    let near = |found: Option<f64>, truth: f64| (found.unwrap() - truth).abs() < 0.1;
    assert!(near(found.tail_seconds, 0.6) && near(found.added_seconds, 2.1) && near(found.cut_seconds, 5.1), "{found:?}");
    assert!(
        results.answer.starts_with("speaker sends 2.1") && results.answer.contains("it takes no more than 1.5"),
        "{}",
        results.answer
    );
}

#[test]
fn a_night_that_says_nothing_of_a_cutoff_is_not_counted() {
    let results = analyse(&nights(|night, condition| night == 2 && condition > 0), &Plan::new(vec![dose()], 1)).unwrap();
    assert_eq!(results.doses[0].nights, 4);
    assert!(results.answer.contains("measured over 4 nights"), "{}", results.answer);
}

#[test]
fn blocks_of_the_one_night_that_has_both_are_no_nights() {
    use earwitness_lab::results::Contrast;
    let planned = Contrast {
        name: "asked".into(),
        condition: "level 3".into(),
        against: "level 0".into(),
        device: "speaker".into(),
        quantity: Quantity::Seconds,
    };
    let results =
        analyse(&nights(|night, condition| night != 1 && condition == 3), &Plan::new(vec![Question::Contrast(planned)], 1));
    let results = results.unwrap();
    assert_eq!((results.contrasts[0].units, results.contrasts[0].nights), (3, 1));
    assert!(results.answer.contains("measured in one night"), "{}", results.answer);
}
