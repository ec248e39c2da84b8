//! What was not seen is not 0, what was seen and silent is, and what nothing played caused belongs to no trial.

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_core::visibility::Unseen;
use earwitness_lab::reading::{DeviceReadings, Rules, Sounded, Unknown, readings, windows};
use earwitness_sim::lab::{LabHome, Piece, Segment};

use crate::campaign::{EVERY, Night, command, feed, night, seconds, segment};

/// Speakers that always wake for their word and never without it.
fn sure() -> LabHome {
    let mut home = LabHome::default();
    for speaker in &mut home.speakers {
        (speaker.listening.missed, speaker.listening.false_wakes) = (0.0, 0.0);
    }
    home
}

fn trials(count: usize) -> Vec<Vec<Segment>> {
    vec![vec![command(2_000)]; count]
}

fn device(night: &Night, name: &str) -> DeviceId {
    night.devices.iter().find(|it| it.0 == name).unwrap().1
}

fn sender(frame: &[u8]) -> DeviceId {
    DeviceId::Mac(Mac(*frame[6..].first_chunk().unwrap()))
}

/// Whether a device sent it or is sent it.
fn is_of(frame: &[u8], device: DeviceId) -> bool {
    sender(frame) == device || DeviceId::Mac(Mac(*frame.first_chunk().unwrap())) == device
}

/// What is found in the frames that `keep` lets pass.
fn without(night: &Night, keep: impl Fn(i64, &[u8]) -> bool) -> Findings {
    let frames: Vec<_> = night.frames.iter().filter(|(at, octets)| keep(*at, octets)).cloned().collect();
    let mut analysis = Analysis::new(AnalysisSettings::default());
    feed(&mut analysis, &frames);
    analysis.finish()
}

#[test]
fn who_was_seen_and_sent_no_sound_has_zero_seconds() {
    let pieces = [Piece::Music, Piece::Speech, Piece::Noise, Piece::Silence].repeat(3);
    let stimuli: Vec<Vec<Segment>> = pieces.into_iter().map(|piece| vec![segment(piece, 6_000)]).collect();
    let night = night(&sure(), 31, 0, &stimuli);
    let read = night.read(&night.findings());
    assert_eq!(read.len(), 4, "two speakers, a plug and a sensor");
    for of in &read {
        for it in &of.readings {
            assert_eq!(
                (it.unknown, it.uploads, it.seconds.map(|it| it.value)),
                (None, Some(0), Some(0.0)),
                "seed 31, {:?}: {it:?}",
                of.device
            );
            assert_eq!((it.pre_roll_seconds, it.tail_seconds, it.begins), (None, None, None), "seed 31: {it:?}");
        }
        assert_eq!(of.beside, 0);
    }
}

#[test]
fn a_device_whose_frames_do_not_pass_has_no_reading() {
    let night = night(&sure(), 32, 0, &trials(20));
    let gone = device(&night, "speaker-a");
    let leaves = night.trials[12].from.nanos() - SECOND;
    // From its 13th trial on, it is under another roof. That it was there until the end of the one before, no frame shows.
    let read = night.read(&without(&night, |at, octets| at < leaves || !is_of(octets, gone)));
    for (trial, it) in read[0].readings.iter().enumerate().filter(|it| it.0 != 11) {
        assert_eq!(it.seconds.is_some(), trial < 11, "seed 32, trial {trial}: {it:?}");
        assert_eq!(it.uploads, (trial < 11).then_some(1), "seed 32, trial {trial}: {it:?}");
    }
    assert!(read[1].readings.iter().all(|it| it.uploads == Some(1)), "seed 32: the other speaker was there all the time");
    // One that never was there.
    let stranger = DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1]));
    let read = readings(&night.findings(), &night.trials, &[stranger], &Rules::default());
    assert!(read[0].readings.iter().all(|it| it.unknown == Some(Unknown::NotFound) && it.seconds.is_none()));
}

