//! What is read, what is refused and where, and that nothing is lost between writing and reading.

use std::fmt::Write as _;

use earwitness_core::probe::{Heard, Played, Round, SoundKind, Stimulus, Void};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::timeline::{Arrangement, Condition, Decibels, Digest, NoiseKind, Placed, Segment, Sound, Source, Timeline};
use proptest::prelude::*;

use super::*;

mod foreign;

const START: i64 = 1_767_304_800;

fn read_text(text: &str) -> Result<Log, String> {
    parse(text.as_bytes(), "night.csv", &Reading::default()).map_err(|trouble| trouble.to_string())
}

fn refused(text: &str) -> String {
    read_text(text).unwrap_err()
}

/// Three slots of 20 s with 4 s between them; the second one is the probe.
fn three() -> String {
    "round,slot,kind,start,slot_seconds,seconds,stimulus\n\
     0,0,sham,1767304800,20,,\n\
     0,1,probe,1767304824,20,3,glass\n\
     0,2,sham,1767304848,20,,\n"
        .to_owned()
}

#[test]
fn both_formats_say_the_same() {
    let lines = "{\"earwitness_probes\":1,\"seed\":7,\"alpha\":0.05,\"slots\":3}\n\
        {\"round\":0,\"slot\":0,\"kind\":\"sham\",\"start\":\"2026-01-01T22:00:00Z\",\"slot_seconds\":20}\n\
        {\"round\":0,\"slot\":1,\"kind\":\"probe\",\"start\":1767304824,\"slot_seconds\":20.0,\"seconds\":3,\"stimulus\":\"glass\",\"heard\":null}\n\
        \n\
        {\"kind\":\"sham\",\"round\":0,\"slot\":2,\"start\":\"1767304848000000000\",\"slot_seconds\":\"20\"}\n";
    let (comma, json) = (read_text(&three()).unwrap(), read_text(lines).unwrap());
    assert_eq!(comma.rounds, json.rounds);
    assert_eq!(json.header, Some(Header { seed: Some(7), alpha: Some(0.05), slots: Some(3), ..Header::default() }));
    let round = &comma.rounds[0];
    assert_eq!((round.slots.len(), round.drawn, round.played.length), (3, 1, 3 * SECOND));
    assert_eq!(round.played.onset, Timestamp::from_nanos((START + 24) * SECOND));
    assert!(comma.warnings.is_empty() && json.warnings.is_empty());
}

#[test]
fn columns_come_in_any_order_with_blanks_semicolons_quotes_and_comments() {
    let log =
        read_text("\u{feff}# by the lab\r\nStart ; stimulus\r\n\r\n2026-01-01T22:00:00Z;\"a; \"\"loud\"\" crash\"\r\n").unwrap();
    assert_eq!(log.rounds[0].played.stimulus.name, "a; \"loud\" crash");
}

#[test]
fn moments_alone_are_rounds_without_shams() {
    let log = read_text("start,stimulus,seconds\n2026-01-01T22:00:00Z,alexa,2\n2026-01-01T22:00:15+00:00,alexa,2.5\n").unwrap();
    assert_eq!(log.rounds.iter().map(|it| (it.number, it.slots.len(), it.drawn)).collect::<Vec<_>>(), [(0, 1, 0), (1, 1, 0)]);
    assert_eq!(log.rounds[1].played.length, 2_500_000_000);
    assert_eq!(log.rounds[0].slots[0].length(), 15 * SECOND);
    assert!(log.warnings[0].contains("each slot is taken to be 15 s long"), "{:?}", log.warnings);
}

#[test]
fn lines_out_of_order_are_sorted_with_a_word_about_it() {
    let mut lines: Vec<String> = three().lines().map(str::to_owned).collect();
    lines.swap(1, 3);
    let log = read_text(&lines.join("\n")).unwrap();
    assert_eq!(log.rounds, read_text(&three()).unwrap().rounds);
    assert!(log.warnings[0].starts_with("line 3 is earlier than the line before it"), "{:?}", log.warnings);
}

