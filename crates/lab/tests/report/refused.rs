//! Trials and plans that cannot be analysed are refused, with what is wrong.

use earwitness_lab::results::{Claim, Equivalence, Plan, Quantity, Question, Reading, SoundId, Trial, Trials, analyse};

use super::example::{contrast, trials};

fn refused(trial: impl Fn(&mut Trial)) -> String {
    let readings = vec![Reading { seconds: Some(1.0), ..Reading::default() }];
    let good = Trial { night: 2, block: 3, position: 4, condition: 0, sound: SoundId(0), readings, answer: None };
    let mut bad = Trial { position: 5, ..good.clone() };
    trial(&mut bad);
    Trials::new(vec!["on".to_owned()], vec!["device".to_owned()], vec![good, bad]).unwrap_err().to_string()
}

#[test]
fn a_trial_that_does_not_fit_is_named() {
    let nan = refused(|it| it.readings[0].octets = Some(f64::NAN));
    assert!(nan.starts_with("night 2, block 3, position 5: NaN is no reading"), "{nan}");
    assert!(refused(|it| it.readings[0].seconds = Some(-0.5)).contains("-0.5 is no reading"));
    assert!(refused(|it| it.readings.clear()).contains("0 readings of 1 devices"));
    assert!(refused(|it| it.condition = 1).contains("condition 1 is not one of 1"));
    assert!(refused(|it| it.position = 4).contains("stands twice"));
    let twice = Trials::new(vec!["on".to_owned(), "on".to_owned()], vec!["device".to_owned()], Vec::new());
    assert!(twice.unwrap_err().to_string().starts_with("on stands twice"));
    assert!(Trials::new(Vec::new(), vec!["device".to_owned()], Vec::new()).is_err());
}

fn unfit(question: Question) -> String {
    analyse(&trials(1, 2, 1.0), &Plan::new(vec![question], 1)).unwrap_err().to_string()
}

#[test]
fn a_question_that_does_not_fit_is_named() {
    let compared = |condition: &str, against: &str| contrast("asked", condition, against, Quantity::Seconds);
    let unknown = unfit(Question::Contrast(compared("dance", "silence")));
    assert_eq!(unknown, "`asked`: there is no condition `dance`; there are: silence, music, +1 s, +2 s, +3 s");
    assert!(unfit(Question::Contrast(compared("music", "music"))).contains("with itself"));
    let no_device = earwitness_lab::results::Contrast { device: "lamp".to_owned(), ..compared("music", "silence") };
    assert!(unfit(Question::Contrast(no_device)).ends_with("there are: speaker, camera"));
    let margin = |margin, most| {
        unfit(Question::Equivalence(Equivalence { compared: compared("music", "silence"), claim: Claim::NoMore, margin, most }))
    };
    assert!(margin(0.0, None).contains("0 is no margin"));
    assert!(margin(1.0, Some(f64::INFINITY)).contains("inf is no most that a trial can read"));
    let levels = |all: &[(&str, f64)]| {
        let levels = all
            .iter()
            .map(|(condition, level)| earwitness_lab::results::Level { condition: (*condition).to_owned(), level: *level });
        let (name, device) = ("asked".to_owned(), "speaker".to_owned());
        let levels = levels.collect();
        unfit(Question::Dose(earwitness_lab::results::Dose { name, device, quantity: Quantity::Seconds, levels }))
    };
    for bad in [
        &[("+1 s", 1.0)][..],
        &[("+1 s", 1.0), ("+2 s", 1.0)],
        &[("+1 s", 1.0), ("+1 s", 2.0)],
        &[("+1 s", 1.0), ("+2 s", f64::NAN)],
    ] {
        assert!(levels(bad).contains("at least two different levels"), "{bad:?}");
    }
    let twice = vec![Question::Contrast(compared("music", "silence")); 2];
    assert!(
        analyse(&trials(1, 2, 1.0), &Plan::new(twice, 1)).unwrap_err().to_string().contains("two questions are called `asked`")
    );
    assert!(analyse(&trials(1, 2, 1.0), &Plan { draws: 10, ..Plan::new(Vec::new(), 1) }).is_err());
}
