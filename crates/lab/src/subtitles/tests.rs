use earwitness_core::time::{MILLISECOND, SECOND};
use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> Vec<(i64, i64, String)> {
    let cues = read(text, "show").unwrap_or_else(|error| panic!("{error}"));
    cues.into_iter().map(|it| (it.from / MILLISECOND, it.until / MILLISECOND, it.text)).collect()
}

fn refused(text: &str) -> String {
    read(text, "show").unwrap_err().to_string()
}

#[test]
fn srt_gives_lines_with_their_times() {
    let text = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i>,\r\n{\\an8}Alexander.\r\n\r\n2\r\n01:00:00.250 --> 01:00:01.000 X1:10\r\n- 5 < 6\r\n";
    assert_eq!(shown(text), [(1_000, 2_500, "Hello, Alexander.".to_owned()), (3_600_250, 3_601_000, "- 5 < 6".to_owned())]);
}

#[test]
fn what_is_wrong_with_srt_is_told_with_its_place() {
    let told = refused("1\n00:00:01,000 --> soon\nHello\n");
    assert!(told.starts_with("show:2:1: ") && told.contains("00:01:02,500"), "{told}");
    let told = refused("1\n00:00:03,000 --> 00:00:02,000\nHello\n");
    assert!(told.starts_with("show:2:1: ") && told.contains("before it begins"), "{told}");
    let told = refused("WEBVTT of some kind\n");
    assert!(told.starts_with("show:1:1: ") && told.contains("neither SRT nor TTML"), "{told}");
    assert!(refused("").contains("no subtitles"));
}

#[test]
fn ttml_gives_lines_with_their_times() {
    let text = r#"<?xml version="1.0"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" ttp:tickRate="1000">
 <head><metadata>no words</metadata></head>
 <body begin="10s"><div begin="00:00:01.000" end="00:01:00.000">
  <p begin="500ms" end="00:00:02:05">Hello<br/>there</p>
  <p begin="3s" dur="50f"><span>one</span> <span begin="1s" end="1500t">two</span></p>
  <p begin="58s" end="70s">cut</p>
 </div></body>
</tt>"#;
    let said = [(11_500, 13_200, "Hello there"), (14_000, 16_000, "one"), (15_000, 15_500, "two"), (69_000, 70_000, "cut")];
    assert_eq!(shown(text), said.map(|(from, until, text)| (from, until, text.to_owned())));
}

#[test]
fn rates_of_frames_and_ticks_follow_the_standard() {
    let at = |attributes: &str, time: &str| {
        let text = format!("<tt xmlns:p=\"x\" {attributes}><body><p begin=\"{time}\" dur=\"1s\">a</p></body></tt>");
        read(&text, "show").unwrap()[0].from
    };
    assert_eq!(at("", "30f"), SECOND, "30 frames a second where none are named");
    assert_eq!(at("p:frameRate=\"30\" p:frameRateMultiplier=\"1000 1001\"", "30f"), 1_001 * MILLISECOND);
    assert_eq!((at("", "7t"), at("p:frameRate=\"25\"", "25t")), (7 * SECOND, SECOND));
    assert_eq!((at("", "1.5h"), at("", "2m")), (5_400 * SECOND, 120 * SECOND));
}

#[test]
fn what_is_wrong_with_ttml_is_told_with_its_place() {
    for (text, place, what) in [
        ("<tt>\n <body><p begin=\"soon\" dur=\"1s\">a</p></body></tt>", "show:2:11: ", "no time"),
        ("<tt>\n <body><p begin=\"1s\">a</p></body></tt>", "show:2:8: ", "`end` or `dur`"),
        ("<tt>\n <body><p begin=\"3s\" end=\"1s\">a</p></body></tt>", "show:2:8: ", "before it begins"),
        ("<tt>\n <body timeContainer=\"seq\"></body></tt>", "show:2:8: ", "seq"),
        ("<svg/>", "show:1:1: ", "<svg>"),
        ("<tt>\n <body></tt>", "show:2:", "no XML"),
        ("<!DOCTYPE tt [<!ENTITY a \"aaaa\">]><tt>&a;</tt>", "show:1:", "no XML"),
        ("<tt p=\"x\"><body/></tt>", "show: ", "no subtitles"),
    ] {
        let told = refused(text);
        assert!(told.starts_with(place) && told.contains(what), "{text}: {told}");
    }
}

#[test]
fn words_share_the_time_of_their_line_and_notes_are_none() {
    let cues = [Cue { from: 0, until: 8 * SECOND, text: "[door slams] - Alexa, no (sighs) 42".into() }];
    let words = words(&cues);
    let said: Vec<(&str, i64)> = words.iter().map(|it| (it.text.as_str(), it.from / MILLISECOND)).collect();
    // Seven, three and three of thirteen letters, the space after each counted.
    assert_eq!(said, [("Alexa,", 0), ("no", 4_307), ("42", 6_153)]);
    assert_eq!(words[2].until, 8 * SECOND);
    assert_eq!(super::words(&[Cue { from: 0, until: 1, text: "an (open".into() }]).len(), 2);
}

proptest! {
    #[test]
    fn damaged_subtitles_are_read_or_refused_in_words(at in 0_usize..230, long in 0_usize..8, put in "[0-9:,.<>/\"a-z\n -]{0,4}") {
        let ttml = "<tt xmlns=\"http://www.w3.org/ns/ttml\" frameRate=\"25\"><body begin=\"1s\"><div><p begin=\"00:00:01:10\" dur=\"50f\">Hello<br/>there <span begin=\"1s\">you</span></p></div></body></tt>";
        let srt = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>, [door] Alexander.\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n";
        for text in [ttml, srt] {
            let (at, until) = (at.min(text.len()), (at + long).min(text.len()));
            match read(&format!("{}{put}{}", &text[..at], &text[until..]), "show") {
                Ok(cues) => {
                    prop_assert!(cues.iter().all(|it| 0 <= it.from && it.from <= it.until && !it.text.is_empty()));
                    prop_assert!(words(&cues).iter().all(|it| it.from <= it.until));
                }
                Err(error) => prop_assert!(!error.what.is_empty()),
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused_in_words(text in "[0-9:,.>\\-\n <tpbodyein=\"/s]{0,200}") {
        match read(&text, "show") {
            Ok(cues) => {
                prop_assert!(cues.iter().all(|it| it.from <= it.until && !it.text.is_empty()));
                prop_assert!(words(&cues).iter().all(|it| it.from <= it.until));
            }
            Err(error) => prop_assert!(!error.what.is_empty()),
        }
    }
}
