use earwitness_core::timeline::Script;

use super::*;

/// Two conditions in which nothing is varied, three times each in two nights.
pub(crate) fn design() -> Design {
    let part = earwitness_core::timeline::Part::Utterance { text: "Hello".into(), voice: None, length: None };
    let course = Course::Sounds(Script::new(vec![part]).unwrap());
    let condition = |name: &str| Condition {
        name: name.into(),
        levels: Levels::default(),
        course: course.clone(),
        times: 1,
        setup: None,
        subtitles: Vec::new(),
        answer: Vec::new(),
    };
    Design {
        name: "mine".into(),
        question: "Does it?".into(),
        seed: 1,
        nights: 2,
        begin: Begin::default(),
        amount: Amount::Blocks(3),
        nightly: Nightly::Blocks,
        order: Order::Lot,
        before: SECOND,
        after: SECOND,
        margin: 10 * SECOND,
        pause: (0, SECOND),
        conditions: vec![condition("a"), condition("b")],
        contrasts: Vec::new(),
        stop: Stop::default(),
        devices: Vec::new(),
        analyses: vec![Analysis::Uploads],
    }
}

#[test]
fn a_design_that_can_be_carried_out_is_an_experiment() {
    assert_eq!(Experiment::new(design()).unwrap().design(), &design());
}

#[test]
fn what_contradicts_itself_is_named() {
    let refused = |change: fn(&mut Design)| {
        let mut design = design();
        change(&mut design);
        Experiment::new(design).unwrap_err().at
    };
    assert_eq!(refused(|it| it.name = "a\nb".into()), Key::Name);
    assert_eq!(refused(|it| it.question = " ".into()), Key::Question);
    assert_eq!(refused(|it| it.nights = 367), Key::Nights);
    assert_eq!(refused(|it| (it.nightly, it.nights) = (Nightly::Condition, 3)), Key::Nights);
    assert_eq!(refused(|it| it.begin = Begin::Apart(-1)), Key::Begin);
    assert_eq!(refused(|it| it.begin = Begin::Apart(745 * 3_600 * SECOND)), Key::Begin);
    assert_eq!(refused(|it| it.amount = Amount::Blocks(0)), Key::Amount);
    assert_eq!(refused(|it| it.amount = Amount::Blocks(25_001)), Key::Amount);
    assert_eq!(refused(|it| it.amount = Amount::Time(86_400 * SECOND + 1)), Key::Amount);
    assert_eq!(refused(|it| it.before = -1), Key::Before);
    assert_eq!(refused(|it| it.after = i64::MAX), Key::After);
    assert_eq!(refused(|it| it.pause = (2, 1)), Key::Pause);
    assert_eq!(refused(|it| it.conditions.clear()), Key::Conditions);
    assert_eq!(refused(|it| it.conditions[1].name = "a".into()), Key::Condition(1));
    assert_eq!(refused(|it| it.conditions[1].course = Course::Quiet(0)), Key::Condition(1));
    assert_eq!(refused(|it| it.analyses.clear()), Key::Analyses);
    assert_eq!(refused(|it| it.stop.time = Some(0)), Key::StopTime);
    let sides = |left: Vec<usize>, right: Vec<usize>| {
        let mut design = design();
        let question = Question::Difference { left: ("a".into(), left), right: ("b".into(), right) };
        design.contrasts.push(Contrast { question, difference: None, steps: None });
        Experiment::new(design).is_ok()
    };
    assert!(sides(vec![0], vec![1]) && !sides(vec![0], vec![2]) && !sides(vec![0, 1], vec![1]) && !sides(vec![], vec![1]));
}

#[test]
fn results_are_looked_at_only_when_it_was_fixed_beforehand() {
    let looks = |looks: &[u32]| {
        let mut design = design();
        let question = Question::Difference { left: ("a".into(), vec![0]), right: ("b".into(), vec![1]) };
        design.contrasts.push(Contrast { question, difference: None, steps: None });
        design.stop.precision = Some(Precision { half_width: 0.25, looks: looks.to_vec() });
        Experiment::new(design).is_ok()
    };
    assert!(looks(&[3, 6]));
    for wrong in [&[][..], &[0, 3], &[3, 3], &[6, 3], &[7]] {
        assert!(!looks(wrong), "{wrong:?}");
    }
}
