//! Uploads whose octets are lost on the way and sent again, or are handed over late: when they end, and when that is reported.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::detect::lottery::Score;
use earwitness_core::event::{Event, What};
use earwitness_core::experiment::{Action, Experiment, Input, Upkeep};
use earwitness_core::findings::Sighting;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::measure::{Measure, Profile};
use earwitness_core::plan::watch::Watch;
use earwitness_core::schedule::Design;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_core::trial::score;
use earwitness_sim::packet::{ACK, Ends, PSH, TcpHeader, tcp};

const START: i64 = 1_700_000_000 * SECOND;

/// Octets of a slice, TLS header included.
const SLICE: u32 = 118;

/// When the last of 200 slices of 20 ms is sent.
const LAST: i64 = START + 199 * 20 * MILLISECOND;

/// A segment with one TLS record.
fn segment(position: u32, length: u32) -> Vec<u8> {
    let ends = Ends {
        source_mac: Mac([0x02, 0, 0, 0, 0, 0x77]),
        target_mac: Mac([0x02, 0, 0, 0, 0, 0x01]),
        source: [192, 168, 1, 77].into(),
        target: [203, 0, 113, 99].into(),
        source_port: 40_000,
        target_port: 443,
        hops: 64,
    };
    let header = TcpHeader { sequence: 1 + position, acknowledged: 1, flags: ACK | PSH, window: 8_192, options: &[] };
    let [_, _, high, low] = (length - 5).to_be_bytes();
    let mut record = vec![0x55; length as usize];
    record[..5].copy_from_slice(&[23, 3, 3, high, low]);
    tcp(&ends, 1, &header, &record)
}

fn frame(at: i64, octets: &[u8]) -> Frame<'_> {
    let wire_len = u32::try_from(octets.len()).unwrap();
    Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes: octets, interface: 0 }
}

fn send(analysis: &mut Analysis, at: i64, position: u32, length: u32) {
    analysis.frame(&frame(at, &segment(position, length)));
}

/// Four seconds of speech: 200 slices.
fn speech() -> Analysis {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for slice in 0..200 {
        send(&mut analysis, START + i64::from(slice) * 20 * MILLISECOND, slice * SLICE, SLICE);
    }
    analysis
}

fn the_one(analysis: Analysis) -> Sighting {
    let mut sightings: Vec<Sighting> = analysis.finish().devices.into_iter().flat_map(|device| device.sightings).collect();
    assert_eq!(sightings.len(), 1, "{sightings:#?}");
    sightings.remove(0)
}

#[test]
fn an_upload_ends_when_its_last_octet_was_sent_for_the_last_time() {
    for lost in [1, 3] {
        let mut analysis = speech();
        // The timer of a sender, doubled with each attempt.
        for late in [300, 900, 2_100] {
            send(&mut analysis, LAST + late * MILLISECOND, (200 - lost) * SLICE, SLICE);
        }
        let sighting = the_one(analysis);
        assert_eq!(sighting.window.until.nanos(), LAST + 2_100 * MILLISECOND);
        let seconds = sighting.audio_seconds.unwrap().value;
        assert!((seconds - 4.0).abs() < 0.05, "what comes again is heard once: {seconds}");
    }
}

#[test]
fn what_is_sent_again_after_the_upload_was_delivered_does_not_lengthen_it() {
    let mut analysis = speech();
    send(&mut analysis, LAST + 400 * MILLISECOND, 200 * SLICE, 700);
    send(&mut analysis, LAST + 900 * MILLISECOND, 200 * SLICE, 700);
    assert_eq!(the_one(analysis).window.until.nanos(), LAST);
}

#[test]
fn a_device_that_repeats_its_last_octets_for_good_does_not_put_off_its_judgement() {
    let mut analysis = speech();
    for second in 1..=30 {
        let now = LAST + second * SECOND;
        send(&mut analysis, now, 199 * SLICE, SLICE);
        analysis.settle(Timestamp::from_nanos(now));
        let reported = analysis.fresh().sightings;
        assert_eq!(reported.len(), usize::from(second == 4), "{second} s after the last slice");
        if let Some((_, sighting)) = reported.first() {
            assert_eq!(sighting.window.until.nanos(), LAST + 3 * SECOND, "as far as it was waited for");
        }
    }
}

