use super::*;
use crate::scenario::{ALL, Kind};
use crate::truth;

fn short(kind: Kind) -> Scenario {
    Scenario { seconds: 150, ..Scenario::of(kind) }
}

#[test]
fn a_seed_decides_every_octet() {
    let scenario = short(Kind::Household);
    let (first, again, other) = (home(5, scenario), home(5, scenario), home(6, scenario));
    assert!(first == again);
    assert!(first.0 != other.0);
}

#[test]
fn every_speaker_uploads_within_the_capture_and_as_long_as_it_was_spoken_to() {
    for &(kind, name, _) in ALL.iter().filter(|entry| entry.1.starts_with("speaker")) {
        for seed in 0..if kind == Kind::SpeakerDrawn { 40 } else { 4 } {
            let (frames, truth) = frames(seed, Scenario { seconds: 300, ..Scenario::of(kind) });
            let uploads = &truth.devices[0].uploads;
            assert!(uploads.len() >= 2, "{name}, seed {seed}: {} uploads", uploads.len());
            let mut last = 0;
            for upload in uploads {
                assert_eq!(upload.kind, truth::Kind::Audio);
                assert!(upload.start_ns >= last.max(frames[0].at) && upload.end_ns <= frames[frames.len() - 1].at);
                // Sound is sent no sooner than it was heard, and at most a stall later.
                let took = upload.end_ns - upload.start_ns;
                assert!(took <= upload.audio_ns + SECOND, "{name}, seed {seed}: {took} for {}", upload.audio_ns);
                assert!(took + 3 * SECOND >= upload.audio_ns, "{name}, seed {seed}: {took} for {}", upload.audio_ns);
                last = upload.end_ns;
            }
        }
    }
}

#[test]
fn what_holds_no_sound_has_an_empty_truth() {
    for kind in [Kind::Plug, Kind::Laptop, Kind::Telemetry, Kind::Sensor, Kind::Console, Kind::Desktop, Kind::CameraStream] {
        let (frames, truth) = frames(1, short(kind));
        assert!(frames.len() > 50, "{kind:?}: {} frames", frames.len());
        assert!(truth.devices.iter().all(|device| device.uploads.is_empty()));
    }
}

#[test]
fn the_truth_counts_the_datagrams_that_hold_sound() {
    let (frames, truth) = frames(3, short(Kind::SpeakerDtls));
    // 60 octets of sound: record header 13, nonce and tag 24, UDP, IPv4 and Ethernet 42.
    let own = frames.iter().filter(|frame| frame.octets[6..12] == truth.devices[0].mac.0);
    let sent = own.filter(|frame| frame.octets.len() == 60 + 37 + 42).count();
    let sounded: i64 = truth.devices[0].uploads.iter().map(|upload| upload.audio_ns).sum();
    assert_eq!(i64::try_from(sent).unwrap() * 30_000_000, sounded);
    assert!(sent > 100);
}

#[test]
fn the_sample_is_small_and_has_something_to_show() {
    let (capture, truth) = home(1, Scenario::of(Kind::Sample));
    assert!((200_000..500_000).contains(&capture.len()), "{} octets", capture.len());
    assert!(truth.devices[0].uploads.len() >= 3 && !truth.devices[1].uploads.is_empty());
    assert_eq!(truth.devices.len(), 4);
}

#[test]
fn no_frame_is_longer_than_the_wire_allows() {
    for (kind, seeds) in [(Kind::Household, 2), (Kind::SpeakerDrawn, 40)] {
        for seed in 0..seeds {
            let (frames, _) = frames(seed, short(kind));
            let longest = frames.iter().map(|frame| frame.octets.len()).max();
            assert!(longest <= Some(1_514), "{kind:?}, seed {seed}: {longest:?} octets");
            assert!(frames.iter().all(|frame| frame.octets.len() >= 42));
            assert!(frames.is_sorted_by_key(|frame| frame.at));
        }
    }
}
