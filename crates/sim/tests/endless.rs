//! A device that never pauses: what was scored while it went on is what is scored again, also of uploads on a flow that is judged in pieces.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::experiment::{Action, Experiment, Input, Spoken};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::probe::{Effect, Heard, Round, SoundKind, Stimulus};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, judge};
use earwitness_sim::packet::{Ends, udp};

/// Frames that are still to come, by their moments.
#[derive(Default)]
struct Traffic(BTreeMap<(i64, u16), Vec<u8>>);

impl Traffic {
    fn add(&mut self, at: i64, octets: usize) {
        let ends = Ends {
            source_mac: Mac([2, 0, 0, 0, 0, 7]),
            target_mac: Mac([2, 0, 0, 0, 0, 1]),
            source: [192, 168, 1, 7].into(),
            target: [203, 0, 113, 9].into(),
            source_port: 40_000,
            target_port: 443,
            hops: 64,
        };
        let number = u16::try_from(self.0.len() % 60_000).unwrap();
        self.0.insert((at, number), udp(&ends, number, &vec![0; octets]));
    }

    /// Sound in frames of 20 ms.
    fn upload(&mut self, at: i64, seconds: i64) {
        (0..seconds * 50).for_each(|frame| self.add(at + frame * 20 * MILLISECOND, 160));
    }
}

/// A session of so many rounds beside a device that sends a little twice a second without an end, and sound every `every` seconds.
fn session(count: u32, every: i64) -> (Vec<Trial>, Vec<Trial>) {
    let stimuli = vec![Stimulus { name: "glass".into(), kind: SoundKind::Noise }];
    let design = Design { seed: 4, stimuli, ..Design::default() };
    let mut machine = Experiment::new(design, Campaign::new(count, Mode::Balanced), 0.01, AnalysisSettings::default());
    let (begin, end) = (1_000 * SECOND, 1_000 * SECOND + i64::from(count + 3) * 205 * SECOND);
    let mut traffic = Traffic::default();
    (0..(end - begin) / SECOND * 2).for_each(|half| traffic.add(begin + half * SECOND / 2, 60));
    (1..(end - begin) / SECOND / every).for_each(|upload| traffic.upload(begin + upload * every * SECOND, 5));
    let (mut trials, mut wake) = (Vec::new(), begin);
    while !machine.is_over() {
        let now = traffic.0.first_key_value().map_or(wake, |next| next.0.0.min(wake));
        let mut actions = Vec::new();
        if now == wake {
            wake = i64::MAX;
            machine.handle(Input::Tick, Timestamp::from_nanos(now), &mut actions);
        } else {
            let (_, bytes) = traffic.0.pop_first().unwrap();
            let (at, wire_len) = (Timestamp::from_nanos(now), u32::try_from(bytes.len()).unwrap());
            machine.handle(
                Input::Frame(Frame { at, link: Link::Ethernet, wire_len, bytes: &bytes, interface: 0 }),
                at,
                &mut actions,
            );
        }
        while let Some(action) = actions.pop() {
            match action {
                Action::WakeAt(at) => wake = at.nanos(),
                Action::Speak(order) => {
                    let onset = Timestamp::from_nanos(now);
                    let spoken = Spoken {
                        round: order.round,
                        onset,
                        length: order.length,
                        heard: Heard::Yes,
                        trouble: None,
                        timelines: None,
                    };
                    machine.handle(Input::Spoken(spoken), onset, &mut actions);
                }
                Action::Write(Entry::Trial(trial)) => trials.push(trial),
                _ => {}
            }
        }
    }
    let findings = machine.finish(Timestamp::from_nanos(end)).findings;
    let rounds: Vec<Round> = trials.iter().map(|trial| trial.round.clone()).collect();
    let again = judge(
        &findings,
        rounds,
        &BTreeMap::new(),
        &verdict::VerdictSettings { late: false, ..verdict::VerdictSettings::default() },
    );
    (trials, again.trials)
}

#[test]
fn uploads_of_a_device_that_never_pauses_are_scored_as_they_are_found_in_the_end() {
    let mut clocked = BTreeSet::new();
    for every in [19, 23, 31, 47] {
        let (live, again) = session(12, every);
        assert!(live.len() == 12 && again.len() == 12);
        for (live, again) in live.iter().zip(&again).filter(|pair| pair.1.round.effect() == Effect::Scored) {
            assert_eq!(live.scores, again.scores, "an upload every {every} s, round {}", live.round.number);
            clocked.extend(live.scores.values().flatten().map(|score| score.seen().clocked > 1.0));
        }
    }
    assert_eq!(clocked.len(), 2, "some slots hold sound, others do not");
}
