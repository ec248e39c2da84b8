//! What requests mean, and what is replied.

use std::convert::Infallible;

use earwitness_core::time::{SECOND, Timestamp};
use earwitness_skill::{Meaning, Refusal, Replays, Reply, Request, meaning};
use earwitness_voice::{Asked, Clock, Intent, Period};
use serde_json::{Value, json};

use super::made::{NOON, Sent, anchors, in_session, with};

const STAMP: &str = r#""requestId": "amzn1.echo-api.request.1", "timestamp": "2026-06-01T12:00:00Z""#;

fn taken(body: String) -> Request {
    Sent::new(body).taken(&anchors()).unwrap()
}

/// The moment of the stamp.
fn noon() -> Timestamp {
    Timestamp::from_nanos(NOON * SECOND)
}

fn intent(name: &str, slots: &str) -> String {
    format!(r#"{{"type": "IntentRequest", {STAMP}, "intent": {{"name": "{name}", "slots": {slots}}}}}"#)
}

fn of(request: &Request) -> Meaning {
    meaning(request, &["Kitchen Echo", "Bedroom Echo"].map(str::to_owned))
}

fn asked(name: &str, slots: &str) -> Meaning {
    of(&taken(with(&intent(name, slots))))
}

fn slot(name: &str, value: &str) -> String {
    format!(r#"{{"{name}": {{"name": "{name}", "value": "{value}", "confirmationStatus": "NONE"}}}}"#)
}

fn reply(request: &Request, meaning: Meaning, said: &str) -> Value {
    let reply = Reply::new(request, meaning, |_| Ok::<_, Infallible>(said.to_owned()));
    serde_json::from_str(&reply.unwrap().json()).unwrap()
}

fn replied(meaning: Meaning) -> Value {
    reply(&taken(with(&intent("WhoListens", "{}"))), meaning, "So it is.")
}

#[test]
fn questions_mean_what_they_mean_when_they_are_typed() {
    let day = Period::Yesterday;
    let both = r#"{"device": {"name": "device", "value": "kitchen"}, "period": {"name": "period", "value": "Yesterday"}}"#;
    for (name, slots, meant) in [
        ("WhoListens", "{}", Intent::WhoListens),
        ("IsPaused", "{}", Intent::IsPaused),
        ("Help", "{}", Intent::Help),
        ("AMAZON.HelpIntent", "{}", Intent::Help),
        ("Happened", "{}", Intent::Happened(Period::LastSession)),
        ("Happened", &slot("period", "today"), Intent::Happened(Period::Today)),
        ("Reacted", &slot("period", "last night"), Intent::Reacted(Period::LastNight)),
        ("Reacted", r#"{"period": {"name": "period"}}"#, Intent::Reacted(Period::LastSession)),
        ("HowMuch", both, Intent::HowMuch(0, day)),
        ("HowMuch", &slot("device", "the bedroom echo"), Intent::HowMuch(1, Period::Today)),
    ] {
        assert_eq!(asked(name, slots), Meaning::Answer(meant), "{name} {slots}");
    }
}

#[test]
fn nothing_is_guessed() {
    for (name, slots) in [
        ("OrderPizza", "{}"),
        ("AMAZON.FallbackIntent", "{}"),
        ("AMAZON.YesIntent", "{}"),
        ("AMAZON.NoIntent", "{}"),
        ("whoLISTENS", "{}"),
        ("HowMuch", "{}"),
        ("HowMuch", &slot("device", "echo")),
        ("HowMuch", &slot("device", "garden")),
        ("Happened", &slot("period", "next year")),
        ("QuietUntil", "{}"),
        ("QuietUntil", &slot("time", "EV")),
        ("Pause", &slot("duration", "P1Y")),
    ] {
        assert_eq!(asked(name, slots), Meaning::Unknown, "{name} {slots}");
    }
}

#[test]
fn whatever_changes_something_is_asked_about_first_and_done_after_a_yes() {
    let clock = Clock { hour: 7, minute: 30, half_known: true };
    for (name, slots, order) in [
        ("Pause", "{}", Intent::Pause(None)),
        ("Pause", &slot("duration", "PT30M"), Intent::Pause(Some(30))),
        ("Resume", "{}", Intent::Resume),
        ("ProbeNow", "{}", Intent::ProbeNow),
        ("QuietUntil", &slot("time", "07:30"), Intent::QuietUntil(clock)),
    ] {
        let meaning = asked(name, slots);
        assert_eq!(meaning, Meaning::Confirm(order), "{name}");
        let reply = replied(meaning);
        assert_eq!(reply["response"]["shouldEndSession"], json!(false));
        assert!(reply["response"]["outputSpeech"]["text"].as_str().unwrap().starts_with("Shall I"), "{reply}");
        assert_eq!(reply["response"]["reprompt"]["outputSpeech"]["type"], json!("PlainText"));
        // Alexa hands the attributes back with whatever is said next.
        let attributes = reply["sessionAttributes"].to_string();
        let next = |name: &str| of(&taken(in_session(&attributes, false, &intent(name, "{}"))));
        assert_eq!(next("AMAZON.YesIntent"), Meaning::Act(Asked { intent: order, at: noon() }), "as of when it was asked about");
        assert_eq!(next("AMAZON.NoIntent"), Meaning::Leave);
        assert_eq!(next("AMAZON.StopIntent"), Meaning::End);
        assert_eq!(next("WhoListens"), Meaning::Answer(Intent::WhoListens), "a question is no yes");
    }
    // What was asked about is forgotten with the next reply.
    assert_eq!(replied(Meaning::Unknown)["sessionAttributes"], json!({}));
}

#[test]
fn attributes_that_we_never_wrote_are_no_order() {
    for attributes in [
        r#"{"pending": "stop @1"}"#,
        r#"{"pending": "pause 99999 @1"}"#,
        r#"{"pending": "resume"}"#,
        r#"{"pending": null}"#,
        r#"{"other": [1]}"#,
        "null",
    ] {
        let said = taken(in_session(attributes, false, &intent("AMAZON.YesIntent", "{}")));
        assert_eq!(of(&said), Meaning::Unknown, "{attributes}");
    }
}

#[test]
fn the_beginning_the_end_and_what_is_unknown_are_replied_to_as_documented() {
    let of_kind = |kind: &str| of(&taken(with(&format!(r#"{{"type": "{kind}", {STAMP}}}"#))));
    assert_eq!(of_kind("LaunchRequest"), Meaning::Greet);
    assert_eq!(of_kind("SessionEndedRequest"), Meaning::Nothing);
    assert_eq!(of_kind("Alexa.Presentation.APL.UserEvent"), Meaning::Nothing);
    assert_eq!(replied(Meaning::Nothing), json!({ "version": "1.0", "sessionAttributes": {}, "response": {} }));
    assert_eq!(replied(Meaning::Greet)["response"]["shouldEndSession"], json!(false));
    assert_eq!(replied(Meaning::End)["response"]["shouldEndSession"], json!(true));
    assert!(replied(Meaning::Leave)["response"].get("reprompt").is_none());
    let without = format!(r#"{{"type": "IntentRequest", {STAMP}}}"#);
    assert!(matches!(Sent::new(with(&without)).taken(&anchors()), Err(Refusal::Json(_))));
}

#[test]
fn an_answer_ends_what_was_one_question_and_not_a_conversation() {
    let ends = |request: &Request, meaning: Meaning| {
        let reply = reply(request, meaning, "So it is.");
        assert_eq!(reply["response"]["outputSpeech"], json!({ "type": "PlainText", "text": "So it is." }));
        reply["response"]["shouldEndSession"] == json!(true)
    };
    let first = taken(with(&intent("WhoListens", "{}")));
    let later = taken(in_session("{}", false, &intent("WhoListens", "{}")));
    let question = Meaning::Answer(Intent::WhoListens);
    assert!(ends(&first, question) && !ends(&later, question));
    assert!(
        !ends(&first, Meaning::Answer(Intent::Help)) && ends(&later, Meaning::Act(Asked { intent: Intent::Resume, at: noon() }))
    );
}

#[test]
fn only_questions_and_what_was_confirmed_are_carried_out() {
    let request = taken(with(&intent("WhoListens", "{}")));
    for meaning in
        [Meaning::Greet, Meaning::Confirm(Intent::Resume), Meaning::Leave, Meaning::End, Meaning::Unknown, Meaning::Nothing]
    {
        assert!(Reply::new(&request, meaning, |_| Err("carried out")).is_ok(), "{meaning:?}");
    }
    for meaning in [Meaning::Answer(Intent::WhoListens), Meaning::Act(Asked { intent: Intent::Resume, at: noon() })] {
        assert_eq!(Reply::new(&request, meaning, |_| Err("carried out")), Err("carried out"));
    }
}

#[test]
fn a_long_answer_is_cut_to_what_alexa_says() {
    let request = taken(with(&intent("WhoListens", "{}")));
    let reply = reply(&request, Meaning::Answer(Intent::WhoListens), &"\u{e4}".repeat(9_000));
    assert_eq!(reply["response"]["outputSpeech"]["text"].as_str().unwrap().chars().count(), 8_000);
}

#[test]
fn the_same_request_is_taken_once_however_it_is_signed() {
    let sent = Sent::new(with(&intent("AMAZON.YesIntent", "{}")));
    let mut replays = Replays::new(sent.now());
    let anchors = anchors();
    assert_eq!(replays.take(&sent.taken(&anchors).unwrap(), sent.now()), Ok(()));
    let again = Sent::new(format!("{} ", sent.body));
    assert_eq!(replays.take(&again.taken(&anchors).unwrap(), sent.now()), Err(Refusal::Replayed));
}
