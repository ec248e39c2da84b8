//! Files that can be used, and what is said of those that cannot.

use earwitness_core::timeline::{NoiseKind, Part};
use proptest::prelude::*;

use super::*;
use crate::experiment::{Begin, Course, Question, Switching};

/// A machine with one recording of 10 s, subtitles, and a phrase that may not be said.
struct Machine;

impl Surroundings for Machine {
    fn recording(&self, path: &str) -> Result<i64, String> {
        if path == "here.wav" { Ok(10 * SECOND) } else { Err("there is no such file: give a WAV file".to_owned()) }
    }

    fn subtitles(&self, path: &str) -> Result<(), String> {
        if path == "here.srt" { Ok(()) } else { Err("there is no such file: give an SRT file".to_owned()) }
    }

    fn permits(&self, text: &str) -> Result<(), String> {
        if text.contains("buy") { Err("no probe may say \"buy\": ask a harmless question".to_owned()) } else { Ok(()) }
    }
}

/// The beginning of every file: four lines.
const HEAD: &str = "name = \"mine\"\nquestion = \"Does it?\"\nrepeats = 3\n\n";

fn parsed(text: &str) -> Result<Experiment, Misread> {
    read(&format!("{HEAD}{text}"), "my.toml", &[], &Machine)
}

fn good(text: &str) -> Experiment {
    parsed(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A condition with these parts, on lines 5 to 7.
fn parts(parts: &str) -> String {
    format!("[[condition]]\nname = \"a\"\nparts = [{parts}]\n")
}

#[test]
fn a_condition_is_written_out_for_each_combination_of_the_factors_that_it_names() {
    let text = "[parameters]\nlate = \"{gap_s}\"\n[factors]\ngap_s = [0, 0.5]\nvoice = [\"ida\", \"slt\"]\n[voices.ida]\nsex = \"female\"\nage = \"child\"\nrecordings = { \"Hello\" = \"here.wav\" }\n\
        [[condition]]\nname = \"{voice} {gap_s}\"\nparts = [{ say = \"Hello\", voice = \"{voice}\" }, { gap_seconds = \"{late}\" }, { noise = \"tone\", seconds = 1 }]\n\
        [[condition]]\nname = \"plain\"\nlevels = { gap_s = 3 }\nparts = [{ silence_seconds = 5 }]\n\
        [[contrast]]\ndose = \"gap_s\"\n[[contrast]]\ncompare = [\"ida\", \"slt\"]\nfactor = \"voice\"\n";
    let experiment = good(text);
    let conditions = &experiment.design().conditions;
    let names: Vec<&str> = conditions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["ida 0", "slt 0", "ida 0.5", "slt 0.5", "plain"]);
    assert_eq!(conditions[2].levels.to_string(), "age=child; gap_s=0.5; sex=female; voice=ida");
    let Course::Sounds(script) = &conditions[2].course else { panic!("{conditions:?}") };
    let file = Part::File { name: "here.wav".into(), length: Some(10 * SECOND) };
    let noise = Part::Noise { kind: NoiseKind::Tone, length: SECOND, seed: None };
    assert_eq!(script.parts(), [file.clone(), Part::Gap(SECOND / 2), noise.clone()], "a recording of the text is taken");
    let Course::Sounds(script) = &conditions[0].course else { panic!("{conditions:?}") };
    assert_eq!(script.parts(), [file, noise], "a level of 0 s leaves the part out");
    let Course::Sounds(script) = &conditions[1].course else { panic!("{conditions:?}") };
    let Part::Utterance { voice: Some(voice), .. } = &script.parts()[0] else { panic!("{script:?}") };
    assert_eq!((voice.name.as_str(), voice.speed.as_str()), ("slt", "plain"));
    assert_eq!(conditions[4].course, Course::Quiet(5 * SECOND));
    let contrasts = &experiment.design().contrasts;
    let Question::Dose { levels, .. } = &contrasts[0].question else { panic!("{contrasts:?}") };
    assert_eq!(*levels, [(0.0, 0), (0.0, 1), (0.5, 2), (0.5, 3), (3.0, 4)]);
    let Question::Difference { left, right } = &contrasts[1].question else { panic!("{contrasts:?}") };
    assert_eq!((&left.1, &right.1), (&vec![0, 2], &vec![1, 3]));
}

#[test]
fn every_key_of_the_file_is_understood() {
    let text = "seed = 9\nnights = 2\nbegin = \"22:30\"\norder = \"as written\"\na_night_has = \"one condition\"\nbefore_seconds = 1\nafter_seconds = 2.5\npause_seconds = [3, 4]\nreport = [\"misactivations\", \"periods\"]\n\
        [[condition]]\nname = \"a\"\ntimes = 4\nsetup = { command = \"switch 'on now'\", seconds = 5 }\nparts = [{ file = \"here.wav\", seconds = 25, repeat = true, subtitles = \"here.srt\" }, { music = 7, seconds = 3 }, { noise = \"glass\", seed = 3, seconds = 1, at_seconds = 40 }]\n\
        [[condition]]\nname = \"b\"\nsetup = { person = \"Press.\" }\nparts = [{ say = \"Hello\", voice = \"en-gb\", speed = \"175\", seconds = 2 }]\n\
        [[contrast]]\nequivalence = [\"a\", \"b\"]\nmargin_seconds = 0.25\n\
        [stop]\nhours = 6\n\
        [[device]]\nname = \"one\"\nmac = \"02:00:00:00:00:0A\"\ncopies = \"dot\"\n[[device]]\nname = \"two\"\ncopies = \"dot\"\n";
    let experiment = good(text);
    let design = experiment.design();
    assert_eq!((design.seed, design.nights, design.begin, design.order), (9, 2, Begin::At(1_350), Order::Written));
    assert_eq!((design.before, design.after, design.pause), (SECOND, 5 * SECOND / 2, (3 * SECOND, 4 * SECOND)));
    assert_eq!(design.analyses, [Analysis::Misactivations, Analysis::Periods]);
    assert_eq!(design.nightly, Nightly::Condition);
    assert_eq!(design.stop.time, Some(6 * 3_600 * SECOND));
    assert_eq!(design.devices[0].mac, Some([2, 0, 0, 0, 0, 10]));
    assert_eq!(experiment.copies(), [("dot", vec!["one", "two"])]);
    let [a, b] = design.conditions.as_slice() else { panic!("{design:?}") };
    assert_eq!((a.times, a.subtitles.as_slice()), (4, [(0, "here.srt".to_owned())].as_slice()));
    assert_eq!(a.setup.as_ref().unwrap().by, Switching::Command(vec!["switch".into(), "on now".into()]));
    assert_eq!(
        (b.setup.as_ref().unwrap().time, &b.setup.as_ref().unwrap().by),
        (120 * SECOND, &Switching::Person("Press.".into()))
    );
    let Course::Sounds(script) = &a.course else { panic!("{a:?}") };
    let file = |seconds| Part::File { name: "here.wav".into(), length: Some(seconds * SECOND) };
    let music = Part::Noise { kind: NoiseKind::Music, length: 3 * SECOND, seed: Some(7) };
    let glass = Part::Noise { kind: NoiseKind::Glass, length: SECOND, seed: Some(3) };
    assert_eq!(script.parts(), [file(10), file(10), file(5), music, Part::Gap(12 * SECOND), glass]);
}

#[test]
fn what_is_wrong_with_a_part_is_told_with_its_place_and_what_to_do() {
    for (text, what) in [
        ("@{ say = \"a\", file = \"b\" }", "exactly one of"),
        ("@{ seconds = 3 }", "exactly one of"),
        ("{ say = \"hello\", seconds = @-1 }", "no length of time"),
        ("{ noise = \"tone\", seconds = @0 }", "leave the part out"),
        ("@{ noise = \"tone\" }", "`seconds`"),
        ("{ noise = @\"hum\", seconds = 1 }", "pink-noise"),
        ("{ file = @\"gone.wav\" }", "gone.wav: there is no such file"),
        ("{ file = @\"here.wav\", seconds = 11 }", "`repeat = true`"),
        ("{ file = \"here.wav\", subtitles = @\"gone.srt\" }", "gone.srt: there is no such file"),
        (
            "{ noise = \"tone\", seconds = 5 }, { noise = \"tone\", seconds = 5, at_seconds = @4 }",
            "sounds overlap: this one begins at 4 s, and what stands before it ends at 5 s",
        ),
        ("{ say = \"hello\" }, { noise = \"tone\", seconds = 5, at_seconds = @4 }", "`gap_seconds`"),
        ("{ say = @\"buy it\" }", "harmless question"),
        ("{ say = @\"{command}\" }", "there is no `command`"),
        ("{ say = @\" \" }", "1 to"),
        ("{ gap_seconds = 1, seconds = @2 }", "leave `seconds` out"),
        ("{ file = \"here.wav\", voice = @\"slt\" }", "belong to `say`"),
        ("{ say = \"hello\", speed = @\"9\" }", "needs a `voice`"),
        ("{ say = \"hello\", repeat = @true }", "belongs to `file`"),
        ("{ music = @\"loud\", seconds = 2 }", "whole number"),
    ] {
        // `@` stands before the place that is meant, behind `parts = [`.
        let column = text.find('@').unwrap() + 10;
        let error = parsed(&parts(&text.replace('@', ""))).unwrap_err();
        assert_eq!(error.place, Some((7, column)), "{text}: {error}");
        assert!(error.what.contains(what), "{text}: {error}");
    }
}

#[test]
fn what_cannot_be_carried_out_is_told_with_its_place_and_what_to_do() {
    let two = "[[condition]]\nname = \"a\"\nparts = [{ say = \"x\" }]\n[[condition]]\nname = \"b\"\nparts = [{ silence_seconds = 9 }]\n";
    for (text, place, what) in [
        ("nights = 0\n".to_owned() + two, Some((5, 10)), "1 to 366"),
        ("hours = 8\n".to_owned() + two, Some((5, 9)), "not both"),
        ("begin = \"22:30\"\napart_hours = 2\n".to_owned() + two, Some((6, 15)), "leave `begin` or `apart_hours` out"),
        ("begin = \"25:00\"\n".to_owned() + two, Some((5, 9)), "22:30"),
        ("order = \"any\"\n".to_owned() + two, Some((5, 9)), "as written"),
        ("pause_seconds = [9, 1]\n".to_owned() + two, Some((5, 17)), "shorter one first"),
        ("after_seconds = -4\n".to_owned() + two, Some((5, 17)), "no length of time"),
        ("after_seconds = 90000\n".to_owned() + two, Some((5, 17)), "21600"),
        ("report = [\"misactivations\"]\n".to_owned() + two, Some((5, 11)), "subtitles"),
        ("a_night_has = \"two\"\n".to_owned() + two, Some((5, 15)), "one condition"),
        ("a_night_has = \"one condition\"\nnights = 3\n".to_owned() + two, Some((6, 10)), "multiple of 2"),
        ("report = [\"all\"]\n".to_owned() + two, Some((5, 11)), "periods"),
        ("nigths = 1\n".to_owned() + two, Some((5, 1)), "`nights`"),
        (String::new(), None, "[[condition]]"),
        (two.to_owned() + two, Some((11, 1)), "two conditions are called \"a\""),
        (parts("{ gap_seconds = 4 }"), Some((5, 1)), "1 to 1024"),
        (parts("{ silence_seconds = 90000 }"), Some((5, 1)), "24 hours"),
        (parts("{ noise = \"tone\", seconds = 90000 }"), Some((5, 1)), "24 hours"),
        ("[factors]\nx = [1, 1]\n".to_owned() + two, Some((6, 5)), "comes twice"),
        ("[factors]\nx = [1, 2]\n".to_owned() + two, Some((6, 1)), "no condition names {x}"),
        (
            two.to_owned() + "[[contrast]]\ncompare = [\"a\", \"c\"]\n",
            Some((12, 11)),
            "there is no condition \"c\"; there are a, b",
        ),
        (two.to_owned() + "[[contrast]]\ncompare = [\"a\", \"a\"]\n", Some((11, 1)), "none is on both"),
        (two.to_owned() + "[[contrast]]\nequivalence = [\"a\", \"b\"]\n", Some((11, 1)), "margin_seconds"),
        (two.to_owned() + "[[contrast]]\nequivalence = [\"a\", \"b\"]\nmargin_seconds = 0\n", Some((11, 1)), "more than 0"),
        (two.to_owned() + "[[contrast]]\ncompare = [\"a\", \"b\"]\ndifference_seconds = 0\n", Some((11, 1)), "more than 0"),
        (two.to_owned() + "[[contrast]]\ndose = \"x\"\n", Some((12, 8)), "no condition has a level"),
        (two.to_owned() + "[[contrast]]\n", Some((11, 1)), "exactly one of"),
        (two.to_owned() + "[stop]\nprecision_seconds = 1\n", Some((11, 1)), "belong together"),
        (two.to_owned() + "[stop]\nprecision_seconds = 1\nlooks = [2]\n", Some((11, 1)), "[[contrast]]"),
        (two.to_owned() + "[stop]\nhours = 0\n", Some((12, 9)), "more than 0 hours"),
        (
            two.to_owned() + "[[contrast]]\ncompare = [\"a\", \"b\"]\n[stop]\nprecision_seconds = 1\nlooks = [2, 4]\n",
            Some((13, 1)),
            "never comes: there are 3",
        ),
        (two.to_owned() + "[[device]]\nname = \"x\"\nmac = \"02:00\"\n", Some((13, 7)), "six pairs"),
        (two.to_owned() + "[[device]]\nname = \"x\"\n[[device]]\nname = \"x\"\n", Some((13, 1)), "comes twice"),
        (two.to_owned() + "[[device]]\nname = \"x\"\ncopies = \"dot\"\n", Some((11, 1)), "only one of the copies"),
        ("[[condition]]\nname = \"a\"\nsetup = {}\nparts = [{ say = \"x\" }]\n".to_owned(), Some((7, 9)), "either `person`"),
        (
            "[[condition]]\nname = \"a\"\nsetup = { command = \"x 'y\" }\nparts = [{ say = \"x\" }]\n".to_owned(),
            Some((7, 21)),
            "quotation",
        ),
        ("[[condition]]\nname = \"a\"\ntimes = 0\nparts = [{ say = \"x\" }]\n".to_owned(), Some((5, 1)), "`times`"),
        ("[parameters]\nrepeats = 3\n".to_owned() + two, Some((6, 1)), "something else"),
        ("[parameters]\nx = [3]\n".to_owned() + two, Some((6, 5)), "a text or a number"),
        ("[parameters]\nx = { about = \"a file\" }\n".to_owned() + &parts("{ file = \"{x}\" }"), Some((9, 19)), "--set x=VALUE"),
    ] {
        let error = parsed(&text).unwrap_err();
        assert_eq!(error.place, place, "{text}\n{error}");
        assert!(error.what.contains(what), "{text}\n{error}");
    }
    let zero = read(
        "name = \"a\"\nquestion = \"b\"\nrepeats = 0\n[[condition]]\nname = \"a\"\nparts = [{ say = \"x\" }]\n",
        "my.toml",
        &[],
        &Machine,
    );
    assert_eq!(zero.unwrap_err().to_string(), "my.toml:3:11: zero repeats measure nothing: write 1 or more");
    let long = read(&" ".repeat(LONGEST + 1), "my.toml", &[], &Machine).unwrap_err();
    assert!(long.to_string().contains("1 MiB"), "{long}");
}

#[test]
fn a_command_line_sets_keys_parameters_and_factors() {
    let text = format!(
        "{HEAD}[parameters]\ncommand = \"Hello\"\n[factors]\nx = [1, 2]\n{}",
        parts("{ say = \"{command} {x}\" }").replace("\"a\"", "\"a {x}\"")
    );
    let with = |set: &[(&str, &str)]| {
        let set: Vec<(String, String)> = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        read(&text, "my.toml", &set, &Machine)
    };
    let experiment =
        with(&[("nights", "4"), ("hours", "2"), ("command", "Ho"), ("x", "7, 8, 9"), ("device", "02:00:00:00:00:01, tv")])
            .unwrap();
    let design = experiment.design();
    assert_eq!((design.nights, design.amount), (4, Amount::Time(7_200 * SECOND)));
    let names: Vec<&str> = design.conditions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a 7", "a 8", "a 9"]);
    let Course::Sounds(script) = &design.conditions[1].course else { panic!("{design:?}") };
    assert_eq!(script.parts(), [Part::Utterance { text: "Ho 8".into(), voice: None, length: None }]);
    let devices: Vec<_> = design.devices.iter().map(|it| (it.name.as_str(), it.mac.is_some())).collect();
    assert_eq!(devices, [("02:00:00:00:00:01", true), ("tv", false)]);
    let shorter = with(&[("begin", "22:30"), ("apart_hours", "0"), ("pause_seconds", "1, 2.5")]).unwrap();
    let (begin, pause) = (shorter.design().begin, shorter.design().pause);
    assert_eq!((begin, pause), (Begin::Apart(0), (SECOND, 5 * SECOND / 2)), "what is set last counts");
    assert_eq!(with(&[("pause_seconds", "4")]).unwrap().design().pause, (4 * SECOND, 4 * SECOND));
    for (name, value, what) in [
        ("apart_hours", "-1", "seconds, 0 or more"),
        ("apart_hours", "800", "0 to 744 hours apart"),
        ("pause_seconds", "1,x", "such as 5,15"),
        ("pause_seconds", "3,2", "the shorter one first"),
        ("nights", "many", "--set nights=many: give a whole number"),
        ("nights", "0", "1 to 366"),
        ("colour", "red", "command, x"),
        ("x", "1,1", "comes twice"),
    ] {
        let error = with(&[(name, value)]).unwrap_err();
        assert!(error.place.is_none() && error.what.contains(what), "{error}");
    }
}

#[test]
fn a_file_says_what_may_be_set_before_it_is_complete() {
    let text = format!(
        "{HEAD}[parameters]\nb = {{ about = \"a file\" }}\na = 5\n[factors]\nx = [1, 0.5]\n{}",
        parts("{ file = \"{b}{x}\" }")
    );
    let summary = summary(&text, "my.toml").unwrap();
    let parameters: Vec<_> =
        summary.parameters.iter().map(|it| (it.name.as_str(), it.value.as_deref(), it.about.as_str())).collect();
    assert_eq!(parameters, [("a", Some("5"), ""), ("b", None, "a file"), ("x", Some("1, 0.5"), "levels, with commas between")]);
}

mod answers;

proptest! {
    #[test]
    fn any_text_is_an_experiment_or_refused_in_words(text in "[a-z_\\[\\]{}=\", 0-9.\n-]{0,200}") {
        if let Err(error) = parsed(&text) {
            prop_assert!(!error.what.is_empty());
        }
    }
}
