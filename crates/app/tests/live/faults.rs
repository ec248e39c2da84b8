//! Interfaces that go and come, readers that leave.

use std::time::Duration;

use super::lab::{Lab, capture, ip, pass, run, until};

/// Sends a little until it arrives: what was sent before the interface was found again is not expected.
fn arrives(lab: &Lab, running: &super::lab::Running) {
    let before = running.written().frames.len();
    until("frames come", || {
        lab.send(64, 10, 0, &[]);
        running.written().frames.len() > before
    });
}

#[test]
fn an_interface_that_is_down_costs_nothing_and_comes_back() {
    let Some(lab) = Lab::new() else { return };
    let running = capture(&lab.b, &["-i", "vb"]).ready();
    arrives(&lab, &running);
    ip(&["-n", &lab.b, "link", "set", "vb", "down"]);
    until("it is said", || running.said().contains("vb is down"));
    let before = running.seconds();
    pass(Duration::from_secs(3));
    let used = running.seconds() - before;
    assert!(used < 0.15, "{used} s of processor time in 3 s without an interface");
    ip(&["-n", &lab.b, "link", "set", "vb", "up"]);
    until("it is said", || running.said().contains("vb is up, after"));
    arrives(&lab, &running);
    let (status, written, _) = running.end();
    assert_eq!((status, written.lost, written.interfaces.len()), (0, 0, 1));
}

#[test]
fn an_interface_that_is_deleted_and_made_again_is_found_by_its_name() {
    let Some(lab) = Lab::new() else { return };
    let running = capture(&lab.b, &["-i", "vb"]).ready();
    arrives(&lab, &running);
    ip(&["-n", &lab.b, "link", "del", "vb"]);
    until("it is said", || running.said().contains("vb is not there"));
    let before = running.seconds();
    pass(Duration::from_secs(2));
    assert!(running.seconds() - before < 0.1, "it spins");
    lab.pair();
    until("it is said", || running.said().contains("vb is up"));
    arrives(&lab, &running);
    assert_eq!(running.end().0, 0);
}

#[test]
fn an_interface_is_another_one_under_another_name() {
    let Some(lab) = Lab::new() else { return };
    let running = capture(&lab.b, &["-i", "vb"]).ready();
    arrives(&lab, &running);
    ip(&["-n", &lab.b, "link", "set", "vb", "down"]);
    ip(&["-n", &lab.b, "link", "set", "vb", "name", "other"]);
    ip(&["-n", &lab.b, "link", "set", "other", "up"]);
    until("it is said", || running.said().contains("vb is not there"));
    // What was sent before has left the ring by then.
    pass(Duration::from_millis(500));
    let before = running.written().frames.len();
    lab.send(64, 100, 0, &[]);
    pass(Duration::from_millis(500));
    assert_eq!(running.written().frames.len(), before);
    ip(&["-n", &lab.b, "link", "set", "other", "down"]);
    ip(&["-n", &lab.b, "link", "set", "other", "name", "vb"]);
    ip(&["-n", &lab.b, "link", "set", "vb", "up"]);
    arrives(&lab, &running);
    assert_eq!(running.end().0, 0);
}

#[test]
fn an_interface_that_comes_later_is_waited_for_unless_that_is_not_wanted() {
    let Some(lab) = Lab::new() else { return };
    let refused = super::lab::inside(&lab.b, env!("CARGO_BIN_EXE_earwitness")).args(["capture", "-i", "later"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no interface later"));
    let running = capture(&lab.b, &["-i", "later", "--wait"]);
    until("it is said", || running.said().contains("later is not there; waiting"));
    ip(&["-n", &lab.b, "link", "set", "vb", "down"]);
    ip(&["-n", &lab.b, "link", "set", "vb", "name", "later"]);
    ip(&["-n", &lab.b, "link", "set", "later", "up"]);
    arrives(&lab, &running);
    let (status, written, _) = running.end();
    assert_eq!((status, written.interfaces), (0, vec!["later".to_owned()]));
}

#[test]
fn it_ends_when_nobody_reads_although_no_frame_comes() {
    let Some(lab) = Lab::new() else { return };
    let program = env!("CARGO_BIN_EXE_earwitness");
    let command = format!("{program} capture -i vb | head -c 28 >/dev/null; echo ${{PIPESTATUS[0]}}");
    // `head` ends after the section header: there is nothing more to write when it does.
    let output = run(super::lab::inside(&lab.b, "timeout").args(["10", "bash", "-c", &command]));
    assert_eq!(output.trim(), "0");
}

#[test]
fn a_reader_that_stands_still_does_not_keep_it_from_ending() {
    let Some(lab) = Lab::new() else { return };
    let program = env!("CARGO_BIN_EXE_earwitness");
    // Nobody reads the pipe until the capture has ended.
    let command = format!("{program} capture -i vb --seconds 2 | {{ sleep 8; cat >/dev/null; }}; echo ${{PIPESTATUS[0]}}");
    let output = std::thread::scope(|scope| {
        let capturing = scope.spawn(|| run(super::lab::inside(&lab.b, "timeout").args(["20", "bash", "-c", &command])));
        pass(Duration::from_millis(800));
        lab.send(1500, 20_000, 20_000, &[]);
        capturing.join().unwrap()
    });
    assert_eq!(output.trim(), "0");
}
