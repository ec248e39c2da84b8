//! Bundles that hold, and forged ones: each is refused, with what does not hold.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "bundle/archives.rs"]
mod archives;
#[path = "bundle/commitments.rs"]
mod commitments;
#[path = "bundle/forged.rs"]
mod forged;
#[path = "bundle/home.rs"]
mod home;
#[path = "bundle/seals.rs"]
mod seals;
#[path = "bundle/times.rs"]
mod times;

use std::io::Cursor;

use earwitness_evidence::names::{COMMITMENT, FRAMES, SEALS, TAG_MANIFEST};
use earwitness_evidence::page;
use earwitness_evidence::verify::{Conclusion, Report, State};

use home::{Bundle, Nobody, bundle, check, checked_with};

/// What a check came to.
fn state(report: &Report, what: &str) -> Option<State> {
    report.of(what).map(|it| it.state)
}

/// What a report says, all of it.
fn said(report: &Report) -> String {
    let mut out = Vec::new();
    page::text(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What does not hold.
fn fails(report: &Report) -> Vec<&'static str> {
    report.failing().map(|it| it.what).collect()
}

#[test]
fn a_bundle_holds_and_says_what_it_cannot_show() {
    let report = check(bundle());
    assert_eq!(report.conclusion, Conclusion::Holds, "{}", said(&report));
    for what in ["archive", "files", "contents", "rounds", "lots", "frames", "verdicts", "description"] {
        assert_eq!(state(&report, what), Some(State::Holds), "{what}: {}", said(&report));
    }
    for what in ["signature", "time stamp", "commitment"] {
        assert_eq!(state(&report, what), Some(State::Open), "{what}");
    }
    assert!(report.cannot_show[0].contains("with another signature, would pass as well"), "{:?}", report.cannot_show);
    assert!(report.verdicts.len() >= 3 && !report.answer.is_empty());
    let mut out = Vec::new();
    page::page(&report, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("What it cannot show") && page.contains("&lt;b&gt;claim&lt;/b&gt;"), "what strangers wrote is escaped");
}

#[test]
fn the_commitment_that_was_published_is_compared() {
    let published = earwitness_evidence::commitment::of(&bundle().text(COMMITMENT));
    let report = checked_with(bundle(), &Nobody, Some(&published));
    assert_eq!((report.conclusion, state(&report, "commitment")), (Conclusion::Holds, Some(State::Holds)));
    assert!(!report.cannot_show[0].contains("would pass as well"));
    let other = "0".repeat(64);
    let report = checked_with(bundle(), &Nobody, Some(&other));
    assert_eq!(fails(&report), ["commitment"]);
    let report = checked_with(&bundle().without(COMMITMENT).made_anew(), &Nobody, Some(&published));
    assert!(fails(&report).contains(&"commitment"), "{}", said(&report));
}

/// Bits all over each file, of the first and the last octet as well; with `EARWITNESS_EVERY_BIT=1` all of them, which takes ten minutes.
#[test]
fn each_bit_of_each_file_is_covered() {
    let every = std::env::var_os("EARWITNESS_EVERY_BIT").is_some();
    let lanes = std::thread::available_parallelism().unwrap().get();
    for (name, octets) in &bundle().files {
        let bits = octets.len() * 8;
        let many = if name == FRAMES { 12 } else { 24 };
        let step = if every { 1 } else { (bits / many).max(1) };
        let mut tried: Vec<usize> = (0..bits).step_by(step).chain([bits - 1]).collect();
        tried.dedup();
        println!("{name}: {} of {bits} bits", tried.len());
        std::thread::scope(|threads| {
            for part in tried.chunks(tried.len().div_ceil(lanes)) {
                threads.spawn(|| each_is_refused(name, part));
            }
        });
    }
}

/// With each of these bits of a file flipped, and the others as they were.
fn each_is_refused(name: &str, bits: &[usize]) {
    let mut changed = bundle().clone();
    let flip = |it: &mut Bundle, bit: usize| it.files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
    for bit in bits {
        flip(&mut changed, *bit);
        let report = check(&changed);
        assert_eq!(report.conclusion, Conclusion::Refused, "bit {bit} of {name}: {}", said(&report));
        assert!(!fails(&report).is_empty());
        flip(&mut changed, *bit);
    }
    assert!(changed.files == bundle().files);
}

#[test]
fn what_was_changed_is_named() {
    let mut changed = bundle().clone();
    changed.files.get_mut(FRAMES).unwrap()[5_000] ^= 1;
    let report = check(&changed);
    assert!(said(&report).contains("data/frames.pcapng is not what was put into the bundle"), "{}", said(&report));
    assert_eq!(fails(&report), ["files"]);
}

#[test]
fn a_bundle_is_the_same_to_the_octet_whoever_makes_it() {
    let again = home::made();
    assert!(again == home::made(), "the archives differ");
    assert_eq!(Bundle::of(&again).files, bundle().files);
}

#[test]
fn a_seal_is_added_without_touching_what_it_seals() {
    let mut sealing = earwitness_evidence::export::Sealing::default();
    let mut sealed = Vec::new();
    let armor = home::armor(b"any octets");
    let mut sign = |message: &[u8]| {
        assert_eq!(message, bundle().files[TAG_MANIFEST]);
        Ok(armor.clone().into_bytes())
    };
    earwitness_evidence::export::seal(Cursor::new(home::made()), &mut sealing, Some(&mut sign), &mut sealed).unwrap();
    let sealed = Bundle::of(&sealed);
    assert!(sealed.files.contains_key(SEALS));
    let report = checked_with(&sealed, &home::Says("a friend"), None);
    assert_eq!((report.conclusion, state(&report, "signature")), (Conclusion::Holds, Some(State::Holds)), "{}", said(&report));
    // Every bit of the seal is covered as well, whoever checks it.
    for name in [SEALS, earwitness_evidence::names::SSH_SIGNATURE] {
        for bit in (0..sealed.files[name].len() * 8).step_by(29) {
            let mut changed = sealed.clone();
            changed.files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                checked_with(&changed, &home::Says("a friend"), None).conclusion,
                Conclusion::Refused,
                "bit {bit} of {name}"
            );
        }
    }
    let refused = checked_with(&sealed, &home::Refuses, None);
    assert_eq!(fails(&refused), ["signature"]);
}