#[test]
fn a_gap_in_the_capture_leaves_trials_unknown_for_all() {
    let night = night(&sure(), 33, 0, &trials(14));
    let (from, until) = (night.trials[5].from.nanos() - SECOND, night.trials[7].from.nanos() - 20 * SECOND);
    let read = night.read(&without(&night, |at, _| !(from..until).contains(&at)));
    for of in &read[..2] {
        // The end of the fifth lies so close to the gap that either is right, and holes in connections that stay open show after it.
        for (trial, it) in of.readings.iter().enumerate().filter(|it| !(4..10).contains(&it.0) || matches!(it.0, 5 | 6)) {
            assert_eq!(it.unknown.is_some(), trial == 5 || trial == 6, "seed 33, trial {trial}: {it:?}");
        }
    }
    assert!(matches!(read[0].readings[5].unknown, Some(Unknown::Unseen(Unseen::Gap | Unseen::Away | Unseen::OneWay))));
}

#[test]
fn octets_that_were_never_captured_leave_a_trial_unknown() {
    let night = night(&sure(), 34, 0, &trials(10));
    let losing = device(&night, "speaker-a");
    let from = night.trials[3].from.nanos() + 3 * SECOND / 2;
    // For a third of a second in the middle of an upload, nothing that it sends is captured.
    let read = night.read(&without(&night, |at, octets| !(from..from + SECOND / 3).contains(&at) || sender(octets) != losing));
    let known: Vec<bool> = read[0].readings.iter().map(|it| it.seconds.is_some()).collect();
    // What a hole may have changed is noted by five seconds, which the end of the trial before may share.
    assert!(known.iter().enumerate().all(|(trial, known)| *known || matches!(trial, 2 | 3)), "seed 34: {known:?}");
    assert_eq!(read[0].readings[3].unknown, Some(Unknown::Missed));
    assert!(read[1].readings.iter().all(|it| it.seconds.is_some()), "seed 34: the other speaker lost nothing");
}

#[test]
fn an_upload_outside_all_windows_is_beside_and_one_that_goes_on_into_a_window_makes_it_unknown() {
    let mut night = night(&sure(), 35, 0, &trials(10));
    let findings = night.findings();
    // As if the third trial had not been one.
    let third = night.trials.remove(2);
    let read = night.read(&findings);
    assert!(read[..2].iter().all(|of| of.beside == 1 && of.readings.iter().all(|it| it.uploads == Some(1))), "seed 35: {read:?}");
    // As if its sound had begun two seconds after what the devices heard: then the uploads were there before.
    let late = third.from.plus(2 * SECOND);
    night.trials.insert(2, Sounded { from: late, wake: None, ..third });
    let read = night.read(&findings);
    assert_eq!(read[1].readings[2].unknown, Some(Unknown::Busy), "seed 35: {:?}", read[1].readings[2]);
    assert_eq!(read[1].beside, 1);
}

#[test]
fn windows_begin_a_little_before_the_sound_and_leave_a_pause_before_the_next() {
    let at = |second: i64| Timestamp::from_nanos(second * SECOND);
    let trial = |from, until| Sounded { from: at(from), wake: None, sound_end: None, watched_until: at(until) };
    let rules = Rules { before: 200 * MILLISECOND, pause: 2 * SECOND, ..Rules::default() };
    let found = windows(&[trial(10, 30), trial(31, 60), trial(100, 130)], &rules);
    let bounds: Vec<_> = found.iter().map(|it| (seconds(it.from.nanos()), seconds(it.until.nanos()))).collect();
    assert_eq!(bounds, [(9.8, 29.0), (30.8, 60.0), (99.8, 130.0)]);
}

#[test]
fn nights_that_were_drained_read_as_each_night_alone() {
    let (home, seed) = (LabHome::default(), 36);
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for number in 0..3 {
        let night = night(&home, seed, number, &trials(10));
        feed(&mut analysis, &night.frames);
        analysis.settle(night.over);
        let drained = Findings::assemble([analysis.drain(night.over, night.over)], None);
        let (together, alone) = (night.read(&drained), night.read(&night.findings()));
        // Seconds, in which octets are counted, begin with the capture in one and with the clock's in the other.
        let without_octets = |all: &[DeviceReadings]| -> Vec<DeviceReadings> {
            let mut all = all.to_vec();
            all.iter_mut().flat_map(|it| &mut it.readings).for_each(|it| it.octets = None);
            all
        };
        assert_eq!(without_octets(&together), without_octets(&alone), "seed {seed}, night {number}");
        let windows = windows(&night.trials, &Rules::default());
        assert!(windows.iter().all(|it| it.length() <= EVERY));
    }
}