#[test]
fn a_fault_is_told_with_file_line_column_and_what_to_do() {
    let change = |from: &str, to: &str| refused(&three().replace(from, to));
    for (expected, parts) in [
        (change("start", "begun"), ["night.csv:1:1:", "there is \"begun\"", "--map THEIRS=start"]),
        (change(",start,", ",stimulus,"), ["night.csv:1:", "\"stimulus\" comes twice", "leave one"]),
        (refused("round,kind\n0,probe\n"), ["night.csv:1:1:", "no column is named start", "add it"]),
        (refused("seconds,start\n2,\n"), ["night.csv:2:1:", "start is missing", "every line needs"]),
        (
            change("1767304824", "2026-01-01T22:00:24"),
            ["night.csv:3:11:", "start: \"2026-01-01T22:00:24\" has no offset", "+02:00"],
        ),
        (change("1767304824", "soon"), ["night.csv:3:11:", "\"soon\" is not a time", "write"]),
        (change("20,3,glass", "20,3s,glass"), ["night.csv:3:25:", "seconds: \"3s\" is not a number", "like 4"]),
        (change("20,3,glass", "20,3,glass,5"), ["night.csv:3:33:", "a field more than the 7", "first line"]),
        (change("0,1,probe", "0,1,prob"), ["night.csv:3:5:", "kind: \"prob\"", "probe, sham"]),
        (change("1767304848", "1767304840"), ["night.csv:4:10:", "this slot overlaps that of line 3, by 4 s", "correct"]),
        (change("0,2,sham,1767304848,20,,", "0,2,sham,1767304848,25,,"), ["night.csv:4:21:", "25 s long", "one length"]),
        (
            change("0,2,sham,1767304848,20,,", "0,2,probe,1767304848,20,1,"),
            ["night.csv:4:5:", "two probes, the other in line 3", "sham"],
        ),
        (change("20,3,glass", "20,27,glass"), ["night.csv:4:10:", "line 3 still sounds", "by 3 s"]),
        (change("0,0,sham", "1,0,sham"), ["night.csv:2:5:", "round 1 has only shams", "exactly one"]),
        (change("0,0,sham,1767304800,20,,", "0,0,sham,1767304800,20,,glass"), ["night.csv:2:25:", "given for a sham", "leave"]),
        (change("0,0,", ",0,"), ["night.csv:2:1:", "round is missing here", "everywhere"]),
        (refused(""), ["night.csv:", "holds no slot", "a line for each"]),
        (refused("start\n"), ["night.csv:", "holds no slot", "JSON objects"]),
        (refused("start\n1767304800\n1767304800\n"), ["night.csv:3:1:", "same moment as that of line 2", "leave one"]),
        (
            refused("start,seconds,slot_seconds\n1767304800,3,20\n1767304810,3,20\n"),
            ["night.csv:3:1:", "this probe overlaps", "line 2"],
        ),
    ] {
        for part in parts {
            assert!(expected.contains(part), "{part:?} in {expected:?}");
        }
    }
}

#[test]
fn an_onset_outside_its_slot_is_refused() {
    let log = |onset: &str| format!("start,slot_seconds,onset\n1767304800,20,{onset}\n");
    assert!(refused(&log("1767304799")).starts_with("night.csv:2:15: the onset lies 1 s before its slot"));
    assert!(refused(&log("1767304821.5")).contains("1.5 s after the end of its slot"));
    assert!(read_text(&log("1767304800.5")).is_ok());
}

#[test]
fn nothing_may_sound_for_no_time_where_something_happened() {
    let log = |fields: &str| {
        read_text(&format!("start,slot_seconds,seconds,void\n1767304800,20,3,\n1767304830,20,{fields}\n")).unwrap()
    };
    let read = log("0,interrupted");
    let played = &read.rounds[1].played;
    assert_eq!((played.length, played.stimulus.name.as_str(), read.warnings.len()), (0, "", 0), "{:?}", read.warnings);
    assert!(log("0,").warnings[0].contains("nothing sounded in round 1 (seconds is 0), and yet it counts"));
}