#[test]
fn a_hole_that_is_filled_late_cuts_nothing() {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let due = |slice: u32| START + i64::from(slice) * 20 * MILLISECOND;
    // The hundredth is lost; what comes after it waits, and nothing is sent for 900 ms until it is there.
    let filled = due(120) + 900 * MILLISECOND;
    for slice in (0..200).filter(|slice| *slice != 100) {
        if slice == 121 {
            send(&mut analysis, filled, 100 * SLICE, SLICE);
        }
        send(&mut analysis, if slice > 120 { due(slice).max(filled) } else { due(slice) }, slice * SLICE, SLICE);
    }
    let sighting = the_one(analysis);
    assert_eq!((sighting.window.from.nanos(), sighting.window.until.nanos()), (START, LAST));
    assert!((sighting.audio_seconds.unwrap().value - 4.0).abs() < 0.1, "{:?}", sighting.audio_seconds);
}

#[test]
fn a_repair_between_two_uploads_hides_neither() {
    let mut analysis = speech();
    // The second question begins while the end of the first is still being sent again.
    for late in [300, 900] {
        send(&mut analysis, LAST + late * MILLISECOND, 199 * SLICE, SLICE);
    }
    let second = LAST + 1_500 * MILLISECOND;
    for slice in 0..200 {
        send(&mut analysis, second + i64::from(slice) * 20 * MILLISECOND, (200 + slice) * SLICE, SLICE);
    }
    let mut sightings: Vec<Sighting> = analysis.finish().devices.into_iter().flat_map(|device| device.sightings).collect();
    sightings.sort_by_key(|sighting| sighting.window.from);
    let windows: Vec<_> =
        sightings.iter().map(|sighting| (sighting.window.from.nanos(), sighting.window.until.nanos())).collect();
    assert_eq!(windows, [(START, LAST + 900 * MILLISECOND), (second, second + LAST - START)]);
}

/// What a machine tells of four seconds of speech whose frames come in bursts, and how long after the last of them was sent.
fn reports_of_bursts(every: i64) -> Vec<(Sighting, i64)> {
    let mut machine = Experiment::new(Design::default(), Watch, 0.01, AnalysisSettings::default()).with_upkeep(Upkeep::default());
    let (mut actions, mut wake, mut reported, mut slice) = (Vec::new(), Some(START), Vec::new(), 0_u32);
    for millis in 0..20_000 {
        let now = START + millis * MILLISECOND;
        if (millis * MILLISECOND) % every == 0 {
            while slice < 200 && START + i64::from(slice) * 20 * MILLISECOND < now {
                let (at, octets) = (START + i64::from(slice) * 20 * MILLISECOND, segment(slice * SLICE, SLICE));
                machine.handle(Input::Frame(frame(at, &octets)), Timestamp::from_nanos(at), &mut actions);
                slice += 1;
            }
        }
        if wake.is_some_and(|at| at <= now) {
            wake = None;
            machine.handle(Input::Tick, Timestamp::from_nanos(now), &mut actions);
        }
        for action in actions.drain(..) {
            match action {
                Action::WakeAt(at) => wake = Some(at.nanos()),
                Action::Report(Event { what: What::Sighted { sighting, .. }, .. }) => reported.push((*sighting, now - LAST)),
                _ => {}
            }
        }
    }
    reported
}

#[test]
fn a_capture_that_hands_over_in_bursts_cuts_no_upload_and_puts_off_no_notice() {
    for every in [10, 200, 500, 1_000, 1_400] {
        let reported = reports_of_bursts(every * MILLISECOND);
        assert_eq!(reported.len(), 1, "every {every} ms: {:?}", reported.iter().map(|it| it.0.window).collect::<Vec<_>>());
        let (sighting, late) = &reported[0];
        assert_eq!((sighting.window.from.nanos(), sighting.window.until.nanos()), (START, LAST));
        assert!((SECOND..=1_700 * MILLISECOND).contains(late), "every {every} ms: told {late} ns after");
    }
}

