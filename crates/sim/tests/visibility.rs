//! What was not seen is not silent: captures of a simulated home from which something is missing, as places of capture make them.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::experiment::Experiment;
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::plan::watch::Watch;
use earwitness_core::probe::Round;
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::verdict::{self, NotTested, Outcome, Verdict, Verdicts, judge};
use earwitness_core::visibility::Unseen;
use earwitness_sim::host::GATEWAY_MAC;
use earwitness_sim::house::House;
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;
use proptest::prelude::*;

/// Deaf devices, and one that is not.
const HOME: &str = r#"
hours = 1.5
sounds = [{ name = "breaking glass", kind = "noise" }]
[probing]
slots = 4
slot_seconds = 15
[[device]]
name = "plug"
kind = "plug"
[[device]]
name = "thermostat"
kind = "sensor"
every_seconds = 20
answer_octets = 24
[[device]]
name = "speaker"
kind = "speaker"
wake_words = ["computer"]
microphone = false
[[device]]
name = "lamp"
kind = "lamp"
reacts_to = ["noise"]
"#;

/// A session as it was captured at the gateway.
struct Session {
    frames: Vec<(i64, Vec<u8>)>,
    rounds: Vec<Round>,
    devices: BTreeMap<String, DeviceId>,
}

static SESSION: LazyLock<Session> = LazyLock::new(|| {
    let plan = Plan::from_toml(HOME, "home").unwrap();
    let mut house = House::new(&plan, 5);
    let design = Design { seed: 5, stimuli: plan.sounds.clone(), slots: 4, slot: 15 * SECOND, ..Design::default() };
    let mut machine = Experiment::new(design, Watch, 0.01, AnalysisSettings::default());
    let (mut frames, mut rounds) = (Vec::new(), Vec::new());
    let ended = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Frame(frame) => frames.push((frame.at.nanos(), frame.bytes.to_vec())),
        Happening::Write(Entry::Trial(trial)) => rounds.push(trial.round),
        _ => {}
    });
    rounds.extend(machine.finish(ended).trials.into_iter().map(|trial| trial.round));
    rounds.retain(|round| round.void.is_none());
    let devices = house.truth().devices.into_iter().map(|it| (it.name, DeviceId::Mac(it.mac))).collect();
    Session { frames, rounds, devices }
});

fn mac(frame: &[u8], at: usize) -> Mac {
    Mac(*frame[at..].first_chunk().unwrap())
}

/// Sent by this machine, to one receiver.
fn leaves(frame: &[u8], sender: Mac) -> bool {
    mac(frame, 6) == sender && !mac(frame, 0).is_group()
}

/// What is found in the frames that `keep` lets pass, which may change them.
fn seen(keep: impl Fn(i64, &mut Vec<u8>) -> bool) -> Findings {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for (at, frame) in &SESSION.frames {
        let mut bytes = frame.clone();
        if keep(*at, &mut bytes) {
            let (at, wire_len) = (Timestamp::from_nanos(*at), u32::try_from(bytes.len()).unwrap());
            analysis.frame(&Frame { at, link: Link::Ethernet, wire_len, bytes: &bytes, interface: 0 });
        }
    }
    analysis.finish()
}

fn judged(findings: &Findings) -> Verdicts {
    judge(
        findings,
        SESSION.rounds.clone(),
        &BTreeMap::new(),
        &verdict::VerdictSettings { late: false, ..verdict::VerdictSettings::default() },
    )
}

fn on<'a>(verdicts: &'a Verdicts, name: &str) -> &'a Verdict {
    verdicts.devices.iter().find(|it| it.device == SESSION.devices[name]).unwrap()
}

fn address(name: &str) -> Mac {
    match SESSION.devices[name] {
        DeviceId::Mac(mac) => mac,
        DeviceId::Address(_) => unreachable!("the capture has MAC addresses"),
    }
}

const DEAF: [&str; 3] = ["plug", "thermostat", "speaker"];

/// When round `number` ends.
fn end(number: usize) -> i64 {
    SESSION.rounds[number].span().unwrap().until.nanos()
}

#[test]
fn a_whole_capture_shows_that_deaf_devices_are_silent() {
    let verdicts = judged(&seen(|_, _| true));
    let rounds = SESSION.rounds.len();
    assert!(rounds >= 40, "{rounds}");
    for name in DEAF {
        let verdict = on(&verdicts, name);
        assert_eq!(verdict.outcome, Outcome::NoReaction, "{name}: {:?}", verdict.evidence);
        assert!(verdict.evidence.rounds as usize >= rounds * 9 / 10, "{name}: {:?}", verdict.evidence);
    }
    assert_eq!(on(&verdicts, "lamp").outcome, Outcome::Reacts);
}

#[test]
fn a_place_that_shows_one_direction_tests_nobody() {
    let verdicts = judged(&seen(|_, frame| mac(frame, 6) == GATEWAY_MAC));
    for name in ["plug", "thermostat", "speaker", "lamp"] {
        assert_eq!(on(&verdicts, name).outcome, Outcome::NotTested(NotTested::Unseen(Unseen::OneWay)), "{name}");
    }
    // With what they send to all, as a switch passes it on everywhere.
    let verdicts = judged(&seen(|_, frame| mac(frame, 6) == GATEWAY_MAC || mac(frame, 0).is_group()));
    for name in ["plug", "thermostat", "speaker", "lamp"] {
        assert_eq!(on(&verdicts, name).outcome, Outcome::NotTested(NotTested::Unseen(Unseen::OneWay)), "{name}");
    }
}