#[test]
fn rounds_that_are_mixed_are_refused() {
    let text =
        "round,kind,start,slot_seconds\n0,probe,1767304800,5\n1,probe,1767304810,5\n0,sham,1767304820,5\n1,sham,1767304830,5\n";
    assert!(refused(text).contains("night.csv:3:1: round 1 begins before round 0 has ended"), "{}", refused(text));
}

#[test]
fn faults_in_json_lines_have_their_place() {
    let good = "{\"start\":1767304800}\n";
    for (line, expected) in [
        ("{\"start\":1767304900,\"start\":1767304900}", "night.csv:2:29: \"start\" comes twice"),
        ("{\"start\":true}", "night.csv:2:10: start: a text or a number belongs here, not true"),
        ("{\"start\":", "night.csv:2:9: EOF while parsing a value"),
        ("start,1767304900", "night.csv:2:1: expected value; in JSON Lines every line is an object"),
        ("{\"stimulus\":\"glass\"}", "night.csv:2:1: start is missing"),
    ] {
        let said = refused(&format!("{good}{line}\n"));
        assert!(said.starts_with(expected), "{expected:?} of {said:?}");
    }
    assert!(refused("{\"earwitness_probes\":2}\n").contains("version 2 of the format is not known"));
    let odd = read_text(&format!("{{\"earwitness_probes\":1,\"mood\":\"good\"}}\n{good}")).unwrap();
    assert!(odd.warnings.iter().any(|it| it.contains("\"mood\" of the header is not known")), "{:?}", odd.warnings);
}

#[test]
fn a_log_beyond_its_bound_is_refused() {
    let mut text = String::from("start\n");
    for second in 0..=1_000_000_i64 {
        writeln!(text, "{}", START + 30 * second).unwrap();
    }
    assert!(refused(&text).contains("more than 1000000 lines"));
}

fn stimulus() -> impl Strategy<Value = Stimulus> {
    let kind = prop_oneof![Just(SoundKind::Speech), Just(SoundKind::Noise), Just(SoundKind::Music)];
    ("[a-zäÅ家\",;{}\\\\# ]{0,12}[a-z]", kind).prop_map(|(name, kind)| Stimulus { name: name.trim().to_owned(), kind })
}

/// How far a round came.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Came {
    /// It sounded, in its slot.
    Whole,
    /// It was to sound and did not, because the loudspeaker failed or the program ended: for no time.
    Silent,
    /// It ended before its probe was ordered: nothing was to sound.
    Early,
    /// Its onset lies elsewhere by this many nanoseconds, because a clock was set.
    Elsewhere(i64),
}

/// How far it came, and what happened to it.
fn fate() -> impl Strategy<Value = (Came, Option<Void>)> {
    let any = [Void::FramesLost, Void::Glitch, Void::OtherSound, Void::NotHeard, Void::Interrupted, Void::ClockStepped];
    let wrong = [Void::FramesLost, Void::Glitch, Void::Interrupted, Void::ClockStepped];
    prop_oneof![
        prop::option::of(prop::sample::select(any.to_vec())).prop_map(|void| (Came::Whole, void)),
        prop::sample::select(wrong.to_vec()).prop_map(|void| (Came::Silent, Some(void))),
        prop::sample::select(wrong.to_vec()).prop_map(|void| (Came::Early, Some(void))),
        (prop::sample::select(wrong.to_vec()), -9_000_000 * SECOND..9_000_000 * SECOND)
            .prop_map(|(void, by)| (Came::Elsewhere(by), Some(void))),
    ]
}

/// By how much the clock is set back before a round.
fn set_back() -> impl Strategy<Value = i64> {
    prop_oneof![9 => Just(0), 1 => 0..90_000 * SECOND]
}

/// Guards before the slots, their length, which is drawn, delay and length of the sound in parts of a thousand, what sounded, and what became of it.
type Drawn = (Vec<i64>, i64, prop::sample::Index, i64, i64, Stimulus, Heard, (Came, Option<Void>), i64);

