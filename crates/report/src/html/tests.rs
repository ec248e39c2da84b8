//! The page as a stranger's names, a week, and a jumping clock leave it.

use earwitness_core::findings::{Bin, Mark};
use earwitness_core::time::SECOND;

use super::*;
use crate::sample;
use crate::verdicts::Probing;
use crate::verdicts::sample::{home, probing, truthful};

fn shown(findings: &Findings) -> String {
    page_of(findings, None)
}

fn page_of(findings: &Findings, probing: Option<&Probing>) -> String {
    let mut out = Vec::new();
    let troubles = ["<b>a.pcap</b>: breaks off".to_owned()];
    write(findings, &Context { probing, ..sample::context(&troubles) }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_hostile_name_is_shown_as_text() {
    let page = shown(&sample::sample());
    assert!(page.contains("&lt;script&gt;alert("));
    assert!(!page.contains("<script") && !page.contains("<b>"));
    assert!(!page.contains(['\x1b', '\u{202e}']));
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = shown(&sample::sample());
    assert!(page.contains("default-src 'none'"));
    for forbidden in ["src=", "http://", "https://", "url(", "@import", "<link", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(!page.contains(" onload=") && !page.contains(" onclick=") && !page.contains(" onerror="));
}

#[test]
fn the_answer_stands_on_top_and_each_sighting_has_its_picture() {
    let page = shown(&sample::sample());
    assert!(page.contains("<h1>2 of 6 devices sent what looks like sound to the internet"));
    assert_eq!(page.matches("class=\"beat\"").count(), 12);
    assert_eq!(page.matches("Close-up of the beat").count(), 8);
    assert!(page.contains("A sighting is not proof"));
}

#[test]
fn a_clock_that_jumps_52_years_is_a_break_of_a_few_pixels() {
    let mut findings = sample::sample();
    let before = shown(&findings).len();
    sample::jump(&mut findings.devices[0], 52 * 31_556_952 + 86_400);
    let page = shown(&findings);
    assert!(page.contains("52 years without any traffic"), "no break");
    assert!(page.len() < before + before / 5);
}

#[test]
fn a_thousand_jumps_are_drawn_as_a_dozen_stretches() {
    let mut findings = sample::sample();
    for _ in 0..1_000 {
        sample::jump(&mut findings.devices[0], 86_400);
    }
    let page = shown(&findings);
    assert_eq!(page.matches("class=\"break\"").count() % 11, 0);
    assert!(page.len() < 2_000_000);
}

#[test]
fn a_week_of_every_second_stays_small() {
    let mut findings = sample::sample();
    for it in &mut findings.devices {
        it.sent.bins = (0..604_800_i64)
            .map(|index| Bin { index, frames: 1, payload_octets: u64::try_from(index * 7_919 % 5_003).unwrap() })
            .collect();
        it.seen.until = sample::START.plus(604_800 * SECOND);
    }
    let page = shown(&findings);
    assert!(page.len() < 1_000_000);
    assert!(!page.contains("width=\"0.00%\""), "SVG draws nothing of width 0");
}

#[test]
fn many_sightings_are_listed_few_are_drawn_and_the_page_says_so() {
    let mut findings = sample::sample();
    for it in &mut findings.devices {
        if let Some(first) = it.sightings.first().cloned() {
            it.sightings = vec![first; 1_200];
        }
    }
    let page = shown(&findings);
    assert_eq!(page.matches("class=\"beat\"").count(), PICTURES);
    assert!(page.contains("200 more sightings are in the JSON report"));
    assert!(page.contains("Only 200 beats are drawn"));
    assert!(page.len() < 12_000_000, "{}", page.len());
}

#[test]
fn numbers_beyond_reason_and_an_empty_capture_are_drawn_without_harm() {
    let mut findings = sample::sample();
    for it in findings.devices.iter_mut().flat_map(|it| &mut it.sightings) {
        it.window.until = earwitness_core::time::Timestamp::MIN;
        it.marks.iter_mut().for_each(|mark| mark.length = u32::MAX);
        it.marks.reverse();
        it.audio_seconds = None;
        it.pre_roll_seconds.value = f64::NAN;
    }
    let page = shown(&findings);
    assert!(!page.contains("NaN") && !page.contains("inf%"));
    assert!(shown(&Findings::default()).contains("No device was seen"));
}

#[test]
fn a_long_train_is_drawn_from_its_first_to_its_last_record() {
    let mut findings = sample::sample();
    for it in findings.devices.iter_mut().flat_map(|it| &mut it.sightings) {
        let at = |n: i64| it.window.from.plus(n * 20_000_000);
        it.marks =
            (0..4_096).map(|n| Mark { at: at(n), length: 100 + u32::try_from(n * 37 % 90).unwrap(), audio: true }).collect();
        it.window.until = at(4_096);
    }
    let page = shown(&findings);
    assert!(page.contains("M2000 "), "the last record is missing");
    assert!(page.contains("Only the first 4,096 records were kept"));
    assert!(page.len() < 12 * 200_000, "{}", page.len());
}

/// For a look in a browser: `EARWITNESS_SAMPLE=sample.html cargo test -p earwitness writes_the_sample`.
#[test]
fn writes_the_sample_where_it_is_asked_to() {
    if let Some(path) = std::env::var_os("EARWITNESS_SAMPLE") {
        std::fs::write(&path, shown(&sample::sample())).unwrap();
        std::fs::write(std::path::Path::new(&path).with_extension("probed.html"), page_of(&home(), Some(&truthful()))).unwrap();
        std::fs::write(std::path::Path::new(&path).with_extension("open.html"), page_of(&home(), Some(&open()))).unwrap();
    }
}

/// The same session, each device with another verdict that leaves it open.
fn open() -> Probing {
    use earwitness_core::verdict::{NotTested, Outcome, Undecided};
    let outcomes = [
        Outcome::NotTested(NotTested::NoRounds),
        Outcome::NotTested(NotTested::Unheard),
        Outcome::NotTested(NotTested::Absent),
        Outcome::Undecided(Undecided::NoLot),
        Outcome::Undecided(Undecided::FewRounds),
        Outcome::Undecided(Undecided::Promising),
    ];
    let mut probing = probing();
    probing.verdicts.devices.iter_mut().zip(outcomes).for_each(|(verdict, outcome)| verdict.outcome = outcome);
    probing
}

#[test]
fn what_is_open_says_what_to_do_and_claims_nothing() {
    let page = page_of(&home(), Some(&open()));
    assert!(page.contains("<h1>No device of 6 was proven to send what it hears."));
    assert!(page.contains("3 are undecided, 3 were not tested."));
    for (part, times) in [
        ("Play rounds while it is there and captured.", 1),
        ("Put a microphone beside the loudspeaker", 1),
        ("Switch it on and test again.", 1),
        ("log the others as kind=sham.", 1),
        ("are too few to exclude one", 1),
        ("it may still be chance.", 1),
        // Only what is promising has a bound on its error to show.
        ("how often such evidence shows", 1),
        ("class=\"verdict none\"", 0),
    ] {
        assert_eq!(page.matches(part).count(), times, "{part}");
    }
}

#[test]
fn verdicts_stand_before_all_else_each_with_its_words_and_its_picture() {
    let page = page_of(&home(), Some(&probing()));
    assert!(page.contains("<h1>2 of 6 devices send what they hear."));
    assert_eq!(page.matches("class=\"raster\"").count(), 6);
    assert_eq!(page.matches("class=\"evidence\"").count(), 6);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("When it hears a sound, it sends sound") < place("What else the traffic shows"));
    assert!(place("class=\"verdict streams\"") < place("class=\"verdict none\""));
    assert!(!page.contains("as it really is"));
    assert!(page_of(&home(), Some(&truthful())).contains("as it really is"));
}

#[test]
fn a_hostile_name_of_a_sound_is_shown_as_text_and_a_page_of_verdicts_loads_nothing() {
    let page = page_of(&home(), Some(&probing()));
    assert!(!page.contains("<script") && !page.contains(['\x1b', '\u{202e}']));
    for forbidden in ["src=", "http://", "https://", "url(", "NaN", "inf%"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_thousand_rounds_are_thinned_and_the_page_says_so() {
    let mut probing = probing();
    let trials = probing.verdicts.trials.clone();
    probing.verdicts.trials = trials.iter().cycle().take(1_000).cloned().collect();
    let page = page_of(&home(), Some(&probing));
    assert!(page.contains(" of 1,000 are drawn)") && page.contains(" of 7,000 are drawn)"), "not thinned");
    assert!(page.len() < 1_500_000, "{}", page.len());
}

#[test]
fn a_device_that_sent_nothing_around_any_slot_has_no_picture() {
    let mut findings = home();
    findings.devices.iter_mut().for_each(|it| it.sent.bins = std::iter::empty().collect());
    let page = page_of(&findings, Some(&probing()));
    assert_eq!(page.matches("class=\"raster\"").count(), 0);
    assert_eq!(page.matches("It sent nothing around any slot.").count(), 6);
}
