//! The sentence with which a report begins says what was asked, and no more than is shown.

use earwitness_lab::results::{Plan, Quantity, Question, analyse};

use super::example::{contrast, cutoff, no_more, plan, trials};

fn answer(nights: u32, blocks: u32, stops: f64, first: Question) -> String {
    let said = analyse(&trials(nights, blocks, stops), &plan(first)).unwrap().answer;
    assert!(said.ends_with('.') && said.matches(". ").count() == 0, "one sentence: {said}");
    said
}

fn seconds(condition: &str, against: &str) -> Question {
    Question::Contrast(contrast("asked", condition, against, Quantity::Seconds))
}

#[test]
fn a_difference_that_is_shown_has_its_direction_its_interval_and_its_scope() {
    let said = answer(5, 6, 1.5, seconds("+1 s", "silence"));
    assert!(said.starts_with("speaker sent more sound under +1 s than under silence, by 1.0"), "{said}");
    assert!(
        said.contains("95 % interval") && said.contains("adjusted for 4 tests") && said.ends_with("measured over 5 nights."),
        "{said}"
    );
    let less = answer(5, 6, 1.5, seconds("silence", "+1 s"));
    assert!(less.starts_with("speaker sent less sound under silence than under +1 s, by 1.0"), "{less}");
    let one = answer(1, 12, 1.5, seconds("+1 s", "silence"));
    assert!(one.ends_with("measured in one night, which says nothing of others."), "{one}");
}

/// Also where the interval lies on one side of 0, but only before the other tests of the report count.
#[test]
fn a_difference_that_is_not_shown_is_not_said_to_be_absent() {
    let said = answer(5, 6, 1.5, seconds("music", "silence"));
    assert!(said.starts_with("It is not shown that speaker sends another amount"), "{said}");
    // With six pairs the least p-value is 1/32, which the other tests raise above the level.
    let few = answer(1, 6, 1.5, seconds("+1 s", "silence"));
    assert!(few.starts_with("It is not shown") && few.contains("p = 0.094, adjusted for 4 tests"), "{few}");
    let alone = analyse(&trials(1, 6, 1.5), &Plan::new(vec![seconds("+1 s", "silence")], 7)).unwrap();
    assert!(alone.answer.starts_with("speaker sent more"), "{}", alone.answer);
}

#[test]
fn equivalence_is_shown_with_a_margin_that_is_wide_enough_only() {
    let wide = answer(5, 6, 1.5, no_more("asked", "music", 0.3));
    assert!(wide.starts_with("speaker sent no more under music than under silence and 0.300 s"), "{wide}");
    assert!(wide.contains("90 % interval"), "{wide}");
    let narrow = answer(5, 6, 1.5, no_more("asked", "music", 0.01));
    assert!(narrow.starts_with("It is not shown that speaker sends no more"), "{narrow}");
    let results = analyse(&trials(5, 6, 1.5), &plan(no_more("asked", "music", 0.3))).unwrap();
    assert_eq!(results.equivalences[0].outcome, "no more than baseline + margin: shown");
    let two = answer(2, 6, 1.5, no_more("asked", "music", 0.05));
    assert!(two.starts_with("It is not shown"), "two nights are few: {two}");
}

#[test]
fn a_cutoff_is_found_or_none_is_shown_or_nothing_grows() {
    let found = answer(5, 6, 1.5, cutoff());
    assert!(found.contains("it takes no more than 1.5") && found.contains("95 % interval 1.4"), "{found}");
    let none = answer(5, 6, 9.0, cutoff());
    assert!(none.starts_with("No cut-off of speaker is shown up to 3.00 s, and one below 2.9"), "{none}");
    let flat = answer(5, 6, 0.0, cutoff());
    assert!(flat.starts_with("It is not shown that speaker takes anything of what is added"), "{flat}");
}

#[test]
fn without_a_question_it_is_told_what_each_device_sent() {
    let results = analyse(&trials(2, 2, 1.5), &Plan::new(Vec::new(), 1)).unwrap();
    let devices: usize = results.conditions.iter().map(|it| it.devices.len()).sum();
    assert_eq!(results.answers.len(), devices, "{:?}", results.answers);
    assert!(results.answer.contains(" s of sound a trial (95 % interval"), "{}", results.answer);
    assert!(results.answer.contains("with an upload in"), "{}", results.answer);
    let unseen = Question::Contrast(earwitness_lab::results::Contrast {
        device: "camera".to_owned(),
        ..contrast("asked", "music", "silence", Quantity::Seconds)
    });
    let said = analyse(&trials(2, 2, 1.5), &Plan::new(vec![unseen], 1)).unwrap().answer;
    assert!(said.starts_with("Nothing is known of camera under music or under silence"), "{said}");
}
