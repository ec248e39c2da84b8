//! A session of probes in the home of the tests.

#![expect(clippy::cast_precision_loss, reason = "the numbers of the sample are small")]

use std::collections::BTreeMap;

use earwitness_core::findings::{DeviceFindings, Findings, SightingKind};
use earwitness_core::probe::{Heard, Played, Round, SoundKind, Stimulus, Void};
use earwitness_core::schedule::Design;
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::verdict::{VerdictSettings, judge};

use super::Probing;
use crate::probelog::Header;
use crate::sample::{self, HOSTILE, START, aside_of, live, spread};

/// Rounds of the session.
const ROUNDS: u32 = 24;

/// The rounds: words and noises in turn, one void, each sound as long as the lot says.
pub(crate) fn rounds() -> Vec<Round> {
    let stimuli =
        [("alexa, what time is it", SoundKind::Speech), ("breaking glass", SoundKind::Noise), (HOSTILE, SoundKind::Music)];
    let stimuli = stimuli.map(|(name, kind)| Stimulus { name: name.to_owned(), kind }).to_vec();
    let design = Design { seed: 7, stimuli, ..Design::default() };
    let mut at = START.plus(900 * SECOND);
    (0..ROUNDS)
        .map(|number| {
            let ordered = design.round(number, at);
            at = ordered.slots.last().unwrap().until.plus(design.rest_after(number));
            let onset = ordered.slots[ordered.drawn].from.plus(180 * MILLISECOND);
            let stimulus = design.stimuli[usize::try_from(number).unwrap() % 3].clone();
            let played = Played::new(stimulus, onset, ordered.length, Heard::Yes);
            let void = (number == 9).then_some(Void::OtherSound);
            Round { number, slots: ordered.slots, drawn: ordered.drawn, played, void }
        })
        .collect()
}

/// The home of [`sample::sample`], whose speaker answers its word, whose camera sends clips of noises, and whose telephone has a call all the time.
pub(crate) fn home() -> Findings {
    let mut findings = sample::sample();
    let second = |round: &Round| round.played.onset.since(START) / SECOND + 1;
    for it in &mut findings.devices {
        it.continuous.clear();
        match it.names.first().map(|name| name.reveal().as_str()) {
            Some(name) if name.starts_with("Kitchen Echo") => {
                let mut clean = without_sightings(it);
                for round in rounds().iter().filter(|round| round.number % 3 == 0) {
                    let sound = live(second(round), round.played.length as f64 / 1e9 + 1.4, 20 * MILLISECOND, 3);
                    spread(&mut clean.sent, &sound, second(round));
                    clean.sightings.push(sound);
                }
                *it = clean;
            }
            Some(name) if name.starts_with("Front door") => {
                let clip = it.sightings.first().cloned().unwrap();
                let mut clean = without_sightings(it);
                for round in rounds().iter().filter(|round| round.number % 3 == 1) {
                    let mut clip = clip.clone();
                    let length = clip.window.length();
                    clip.window.from = START.plus((second(round) + 2) * SECOND);
                    clip.window.until = clip.window.from.plus(length);
                    clip.kind = SightingKind::LargeUpload;
                    spread(&mut clean.sent, &clip, second(round) + 2);
                    clean.sightings.push(clip);
                }
                *it = clean;
            }
            Some(HOSTILE) => it.continuous = vec![aside_of(600, 9_000, "203.0.113.7")],
            _ => {}
        }
    }
    findings
}

fn without_sightings(it: &DeviceFindings) -> DeviceFindings {
    let mut it = it.clone();
    let loud: Vec<i64> = it.sent.bins.iter().filter(|bin| bin.payload_octets > 5_000).map(|bin| bin.index).collect();
    it.sent.bins = it.sent.bins.iter().filter(|bin| !loud.contains(&bin.index)).collect();
    it.sightings.clear();
    it.bursts.clear();
    it
}

/// What the session says.
pub(crate) fn probing() -> Probing {
    let verdicts = judge(&home(), rounds(), &BTreeMap::new(), &VerdictSettings::default());
    let design = Header { seed: Some(7), slots: Some(8), ..Header::default() };
    let warnings = vec!["line 3 is earlier than the line before it; the lines were sorted by time".to_owned()];
    Probing { verdicts, expected: BTreeMap::new(), design: Some(design), warnings }
}

/// The same where the truth is known.
pub(crate) fn truthful() -> Probing {
    let mut probing = probing();
    let words = |it: &earwitness_core::verdict::Verdict| (it.device, it.outcome.words().to_owned());
    probing.expected = probing.verdicts.devices.iter().map(words).collect();
    probing
}