#[test]
fn octets_that_were_acknowledged_and_never_seen_are_no_silence() {
    // Of one device what it sends over TCP takes another way; its other frames pass, and so do all that are sent to it.
    const TCP: u8 = 6;
    let hidden = address("speaker");
    let findings = seen(|_, frame| !(leaves(frame, hidden) && frame[23] == TCP));
    let found = findings.devices.iter().find(|it| it.id == SESSION.devices["speaker"]).unwrap();
    let missed: u64 = found.passage.iter().flat_map(|it| it.missed.bins.iter()).map(|bin| bin.payload_octets).sum();
    let sent: u64 = seen(|_, _| true).devices.iter().find(|it| it.id == found.id).unwrap().upstream.payload_octets;
    assert!(missed > sent / 2 && missed <= sent, "{missed} of {sent}");
    let verdicts = judged(&findings);
    assert_eq!(on(&verdicts, "speaker").outcome, Outcome::NotTested(NotTested::Unseen(Unseen::OneWay)));
    assert_eq!(on(&verdicts, "thermostat").outcome, Outcome::NoReaction, "the others are not touched");
    let none = |it: &earwitness_core::findings::DeviceFindings| it.passage.iter().all(|it| it.missed.bins.is_empty());
    assert!(seen(|_, _| true).devices.iter().all(none), "nothing is missing of a whole capture");
}

#[test]
fn a_device_of_which_only_broadcasts_pass_is_not_tested() {
    let plug = address("plug");
    let verdicts = judged(&seen(|_, frame| mac(frame, 0) != plug && !leaves(frame, plug)));
    let outcome = verdicts.devices.iter().find(|it| it.device == SESSION.devices["plug"]).map(|it| it.outcome);
    assert!(outcome.is_none_or(|outcome| matches!(outcome, Outcome::NotTested(_))), "{outcome:?}");
    assert_eq!(on(&verdicts, "thermostat").outcome, Outcome::NoReaction, "the others are not touched");
}

#[test]
fn who_leaves_comes_late_or_changes_its_address_is_tested_while_it_is_there() {
    let (tenth, thermostat) = (end(9), address("thermostat"));
    let of = |mac_: Mac, frame: &[u8]| mac(frame, 6) == mac_ || mac(frame, 0) == mac_;
    let rounds = |findings: &Findings| on(&judged(findings), "thermostat").evidence.rounds;
    let left = rounds(&seen(|at, frame| at < tenth || !of(thermostat, frame)));
    assert!((8..=10).contains(&left), "{left}");
    let late = rounds(&seen(|at, frame| at >= tenth || !of(thermostat, frame)));
    let all = u32::try_from(SESSION.rounds.len()).unwrap();
    assert!((all - 12..=all - 10).contains(&late), "{late} of {all}");
    let other = [2, 0, 0, 0, 9, 9];
    let changed = seen(|at, frame| {
        for place in [0, 6] {
            if at >= tenth && mac(frame, place) == thermostat {
                frame[place..place + 6].copy_from_slice(&other);
            }
        }
        true
    });
    let verdicts = judged(&changed);
    let new = verdicts.devices.iter().find(|it| it.device == DeviceId::Mac(Mac(other))).unwrap();
    assert!(on(&verdicts, "thermostat").evidence.rounds <= 10);
    assert!(new.evidence.rounds <= all - 10 && new.evidence.rounds >= all - 13, "{:?}", new.evidence);
}

#[test]
fn rounds_in_a_gap_between_two_captures_count_for_nobody() {
    let (begins, ends) = (end(9), end(29));
    let verdicts = judged(&seen(|at, _| !(begins..ends).contains(&at)));
    let all = u32::try_from(SESSION.rounds.len()).unwrap();
    for name in DEAF {
        let evidence = &on(&verdicts, name).evidence;
        assert!(evidence.rounds <= all - 20 && evidence.rounds >= all - 25, "{name}: {evidence:?}");
        assert!(evidence.unseen.get(&Unseen::Gap).is_some_and(|rounds| *rounds >= 18), "{name}: {evidence:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn without_one_direction_nobody_is_called_silent(from in 0_usize..20, length in 20_usize..60) {
        // From one round to another only what comes down passes.
        let last = SESSION.rounds.len() - 1;
        let (begins, ends) = (end(from.min(last)), end((from + length).min(last)));
        let verdicts = judged(&seen(|at, frame| !(begins..ends).contains(&at) || mac(frame, 6) == GATEWAY_MAC));
        let lost = u32::try_from((from + length).min(last) - from).unwrap();
        let all = u32::try_from(SESSION.rounds.len()).unwrap();
        for verdict in &verdicts.devices {
            let evidence = &verdict.evidence;
            prop_assert!(evidence.is_proven() || evidence.rounds <= all - lost, "{evidence:?}");
        }
    }

    #[test]
    fn a_shorter_capture_never_counts_more_rounds(first in 0_usize..40, last in 0_usize..60) {
        let (from, until) = (end(first), end(last.min(SESSION.rounds.len() - 1)));
        let whole = judged(&seen(|_, _| true));
        let part = judged(&seen(|at, _| (from..until).contains(&at)));
        for verdict in &part.devices {
            let before = whole.devices.iter().find(|it| it.device == verdict.device).unwrap();
            prop_assert!(before.evidence.is_proven() || verdict.evidence.rounds <= before.evidence.rounds, "{verdict:?}");
        }
    }
}
