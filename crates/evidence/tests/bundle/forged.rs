//! Forged bundles whose digests were all made again: what is deeper must refuse them.

use earwitness_core::frame::Frame;
use earwitness_core::pcap::each_frame;
use earwitness_evidence::frames::Keeper;
use earwitness_evidence::names::{ABOUT, COMMITMENT, DOCUMENT, FRAMES, PROBES, SETTINGS, SSH_SIGNATURE, VERDICTS};
use earwitness_evidence::verify::Conclusion;
use serde_json::{Value, json};

use crate::home::{self, Bundle, bundle, check, checked_with};
use crate::{fails, said};

/// The bundle with its frames written again, as `each` wants them.
fn with_frames(each: impl Fn(usize, &Frame<'_>) -> Option<Vec<u8>>) -> Bundle {
    let mut other = bundle().clone();
    let (mut out, mut number) = (Vec::new(), 0);
    let mut keeper = Keeper::new(&mut out, &[], None);
    each_frame(&bundle().files[FRAMES], |frame| {
        number += 1;
        if let Some(bytes) = each(number, frame) {
            keeper.frame(0, &Frame { bytes: &bytes, ..*frame }).unwrap();
        }
    })
    .unwrap();
    keeper.finish(0).unwrap();
    other.files.insert(FRAMES.to_owned(), out);
    other.made_anew()
}

/// The lines of the log as objects, changed and written again as the program writes them.
fn with_log(change: impl FnOnce(&mut Vec<Value>)) -> Bundle {
    let changed = bundle().with(PROBES, |text| {
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        change(&mut lines);
        let text: String = lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n");
        let reading = earwitness_report::probelog::Reading::default();
        let log = earwitness_report::probelog::parse(text.as_bytes(), "log", &reading).unwrap();
        let mut out = Vec::new();
        earwitness_report::probelog::write_jsonl(&log.header.unwrap(), &log.rounds, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    });
    changed.made_anew()
}

fn refused(forged: &Bundle, by: &str, what: &str) {
    let report = check(forged);
    assert_eq!(report.conclusion, Conclusion::Refused, "{what}: {}", said(&report));
    assert!(fails(&report).contains(&by), "{what}: {}", said(&report));
    assert!(!fails(&report).contains(&"files"), "{what}: the digests were made again");
}

#[test]
fn a_lot_that_was_not_drawn() {
    let forged = with_log(|lines| {
        let probe = lines.iter().position(|it| it["kind"] == "probe").unwrap();
        let round = lines[probe]["round"].clone();
        let other = (1..lines.len()).find(|place| lines[*place]["round"] == round && *place != probe).unwrap();
        let moved = lines[probe].as_object().unwrap().clone();
        lines[probe] = json!({"round": moved["round"], "slot": moved["slot"], "kind": "sham", "start": moved["start"], "slot_seconds": moved["slot_seconds"]});
        let sham = lines[other].as_object_mut().unwrap();
        sham["kind"] = json!("probe");
        for key in ["seconds", "stimulus", "sound", "heard"] {
            sham.insert(key.to_owned(), moved[key].clone());
        }
    });
    refused(&forged, "lots", "a lot");
}

#[test]
fn a_seed_that_was_chosen_afterwards() {
    // One that draws what the log says is looked for in vain; without a seed, the commitment and the verdicts tell.
    refused(&with_log(|lines| lines[0]["seed"] = json!(9)), "lots", "another seed");
    let forged = with_log(|lines| drop(lines[0].as_object_mut().unwrap().remove("seed")));
    refused(&forged, "commitment", "no seed");
}

#[test]
fn frames_that_were_left_out_or_added_or_shortened() {
    refused(&with_frames(|number, frame| (number % 10 != 0).then(|| frame.bytes.to_vec())), "verdicts", "left out");
    refused(&with_frames(|number, frame| (number != 50).then(|| frame.bytes.to_vec())), "verdicts", "one left out");
    let cut = with_frames(|_, frame| Some(frame.bytes[..frame.bytes.len().min(60)].to_vec()));
    refused(&cut, "verdicts", "shortened");
    // Another device has sent it.
    let other = with_frames(|number, frame| {
        let mut bytes = frame.bytes.to_vec();
        if number == 40 {
            bytes[11] ^= 0x55;
        }
        Some(bytes)
    });
    refused(&other, "verdicts", "another sender");
}

#[test]
fn frames_that_are_not_whole() {
    let mut forged = bundle().clone();
    let frames = forged.files.get_mut(FRAMES).unwrap();
    frames.truncate(frames.len() - 7);
    refused(&forged.made_anew(), "frames", "half a frame");
    let mut forged = bundle().clone();
    forged.files.insert(FRAMES.to_owned(), b"no capture".to_vec());
    refused(&forged.made_anew(), "frames", "no capture");
}

#[test]
fn a_verdict_and_each_number_behind_it() {
    let report: Value = serde_json::from_str(&bundle().text(VERDICTS)).unwrap();
    let judged = report["devices"].as_array().unwrap().iter().position(|it| it["verdict"].is_string()).unwrap();
    let verdict = report["devices"][judged]["verdict"].as_str().unwrap().to_owned();
    let forged = bundle()
        .with(VERDICTS, |text| text.replacen(&format!("\"verdict\": \"{verdict}\""), "\"verdict\": \"streams_all_of_it\"", 1))
        .made_anew();
    refused(&forged, "verdicts", "a verdict");
    let report = check(&forged);
    assert!(said(&report).contains("\"streams_all_of_it\" in the bundle, and"), "{}", said(&report));
    // The last digit of a number of the evidence.
    let forged = bundle().with(VERDICTS, |text| {
        let at = text.find("\"ln_e\": ").unwrap() + "\"ln_e\": ".len();
        let end = at + text[at..].find([',', '\n']).unwrap();
        let number: f64 = text[at..end].parse().unwrap();
        format!("{}{}{}", &text[..at], f64::from_bits(number.to_bits() ^ 1), &text[end..])
    });
    refused(&forged.made_anew(), "verdicts", "a bit of a number");
    // Two keys of one name: readers differ in which they take.
    let forged = bundle().with(VERDICTS, |text| text.replacen("{\n", "{\n  \"devices\": [],\n", 1));
    refused(&forged.made_anew(), "verdicts", "a key twice");
}

#[test]
fn a_setting() {
    let other = |text: String| text.replacen("\"alpha\": 0.01", "\"alpha\": 0.2", 1);
    refused(&bundle().with(SETTINGS, other).made_anew(), "rounds", "alpha of the settings alone");
    let both = bundle().with(SETTINGS, other).with(PROBES, |text| text.replacen("\"alpha\":0.01", "\"alpha\":0.2", 1));
    let report = check(&both.clone().made_anew());
    assert!(fails(&report).contains(&"commitment") && fails(&report).contains(&"verdicts"), "{}", said(&report));
    let control = |text: String| text.replacen("\"controls\": []", "\"controls\": [\n    \"02:00:00:00:00:77\"\n  ]", 1);
    refused(&bundle().with(SETTINGS, control).made_anew(), "verdicts", "a control");
    refused(
        &bundle().with(SETTINGS, |text| text.replacen("{\n", "{\n  \"extra\": 1,\n", 1)).made_anew(),
        "contents",
        "a key more",
    );
    // Rules of another version cannot be derived again: nothing is refused, and nothing is said to hold.
    let other = bundle().with(SETTINGS, |text| {
        let rules = format!("\"rules\": {}", earwitness_core::verdict::RULES);
        text.replacen(&rules, "\"rules\": 1", 1)
    });
    assert_eq!(check(&other.made_anew()).conclusion, Conclusion::Incomplete);
}

#[test]
fn a_time() {
    let forged = with_log(|lines| {
        // All of a round an hour later.
        let round = lines[1]["round"].clone();
        for line in lines.iter_mut().filter(|it| it["round"] == round) {
            for key in ["start", "onset"] {
                if let Some(text) = line.get(key).and_then(Value::as_str) {
                    line[key] = json!(text.replacen("T22:", "T21:", 1));
                }
            }
        }
    });
    let report = check(&forged);
    assert!(fails(&report).contains(&"verdicts") && fails(&report).contains(&"rounds"), "{}", said(&report));
    let forged = bundle().with(SETTINGS, |text| {
        let value: Value = serde_json::from_str(&text).unwrap();
        let begun = value["begun_ns"].as_i64().unwrap();
        text.replacen(&begun.to_string(), &(begun + 3_600_000_000_000).to_string(), 1)
    });
    refused(&forged.made_anew(), "rounds", "a beginning after the first round");
}

#[test]
fn a_commitment_of_another_session() {
    let forged = bundle().with(COMMITMENT, |text| text.replacen("slots 8", "slots 6", 1)).made_anew();
    refused(&forged, "commitment", "another layout");
    // Another salt is another commitment: only what was published tells.
    let published = earwitness_evidence::commitment::of(&bundle().text(COMMITMENT));
    let forged = bundle().with(COMMITMENT, |text| text.replacen("salt 07", "salt 08", 1)).made_anew();
    assert_eq!(check(&forged).conclusion, Conclusion::Holds, "nothing to compare it with");
    assert_eq!(fails(&checked_with(&forged, &home::Nobody, Some(&published))), ["commitment"]);
}

#[test]
fn a_description_of_something_else() {
    let forged = bundle().with(DOCUMENT, |text| text.replacen("Evidence of earwitness", "Acquittal", 1)).made_anew();
    refused(&forged, "description", "a document");
    let forged = bundle().with(ABOUT, |text| text.replacen("<b>claim</b>", "another claim", 1)).made_anew();
    refused(&forged, "description", "a claim, with the document that repeats it");
}

#[test]
fn a_signature_of_other_octets_or_in_other_lines() {
    let mut forged = bundle().clone();
    forged.files.insert(SSH_SIGNATURE.to_owned(), home::armor(b"of another bundle").into_bytes());
    let forged = forged.made_anew();
    assert_eq!(fails(&checked_with(&forged, &home::Refuses, None)), ["signature"]);
    let mut odd = forged.clone();
    odd.files.insert(SSH_SIGNATURE.to_owned(), home::armor(b"x").replace('\n', "\r\n").into_bytes());
    let report = checked_with(&odd.made_anew(), &home::Says("anybody"), None);
    assert_eq!(fails(&report), ["signature"], "nobody is asked about what ssh-keygen does not write");
}
