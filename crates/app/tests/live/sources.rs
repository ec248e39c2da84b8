//! Other people's programs as sources of live frames.

use std::time::Duration;

use earwitness_traffic::source::{Event, Source};

use super::lab::{Lab, inside, until};

/// Frames that a command gives while ten are sent again and again.
fn frames_of(lab: &Lab, line: &str) -> u64 {
    let mut source = Source::command(&format!("ip netns exec {} {line}", lab.b)).unwrap();
    assert_eq!(source.start_when_due(Duration::ZERO).unwrap(), None);
    let (mut frames, mut ended) = (0, None);
    until("frames come", || {
        lab.send(64, 10, 0, &[]);
        source.read_frames(&mut |event| match event {
            Event::Frame(_) => frames += 1,
            Event::Ended(it) => ended = Some(it),
            Event::Rubbish(stop) => panic!("{stop}"),
            _ => {}
        });
        frames > 0 || ended.is_some()
    });
    assert!(ended.is_none(), "{ended:?}");
    source.stop();
    until("it ends", || {
        source.read_frames(&mut |event| ended = if let Event::Ended(it) = event { Some(it) } else { None });
        ended.is_some()
    });
    frames
}

#[test]
fn tcpdump_dumpcap_tshark_and_ourselves_are_sources() {
    let Some(lab) = Lab::new() else { return };
    let ours = format!("{} capture -i vb", env!("CARGO_BIN_EXE_earwitness"));
    for line in ["tcpdump -i vb -U -w -", "dumpcap -q -i vb -w -", "tshark -q -i vb -w -", &ours] {
        let program = line.split_whitespace().next().unwrap();
        if inside(&lab.b, program).arg("--version").output().is_ok_and(|it| it.status.success()) {
            assert!(frames_of(&lab, line) > 0, "{line}");
        } else {
            eprintln!("skipped: {program} is not installed");
        }
    }
}
