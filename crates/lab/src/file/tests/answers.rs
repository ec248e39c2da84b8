//! What a right answer holds.

use super::*;

/// What each condition takes for a right answer.
fn answers(text: &str, set: &[(&str, &str)]) -> Vec<Vec<String>> {
    let set: Vec<(String, String)> = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let read = read(&format!("{HEAD}{text}"), "my.toml", &set, &Machine).unwrap_or_else(|error| panic!("{error}"));
    read.design().conditions.iter().map(|it| it.answer.clone()).collect()
}

const ASKED: &str = "[parameters]\ncommand = \"Alexa, where is {city}.\"\n\
    [answers]\n\"Alexa, where is Paris.\" = [\"france\"]\n\"Alexa, where is Rome.\" = [\"italy\", \"{city}\"]\n\
    [factors]\ncity = [\"Paris\", \"Rome\", \"Bonn\"]\n\
    [[condition]]\nname = \"{city}\"\nparts = [{ say = \"Well.\" }, { say = \"{command}\" }]\n\
    [[condition]]\nname = \"own {city}\"\nanswer = [\"in {city}\"]\nparts = [{ say = \"{command}\" }]\n\
    [[condition]]\nname = \"nothing\"\nparts = [{ silence_seconds = 9 }]\n";

#[test]
fn an_answer_is_that_of_the_condition_or_that_to_what_it_says() {
    let none: [&str; 0] = [];
    let france = ["france"];
    let expected: [&[&str]; 7] = [&france, &["italy", "Rome"], &none, &["in Paris"], &["in Rome"], &["in Bonn"], &none];
    assert_eq!(answers(ASKED, &[]), expected);
    // A command that is set takes the answer to another one away with it.
    assert_eq!(answers(ASKED, &[("command", "Alexa, what is {city}?")])[0], none);
    let set = answers(ASKED, &[("answer", "europe, the continent")]);
    assert!(set[..6].iter().all(|it| *it == ["europe", "the continent"]), "{set:?}");
    assert_eq!(set[6], none, "nobody is asked where nothing is said");
}

#[test]
fn an_answer_that_nobody_can_give_is_refused_with_its_place() {
    for (answer, column, what) in [
        ("[]", 10, "one of 1 to 50 texts"),
        ("[\"paris\", \" \"]", 20, "nothing that can be heard"),
        ("[\"?!\"]", 11, "one or more words"),
        ("[\"[noise]\"]", 11, "without brackets"),
        ("\"paris\"", 10, "sequence"),
        ("[\"{town}\"]", 11, "there is no `town`"),
    ] {
        let text = format!("[[condition]]\nname = \"a\"\nanswer = {answer}\nparts = [{{ say = \"Alexa, where is it?\" }}]\n");
        let error = parsed(&text).unwrap_err();
        assert_eq!(error.place, Some((7, column)), "{answer}: {error}");
        assert!(error.what.contains(what), "{answer}: {error}");
    }
    let quiet = "[[condition]]\nname = \"a\"\nanswer = [\"x\"]\nparts = [{ silence_seconds = 9 }]\n";
    let error = parsed(quiet).unwrap_err();
    assert!(error.place == Some((7, 10)) && error.what.contains("nobody answers: leave `answer` out"), "{error}");
    let unsaid = format!("[answers]\n\"nobody says it\" = []\n{}", parts("{ say = \"x\" }"));
    assert_eq!(parsed(&unsaid).unwrap_err().place, Some((6, 20)), "also where no condition says it");
    let both = "[answers]\n\"One?\" = [\"a\"]\n\"Two?\" = [\"b\"]\n\
        [[condition]]\nname = \"a\"\nparts = [{ say = \"One?\" }, { say = \"Two?\" }]\n";
    let error = parsed(both).unwrap_err();
    assert!(error.place == Some((8, 1)) && error.what.contains("write `answer` into the condition"), "{error}");
    let set = read(&format!("{HEAD}{}", parts("{ say = \"x\" }")), "my.toml", &[("answer".into(), "a,,b".into())], &Machine);
    assert!(set.unwrap_err().what.contains("\"\" is nothing that can be heard"));
}