fn any_round() -> impl Strategy<Value = Drawn> {
    let heard = prop_oneof![Just(Heard::Yes), Just(Heard::No), Just(Heard::Unknown)];
    let guards = prop::collection::vec(0..5 * SECOND, 1..9);
    (guards, 1..40 * SECOND, any::<prop::sample::Index>(), 0_i64..1_000, 1_i64..1_000, stimulus(), heard, fate(), set_back())
}

prop_compose! {
    fn session()(from in -4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000, rounds in prop::collection::vec(any_round(), 1..6)) -> Vec<Round> {
        let mut at = from;
        (0..).zip(rounds).map(|(number, (guards, slot, drawn, delay, length, stimulus, heard, (came, void), back))| {
            at -= back;
            let slots: Vec<Window> = guards.iter().map(|guard| {
                at += guard;
                let from = Timestamp::from_nanos(at);
                at += slot;
                Window { from, until: Timestamp::from_nanos(at) }
            }).collect();
            let drawn = drawn.index(slots.len());
            let delay = delay * (slot - 1) / 1_000;
            let length = (length * (slot - delay) / 1_000).max(1);
            let onset = slots[drawn].from.plus(delay);
            let known = Played { condition: condition(length), timelines: timelines(length), ..Played::new(stimulus, onset, length, heard) };
            let nothing = Stimulus { name: String::new(), kind: SoundKind::Noise };
            let played = match came {
                Came::Whole => known,
                Came::Silent => Played { length: 0, timelines: None, ..known },
                Came::Early => Played::new(nothing, slots[drawn].from, 0, Heard::Unknown),
                Came::Elsewhere(by) => Played { onset: onset.plus(by), ..known },
            };
            Round { number, slots, drawn, played, void }
        }).collect()
    }
}

/// What was sent to the loudspeaker, of some rounds.
fn timelines(length: i64) -> Option<Arrangement> {
    let sound = |source| Sound { source, whole: 48_000, level: Decibels::from_hundredths(-2_305), digest: Digest::of(&[3, 4]) };
    let said = Source::Utterance { text: "„wo“, said\nIda".repeat(20), voice: "en-gb".into(), speed: "160".into() };
    let noise = Source::Noise { kind: NoiseKind::Pink, seed: u64::MAX - length.unsigned_abs() };
    let segments = vec![
        Segment::sound(48_000, sound(said)).unwrap(),
        Segment::gap(9_601).unwrap(),
        Segment::sound(1, sound(Source::File { name: "music/é.flac".into() })).unwrap(),
        Segment::silence(7).unwrap(),
        Segment::sound(47_999, sound(noise)).unwrap(),
    ];
    let timeline = Timeline::new(48_000.try_into().unwrap(), segments, 200_000, Digest::of(&[])).unwrap();
    let placed = [0, 3 * SECOND].map(|offset| Placed { offset, timeline: timeline.clone() });
    (length % 3 > 0).then(|| Arrangement::new(placed[..usize::try_from(length % 3).unwrap()].to_vec()).unwrap())
}

fn condition(length: i64) -> Condition {
    let levels = [("postfix_s", "0.5"), ("wake", "hey „you“; a=b")];
    Condition::new(levels.into_iter().take(usize::try_from(length % 5).unwrap().min(2))).unwrap()
}

