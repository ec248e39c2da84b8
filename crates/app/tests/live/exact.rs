//! No frame is lost without being counted.

use std::time::Duration;

use super::lab::{Lab, capture, pass, until};

#[test]
fn twenty_thousand_frames_a_second_are_all_there() {
    let Some(lab) = Lab::new() else { return };
    for octets in [64, 1500] {
        let running = capture(&lab.b, &["-i", "vb"]).ready();
        let sent = lab.send(octets, 40_000, 20_000, &[]);
        let (status, written, said) = running.end();
        let all = written.frames.iter().filter(|(_, bytes)| bytes.get(12..14) == Some(&[0x88, 0xb5])).count() as u64;
        assert_eq!((status, sent, all, written.lost), (0, 40_000, 40_000, 0), "{said}");
        assert!(written.frames.iter().all(|(wire, bytes)| *wire as usize == bytes.len()));
        assert_eq!(written.interfaces, ["vb"]);
    }
}

#[test]
fn received_and_lost_are_what_was_sent_when_the_capture_stands_still() {
    let Some(lab) = Lab::new() else { return };
    for octets in [64, 1500] {
        let running = capture(&lab.b, &["-i", "vb", "--ring", "2"]).ready();
        let before = running.written().frames.len();
        assert_eq!(before, 0, "something else speaks in the namespace");
        let sent = std::thread::scope(|scope| {
            let sending = scope.spawn(|| lab.send(octets, 200_000, 100_000, &[]));
            until("frames come", || !running.written().frames.is_empty());
            running.signal("STOP");
            pass(Duration::from_secs(1));
            running.signal("CONT");
            sending.join().unwrap()
        });
        let (status, written, said) = running.end();
        assert_eq!((status, written.frames.len() as u64 + written.lost), (0, sent), "{said}");
        assert!(written.lost > 10_000, "{} lost", written.lost);
        assert!(said.contains("of them lost"), "{said}");
    }
}