/// What a device sends that never pauses for a second: a word each 900 ms, and each 75 s a sound of one to seven seconds, all on one connection.
fn restless() -> Vec<(i64, u32)> {
    let mut lengths: Vec<(i64, u32)> = (0..2_300).map(|word| (START + word * 900 * MILLISECOND, 97)).collect();
    for sound in 0..27 {
        let slice = |slice: i64| (START + sound * 75 * SECOND + (7 + slice * 20) * MILLISECOND, SLICE);
        lengths.extend((0..50 + sound * 7 % 30 * 10).map(slice));
    }
    lengths.sort_unstable();
    let lay = |place: &mut u32, (at, length): (i64, u32)| {
        *place += length;
        Some((at, *place - length, length))
    };
    lengths.into_iter().scan(0, lay).map(|(at, place, _)| (at, place)).collect()
}

/// Slots of twenty seconds.
fn windows() -> Vec<Window> {
    let moment = |seconds: i64| Timestamp::from_nanos(START + seconds * SECOND);
    (15..100).map(|slot| Window { from: moment(slot * 20), until: moment(slot * 20 + 20) }).collect()
}

/// What each of them scores when the segments in a stretch are missing.
fn scores_without(missing: Window) -> Vec<Score<Measure>> {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let sent = restless();
    let end = |next: usize| sent.get(next).map_or(sent[sent.len() - 1].1 + 97, |it| it.1);
    for (number, &(at, place)) in sent.iter().enumerate() {
        if !missing.contains(Timestamp::from_nanos(at)) {
            send(&mut analysis, at, place, end(number + 1) - place);
        }
    }
    let findings = analysis.finish();
    let device = findings.devices.iter().find(|it| !it.sent.bins.is_empty()).unwrap();
    windows().iter().flat_map(|window| score(&Profile::of(device), std::slice::from_ref(window), &[])).collect()
}

#[test]
fn what_is_missing_changes_no_score_but_those_that_are_said_to_be_unknown() {
    let whole = scores_without(Window { from: Timestamp::MAX, until: Timestamp::MAX });
    let sounds = whole.iter().filter(|score| matches!(score, Score::Known(sent) if sent.clocked > 0.0)).count();
    assert!(sounds >= 20, "{sounds} of 85 slots in which a sound begins");
    let mut touched = 0;
    for hole in 0..60 {
        // A word between sounds, or half a second of a sound.
        let from = START + (300 + hole * 29) * SECOND + hole % 7 * 100 * MILLISECOND;
        let length = [500, 900, 1_800][usize::try_from(hole).unwrap() % 3] * MILLISECOND;
        let missing = Window { from: Timestamp::from_nanos(from), until: Timestamp::from_nanos(from + length) };
        let scores = scores_without(missing);
        for (slot, (score, whole)) in scores.iter().zip(&whole).enumerate() {
            let near = windows()[slot];
            let near = Window { from: near.from.plus(-5 * SECOND), until: near.until.plus(5 * SECOND) };
            let (Score::Known(sent), Score::Known(whole)) = (score, whole) else { continue };
            if near.overlaps(missing) {
                continue;
            }
            // Little that is missing counts in the second in which that is noticed.
            let same = (sent.clocked - whole.clocked).abs() < 1e-9 && (sent.octets - whole.octets).abs() <= 97.0;
            assert!(same, "hole {hole}, slot {slot}: {sent:?} for {whole:?}");
        }
        let unknown = scores.iter().filter(|score| matches!(score, Score::AtLeast(_))).count();
        assert!(unknown <= 15, "hole {hole}: {unknown} of 85 slots are unknown");
        touched += usize::from(unknown > 0);
    }
    assert!(touched > 30, "{touched} of 60 holes are more than a little of what was sent");
}