#[test]
fn what_sounded_is_read_from_our_own_logs_and_faults_in_it_have_their_place() {
    let slot = |more: &str| format!("{{\"earwitness_probes\":1}}\n{{\"start\":1767304800,{more}}}\n");
    let sha = Digest::of(&[]);
    let timeline = |segment: &str| {
        slot(&format!("\"timelines\":[{{\"rate\":48000,\"planned\":480,\"sha256\":\"{sha}\",\"segments\":[{segment}]}}]"))
    };
    let log = read_text(&timeline("{\"kind\":\"gap\",\"samples\":480,\"colour\":\"red\"}")).unwrap();
    assert_eq!(log.rounds[0].played.timelines.as_ref().unwrap().end(), SECOND / 100);
    assert_eq!(read_text(&slot("\"timelines\":null,\"factors\":null")).unwrap().rounds[0].played.timelines, None);
    for (text, expected) in [
        (timeline("{\"kind\":\"gap\",\"samples\":481}"), "timelines: 481 samples sounded of 480 that were to"),
        (timeline("{\"kind\":\"gap\",\"samples\":0}"), "timelines: a segment without a sample"),
        (timeline("{\"kind\":\"hum\",\"samples\":1}"), "\"hum\" is no kind of segment; write one of: utterance"),
        (timeline("{\"kind\":\"utterance\",\"samples\":1,\"text\":\"a\"}"), "a segment of kind \"utterance\" needs voice"),
        (timeline("{\"kind\":\"noise\",\"samples\":1,\"noise\":\"hum\"}"), "write one of: glass, bark"),
        (slot("\"timelines\":[]"), "timelines: 0 timelines in a slot"),
        (slot("\"timelines\":3"), "timelines: invalid type"),
        (slot("\"factors\":{\"a b\":\"1\"}"), "factors: \"a b\" is no name of a factor"),
        (slot("\"factors\":{},\"factors\":{}"), "\"factors\" comes twice"),
        (slot("\"kind\":\"sham\",\"factors\":{\"a\":\"1\"}"), "given for a sham"),
    ] {
        let said = refused(&text);
        assert!(said.starts_with("night.csv:2:") && said.contains(expected), "{expected:?} in {said:?}");
    }
    // Another lab's log may mean something else by these words.
    let theirs = read_text("{\"start\":1767304800,\"factors\":\"warm\",\"timelines\":7}\n").unwrap();
    assert!(theirs.warnings[0].contains("not read are the keys \"factors\", \"timelines\""), "{:?}", theirs.warnings);
}

proptest! {
    #[test]
    fn nothing_is_lost_between_writing_and_reading(rounds in session(), seed: u64) {
        let header = Header { seed: Some(seed), alpha: Some(0.01), slot: Some(20_000_000_001), guard: Some(0), ..Header::default() };
        let (mut lines, mut again, mut comma) = (Vec::new(), Vec::new(), Vec::new());
        write_jsonl(&header, &rounds, &mut lines).unwrap();
        write_jsonl(&header, &rounds, &mut again).unwrap();
        write_csv(&rounds, &mut comma).unwrap();
        prop_assert_eq!(&lines, &again);
        let read = parse(&lines, "log", &Reading::default()).map_err(|trouble| TestCaseError::fail(trouble.to_string()))?;
        prop_assert_eq!(&read.rounds, &rounds);
        prop_assert_eq!(read.header, Some(header));
        let set_back = rounds.windows(2).any(|pair| pair[1].span().unwrap().from < pair[0].span().unwrap().until);
        prop_assert_eq!(!set_back, read.warnings.is_empty(), "{:?}", read.warnings);
        prop_assert!(read.warnings.iter().all(|it| it.contains("the clock was set back")), "{:?}", read.warnings);
        if set_back {
            // The columns of a table do not say who wrote them, and slots that overlap are an error of most who write one by hand.
            return Ok(());
        }
        let read = parse(&comma, "log", &Reading::default()).map_err(|trouble| TestCaseError::fail(trouble.to_string()))?;
        // The columns of a table do not say what sounded to the sample.
        let bare = |round: Round| {
            let played = Played { condition: Condition::default(), timelines: None, ..round.played };
            Round { played, ..round }
        };
        prop_assert_eq!(read.rounds, rounds.into_iter().map(bare).collect::<Vec<_>>());
    }

    #[test]
    fn any_text_is_read_or_refused_in_one_line(text in "(start|kind|round|\\{|\\}|[,:;\"\n0-9a-zTZ. -]){0,60}") {
        if let Err(trouble) = parse(text.as_bytes(), "log", &Reading::default()) {
            prop_assert!(!trouble.to_string().is_empty());
        }
    }
}
